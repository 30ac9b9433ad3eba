import { exact, multiply, rational } from "../kernel/rational.ts";
import { NONE } from "./behind.ts";
import type { FeeCharge } from "./charge.ts";
import type { ChargeContext, LineDraft } from "./line.ts";

/** A fixed amount: by the days in force each month, or whole in the month its version begins. */
export function rateFee(charge: FeeCharge, { share, begins }: ChargeContext): LineDraft[] {
  if (charge.every === "once" && !begins) return [];
  const amount = exact(charge.amount);
  const due = charge.every === "once" ? amount : multiply(amount, rational(share.days, share.of));
  const detail = { kind: "fixed", amount: charge.amount, every: charge.every, share } as const;
  return [{ component: "fee", quantity: rational(1), unit: "fee", unitPrice: due, exact: due, detail, behind: NONE }];
}
