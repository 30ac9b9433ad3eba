import { type TenantTx, withOperator, withTenant } from "../../adapters/db/index.ts";
import { addDays } from "../../domain/kernel/calendar-days.ts";
import { type Currency, isCurrency } from "../../domain/kernel/currency.ts";
import type { TenantId } from "../../domain/kernel/ids.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import { roundToMinor } from "../../domain/kernel/money.ts";
import { add, type Rational, ZERO } from "../../domain/kernel/rational.ts";
import { assert } from "../../domain/kernel/step.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import { keyOf, type LedgerEvent } from "../../domain/ledger/events.ts";
import { isBooked, isOver, monthToAccrue, post, tenantsOfHouse } from "../ledger/index.ts";
import { costOf } from "./agent-time.ts";
import { hourCosts, staysFor } from "./agent-time-store.ts";
import type { MarginContext } from "./report.ts";
import { carrierCosts, clientMonth, hasCosts } from "./store.ts";

/**
 * A month's costs as the margin has them, each rounded once: to each carrier for its legs, to each agent for its hours.
 * Booked on the month's last day, once; what differs in the carrier's own file is booked by its settlement. Returns how
 * many were booked. Refuses `month_not_over`.
 */
export async function accrueCosts(
  ctx: MarginContext,
  tenantId: TenantId,
  period: string,
  now: Instant,
): Promise<number> {
  const scope = { tenantId, actor: ctx.actor };
  const client = await withTenant(ctx.db, scope, (tx) => clientMonth(tx, period));
  if (client === undefined) throw new Refusal("not_found", "tenant_not_found", "there is no such client");
  const { currency } = client;
  assert(isCurrency(currency), `the client's currency ${currency} is a known one`);
  const { stays, hour } = await withOperator(ctx.operatorDb, async (tx) => ({
    stays: await staysFor(tx, tenantId, client.from, client.to),
    hour: await hourCosts(tx, currency),
  }));
  const ofAgent = new Map<string, Rational>();
  for (const stay of stays) {
    ofAgent.set(stay.agentId, add(ofAgent.get(stay.agentId) ?? ZERO, costOf(stay, hour)));
  }
  return withTenant(ctx.db, scope, async (tx) => {
    if (!(await isOver(tx, period, now))) {
      throw new Refusal("conflict", "month_not_over", `${period} is not over on the client's calendar`);
    }
    const ofCarrier = new Map<string, Rational>();
    for (const { carrier, buy } of await carrierCosts(tx, period)) {
      ofCarrier.set(carrier, add(ofCarrier.get(carrier) ?? ZERO, buy));
    }
    return bookAll(tx, deedsOf(ofCarrier, ofAgent, period, currency), period, now);
  });
}

type CostDeed = Extract<LedgerEvent, { type: "carrier_cost_accrued" | "agent_cost_accrued" }>;

function deedsOf(
  ofCarrier: ReadonlyMap<string, Rational>,
  ofAgent: ReadonlyMap<string, Rational>,
  period: string,
  currency: Currency,
): CostDeed[] {
  const amount = (value: Rational) => ({ currency, amountMinor: roundToMinor(value, currency) });
  return [
    ...[...ofCarrier].map(
      ([carrier, cost]): CostDeed => ({
        type: "carrier_cost_accrued",
        id: `${carrier}:${period}`,
        carrier,
        ...amount(cost),
      }),
    ),
    ...[...ofAgent].map(
      ([agentId, cost]): CostDeed => ({
        type: "agent_cost_accrued",
        id: `${agentId}:${period}`,
        agentId,
        ...amount(cost),
      }),
    ),
  ].filter((event) => event.amountMinor !== 0n);
}

async function bookAll(tx: TenantTx, deeds: readonly CostDeed[], period: string, now: Instant): Promise<number> {
  const nextMonth = addDays(`${period}-28`, 4).slice(0, 7);
  const bookedOn = addDays(`${nextMonth}-01`, -1);
  let booked = 0;
  for (const event of deeds) {
    if (await isBooked(tx, keyOf(event))) continue;
    const { fresh } = await post(tx, { event, occurredAt: now, bookedOn });
    if (fresh) booked += 1;
  }
  return booked;
}

/** Each client's last month, once its days of grace are over; cheap when all is booked. */
export async function accrueLastMonthCosts(ctx: MarginContext & { readonly now: Instant }): Promise<number> {
  let booked = 0;
  for (const tenantId of await withOperator(ctx.operatorDb, tenantsOfHouse)) {
    const period = await withTenant(ctx.db, { tenantId, actor: ctx.actor }, async (tx) => {
      const last = await monthToAccrue(tx, ctx.now);
      return last === null || (await hasCosts(tx, last)) ? null : last;
    });
    if (period !== null) booked += await accrueCosts(ctx, tenantId, period, ctx.now);
  }
  return booked;
}
