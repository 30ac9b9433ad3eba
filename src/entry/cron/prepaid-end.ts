import { expirePrepaid } from "../../features/invoicing/index.ts";
import type { Env } from "../env.ts";
import { log } from "../log.ts";
import { servicesOf } from "../services.ts";

/** Every minute: prepaid credit whose last day is over on the client's calendar is earned. Nothing to do costs one read. */
export async function prepaidEnd(env: Env): Promise<void> {
  const services = servicesOf(env);
  try {
    const { db, operatorDb, clock } = services;
    const actor = { kind: "system", name: "prepaid-end" } as const;
    const expired = await expirePrepaid({ db, operatorDb, actor, now: clock.now() });
    if (expired > 0) log("info", "prepaid_expired", { credits: expired });
  } finally {
    await services.close();
  }
}
