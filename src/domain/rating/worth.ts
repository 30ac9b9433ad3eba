import { divide, exact, lcm, multiply, type Rational, rational, times, ZERO } from "../kernel/rational.ts";
import { bothSides, bounded, type CallPrice } from "./call-time.ts";
import type { Charge, CommissionCharge, Tariff } from "./charge.ts";
import type { UsageRecord } from "./usage.ts";

/**
 * What one usage record is worth under its charge, whatever else happened in the month. `amount` is null where only the
 * whole month's quantity has a price (tiers, packages, bands).
 */
export type Worth = {
  readonly quantity: number;
  /** Tells records of one charge apart that stand in different lines. */
  readonly key: string | null;
  readonly billedS: number | null;
  readonly costS: number | null;
  readonly amount: Rational | null;
  readonly cost: Rational | null;
  readonly saleMinor: number | null;
};

/** Calls of equal length cost the same: their prices are worked out once. Longer than this they are too rare to keep. */
const SECONDS_KEPT_MAX = 36_000;

/** Prices of the charge are read once; what comes back is asked once a record. */
export function worthUnder(charge: Charge, minorPerMajor: bigint): (record: UsageRecord) => Worth {
  if (charge.model === "carrier_time") {
    const prices = new Map<number, CallPrice>();
    return ({ quantity }) => {
      const price = prices.get(quantity) ?? bothSides(charge, quantity);
      if (quantity <= SECONDS_KEPT_MAX) prices.set(quantity, price);
      const { sellS: billedS, buyS: costS, sell: amount, buy: cost } = price;
      return { quantity, key: null, billedS, costS, amount, cost, saleMinor: null };
    };
  }
  if (charge.model === "commission" && charge.pay.by !== "bands") {
    const earns = commissionUnder(charge.pay, minorPerMajor);
    return ({ quantity, attributes }) => {
      const saleMinor = attributes.saleMinor ?? 0;
      return { ...counted(quantity), amount: earns(quantity, saleMinor), saleMinor };
    };
  }
  return ({ quantity, attributes }) => ({ ...counted(quantity), key: attributes.milestone ?? null });
}

function counted(quantity: number): Worth {
  return { quantity, key: null, billedS: null, costS: null, amount: null, cost: null, saleMinor: null };
}

type EachPay = Exclude<CommissionCharge["pay"], { by: "bands" }>;

function commissionUnder(pay: EachPay, minorPerMajor: bigint): (successes: number, saleMinor: number) => Rational {
  if (pay.by === "fixed") {
    const each = exact(pay.amount);
    return (successes) => times(each, successes);
  }
  const share = divide(exact(pay.percent), rational(100));
  return (_, saleMinor) =>
    saleMinor === 0 ? ZERO : bounded(multiply(rational(saleMinor, minorPerMajor), share), pay.minEach, pay.maxEach);
}

/**
 * A denominator over which every amount and cost of the charge is a whole number, so that sums of them are sums of whole
 * numbers, in any order and in any database.
 */
export function denominatorOf(charge: Charge, minorPerMajor: bigint): bigint {
  if (charge.model === "carrier_time") {
    const buy = tariffDenominator(charge.buy);
    const { sell } = charge;
    if (sell.by === "tariff") return lcm(buy, tariffDenominator(sell));
    const marked = buy * 100n * exact(sell.percent).den;
    return lcm(lcm(marked, 60n * exact(sell.perMinute ?? "0").den), exact(sell.minCharge ?? "0").den);
  }
  if (charge.model === "commission" && charge.pay.by === "fixed") return exact(charge.pay.amount).den;
  if (charge.model === "commission" && charge.pay.by === "percent") {
    const { percent, minEach = "0", maxEach = "0" } = charge.pay;
    return lcm(lcm(100n * exact(percent).den * minorPerMajor, exact(minEach).den), exact(maxEach).den);
  }
  return 1n;
}

function tariffDenominator({ perMinute, connectFee = "0", minCharge = "0", maxCharge = "0" }: Tariff): bigint {
  return [connectFee, minCharge, maxCharge].reduce(
    (den, text) => lcm(den, exact(text).den),
    60n * exact(perMinute).den,
  );
}
