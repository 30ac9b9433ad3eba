import { Temporal } from "temporal-polyfill";
import { addDays, civil, daysBetween, type LocalDate } from "../../../domain/kernel/calendar-days.ts";
import { minorPerMajor, partition, roundToMinor } from "../../../domain/kernel/money.ts";
import {
  add,
  ceil,
  decimalText,
  divide,
  exact,
  multiply,
  type Rational,
  rational,
  roundHalfAwayFromZero,
  subtract,
  sum,
  ZERO,
} from "../../../domain/kernel/rational.ts";
import {
  anniversaries,
  type BillDay,
  billDayOf,
  cycleStartAfter,
  type DayRange,
  lastDay,
} from "../../../domain/rating/billing-periods.ts";
import {
  cycleParts,
  cyclesCharged,
  dayShare,
  daysAfterTrial,
  overlap,
  repair,
  restOfMonth,
  shareOfPeriod,
  sharePerMonth,
  thirtyDayShare,
  uncovered,
} from "../../../domain/rating/proration.ts";
import type { Answer } from "./case.ts";
import { type Inputs, WrongInput } from "./inputs.ts";
import type { Policy } from "./usage-models.ts";

/** Dates of periods, and days between instants, in a zone. */
export function calendars(inputs: Inputs, policy: Policy): Answer | null {
  if (inputs.has("anchor")) return anchored(inputs, policy);
  if (inputs.has("start", "bill_day")) {
    const billDay = billDayIn(inputs, "bill_day");
    const count = inputs.has("periods") ? inputs.whole("periods") : 3;
    const starts = [inputs.text("start")];
    while (starts.length < count) starts.push(cycleStartAfter(starts.at(-1) ?? "", billDay));
    return { main: starts };
  }
  if (inputs.has("from_utc", "to_utc")) {
    return { main: rational(wallDays(inputs.text("from_utc"), inputs.text("to_utc"), inputs.text("timezone"))) };
  }
  const events = Object.values(inputs.raw).find(areInstants);
  if (events !== undefined && inputs.has("timezone")) return eventsPerMonth(events, inputs.text("timezone"));
  if (inputs.has("period_start", "period_end_inclusive")) return inclusiveDays(inputs);
  return hours(inputs);
}

function anchored(inputs: Inputs, { model }: Policy): Answer {
  const anchor = inputs.text("anchor");
  const months = monthsIn(inputs, model);
  const count = inputs.has("periods") ? inputs.whole("periods") : 1;
  const ranges = anniversaries(anchor, count, months).map((range) => [range.from, lastDay(range)]);
  return { main: inputs.has("periods") ? ranges : (ranges[0] ?? []) };
}

function monthsIn(inputs: Inputs, model: string): number {
  if (inputs.has("months")) return inputs.whole("months");
  const words = `${model} ${inputs.textOr("", "interval", "period")}`;
  if (/year|annual/i.test(words)) return 12;
  if (/half-?year|semi-?annual/i.test(words)) return 6;
  return /quarter/i.test(words) ? 3 : 1;
}

/** Local calendar days from one instant to another; an end in the middle of a day counts that day. */
function wallDays(fromUtc: string, toUtc: string, timeZone: string): bigint {
  const wall = (utc: string) =>
    Temporal.Instant.from(/[zZ]|[+-]\d\d:?\d\d$/.test(utc) ? utc : `${utc}Z`)
      .toZonedDateTimeISO(timeZone)
      .toPlainDateTime();
  const seconds = wall(fromUtc).until(wall(toUtc), { largestUnit: "second" }).seconds;
  const days = rational(seconds, 86_400);
  return days.num % days.den === 0n ? days.num / days.den + 1n : ceil(days);
}

function areInstants(value: unknown): value is string[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((it) => typeof it === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(it))
  );
}

/** In which month of the zone's calendar each event lies: every event in exactly one. */
function eventsPerMonth(events: readonly string[], timeZone: string): Answer {
  const counts = new Map<string, number>();
  for (const utc of events) {
    const instant = Temporal.Instant.from(/[zZ]|[+-]\d\d:?\d\d$/.test(utc) ? utc : `${utc}Z`);
    const month = instant.toZonedDateTimeISO(timeZone).toPlainDate().toPlainYearMonth().toString();
    counts.set(month, (counts.get(month) ?? 0) + 1);
  }
  const ordered = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  const values = Object.fromEntries(ordered.map(([month, count]) => [month, rational(count)]));
  return { main: ordered.map(([, count]) => rational(count)), values };
}

/** Elapsed hours of shifts given on the wall of a zone: a night in which clocks change is shorter or longer. */
function hours(inputs: Inputs): Answer | null {
  if (inputs.has("shifts", "timezone")) {
    const timeZone = inputs.text("timezone");
    const at = (wall: string) => Temporal.PlainDateTime.from(wall).toZonedDateTime(timeZone).epochMilliseconds;
    const elapsed = inputs.list("shifts").map((shift) => {
      if (!Array.isArray(shift)) throw new WrongInput("a shift is [from, to]");
      return rational(at(String(shift[1])) - at(String(shift[0])), 3_600_000);
    });
    const rate = inputs.number("rate");
    if (rate === null) return { main: elapsed, values: { hours: sum(elapsed) } };
    return { main: rational(roundHalfAwayFromZero(multiply(sum(elapsed), rate))), values: { hours: sum(elapsed) } };
  }
  if (!inputs.has("hours", "rate")) return null;
  const amount = multiply(inputs.need("hours"), inputs.need("rate"));
  const halfUp = roundHalfAwayFromZero(amount);
  return { main: rational(halfUp), values: { half_up: rational(halfUp), half_even: rational(halfEven(amount)) } };
}

/** The other mode of rounding, to show that a tie tells them apart. Ours is never this one. */
function halfEven(value: Rational): bigint {
  const up = roundHalfAwayFromZero(value);
  const tie = (2n * value.num) % value.den === 0n && ((value.num * 2n) / value.den) % 2n !== 0n;
  return tie && up % 2n !== 0n ? up - (value.num < 0n ? -1n : 1n) : up;
}

function inclusiveDays(inputs: Inputs): Answer {
  const to = addDays(inputs.text("period_end_inclusive"), 1);
  return { main: rational(daysBetween(inputs.text("period_start"), to)) };
}

/** Parts of a price by days: which days, over which whole, and what is given back. */
export function prorations(inputs: Inputs, policy: Policy): Answer | null {
  return (
    thirtyDay(inputs, policy) ??
    repairs(inputs, policy) ??
    cycles(inputs, policy) ??
    stubs(inputs, policy) ??
    daysOf(inputs, policy)
  );
}

function thirtyDay(inputs: Inputs, policy: Policy): Answer | null {
  if (!inputs.has("start", "end", "days_in_month")) return null;
  const share = thirtyDayShare({ from: inputs.text("start"), to: inputs.text("end") }, inputs.whole("days_in_month"));
  return { main: inputs.has("price") ? money(multiply(inputs.need("price"), share), inputs, policy, "price") : share };
}

function repairs(inputs: Inputs, policy: Policy): Answer | null {
  if (inputs.has("old", "new_rate", "days")) {
    const share = dayShare(...inputs.pair("days"));
    const paid = subtract(inputs.need("old"), inputs.number("adjusted") ?? ZERO);
    const back = money(repair(inputs.need("old"), share, subtract(inputs.need("old"), paid)), inputs, policy, "old");
    const fresh = money(multiply(inputs.need("new_rate"), share), inputs, policy, "old");
    const credit = subtract(subtract(ZERO, back), fresh);
    return { main: credit, values: { new: fresh, repair: back, credit } };
  }
  if (inputs.has("rate", "billed", "proposed")) {
    const billed = [rangeOf(inputs.list("billed"))];
    const parts = inputs.list("proposed").map((raw) => {
      const period = rangeOf(raw);
      const shares = uncovered(period, billed).map((range) => shareOfPeriod(range, period));
      return money(multiply(inputs.need("rate"), sum(shares)), inputs, policy, "rate");
    });
    return { main: parts, values: { total: sum(parts) } };
  }
  if (!inputs.has("rate", "period")) return null;
  const period = rangeOf(inputs.list("period"));
  const rate = inputs.need("rate");
  if (inputs.has("suspended")) {
    const raw = inputs.list("suspended");
    const ranges = Array.isArray(raw[0]) ? raw.map(rangeOf) : [rangeOf(raw)];
    const shares = ranges.flatMap((range) => {
      const inside = overlap(range, period);
      return inside === null ? [] : [shareOfPeriod(inside, period)];
    });
    return { main: money(repair(rate, sum(shares), ZERO), inputs, policy, "rate") };
  }
  if (!inputs.has("repair_from")) return null;
  const kept = { from: period.from, to: inputs.text("repair_from") };
  return { main: money(multiply(rate, shareOfPeriod(kept, period)), inputs, policy, "rate") };
}

function cycles(inputs: Inputs, policy: Policy): Answer | null {
  if (inputs.has("rate1", "rate2", "change")) return phaseChange(inputs, policy);
  if (inputs.has("start", "change", "new_bill_day")) return billDayChange(inputs, policy);
  if (!inputs.has("start", "target")) return null;
  const start = inputs.text("start");
  const annual = /annual|year/i.test(policy.model);
  const billDay = inputs.has("bill_day") ? billDayIn(inputs, "bill_day") : billDayOf(start, annual ? 12 : 1);
  const end = inputs.has("end") ? inputs.text("end") : null;
  const parts = cycleParts({ start, billDay, target: inputs.text("target"), end });
  const charged = sum(parts);
  const rate = inputs.number("rate", "price");
  return { main: rate === null ? shown(parts) : money(multiply(rate, charged), inputs, policy, "rate") };
}

/** A new price from the day of change, which becomes the bill day. */
function phaseChange(inputs: Inputs, policy: Policy): Answer {
  const [start, change, target] = [inputs.text("start"), inputs.text("change"), inputs.text("target")];
  const first = cyclesCharged({ start, billDay: billDayOf(start, 1), target, end: change });
  const second = cyclesCharged({ start: change, billDay: billDayOf(change, 1), target, end: null });
  const total = add(multiply(inputs.need("rate1"), first), multiply(inputs.need("rate2"), second));
  return { main: money(total, inputs, policy, "rate1"), values: { first, second } };
}

function billDayChange(inputs: Inputs, policy: Policy): Answer {
  const [start, change, target] = [inputs.text("start"), inputs.text("change"), inputs.text("target")];
  const before = cyclesCharged({ start, billDay: billDayOf(start, 1), target: change, end: change });
  const billDay = billDayIn(inputs, "new_bill_day");
  const after = cyclesCharged({ start: change, billDay, target, end: null, leadFromClampedDay: policy.option });
  return { main: [shown([before]), after] };
}

/** Cycles as people are shown them: each part to nine decimals, and their sum. Amounts are made of the exact parts. */
function shown(parts: readonly Rational[]): Rational {
  return sum(parts.map((part) => exact(decimalText(part, 9))));
}

function stubs(inputs: Inputs, policy: Policy): Answer | null {
  if (inputs.has("start", "next_cycle", "period_start")) {
    const to = inputs.text("next_cycle");
    return { main: shareOfPeriod({ from: inputs.text("start"), to }, { from: inputs.text("period_start"), to }) };
  }
  if (inputs.has("start", "end_inclusive")) {
    return { main: sharePerMonth({ from: inputs.text("start"), to: addDays(inputs.text("end_inclusive"), 1) }) };
  }
  if (inputs.has("period_start", "period_end_inclusive") && !inputs.has("amount")) return inclusiveDays(inputs);
  const amount = inputs.number("amount", "price", "monthly");
  if (amount === null || !inputs.has("start")) return null;
  const start = inputs.text("start");
  const name = inputs.has("amount") ? "amount" : "price";
  const share = stubShare(inputs, start, policy);
  const exactAmount = multiply(amount, share);
  const whole = money(exactAmount, inputs, policy, name);
  return { main: whole, values: { amount: whole, precise: exactAmount, net: whole } };
}

/** From a start to an end that is given, or to the end of the month; over the month, or the quarter or year it is in. */
function stubShare(inputs: Inputs, start: LocalDate, { model }: Policy): Rational {
  if (inputs.has("month_days") || !inputs.has("end")) {
    const days = daysAfterTrial(start, inputs.has("trial_days") ? inputs.whole("trial_days") : 0);
    const month = restOfMonth(`${start.slice(0, 7)}-01`);
    return dayShare(days, inputs.has("month_days") ? inputs.whole("month_days") : daysBetween(month.from, month.to));
  }
  const to = addDays(inputs.text("end"), 1);
  const months = monthsIn(inputs, model);
  const { year, month } = civil(start);
  const first = Math.floor((month - 1) / months) * months + 1;
  const [period] = anniversaries(`${year}-${String(first).padStart(2, "0")}-01`, 1, months);
  return shareOfPeriod(
    { from: start, to },
    inputs.has("period") ? rangeOf(inputs.list("period")) : (period as DayRange),
  );
}

/** A share given as days of so many. */
function daysOf(inputs: Inputs, policy: Policy): Answer | null {
  if (inputs.has("amount", "parts")) return parts(inputs);
  if (inputs.has("price", "days_in_feb")) {
    const shared = (of: number) => multiply(inputs.need("price"), rational(inputs.whole("days_in_feb"), of));
    const right = shared(inputs.has("feb_days") ? inputs.whole("feb_days") : 28);
    return {
      main: right,
      values: { right, ...(inputs.has("wrong_divisor") ? { wrong: shared(inputs.whole("wrong_divisor")) } : {}) },
    };
  }
  if (!inputs.has("days")) return null;
  const share = dayShare(...inputs.pair("days"));
  if (inputs.has("amount")) return { main: money(multiply(inputs.need("amount"), share), inputs, policy, "amount") };
  if (inputs.has("price")) return { main: multiply(inputs.need("price"), share) };
  return { main: share };
}

/** Parts of an amount over time: the naive rounding of each beside ours, which adds up. */
function parts(inputs: Inputs): Answer {
  const amount = inputs.need("amount");
  const days = inputs.numbers("parts");
  const whole = sum(days);
  const cumulative = partition(amount, days, whole).map((it) => rational(it));
  const naive = days.map((it) => rational(roundHalfAwayFromZero(multiply(amount, divide(it, whole)))));
  return { main: cumulative, values: { naive, cumulative, sum: sum(cumulative) } };
}

/** Whole numbers are minor units; text is major units, rounded at the currency's decimals. */
function money(amount: Rational, inputs: Inputs, { currency }: Policy, name: string): Rational {
  if (!inputs.isText(name)) return rational(roundHalfAwayFromZero(amount));
  return rational(roundToMinor(amount, currency), minorPerMajor(currency));
}

function billDayIn(inputs: Inputs, name: string): BillDay {
  if (!inputs.isText(name)) return { day: inputs.whole(name), month: null };
  const [month, day] = inputs.text(name).split("-").map(Number);
  return day === undefined ? { day: month ?? 1, month: null } : { day, month: month ?? 1 };
}

function rangeOf(raw: unknown): DayRange {
  if (!Array.isArray(raw) || raw.length !== 2) throw new WrongInput("a range is [from, to]");
  return { from: String(raw[0]), to: String(raw[1]) };
}
