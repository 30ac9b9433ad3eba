import type { Currency } from "../kernel/currency.ts";
import { minorPerMajor } from "../kernel/money.ts";
import { divide, exact, max, min, multiply, rational, roundHalfAwayFromZero, times } from "../kernel/rational.ts";
import { type Sale, STAGES, type Stage } from "./sale.ts";

/** What a sale earns, in one version of a plan. Amounts are exact decimals in major units of `currency`. */
export type CommissionPlan = {
  readonly currency: Currency;
  readonly pay:
    | { readonly by: "fixed"; readonly amount: string }
    | {
        readonly by: "percent";
        readonly percent: string;
        readonly minEach?: string | undefined;
        readonly maxEach?: string | undefined;
      };
  /** From this stage on it is a cost, pending. */
  readonly accrueOn: Stage;
  /** From this stage on it is to be paid out; not before `accrueOn`. */
  readonly payableOn: Stage;
};

/** What stands of a sale's commission. Neither is ever below zero. */
export type Standing = { readonly pendingMinor: bigint; readonly payableMinor: bigint };

export const NOTHING: Standing = { pendingMinor: 0n, payableMinor: 0n };

/**
 * The commission that a sale has now, by the plan that was in force when it was sold: what came back is taken off at the
 * very rate it was earned at, in proportion, and all of it takes all. So it depends on what is true of the sale and not
 * on the order in which it was told.
 */
export function commissionOf(sale: Sale, plan: CommissionPlan): Standing {
  if (sale.soldAt === null || sale.stage === null || sale.isReturned) return NOTHING;
  if (rank(sale.stage) < rank(plan.accrueOn)) return NOTHING;
  const kept = keptOf(earnedOn(sale.amountMinor, plan), sale);
  return rank(sale.stage) < rank(plan.payableOn)
    ? { pendingMinor: kept, payableMinor: 0n }
    : { pendingMinor: 0n, payableMinor: kept };
}

/** Earned on the whole sale: rounded once, half away from zero, to the smallest unit. */
export function earnedOn(amountMinor: bigint, { pay, currency }: CommissionPlan): bigint {
  const scale = minorPerMajor(currency);
  if (pay.by === "fixed") return roundHalfAwayFromZero(times(exact(pay.amount), scale));
  if (amountMinor <= 0n) return 0n;
  const share = multiply(rational(amountMinor), divide(exact(pay.percent), rational(100)));
  const raised = pay.minEach === undefined ? share : max(share, times(exact(pay.minEach), scale));
  const bounded = pay.maxEach === undefined ? raised : min(raised, times(exact(pay.maxEach), scale));
  return roundHalfAwayFromZero(bounded);
}

function keptOf(earned: bigint, { amountMinor, returnedMinor }: Sale): bigint {
  if (returnedMinor <= 0n || amountMinor <= 0n) return earned;
  const share = rational(amountMinor - returnedMinor, amountMinor);
  return roundHalfAwayFromZero(multiply(rational(earned), share));
}

function rank(stage: Stage): number {
  return STAGES.indexOf(stage);
}

export type MoveKind = "accrued" | "confirmed" | "clawed_back_pending" | "clawed_back_payable";
/** One step of a commission: always above zero, and never more back than there was. */
export type CommissionMove = { readonly kind: MoveKind; readonly amountMinor: bigint };

/** The steps from what is booked to what is true. None when nothing changed. */
export function movesBetween(booked: Standing, wanted: Standing): CommissionMove[] {
  const confirmed = wanted.payableMinor - booked.payableMinor;
  const pending = wanted.pendingMinor - booked.pendingMinor;
  // What becomes payable passes through pending first.
  const accrued = confirmed > 0n ? pending + confirmed : pending;
  const moves: CommissionMove[] = [
    { kind: "accrued", amountMinor: accrued },
    { kind: "confirmed", amountMinor: confirmed },
    { kind: "clawed_back_pending", amountMinor: -accrued },
    { kind: "clawed_back_payable", amountMinor: -confirmed },
  ];
  return moves.filter((move) => move.amountMinor > 0n);
}

/** What moves come to. */
export function standingOf(moves: readonly CommissionMove[]): Standing {
  let [pendingMinor, payableMinor] = [0n, 0n];
  for (const { kind, amountMinor } of moves) {
    if (kind === "accrued") pendingMinor += amountMinor;
    if (kind === "clawed_back_pending") pendingMinor -= amountMinor;
    if (kind === "clawed_back_payable") payableMinor -= amountMinor;
    if (kind === "confirmed") {
      pendingMinor -= amountMinor;
      payableMinor += amountMinor;
    }
  }
  return { pendingMinor, payableMinor };
}
