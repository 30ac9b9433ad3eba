import { reconcilePayments } from "../../features/payments/index.ts";
import { configOf, type Env } from "../env.ts";
import { errorFields, log } from "../log.ts";
import { servicesOf } from "../services.ts";

/** The provider is compared with at most this often by one isolate; a request that is quiet for an hour is looked at then. */
const PAUSE_MS = 15 * 60_000;

let comparedAt = 0;

/** Now and then: what no message of the payment provider told us of. */
export async function comparePayments(env: Env): Promise<void> {
  const now = configOf(env).clock.now();
  if (now - comparedAt < PAUSE_MS) return;
  comparedAt = now;
  const services = servicesOf(env);
  try {
    const { db, operatorDb, payments: provider } = services;
    const actor = { kind: "system", name: "payments" } as const;
    const done = await reconcilePayments({ db, operatorDb, provider, actor, now });
    for (const failure of done.failures) log("error", "payment_not_compared", errorFields(failure));
    if (done.missed > 0) log("alert", "payments_missed", { missed: done.missed });
  } finally {
    await services.close();
  }
}
