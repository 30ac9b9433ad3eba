import { exact, rational, times } from "../kernel/rational.ts";
import { allAt } from "./behind.ts";
import type { MilestoneCharge } from "./charge.ts";
import type { ChargeContext, LineDraft } from "./line.ts";

/** One line for each milestone reached, in the order of the contract; one that no contract names is not rated here. */
export function rateMilestones(charge: MilestoneCharge, { totals }: ChargeContext): LineDraft[] {
  return charge.milestones.flatMap(({ code, amount }): LineDraft[] => {
    const count = totals.byKey.get(code)?.quantity ?? 0n;
    if (count === 0n) return [];
    const each = exact(amount);
    return [
      {
        component: `milestone-${code}`,
        quantity: rational(count),
        unit: "milestone",
        unitPrice: each,
        exact: times(each, count),
        detail: { kind: "milestone", code, amount },
        behind: allAt(each, code),
      },
    ];
  });
}
