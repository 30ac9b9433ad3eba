import { lostRuns } from "../../features/billing/index.ts";
import type { Env } from "../env.ts";
import { log } from "../log.ts";
import { servicesOf } from "../services.ts";

/** Every minute: runs of months whose message or worker was lost are sent again. */
export async function sendLostRuns(env: Env): Promise<void> {
  const services = servicesOf(env);
  try {
    const { db, operatorDb, clock } = services;
    const lost = await lostRuns({ db, operatorDb, actor: { kind: "system", name: "lost-runs" }, now: clock.now() });
    await services.sendRuns(lost);
    if (lost.length > 0) log("warn", "runs_sent_again", { runs: lost.length });
  } finally {
    await services.close();
  }
}
