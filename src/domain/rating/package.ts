import { exact, multiply, rational, times, ZERO } from "../kernel/rational.ts";
import { type PackageCharge, USAGE_UNITS } from "./charge.ts";
import type { ChargeContext, LineDraft, RatedItem } from "./line.ts";
import type { UsageRecord } from "./usage.ts";

/**
 * A monthly fee that includes so many; each one over has its price. Which events are included is decided by time of the
 * event, then id, so a late event may push a later one into the overflow but never changes the total otherwise.
 */
export function ratePackage(charge: PackageCharge, context: ChargeContext): LineDraft[] {
  const { share } = context;
  const unit = USAGE_UNITS[charge.usage];
  // A part of a month includes its part of the package; a fraction of one contact is given to the client.
  const included = Math.ceil((charge.included * share.days) / share.of);
  const price = exact(charge.overflow);
  const inside: RatedItem[] = [];
  const over: RatedItem[] = [];
  let used = 0;
  for (const record of context.usage) {
    const insideQuantity = Math.min(record.quantity, Math.max(0, included - used));
    const overQuantity = record.quantity - insideQuantity;
    used += record.quantity;
    if (insideQuantity > 0 || record.quantity === 0) inside.push(part(record, insideQuantity, ZERO));
    if (overQuantity > 0)
      over.push(part(record, overQuantity, overQuantity === 1 ? price : times(price, overQuantity)));
  }
  const fee = multiply(exact(charge.fee), rational(share.days, share.of));
  const feeDetail = { kind: "fee", fee: charge.fee, included, used, share } as const;
  const lines: LineDraft[] = [
    {
      component: "fee",
      quantity: rational(1),
      unit: "package",
      unitPrice: fee,
      exact: fee,
      detail: feeDetail,
      items: [],
    },
  ];
  const insideUsed = Math.min(used, included);
  if (inside.length > 0) {
    const detail = { kind: "included", included, used: insideUsed } as const;
    const quantity = rational(insideUsed);
    lines.push({ component: "included", quantity, unit, unitPrice: ZERO, exact: ZERO, detail, items: inside });
  }
  if (over.length > 0) {
    const quantity = rational(used - insideUsed);
    const detail = { kind: "overflow", price: charge.overflow, included, used } as const;
    lines.push({
      component: "overflow",
      quantity,
      unit,
      unitPrice: price,
      exact: multiply(price, quantity),
      detail,
      items: over,
    });
  }
  return lines;
}

function part(record: UsageRecord, quantity: number, amount: RatedItem["amount"]): RatedItem {
  return { usageId: record.id, contactId: record.contactId, quantity, amount, cost: null, billedS: null };
}
