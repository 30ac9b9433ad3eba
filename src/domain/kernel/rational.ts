import { assert } from "./step.ts";

/**
 * Exact fractions. Prices, quantities and shares are computed in these and rounded once, in the open, by the caller.
 * Not always in lowest terms: sums over one denominator stay over it, which is what a month of equal calls is made of.
 */
export type Rational = { readonly num: bigint; readonly den: bigint };

export const ZERO: Rational = { num: 0n, den: 1n };
export const ONE: Rational = { num: 1n, den: 1n };

/** Digits allowed in text from outside: bounds the cost of parsing and everything after it. */
const TEXT_LENGTH_MAX = 60;

export function rational(num: bigint | number, den: bigint | number = 1n): Rational {
  const over = BigInt(den);
  assert(over !== 0n, "a fraction has a denominator other than zero");
  return over < 0n ? { num: -BigInt(num), den: -over } : { num: BigInt(num), den: over };
}

/** Reads `12`, `-3.50`, `4/5`. Null for anything else: a number that cannot be read exactly is never guessed. */
export function parseRational(text: string): Rational | null {
  if (text.length > TEXT_LENGTH_MAX) return null;
  const fraction = /^(-?[0-9]+)\/([0-9]+)$/.exec(text);
  if (fraction !== null) {
    const den = BigInt(fraction[2] ?? "0");
    return den === 0n ? null : reduced({ num: BigInt(fraction[1] ?? "0"), den });
  }
  const decimal = /^(-?)([0-9]+)(?:\.([0-9]+))?$/.exec(text);
  if (decimal === null) return null;
  const places = decimal[3] ?? "";
  const magnitude = BigInt(`${decimal[2]}${places}`);
  return { num: decimal[1] === "-" ? -magnitude : magnitude, den: 10n ** BigInt(places.length) };
}

/** A price or share that an edge has already checked. */
export function exact(text: string): Rational {
  const value = parseRational(text);
  assert(value !== null, `${JSON.stringify(text)} is an exact number`);
  return value;
}

export function add(a: Rational, b: Rational): Rational {
  if (a.den === b.den) return { num: a.num + b.num, den: a.den };
  const common = gcd(a.den, b.den);
  const scale = b.den / common;
  return { num: a.num * scale + b.num * (a.den / common), den: a.den * scale };
}

export function subtract(a: Rational, b: Rational): Rational {
  return add(a, negate(b));
}

export function negate(a: Rational): Rational {
  return { num: -a.num, den: a.den };
}

export function multiply(a: Rational, b: Rational): Rational {
  return { num: a.num * b.num, den: a.den * b.den };
}

export function divide(a: Rational, b: Rational): Rational {
  return rational(a.num * b.den, a.den * b.num);
}

export function times(a: Rational, count: bigint | number): Rational {
  return { num: a.num * BigInt(count), den: a.den };
}

/** Negative, zero or positive, as `a` is less than, equal to or more than `b`. */
export function compare(a: Rational, b: Rational): number {
  const left = a.num * b.den;
  const right = b.num * a.den;
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Of two texts of numbers: exactly above, where a float of eighteen digits would call them equal. False where one is none. */
export function isAbove(a: string, b: string): boolean {
  const [left, right] = [parseRational(a), parseRational(b)];
  return left !== null && right !== null && compare(left, right) > 0;
}

export function equal(a: Rational, b: Rational): boolean {
  return compare(a, b) === 0;
}

export function min(a: Rational, b: Rational): Rational {
  return compare(a, b) <= 0 ? a : b;
}

export function max(a: Rational, b: Rational): Rational {
  return compare(a, b) >= 0 ? a : b;
}

export function sum(values: Iterable<Rational>): Rational {
  let total = ZERO;
  for (const value of values) total = add(total, value);
  return total;
}

export function floor(a: Rational): bigint {
  const whole = a.num / a.den;
  return a.num < 0n && whole * a.den !== a.num ? whole - 1n : whole;
}

export function ceil(a: Rational): bigint {
  return -floor(negate(a));
}

/** So `round(-x) = -round(x)`: a credit note mirrors its invoice. */
export function roundHalfAwayFromZero(a: Rational): bigint {
  const doubled = 2n * (a.num < 0n ? -a.num : a.num) + a.den;
  const magnitude = doubled / (2n * a.den);
  return a.num < 0n ? -magnitude : magnitude;
}

/** Lowest terms: one text for one value, whatever the order of the additions that made it. */
export function reduced(a: Rational): Rational {
  const common = gcd(a.num < 0n ? -a.num : a.num, a.den);
  return common === 1n ? a : { num: a.num / common, den: a.den / common };
}

/** The value itself as text: a decimal where it ends (`"0.0246"`), else a fraction in lowest terms (`"129/434"`). */
export function exactText(a: Rational): string {
  const low = reduced(a);
  let rest = low.den;
  let twos = 0;
  let fives = 0;
  while (rest % 2n === 0n) {
    rest /= 2n;
    twos += 1;
  }
  while (rest % 5n === 0n) {
    rest /= 5n;
    fives += 1;
  }
  if (rest !== 1n) return `${low.num}/${low.den}`;
  const places = Math.max(twos, fives);
  return placed((low.num * 10n ** BigInt(places)) / low.den, places);
}

/** Rounded to so many decimals, for people to read; never fed back into arithmetic. */
export function decimalText(a: Rational, places: number): string {
  return placed(roundHalfAwayFromZero(times(a, 10n ** BigInt(places))), places);
}

/** Writes a whole number of 10^-places: `placed(1250n, 2)` is `"12.50"`. */
export function placed(units: bigint, places: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(places + 1, "0");
  const sign = units < 0n ? "-" : "";
  return places === 0 ? `${sign}${digits}` : `${sign}${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

/** The smallest denominator that both can stand over. */
export function lcm(a: bigint, b: bigint): bigint {
  return (a / gcd(a, b)) * b;
}

function gcd(a: bigint, b: bigint): bigint {
  let [left, right] = [a, b];
  while (right !== 0n) [left, right] = [right, left % right];
  return left;
}
