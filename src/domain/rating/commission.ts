import { exact, exactText, multiply, rational, reduced } from "../kernel/rational.ts";
import { OWN, togetherAt } from "./behind.ts";
import type { CommissionCharge } from "./charge.ts";
import type { ChargeContext, LineDraft } from "./line.ts";
import { rateOfBand } from "./percentage.ts";

/** Commission for each success the client recorded: a fixed amount, or a percentage of its sale within bounds. */
export function rateCommission(charge: CommissionCharge, context: ChargeContext): LineDraft[] {
  const { all } = context.totals;
  if (all.records === 0) return [];
  const { pay } = charge;
  if (pay.by === "bands") return [bandLine(pay.bands, context)];
  const successes = Number(all.quantity);
  const detail = {
    kind: "commission",
    successes,
    rate: pay.by === "fixed" ? pay.amount : `${pay.percent}%`,
    saleMinor: pay.by === "fixed" ? null : all.saleMinor.toString(),
  } as const;
  const unitPrice = pay.by === "fixed" ? exact(pay.amount) : null;
  const quantity = rational(successes);
  return [
    { component: "success", quantity, unit: "success", unitPrice, exact: reduced(all.amount), detail, behind: OWN },
  ];
}

type Bands = Extract<CommissionCharge["pay"], { by: "bands" }>["bands"];

/** The rate of the whole period decides what every success of it earns. */
function bandLine(bands: Bands, { totals, contacts }: ChargeContext): LineDraft {
  const successes = Number(totals.all.quantity);
  // More successes than contacts can only mean that contacts are still to come; they count as one each until then.
  const ratio = rational(successes * 100, Math.max(contacts, successes, 1));
  const rates = bands.map((band) => ({
    upTo: band.upToPercent === null ? null : exact(band.upToPercent),
    rate: exact(band.amount),
  }));
  const each = rateOfBand(rates, ratio);
  const quantity = rational(successes);
  return {
    component: "success",
    quantity,
    unit: "success",
    unitPrice: each,
    exact: multiply(each, quantity),
    detail: { kind: "success_band", successes, contacts, ratePercent: exactText(ratio), amount: exactText(each) },
    behind: togetherAt(each),
  };
}
