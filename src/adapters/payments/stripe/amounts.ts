import { CURRENCY_DECIMALS, type Currency } from "../../../domain/kernel/currency.ts";
import { PaymentsRefusal } from "../../../ports/payments.ts";

/**
 * Stripe's notation of amounts (docs.stripe.com/currencies): the smallest unit, with these exceptions. ISK has no decimals
 * but is written in hundredths, which must be zero. Currencies with three decimals can be charged in tens of their smallest
 * unit only.
 */
const WRITTEN_IN_HUNDREDTHS: ReadonlySet<Currency> = new Set(["ISK"]);

/** Throws `amount_not_chargeable` for an amount that Stripe has no exact number for. */
export function toStripe(minor: bigint, currency: Currency): number {
  const written = WRITTEN_IN_HUNDREDTHS.has(currency) ? minor * 100n : minor;
  const coarse = CURRENCY_DECIMALS[currency] === 3 && written % 10n !== 0n;
  const number = Number(written);
  if (coarse || !Number.isSafeInteger(number)) {
    throw new PaymentsRefusal(
      "amount_not_chargeable",
      "this amount cannot be charged exactly; ask for a bank transfer",
    );
  }
  return number;
}

/** Null for what is no whole unit of ours: cannot come of an amount that `toStripe` wrote. */
export function fromStripe(written: number, currency: Currency): bigint {
  const minor = BigInt(written);
  if (!WRITTEN_IN_HUNDREDTHS.has(currency)) return minor;
  if (minor % 100n !== 0n) {
    throw new PaymentsRefusal("amount_not_known", `Stripe tells of ${written} in ${currency}, which is no whole unit`);
  }
  return minor / 100n;
}
