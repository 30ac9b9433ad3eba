import { exact, rational, times } from "../kernel/rational.ts";
import type { MilestoneCharge } from "./charge.ts";
import type { ChargeContext, LineDraft } from "./line.ts";

/** One line for each milestone reached, in the order of the contract; one that no contract names is not rated here. */
export function rateMilestones(charge: MilestoneCharge, { usage }: ChargeContext): LineDraft[] {
  return charge.milestones.flatMap(({ code, amount }): LineDraft[] => {
    const reached = usage.filter((record) => record.attributes.milestone === code);
    const count = reached.reduce((total, record) => total + record.quantity, 0);
    if (count === 0) return [];
    const each = exact(amount);
    return [
      {
        component: `milestone-${code}`,
        quantity: rational(count),
        unit: "milestone",
        unitPrice: each,
        exact: times(each, count),
        detail: { kind: "milestone", code, amount },
        items: reached.map((record) => ({
          usageId: record.id,
          contactId: record.contactId,
          quantity: record.quantity,
          amount: times(each, record.quantity),
          cost: null,
          billedS: null,
        })),
      },
    ];
  });
}
