import { daysInMonth } from "../../../domain/kernel/calendar-days.ts";
import type { Currency } from "../../../domain/kernel/currency.ts";
import { minorPerMajor, roundToMinor } from "../../../domain/kernel/money.ts";
import {
  add,
  max,
  multiply,
  type Rational,
  rational,
  roundHalfAwayFromZero,
  subtract,
  sum,
  ZERO,
} from "../../../domain/kernel/rational.ts";
import { type BlockTier, blocksOfAllTiers, blocksOfTopTier, packsOf } from "../../../domain/rating/blocks.ts";
import { bound, NO_BOUNDS } from "../../../domain/rating/bounds.ts";
import { markedUp } from "../../../domain/rating/call-time.ts";
import { dayRate } from "../../../domain/rating/day-rate.ts";
import { bookings, change, type Pricing, periodBookings, placeOfLateUsage } from "../../../domain/rating/delta.ts";
import { graduatedAmount } from "../../../domain/rating/graduated.ts";
import {
  type PercentageTerms,
  percent,
  percentageOfEach,
  percentageOfTotal,
} from "../../../domain/rating/percentage.ts";
import { proratedSeats } from "../../../domain/rating/seat-changes.ts";
import { seatsAboveHighWaterMark } from "../../../domain/rating/seat-month.ts";
import { graduatedParts, type TierRange } from "../../../domain/rating/tiers.ts";
import { volumeAmount } from "../../../domain/rating/volume.ts";
import type { Answer, Found } from "./case.ts";
import { type Inputs, objectOf } from "./inputs.ts";

/** What a contract chose where a case is an option: the peer's policy instead of our default. */
export type Policy = { readonly model: string; readonly option: boolean; readonly currency: Currency };

/** Prices of a quantity: unit, tiers, packs, blocks; with bounds, parts of a period, and deltas of late usage. */
export function priced(inputs: Inputs, policy: Policy): Answer | null {
  const blocks = blockTiers(inputs, policy);
  if (blocks !== null) return blocks;
  if (inputs.has("tier_quantity", "prorated_quantity")) return proratedVolume(inputs);
  const price = pricingOf(inputs, policy);
  if (price === null) return null;
  if (inputs.has("previous_cumulative", "new_cumulative")) return deltaAnswer(inputs, price);
  if (inputs.has("snapshots")) return snapshotAnswer(inputs, price, policy);
  if (inputs.has("cumulative_at_period_ends")) return periodAnswer(inputs, price);
  const several = ["quantities", "used", "calls", "seats"].find((name) => Array.isArray(inputs.raw[name]));
  if (several !== undefined) return { main: inputs.numbers(several).map(price) };
  if (inputs.has("usage") && Array.isArray(inputs.raw.usage)) {
    const total = price(sum(inputs.numbers("usage")));
    const due = subtract(total, inputs.number("already_billed") ?? ZERO);
    return { main: due, values: { total, due } };
  }
  return boundedAnswer(inputs, policy, price);
}

/** The pricing that the inputs describe, of a cumulative quantity. */
function pricingOf(inputs: Inputs, policy: Policy): Pricing | null {
  const free = inputs.number("free_units") ?? ZERO;
  const size = inputs.number("package_size", "block");
  if (inputs.has("tiers")) {
    const ranges = rangesOf(inputs);
    const amount = isVolume(policy) ? volumeAmount : graduatedAmount;
    return (quantity) => amount(ranges, max(ZERO, subtract(quantity, free)), policy.option);
  }
  if (size !== null) {
    const price = inputs.number("price");
    return (quantity) => multiply(rational(packsOf(quantity, size, free)), price ?? rational(1));
  }
  if (inputs.has("bundle") || inputs.has("included")) {
    const fee = inputs.number("fee", "bundle_fee", "flat", "bundle_price") ?? ZERO;
    const over = inputs.need("overflow", "overflow_price", "overage", "unit_price", "over_price");
    const included = inputs.need("bundle", "included");
    return (quantity) => add(fee, multiply(max(ZERO, subtract(quantity, included)), over));
  }
  const unit = inputs.number("unit_price", "price", "seat_price", "cost_multiplier", "multiplier", "rate");
  if (unit === null) return null;
  const base = inputs.number("min_quantity", "base_count", "base", "min_seats", "minimum_seats", "min_units") ?? ZERO;
  return (quantity) => multiply(max(base, max(ZERO, subtract(quantity, free))), unit);
}

function isVolume({ model }: Policy): boolean {
  return /volume/i.test(model);
}

export function rangesOf(inputs: Inputs): TierRange[] {
  let above = ZERO;
  return inputs.list("tiers").map((raw, at) => {
    const tier = objectOf(raw, `tiers.${at}`);
    const upTo = tier.number("up_to");
    const price = tier.number("unit", "price") ?? ZERO;
    const range = { above, upTo, price, flat: tier.number("flat") ?? ZERO };
    above = upTo ?? above;
    return range;
  });
}

function blockTiers(inputs: Inputs, policy: Policy): Answer | null {
  const first = inputs.has("tiers") ? objectOf(inputs.list("tiers")[0], "tiers.0") : null;
  if (first === null || !first.has("block")) return null;
  const tiers = inputs.list("tiers").map((raw, at): BlockTier => {
    const tier = objectOf(raw, `tiers.${at}`);
    return { block: tier.need("block"), blocksMax: tier.number("max_blocks"), price: tier.need("price") };
  });
  const quantity = inputs.need("quantity");
  if (/top/i.test(policy.model)) {
    const total = blocksOfTopTier(tiers, quantity);
    return { main: total, values: { total } };
  }
  const perTier = blocksOfAllTiers(tiers, quantity);
  return { main: sum(perTier), values: { per_tier: perTier, total: sum(perTier) } };
}

/** The tier is that of the full quantity; the amount is that of the part of the period. */
function proratedVolume(inputs: Inputs): Answer {
  const ranges = rangesOf(inputs);
  const whole = inputs.need("tier_quantity");
  const tier = ranges.find((it) => it.upTo === null || subtract(whole, it.upTo).num <= 0n);
  const part = inputs.need("prorated_quantity");
  return { main: add(multiply(part, tier?.price ?? ZERO), tier?.flat ?? ZERO) };
}

function deltaAnswer(inputs: Inputs, price: Pricing): Answer {
  const maximum = inputs.number("maximum");
  const minimum = inputs.number("minimum");
  const whole: Pricing = (quantity) => bound([price(quantity)], { ...NO_BOUNDS, maximum, minimum }).total;
  const [before, after] = [inputs.need("previous_cumulative"), inputs.need("new_cumulative")];
  const delta = change(whole, before, after);
  return { main: delta, values: { first: whole(before), second: delta, delta, total: whole(after) } };
}

const ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth"];

function snapshotAnswer(inputs: Inputs, price: Pricing, { currency }: Policy): Answer {
  const maximum = inputs.number("maximum");
  const minimum = inputs.number("minimum");
  const whole: Pricing = (quantity) => bound([price(quantity)], { ...NO_BOUNDS, maximum, minimum }).total;
  const booked = bookings(whole, inputs.numbers("snapshots"), currency).map((it) =>
    rational(it, minorPerMajor(currency)),
  );
  const values = Object.fromEntries(booked.map((it, at) => [ORDINALS[at] ?? `n${at + 1}`, it]));
  return { main: booked, values: { ...values, total: sum(booked) } };
}

function periodAnswer(inputs: Inputs, price: Pricing): Answer {
  const runs = inputs.list("cumulative_at_period_ends").map((run, at) => objectOf({ run }, `run ${at}`).numbers("run"));
  const values: { [name: string]: Found } = {};
  for (const [at, booked] of periodBookings(price, runs).entries()) {
    values[`run${at + 1}`] = sum(booked.map((it) => it.amount));
    values[`run${at + 1}_lines`] = booked.map((it) => [`P${it.period + 1}`, it.amount]);
  }
  return { main: Object.values(values).at(-2) ?? ZERO, values };
}

/** A part of a period: what came before it, what it adds, and the limits on the whole. */
function boundedAnswer(inputs: Inputs, policy: Policy, price: Pricing): Answer | null {
  const pre = inputs.number("pre_quantity") ?? ZERO;
  const quantity = inputs.number("quantity", "late_units", "used", "seats", "events", "cost", "units", "calls");
  if (quantity === null) return null;
  const reached = add(pre, quantity);
  const gross =
    inputs.has("tiers") && !isVolume(policy) ? tierParts(inputs, pre, reached, policy) : [change0(price, pre, reached)];
  const discount = inputs.number("discount_pct");
  const result = bound(gross, {
    discount: discount === null ? ZERO : percent(discount),
    minimum: inputs.number("minimum"),
    maximum: inputs.number("maximum"),
    alreadyBilled: inputs.number("already_billed") ?? ZERO,
    last: isLast(inputs, policy),
  });
  const capped = sum(result.capDiscounts);
  const several = gross.length > 1;
  const values = {
    lines: gross,
    gross: several ? gross : result.gross,
    usage: result.gross,
    percent_discount: result.percentDiscount,
    max_discount: capped,
    discount: add(capped, result.percentDiscount),
    discounts: result.capDiscounts.map((it) => subtract(ZERO, it)),
    true_up: result.trueUp,
    total: result.total,
    packs: result.total,
  };
  return { main: rounded(result.total, inputs, policy), values };
}

/** A cost with a multiplier is a line of money; other prices stay exact until their line is rounded. */
function rounded(total: Rational, inputs: Inputs, { currency }: Policy): Rational {
  if (!inputs.has("cost") && !inputs.has("currency")) return total;
  return rational(roundToMinor(total, currency), minorPerMajor(currency));
}

/** Nothing before means the whole price, a flat on nothing included where the contract wants it. */
function change0(price: Pricing, pre: Rational, reached: Rational): Rational {
  return pre.num === 0n ? price(reached) : change(price, pre, reached);
}

/** One line for each tier component that this part of the period adds to. */
function tierParts(inputs: Inputs, pre: Rational, reached: Rational, { option }: Policy): Rational[] {
  const ranges = rangesOf(inputs);
  const free = inputs.number("free_units") ?? ZERO;
  const partsAt = (quantity: Rational) => graduatedParts(ranges, max(ZERO, subtract(quantity, free)), option);
  const before = pre.num === 0n ? [] : partsAt(pre);
  return partsAt(reached).flatMap((part) => {
    const was = before.find((it) => it.at === part.at);
    const flat = was === undefined ? part.flat : ZERO;
    const amount = subtract(part.amount, was?.amount ?? ZERO);
    return [flat, amount].filter((it) => it.num !== 0n);
  });
}

function isLast(inputs: Inputs, { model }: Policy): boolean {
  const line = inputs.textOr("", "line", "position");
  if (line !== "") return line === "last";
  return !/not last|not the last|mid[- ]period|first line|interim/i.test(model);
}

export function percentages(inputs: Inputs, { currency }: Policy): Answer | null {
  if (!inputs.has("rate_pct")) return null;
  const terms: PercentageTerms = {
    rate: percent(inputs.need("rate_pct")),
    fixed: inputs.number("fixed") ?? ZERO,
    freeEvents: inputs.has("free_events") ? inputs.whole("free_events") : null,
    freeAmount: inputs.number("free_amount"),
    minEach: inputs.number("min"),
    maxEach: inputs.number("max"),
  };
  if (inputs.has("transactions")) {
    const each = percentageOfEach(terms, inputs.numbers("transactions"));
    return { main: sum(each), values: { total: sum(each), each } };
  }
  if (inputs.has("total")) {
    const total = percentageOfTotal(terms, runningOf(inputs));
    return { main: total, values: { total } };
  }
  if (!inputs.has("sale")) return null;
  const sales = inputs.has("sales") ? inputs.whole("sales") : 1;
  const one = multiply(inputs.need("sale"), terms.rate);
  const whole = roundHalfAwayFromZero(multiply(one, rational(sales)));
  const perSale = roundHalfAwayFromZero(one) * BigInt(sales);
  const values = { period: rational(whole), per_sale: rational(perSale), currency };
  return { main: rational(whole), values };
}

function runningOf(inputs: Inputs): Rational[] {
  const total = inputs.need("total");
  const events = inputs.has("events") ? inputs.whole("events") : 1;
  const running = inputs.has("running_total") ? inputs.numbers("running_total") : [];
  while (running.length < events) running.push(running.length === events - 1 ? total : (running.at(-1) ?? ZERO));
  return running;
}

export function seats(inputs: Inputs, policy: Policy): Answer | null {
  const perDay = inputs.number("daily", "day_rate", "price_per_day", "daily_price");
  if (perDay !== null) {
    const cap = inputs.number("monthly_cap", "month_cap", "monthly_price", "cap");
    const amounts = inputs.oneOrMore("days", "days_used").map((days) => dayRate(Number(days.num), perDay, cap));
    return { main: Array.isArray(inputs.raw.days) ? amounts : (amounts[0] ?? ZERO), values: { total: sum(amounts) } };
  }
  if (inputs.has("unit_price", "seat_sequence")) {
    const price = inputs.need("unit_price");
    const rises = seatsAboveHighWaterMark(inputs.numbers("seat_sequence").map((it) => Number(it.num)));
    const amounts = rises.map((rise) => multiply(price, rational(rise)));
    return { main: amounts, values: { total: sum(amounts), amounts } };
  }
  if (inputs.has("tiers", "changes")) {
    const [year = "0", month = "1"] = inputs.text("month").split("-");
    const days = daysInMonth(Number(year), Number(month));
    const changes = inputs.list("changes").map((raw, at) => {
      const [day, by] = objectOf({ raw }, `changes.${at}`).numbers("raw");
      return { day: Number(day?.num ?? 0n), by: Number(by?.num ?? 0n) };
    });
    const start = inputs.has("start") ? inputs.whole("start") : 0;
    return { main: proratedSeats(rangesOf(inputs), start, changes, days) };
  }
  if (inputs.has("tiers", "added")) {
    const [days, of] = inputs.pair("days");
    const start = inputs.whole("start");
    const ranges = rangesOf(inputs);
    const joined = [{ day: of - days + 1, by: inputs.whole("added") }];
    return { main: add(graduatedAmount(ranges, rational(start)), proratedSeats(ranges, start, joined, of)) };
  }
  return priced(inputs, policy);
}

export function lateUsage(inputs: Inputs, policy: Policy): Answer | null {
  if (inputs.has("read_max_previous_periods")) {
    const limit = inputs.whole("read_max_previous_periods");
    const fates = [placeOfLateUsage(limit, limit), placeOfLateUsage(limit + 1, limit)];
    return { main: `${fates[0]}, or an ${fates[1]}` };
  }
  return priced(inputs, policy);
}

export function markups(inputs: Inputs, policy: Policy): Answer | null {
  if (inputs.has("buy_cost", "markup_pct")) {
    const { currency } = policy;
    const one = markedUp(inputs.need("buy_cost"), inputs.need("markup_pct"));
    const calls = inputs.has("calls") ? inputs.whole("calls") : 1;
    const money = (exactAmount: Rational) => rational(roundToMinor(exactAmount, currency), minorPerMajor(currency));
    const line = money(multiply(one, rational(calls)));
    return { main: line, values: { per_line: line, per_call: multiply(money(one), rational(calls)) } };
  }
  if (inputs.has("cost", "markup_pct")) {
    const sold = markedUp(inputs.need("cost"), inputs.need("markup_pct"));
    return { main: sold, values: { sell: sold, margin: subtract(sold, inputs.need("cost")) } };
  }
  return priced(inputs, policy);
}
