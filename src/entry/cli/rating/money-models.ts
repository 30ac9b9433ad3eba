import { daysBetween } from "../../../domain/kernel/calendar-days.ts";
import {
  minorPerMajor,
  roundToMinor,
  splitByLargestRemainder,
  splitFromTheFirst,
} from "../../../domain/kernel/money.ts";
import {
  add,
  divide,
  multiply,
  ONE,
  type Rational,
  rational,
  roundHalfAwayFromZero,
  subtract,
  sum,
  times,
  ZERO,
} from "../../../domain/kernel/rational.ts";
import { trueUpTo } from "../../../domain/rating/bounds.ts";
import { percent, rateOfBand } from "../../../domain/rating/percentage.ts";
import { dayShare, restOfMonth } from "../../../domain/rating/proration.ts";
import { clawback, codPayable, owedOfSales } from "../../../domain/rating/settlement.ts";
import { slaCredit } from "../../../domain/rating/sla-credit.ts";
import {
  creditNotes,
  creditOfDiscountedLine,
  discountOverLines,
  insideGross,
  type TaxedLine,
  taxGroups,
  taxOfLines,
  taxOn,
} from "../../../domain/rating/tax.ts";
import type { Answer } from "./case.ts";
import { type Inputs, objectOf } from "./inputs.ts";
import { type Policy, priced } from "./usage-models.ts";

const whole = (value: Rational): bigint => roundHalfAwayFromZero(value);
const minor = (value: bigint): Rational => rational(value);
const total = (values: readonly bigint[]): bigint => values.reduce((a, b) => a + b, 0n);

/** Splits of whole units, and lines that must add up to their total. */
export function allocations(inputs: Inputs, policy: Policy): Answer | null {
  const weights = inputs.has("portions") ? "portions" : "weights";
  if (inputs.has("total", weights)) {
    const split = policy.option ? splitFromTheFirst : splitByLargestRemainder;
    return { main: split(whole(inputs.need("total")), inputs.numbers(weights)).map(minor) };
  }
  if (inputs.has("exact_sum", "included_credit")) return creditedSum(inputs, policy);
  if (inputs.has("value")) {
    const scale = 10n ** BigInt(inputs.has("decimals") ? inputs.whole("decimals") : 0);
    return { main: rational(whole(times(inputs.need("value"), scale)), scale) };
  }
  if (inputs.has("amount", "fx_rate")) {
    return { main: money(multiply(inputs.need("amount"), inputs.need("fx_rate")), policy) };
  }
  if (!inputs.has("lines")) return null;
  const lines = inputs.numbers("lines");
  const once = money(sum(lines), policy);
  if (inputs.has("total")) {
    const scale = minorPerMajor(policy.currency);
    const parts = splitByLargestRemainder(whole(times(inputs.need("total"), scale)), lines);
    return { main: parts.map((part) => rational(part, scale)), values: { total: inputs.need("total") } };
  }
  if (inputs.has("credit")) {
    const rest = add(once, inputs.need("credit"));
    return { main: rest, values: { total: rest, lines: once } };
  }
  const perLine = sum(lines.map((line) => money(line, policy)));
  return { main: perLine, values: { per_line: perLine, once, total: perLine } };
}

/** Lines are brought to the rounded exact sum; a credit is granted whole and absorbs no drift. */
function creditedSum(inputs: Inputs, policy: Policy): Answer {
  const due = money(inputs.need("exact_sum"), policy);
  const credit = inputs.need("included_credit");
  const drift = subtract(due, inputs.number("sum_of_rounded_lines") ?? due);
  const overage = subtract(due, credit);
  return {
    main: overage,
    values: { overage, lines_must_sum: due, credit, credit_before_fix: subtract(credit, drift) },
  };
}

/** Tax once for each rate over rounded lines, after discounts; or inside a price. */
export function taxes(inputs: Inputs, policy: Policy): Answer | null {
  if (inputs.has("gross", "tax_pct")) {
    const roundNet = /round the net/i.test(policy.model) || (policy.option && !/round the tax/i.test(policy.model));
    const places = inputs.isText("gross") ? minorPerMajor(policy.currency) : 1n;
    const parts = insideGross(inputs.need("gross"), percent(inputs.need("tax_pct")), places, roundNet);
    return { main: parts.net, values: parts };
  }
  if (inputs.has("fees_total", "tax_pct")) {
    const net = subtract(inputs.need("fees_total"), inputs.has("coupons") ? sum(inputs.oneOrMore("coupons")) : ZERO);
    const tax = minor(taxOn(whole(net), percent(inputs.need("tax_pct"))));
    return { main: add(net, tax), values: { tax, net, total: add(net, tax) } };
  }
  if (inputs.has("fee", "fees_total", "coupons")) return couponShare(inputs, policy);
  return inputs.has("fees", "tax_pct") ? taxedFees(inputs) : null;
}

/** One fee's part of coupons; kept to five decimals only where a contract says so, else whole minor units. */
function couponShare(inputs: Inputs, { option }: Policy): Answer {
  const [fee, fees] = [inputs.need("fee"), inputs.need("fees_total")];
  const places = option ? 100_000n : 1n;
  const shares = inputs.oneOrMore("coupons").map((coupon) => {
    if (!option) return minor(splitByLargestRemainder(whole(coupon), [fee, subtract(fees, fee)])[0] ?? 0n);
    return rational(whole(times(divide(multiply(coupon, fee), fees), places)), places);
  });
  return { main: sum(shares) };
}

function taxedFees(inputs: Inputs): Answer {
  const fees = inputs.numbers("fees").map(whole);
  const rates = inputs.oneOrMore("tax_pct");
  const split = discountsOf(inputs, fees);
  const lines = fees.map(
    (fee, at): TaxedLine => ({
      netMinor: fee - (split[at] ?? 0n),
      rate: percent((rates.length === 1 ? rates[0] : rates[at]) ?? ZERO),
    }),
  );
  const net = total(lines.map((line) => line.netMinor));
  const tax = total(taxGroups(lines).map((group) => group.taxMinor));
  const perLine = total(lines.map((line) => taxOn(line.netMinor, line.rate)));
  return {
    main: minor(net + tax),
    values: {
      coupon_split: split.map(minor),
      taxes: taxOfLines(lines).map(minor),
      groups: taxGroups(lines).map((group) => minor(group.taxMinor)),
      net: minor(net),
      tax: minor(tax),
      total: minor(net + tax),
      tax_if_per_line: minor(perLine),
    },
  };
}

const PLACES = ["first", "second", "third", "fourth", "fifth"];

/** Discounts of each fee: over all of them by amount, or on the one that is named. */
function discountsOf(inputs: Inputs, fees: readonly bigint[]): bigint[] {
  const named = PLACES.findIndex((place) => inputs.has(`coupon_on_${place}`));
  if (named >= 0) {
    const coupon = whole(inputs.need(`coupon_on_${PLACES[named]}`));
    return fees.map((_, at) => (at === named ? coupon : 0n));
  }
  const coupons = inputs.has("coupon")
    ? [inputs.need("coupon")]
    : inputs.has("coupons")
      ? inputs.oneOrMore("coupons")
      : [];
  return coupons
    .map((coupon) => discountOverLines(whole(coupon), fees))
    .reduce(
      (all, split) => all.map((it, at) => it + (split[at] ?? 0n)),
      fees.map(() => 0n),
    );
}

/** Credit notes: their tax is what the whole credited so far bears, less what earlier notes gave back. */
export function credits(inputs: Inputs): Answer | null {
  if (!inputs.has("tax_pct")) return null;
  const rate = percent(inputs.need("tax_pct"));
  if (inputs.has("line", "coupon_on_line", "credited_gross")) {
    const [line, coupon, gross] = ["line", "coupon_on_line", "credited_gross"].map((name) => whole(inputs.need(name)));
    const credit = creditOfDiscountedLine(line ?? 1n, coupon ?? 0n, gross ?? 0n, rate);
    const sumMinor = credit.netMinor + credit.taxMinor;
    return {
      main: minor(sumMinor),
      values: {
        coupon_adjustment: minor(credit.discountBack),
        net: minor(credit.netMinor),
        tax: minor(credit.taxMinor),
        total: minor(sumMinor),
      },
    };
  }
  if (inputs.has("nets")) {
    const notes = creditNotes(inputs.numbers("nets").map(whole), rate);
    const totals = notes.map((note) => note.netMinor + note.taxMinor);
    const values = { credit_notes: totals.map(minor), net_sum: minor(total(notes.map((note) => note.netMinor))) };
    return { main: values.credit_notes, values: { ...values, sum: minor(total(totals)), total: minor(total(totals)) } };
  }
  if (!inputs.has("amount", "unused")) return null;
  const exactNet = multiply(inputs.need("amount"), dayShare(...inputs.pair("unused")));
  const [note] = creditNotes([whole(exactNet)], rate);
  const sumMinor = (note?.netMinor ?? 0n) + (note?.taxMinor ?? 0n);
  return {
    main: minor(sumMinor),
    values: {
      invoice_tax: minor(taxOn(whole(inputs.need("amount")), rate)),
      net: minor(note?.netMinor ?? 0n),
      tax: minor(note?.taxMinor ?? 0n),
      total: minor(sumMinor),
      naive_total: minor(whole(multiply(exactNet, add(ONE, rate)))),
    },
  };
}

/** Minimums of a charge, commitments of a contract, and the first part of a month in advance; with tax and a credit. */
export function minimums(inputs: Inputs, policy: Policy): Answer | null {
  if (inputs.has("monthly", "start")) {
    const rest = restOfMonth(inputs.text("start"));
    const month = restOfMonth(`${inputs.text("start").slice(0, 7)}-01`);
    const share = dayShare(daysBetween(rest.from, rest.to), daysBetween(month.from, month.to));
    return withTax(inputs, whole(multiply(inputs.need("monthly"), share)));
  }
  const floor = inputs.number("minimum", "commitment");
  const reached = inputs.has("used") ? inputs.oneOrMore("used") : inputs.has("fees") ? inputs.oneOrMore("fees") : null;
  if (floor === null || reached === null) return priced(inputs, policy);
  const share = inputs.has("days") ? dayShare(...inputs.pair("days")) : ONE;
  const prorated = minor(whole(multiply(floor, share)));
  const trueUp = trueUpTo(prorated, sum(reached));
  const taxed = withTax(inputs, whole(add(sum(reached), trueUp)));
  return { main: trueUp, values: { ...taxed.values, prorated, true_up: trueUp } };
}

function withTax(inputs: Inputs, net: bigint): Answer {
  const rate = percent(inputs.number("tax_pct") ?? ZERO);
  const tax = taxOn(net, rate);
  const credit = creditIn(inputs, rate);
  const due = minor(net + tax - credit);
  const values = { net: minor(net), tax: minor(tax), total: minor(net + tax), credit_note: minor(credit) };
  return { main: values.net, values: { ...values, payable: due, due } };
}

/** A credit that lowers what is payable: given as an amount, or as the unused part of a fee paid in advance. */
function creditIn(inputs: Inputs, rate: Rational): bigint {
  if (inputs.has("credit_note")) return whole(inputs.need("credit_note"));
  const advance = inputs.number("advance", "paid_in_advance", "unused_advance", "plan", "monthly");
  const days = ["unused", "unused_days", "advance_days"].find((name) => inputs.has(name));
  if (advance === null || days === undefined) return 0n;
  const net = whole(multiply(advance, dayShare(...inputs.pair(days))));
  return net + taxOn(net, rate);
}

/** Commissions, clawbacks, service-level credits and what partners are paid. */
export function settlements(inputs: Inputs): Answer | null {
  if (inputs.has("successful", "split_pct")) {
    const share = percent(inputs.need("split_pct"));
    const owed = owedOfSales(inputs.need("successful"), share, inputs.number("already_paid") ?? ZERO);
    return { main: owed, values: { owed } };
  }
  if (inputs.has("sale", "rate_at_sale")) {
    const earned = multiply(inputs.need("sale"), percent(inputs.need("rate_at_sale")));
    const atRateNow = multiply(inputs.need("sale"), percent(inputs.number("rate_now") ?? ZERO));
    return { main: clawback(earned), values: { clawback: clawback(earned), wrong: clawback(atRateNow) } };
  }
  if (inputs.has("target_pct", "achieved_pct")) {
    const credits = inputs.oneOrMore("achieved_pct").map((achieved) =>
      minor(
        whole(
          slaCredit(inputs.need("fee"), achieved, {
            targetPercent: inputs.need("target_pct"),
            perStartedPointPercent: inputs.need("per_started_point_pct", "per_point_pct"),
            capPercent: inputs.number("cap_pct") ?? rational(100),
          }),
        ),
      ),
    );
    return { main: Array.isArray(inputs.raw.achieved_pct) ? credits : (credits[0] ?? ZERO) };
  }
  if (inputs.has("bands")) return bands(inputs);
  if (!inputs.has("cod_collected")) return null;
  return {
    main: codPayable({
      collected: inputs.need("cod_collected"),
      deliveries: inputs.number("parcels", "deliveries") ?? ZERO,
      deliveryFee: inputs.number("fee", "delivery_fee") ?? ZERO,
      returns: inputs.number("returns") ?? ZERO,
      returnFee: inputs.number("return_fee") ?? ZERO,
      opening: inputs.number("opening", "opening_balance") ?? ZERO,
    }),
  };
}

/** A price by how many of the calls succeeded. */
function bands(inputs: Inputs): Answer {
  const successes = inputs.need("successes", "success", "successful");
  const ratio = divide(times(successes, 100), inputs.need("calls", "attempts", "contacts"));
  const rates = inputs.list("bands").map((raw, at) => {
    const band = objectOf(raw, `bands.${at}`);
    return { upTo: band.number("up_to", "up_to_pct"), rate: band.need("rate", "price", "unit") };
  });
  return { main: multiply(successes, rateOfBand(rates, ratio)) };
}

function money(amount: Rational, { currency }: Policy): Rational {
  return rational(roundToMinor(amount, currency), minorPerMajor(currency));
}
