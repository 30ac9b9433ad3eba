import { exact, parseRational, type Rational, rational } from "../../../domain/kernel/rational.ts";

/** The inputs of a case, read by name. A name that is missing is `null`; one that cannot be read is a `WrongInput`. */
export class Inputs {
  readonly raw: { readonly [name: string]: unknown };

  constructor(raw: { readonly [name: string]: unknown }) {
    this.raw = raw;
  }

  has(...names: readonly string[]): boolean {
    return names.every((name) => this.raw[name] !== undefined && this.raw[name] !== null);
  }

  number(...names: readonly string[]): Rational | null {
    const name = names.find((it) => this.has(it));
    return name === undefined ? null : numberOf(this.raw[name], name);
  }

  need(...names: readonly string[]): Rational {
    const value = this.number(...names);
    if (value === null) throw new WrongInput(`needs ${names.join(" or ")}`);
    return value;
  }

  whole(...names: readonly string[]): number {
    return Number(this.need(...names).num / this.need(...names).den);
  }

  text(...names: readonly string[]): string {
    const name = names.find((it) => typeof this.raw[it] === "string");
    if (name === undefined) throw new WrongInput(`needs the text ${names.join(" or ")}`);
    return String(this.raw[name]);
  }

  textOr(fallback: string, ...names: readonly string[]): string {
    return names.some((it) => typeof this.raw[it] === "string") ? this.text(...names) : fallback;
  }

  list(...names: readonly string[]): readonly unknown[] {
    const name = names.find((it) => Array.isArray(this.raw[it]));
    if (name === undefined) throw new WrongInput(`needs the list ${names.join(" or ")}`);
    return this.raw[name] as readonly unknown[];
  }

  numbers(...names: readonly string[]): Rational[] {
    return this.list(...names).map((value) => numberOf(value, names[0] ?? ""));
  }

  /** A list, or one value as a list of one. */
  oneOrMore(...names: readonly string[]): Rational[] {
    return names.some((it) => Array.isArray(this.raw[it])) ? this.numbers(...names) : [this.need(...names)];
  }

  /** `[days, of]`. */
  pair(...names: readonly string[]): readonly [number, number] {
    const [a, b] = this.numbers(...names);
    if (a === undefined || b === undefined) throw new WrongInput(`${names[0]} needs two numbers`);
    return [Number(a.num / a.den), Number(b.num / b.den)];
  }

  isText(name: string): boolean {
    return typeof this.raw[name] === "string";
  }
}

export class WrongInput extends Error {
  override readonly name = "WrongInput";
}

export function numberOf(value: unknown, name: string): Rational {
  if (typeof value === "number" && Number.isFinite(value)) {
    return Number.isInteger(value) ? rational(BigInt(value)) : exact(String(value));
  }
  const read = typeof value === "string" ? parseRational(value) : null;
  if (read === null) throw new WrongInput(`${name}: ${JSON.stringify(value)} is not an exact number`);
  return read;
}

export function objectOf(value: unknown, name: string): Inputs {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new WrongInput(`${name} is not an object`);
  return new Inputs({ ...value });
}
