import type { CommissionMove } from "./commission.ts";

/** One beneficiary's month. Minor units. */
export type CommissionStatement = {
  /** What the last one left over: below zero when more had been taken back than earned. */
  readonly openingMinor: bigint;
  readonly earnedMinor: bigint;
  /** Taken back, positive. */
  readonly clawedBackMinor: bigint;
  readonly closingMinor: bigint;
  /** To be paid out: the closing, or nothing while it is not above zero; the debt is then carried, never dropped. */
  readonly payableMinor: bigint;
};

/** Only what became payable counts; what is pending is not the agent's yet. */
export function statementOf(openingMinor: bigint, moves: readonly CommissionMove[]): CommissionStatement {
  const sum = (kind: CommissionMove["kind"]) =>
    moves.reduce((total, move) => (move.kind === kind ? total + move.amountMinor : total), 0n);
  const earnedMinor = sum("confirmed");
  const clawedBackMinor = sum("clawed_back_payable");
  const closingMinor = openingMinor + earnedMinor - clawedBackMinor;
  return {
    openingMinor,
    earnedMinor,
    clawedBackMinor,
    closingMinor,
    payableMinor: closingMinor > 0n ? closingMinor : 0n,
  };
}

/** How far the debt that is shown as the agent's must grow (or, below zero, shrink) for a closing balance. */
export function debtToCarry(closingMinor: bigint, carriedMinor: bigint): bigint {
  return (closingMinor < 0n ? -closingMinor : 0n) - carriedMinor;
}
