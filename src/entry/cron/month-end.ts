import { accrueLastMonths } from "../../features/ledger/index.ts";
import { accrueLastMonthCosts } from "../../features/margin/index.ts";
import type { Env } from "../env.ts";
import { log } from "../log.ts";
import { servicesOf } from "../services.ts";

/**
 * Every minute, and with nothing to do but once a month: what last month earned and no invoice had claimed by its end and
 * what it cost go into the book, each client by its own calendar.
 */
export async function monthEnd(env: Env): Promise<void> {
  const services = servicesOf(env);
  try {
    const { db, operatorDb, clock } = services;
    const actor = { kind: "system", name: "month-end" } as const;
    for (const accrual of await accrueLastMonths({ db, operatorDb, actor, now: clock.now() })) {
      const { tenantId, contractId, txnId } = accrual;
      log("info", "revenue_accrued", { tenantId, contractId, txnId });
    }
    const costs = await accrueLastMonthCosts({ db, operatorDb, actor, now: clock.now() });
    if (costs > 0) log("info", "costs_accrued", { costs });
  } finally {
    await services.close();
  }
}
