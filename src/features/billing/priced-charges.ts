import { type Currency, isCurrency } from "../../domain/kernel/currency.ts";
import { minorPerMajor } from "../../domain/kernel/money.ts";
import { assert } from "../../domain/kernel/step.ts";
import type { Segment } from "../../domain/rating/allot.ts";
import type { Charge } from "../../domain/rating/charge.ts";
import type { UsageRecord } from "../../domain/rating/usage.ts";
import { denominatorOf, type Worth, worthUnder } from "../../domain/rating/worth.ts";

/** A charge with its row, its denominator and what a record is worth under it, all worked out once. */
export type Priced = {
  readonly id: string;
  readonly den: bigint;
  readonly worth: (record: UsageRecord) => Worth;
};

type Version = {
  readonly version: number;
  readonly charges: readonly { readonly id: string; readonly charge: Charge }[];
};

export function pricedCharges(
  currency: string,
  versions: readonly Version[],
): (segment: Pick<Segment, "version">, charge: Pick<Charge, "code">) => Priced {
  const minor = minorPerMajor(currencyOf(currency));
  const known = new Map<string, Priced>();
  for (const { version, charges } of versions) {
    for (const { id, charge } of charges) {
      const priced = { id, den: denominatorOf(charge, minor), worth: worthUnder(charge, minor) };
      known.set(`${charge.code}@v${version}`, priced);
    }
  }
  return (segment, { code }) => {
    const priced = known.get(`${code}@${segment.version}`);
    assert(priced !== undefined, `${code} is a charge of the version it was found in`);
    return priced;
  };
}

export function currencyOf(code: string): Currency {
  assert(isCurrency(code), `the contract's currency ${code} is a known one`);
  return code;
}
