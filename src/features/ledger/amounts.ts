import { assert } from "../../domain/kernel/step.ts";

/** Amounts travel as JSON numbers: above 2^53 they would lie, and no book of ours comes near. */
export function safe(minor: bigint | string): number {
  const value = Number(minor);
  assert(Number.isSafeInteger(value), "an amount fits a JSON number");
  return value;
}
