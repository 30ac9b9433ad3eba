import { collectSales } from "../../features/commission/index.ts";
import type { Env } from "../env.ts";
import { log } from "../log.ts";
import { servicesOf } from "../services.ts";

/** Every minute: what agents recorded as sold at wrap-up becomes a sale, and its commission accrues. */
export async function wrapUpSales(env: Env): Promise<void> {
  const services = servicesOf(env);
  try {
    const { db, operatorDb, clock } = services;
    const actor = { kind: "system", name: "wrap-up" } as const;
    for (const { tenantId, sales } of await collectSales({ db, operatorDb, actor, now: clock.now() })) {
      log("info", "sales_collected", { tenantId, sales });
    }
  } finally {
    await services.close();
  }
}
