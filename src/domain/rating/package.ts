import { exact, multiply, rational, ZERO } from "../kernel/rational.ts";
import { NONE } from "./behind.ts";
import { type PackageCharge, USAGE_UNITS } from "./charge.ts";
import type { ChargeContext, LineDraft, Share } from "./line.ts";

/** A part of a month includes its part of the package; a fraction of one contact is given to the client. */
export function includedOf({ included }: PackageCharge, { share }: { readonly share: Share }): bigint {
  return BigInt(Math.ceil((included * share.days) / share.of));
}

/**
 * A monthly fee that includes so many; each one over has its price. Which events are included is decided by time of the
 * event, then id, so a late event may push a later one into the overflow but never changes the total otherwise.
 */
export function ratePackage(charge: PackageCharge, context: ChargeContext): LineDraft[] {
  const { share } = context;
  const unit = USAGE_UNITS[charge.usage];
  const included = Number(includedOf(charge, { share }));
  const price = exact(charge.overflow);
  const used = Number(context.totals.all.quantity);
  const [top, insideUsed] = [BigInt(included), Math.min(used, included)];
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
      behind: NONE,
    },
  ];
  if (insideUsed > 0) {
    const detail = { kind: "included", included, used: insideUsed } as const;
    const quantity = rational(insideUsed);
    const behind = { by: "quantity", each: ZERO, above: 0n, upTo: top, key: null } as const;
    lines.push({ component: "included", quantity, unit, unitPrice: ZERO, exact: ZERO, detail, behind });
  }
  if (used > insideUsed) {
    const quantity = rational(used - insideUsed);
    const detail = { kind: "overflow", price: charge.overflow, included, used } as const;
    lines.push({
      component: "overflow",
      quantity,
      unit,
      unitPrice: price,
      exact: multiply(price, quantity),
      detail,
      behind: { by: "quantity", each: price, above: top, upTo: null, key: null },
    });
  }
  return lines;
}
