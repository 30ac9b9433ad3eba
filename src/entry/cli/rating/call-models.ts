import { minorPerMajor, roundToMinor } from "../../../domain/kernel/money.ts";
import {
  add,
  ceil,
  divide,
  exact,
  exactText,
  max,
  min,
  multiply,
  type Rational,
  rational,
  roundHalfAwayFromZero,
  subtract,
  sum,
  times,
  ZERO,
} from "../../../domain/kernel/rational.ts";
import { priceOfSlots, type Slot, spendFreeSeconds } from "../../../domain/rating/call-slots.ts";
import { billedSeconds } from "../../../domain/rating/call-time.ts";
import { type Answer, type Found, isRational } from "./case.ts";
import { Inputs, objectOf, WrongInput } from "./inputs.ts";
import type { Policy } from "./usage-models.ts";

/** What a call comes to by time: increments, connect fees, free seconds, prices that change on the way. */
export function calls(inputs: Inputs, policy: Policy): Answer | null {
  if (inputs.has("rate_at_call")) {
    return { main: multiply(perSecondOf(inputs.raw.rate_at_call), inputs.need("seconds")) };
  }
  if (inputs.has("slots") || inputs.has("intervals")) return slotted(inputs);
  if (inputs.has("buy_per_min", "sell_per_min")) return bothSides(inputs, policy);
  if (inputs.has("calls", "free_seconds")) return freeByTime(inputs);
  const clock = inputs.has("start", "end") || inputs.has("from", "to");
  if (clock && ["rates", "switch", "boundary", "change"].some((name) => inputs.has(name))) return byHour(inputs);
  if (inputs.has("usage")) return perUnits(inputs);
  if (!inputs.has("seconds")) return null;
  const rate = perSecond(inputs);
  const seconds = billed(inputs);
  if (rate === null) return duration(inputs, seconds);
  const connected = inputs.need("seconds").num > 0n ? (inputs.number("connect") ?? ZERO) : ZERO;
  const exactCost = add(connected, multiply(rate, seconds));
  const raised = max(exactCost, inputs.number("min_cost", "minimum", "min") ?? exactCost);
  const cost = rounded(min(raised, inputs.number("max_cost", "maximum", "max") ?? raised), inputs);
  return { main: cost, values: { billed_seconds: seconds, cost, total: cost } };
}

/** A price for each second, however it is quoted. */
function perSecond(inputs: Inputs): Rational | null {
  if (inputs.has("rate_per_min")) return divide(inputs.need("rate_per_min"), rational(60));
  if (inputs.has("rate_per_hour")) return divide(inputs.need("rate_per_hour"), rational(3600));
  return inputs.number("rate_per_s", "rate_per_sec", "rate_per_second");
}

/** Seconds that are charged: after the free ones, in started increments. Seconds may be a fraction. */
function billed(inputs: Inputs): Rational {
  const seconds = max(ZERO, subtract(inputs.need("seconds"), inputs.number("free_seconds") ?? ZERO));
  if (inputs.has("first", "next")) return rational(billedSeconds(seconds, inputs.whole("first"), inputs.whole("next")));
  const increment = inputs.number("unit_seconds", "inc", "increment_s", "increment");
  return increment === null ? seconds : times(increment, ceil(divide(seconds, increment)));
}

function duration(inputs: Inputs, seconds: Rational): Answer {
  const values = { billed_seconds: seconds, minutes: divide(seconds, rational(60)) };
  return inputs.has("increment_s") || inputs.has("inc") || inputs.has("first")
    ? { main: seconds, values }
    : { main: seconds };
}

/** A cost is rounded where a contract says so: up to a step, or at so many decimals. */
function rounded(cost: Rational, inputs: Inputs): Rational {
  if (inputs.has("round_up_to")) {
    const step = inputs.need("round_up_to");
    return times(step, ceil(divide(cost, step)));
  }
  if (!inputs.has("decimals")) return cost;
  const scale = 10n ** BigInt(inputs.whole("decimals"));
  const mode = inputs.textOr("half_up", "mode");
  const scaled = times(cost, scale);
  const units =
    mode === "up" ? ceil(scaled) : mode === "down" ? scaled.num / scaled.den : roundHalfAwayFromZero(scaled);
  return rational(units, scale);
}

/** Quantities other than time, so much for each N: `rate` per `unit`, or `rate_per_10` in increments of `inc`. */
function perUnits(inputs: Inputs): Answer | null {
  const usage = inputs.need("usage");
  const increment = inputs.number("inc", "increment");
  const charged = increment === null ? usage : times(increment, ceil(divide(usage, increment)));
  const quoted = Object.keys(inputs.raw).find((name) => /^rate_per_[0-9]+$/.test(name));
  if (quoted !== undefined) {
    return { main: divide(multiply(charged, inputs.need(quoted)), exact(quoted.slice("rate_per_".length))) };
  }
  if (!inputs.has("rate")) return null;
  return { main: divide(multiply(charged, inputs.need("rate")), inputs.number("unit") ?? rational(1)) };
}

/** Slots are `[price, length in seconds, increment]`, or records that say when each starts; the last has no end. */
function slotted(inputs: Inputs): Answer {
  const raw = inputs.list("slots", "intervals");
  const slots = raw.map((slot, at): Slot => {
    const parts = Array.isArray(slot) ? slot : slotParts(objectOf(slot, `slots.${at}`), raw[at + 1]);
    const length = at === raw.length - 1 || parts[1] === null ? null : Number(parts[1]);
    return { perSecond: perSecondOf(parts[0]), lengthS: length, incrementS: Number(parts[2] ?? 1) };
  });
  const { billedS, amount } = priceOfSlots(slots, inputs.whole("seconds"));
  const cost = add(inputs.number("connect") ?? ZERO, amount);
  return { main: cost, values: { billed_seconds: rational(billedS), billed: rational(billedS), cost, total: cost } };
}

function slotParts(slot: Inputs, next: unknown): readonly unknown[] {
  const starts = (it: Inputs) => it.number("start", "start_s", "at");
  const following = next === undefined || Array.isArray(next) ? null : starts(objectOf(next, "slots"));
  const begun = starts(slot);
  const until = begun !== null && following !== null ? subtract(following, begun) : null;
  const length = until ?? slot.number("length_s", "length", "for_s", "seconds", "until_s");
  const unit = slot.number("unit", "rate_unit") ?? rational(1);
  const price = slot.isText("rate") && slot.text("rate").includes("/") ? slot.raw.rate : null;
  const perSecondPrice = price ?? exactText(divide(slot.need("rate_per_s", "rate", "price"), unit));
  const increment = slot.number("increment_s", "increment", "inc");
  return [perSecondPrice, length === null ? null : Number(length.num), increment === null ? 1 : Number(increment.num)];
}

/** `"0.2/min"`, `"2/s"`; a bare number is a price for each second. */
function perSecondOf(text: unknown): Rational {
  const match = /^([0-9.]+)\s*\/\s*(s|sec|min|h|hour)$/.exec(String(text));
  if (match === null) return exact(String(text));
  const seconds = match[2] === "min" ? 60 : match[2] === "h" || match[2] === "hour" ? 3600 : 1;
  return divide(exact(match[1] ?? "0"), rational(seconds));
}

/** The same call on both sides; increments are named in the inputs, or in the words of the model. */
function bothSides(inputs: Inputs, { model }: Policy): Answer {
  const seconds = inputs.need("seconds");
  const side = (name: "buy" | "sell"): Rational => {
    const words = new RegExp(`${name} ([0-9]+)/([0-9]+)`, "i").exec(
      `${model} ${name} ${inputs.textOr("", `${name}_increment`)}`,
    );
    if (words === null) throw new WrongInput(`needs the increments of the ${name} side`);
    const charged = billedSeconds(seconds, Number(words[1]), Number(words[2]));
    return multiply(inputs.need(`${name}_per_min`), rational(charged, 60));
  };
  const [buy, sell] = [side("buy"), side("sell")];
  return { main: subtract(sell, buy), values: { buy, sell, margin: subtract(sell, buy) } };
}

/** Free seconds belong to the earlier call, whichever arrived first; rating again in call order puts it right. */
function freeByTime(inputs: Inputs): Answer {
  const rate = perSecond(inputs) ?? ZERO;
  const free = inputs.whole("free_seconds");
  const known = inputs.list("calls").map((raw, at) => {
    const call = objectOf(raw, `calls.${at}`);
    return { id: call.text("id"), seconds: call.whole("seconds") };
  });
  const costs = (order: readonly { readonly id: string; readonly seconds: number }[]) =>
    spendFreeSeconds(order, free).map(({ call, chargedS }) => [call.id, times(rate, chargedS)] as const);
  const byTime = [...known].sort((a, b) => (a.id < b.id ? -1 : 1));
  const arrival = inputs.has("arrival")
    ? inputs.list("arrival").flatMap((id) => known.filter((call) => call.id === id))
    : known;
  const rerated = costs(byTime);
  const total = sum(rerated.map(([, cost]) => cost));
  const record = (parts: readonly (readonly [string, Rational])[]): Found => Object.fromEntries(parts);
  return { main: total, values: { by_arrival: record(costs(arrival)), rerated: record(rerated), total } };
}

/** A call across a change of price by the clock: each rate holds from its time of day until the next one's. */
function byHour(inputs: Inputs): Answer {
  const [start, end] = [timeOfDay(inputs.raw.start ?? inputs.raw.from), timeOfDay(inputs.raw.end ?? inputs.raw.to)];
  const rates = ratesByHour(inputs);
  let cost = inputs.number("connect") ?? ZERO;
  for (const [at, rate] of rates.entries()) {
    const from = Math.max(start, rate.from);
    const to = Math.min(end, rates[at + 1]?.from ?? end);
    if (to > from) cost = add(cost, multiply(rate.perSecond, rational(to - from)));
  }
  return { main: cost, values: { cost, total: cost } };
}

type RateByHour = { readonly from: number; readonly perSecond: Rational };

/** `[from, price]` pairs; or records with `from` or `until`; or one time of change with the price before and after it. */
function ratesByHour(inputs: Inputs): RateByHour[] {
  if (!inputs.has("rates")) {
    const change = timeOfDay(inputs.raw.switch ?? inputs.raw.boundary ?? inputs.raw.change);
    const [before, after] = [
      inputs.need("rate1", "rate_before", "before"),
      inputs.need("rate2", "rate_after", "after"),
    ];
    return [
      { from: 0, perSecond: before },
      { from: change, perSecond: after },
    ];
  }
  let until = 0;
  return inputs.list("rates").map((raw, at) => {
    if (Array.isArray(raw)) return { from: timeOfDay(raw[0]), perSecond: perSecondOf(raw[1]) };
    const rate = objectOf(raw, `rates.${at}`);
    const from = rate.isText("from") ? timeOfDay(rate.raw.from) : until;
    until = rate.isText("until") ? timeOfDay(rate.raw.until) : until;
    return { from, perSecond: perSecondOf(rate.raw.rate ?? rate.raw.per_s ?? rate.raw.rate_per_s) };
  });
}

function timeOfDay(text: unknown): number {
  const match = /(?:^|T)([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?/.exec(String(text));
  if (match === null) throw new WrongInput(`${JSON.stringify(text)} is not a time of day`);
  return Number(match[1]) * 3600 + Number(match[2]) * 60 + Number(match[3] ?? 0);
}

/** Peers round each increment; ours is exact and rounded once for the line, at the currency's decimals. */
export function callsRoundedOnce(inputs: Inputs, policy: Policy): Answer | null {
  const { decimals: _decimals, mode: _mode, ...raw } = inputs.raw;
  const answer = calls(new Inputs(raw), policy);
  const cost = answer?.main;
  if (cost === undefined || !isRational(cost)) return answer;
  return { main: rational(roundToMinor(cost, policy.currency), minorPerMajor(policy.currency)) };
}
