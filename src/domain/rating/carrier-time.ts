import { exactText, rational, reduced, subtract } from "../kernel/rational.ts";
import { OWN } from "./behind.ts";
import type { CarrierTimeCharge } from "./charge.ts";
import type { ChargeContext, LineDraft } from "./line.ts";

/**
 * Carrier time, both sides from the same seconds in the same run: what the leg cost us at the carrier's tariff, and what
 * the client pays, by mark-up on that exact cost or at a tariff of its own. So margin is one number everywhere.
 */
export function rateCarrierTime(charge: CarrierTimeCharge, context: ChargeContext): LineDraft[] {
  const { all } = context.totals;
  if (all.records === 0) return [];
  const detail = {
    kind: "carrier_time",
    calls: all.records,
    seconds: Number(all.quantity),
    billedS: Number(all.billedS),
    costS: Number(all.costS),
    cost: exactText(all.cost),
    margin: exactText(subtract(all.amount, all.cost)),
    buy: charge.buy,
    markupPercent: charge.sell.by === "markup" ? charge.sell.percent : null,
  } as const;
  const quantity = rational(all.billedS);
  return [
    { component: "time", quantity, unit: "second", unitPrice: null, exact: reduced(all.amount), detail, behind: OWN },
  ];
}
