import { decimalText, equal, exact, exactText, parseRational, type Rational } from "../../../domain/kernel/rational.ts";

/** A case of a file: what goes in, what must come out, and whether a contract must choose the policy for it. */
export type RatingCase = {
  readonly id: string;
  readonly group: string;
  readonly model: string;
  readonly inputs: { readonly [name: string]: unknown };
  readonly expected: unknown;
  readonly ours?: unknown;
  readonly unit: string;
  readonly stance: "hold" | "option" | "anti";
};

/** What a model found: exact numbers, texts, and lists and records of them. */
export type Found = Rational | string | boolean | readonly Found[] | { readonly [name: string]: Found };

/** A whole answer: named values, of which one is the answer where a case expects a single one. */
export type Answer = { readonly main: Found; readonly values?: { readonly [name: string]: Found } };

/**
 * Compares what was found with what is expected, and writes it in the same form. An exact number equals a text of two or
 * more decimals when it rounds to it, half away from zero: that is the one rounding of a line, or of a ratio for display.
 */
export function compareWith(answer: Answer, expected: unknown): { readonly got: unknown; readonly ok: boolean } {
  if (isRecord(expected)) {
    const named: { [name: string]: unknown } = {};
    let ok = true;
    for (const [name, value] of Object.entries(expected)) {
      const found = answer.values?.[name];
      if (found === undefined) {
        ok = ok && isForeign(name);
        continue;
      }
      named[name] = written(found, value);
      ok = ok && same(found, value);
    }
    return { got: named, ok: ok && Object.keys(named).length > 0 };
  }
  return { got: written(answer.main, expected), ok: same(answer.main, expected) };
}

/** What a peer got wrong is told in a case so that nobody repeats it; it is not ours to compute. */
function isForeign(name: string): boolean {
  return /^(bug|peer_.*)$/.test(name);
}

function same(found: Found, expected: unknown): boolean {
  if (Array.isArray(found)) {
    return (
      Array.isArray(expected) && expected.length === found.length && found.every((it, at) => same(it, expected[at]))
    );
  }
  if (isRational(found)) {
    const wanted = numberIn(expected);
    if (wanted === null) return false;
    if (equal(found, wanted)) return true;
    const places = placesOf(expected);
    return places >= 2 && decimalText(found, places) === String(expected);
  }
  if (isRecord(found)) {
    return (
      isRecord(expected) &&
      Object.entries(expected).every(([name, value]) => {
        const part = found[name];
        return part !== undefined && same(part as Found, value);
      })
    );
  }
  return found === expected;
}

/** Written with the decimals of what is expected where that loses nothing, so that equal things look equal. */
function written(found: Found, expected: unknown): unknown {
  if (Array.isArray(found))
    return found.map((it, at) => written(it, Array.isArray(expected) ? expected[at] : undefined));
  if (isRational(found)) {
    if (same(found, expected)) return expected;
    return typeof expected === "number" && found.den === 1n ? Number(found.num) : exactText(found);
  }
  if (isRecord(found)) {
    const like = isRecord(expected) ? expected : {};
    return Object.fromEntries(Object.entries(found).map(([name, it]) => [name, written(it as Found, like[name])]));
  }
  return found;
}

function numberIn(value: unknown): Rational | null {
  if (typeof value === "number") return exact(String(value));
  return typeof value === "string" ? parseRational(value) : null;
}

function placesOf(value: unknown): number {
  const text = typeof value === "string" ? value : "";
  const point = text.indexOf(".");
  return point < 0 ? 0 : text.length - point - 1;
}

export function isRational(value: unknown): value is Rational {
  return typeof value === "object" && value !== null && "num" in value && "den" in value;
}

function isRecord(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isRational(value);
}
