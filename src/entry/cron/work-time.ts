import { tellAgentTime, tellSeatPeaks } from "../../features/worktime/index.ts";
import type { Env } from "../env.ts";
import { log } from "../log.ts";
import { servicesOf } from "../services.ts";

/** Every minute: agents' time that was not told right after its facts, and the most seats of days that are over. */
export async function workTime(env: Env): Promise<void> {
  const services = servicesOf(env);
  try {
    const { db, operatorDb, clock } = services;
    const ctx = { db, operatorDb, actor: { kind: "system", name: "work-time" }, now: clock.now() } as const;
    const parts = await tellAgentTime(ctx);
    if (parts > 0) log("warn", "agent_time_told_late", { parts });
    const days = await tellSeatPeaks(ctx);
    if (days > 0) log("info", "seat_peaks_told", { days });
  } finally {
    await services.close();
  }
}
