import type { Charge } from "../../src/domain/rating/charge.ts";
import { FORMULAS } from "../../src/domain/sla/attainment.ts";
import type { FieldFault } from "../api/http.ts";
import { faultText } from "../design/said.ts";
import type { ContractWords } from "../words/contracts.ts";

type Path = readonly (string | number)[];
/** A plain value inside a charge: where it stands, and what it is. */
export type Leaf = { readonly path: Path; readonly value: string | number };
/** What is wrong inside a term: where, as `tiers.0.price`, and in the reader's words. */
export type TermFault = { readonly at: string; readonly text: string };

/** Not for a form: the code names lines for ever, a model is another term, and filters are edited as data. */
const HIDDEN: ReadonlySet<string> = new Set(["code", "model", "by", "where"]);

/** Every number and text of a charge, in order, nested ones with their whole path. */
export function leavesOf(value: unknown, path: Path = []): Leaf[] {
  if (typeof value === "string" || typeof value === "number") return [{ path, value }];
  if (path.at(-1) === "of") return [];
  if (Array.isArray(value)) return value.flatMap((item, at) => leavesOf(item, [...path, at]));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => (HIDDEN.has(name) ? [] : leavesOf(inner, [...path, name])));
}

/** What a field may be, with a name for each, where it is one of a few; null where it is written freely. */
export function choicesOf(
  words: ContractWords,
  path: Path,
): readonly (readonly [value: string, name: string])[] | null {
  const { advance, arrears, month, once } = words.choices;
  switch (path.at(-1)) {
    case "usage":
      return Object.entries(words.usage).filter(([kind]) => kind !== "milestone");
    case "of":
      return Object.entries(words.stock);
    case "timing":
      return Object.entries({ arrears, advance });
    case "every":
      return Object.entries({ month, once });
    case "formula":
      return FORMULAS.map((formula) => [formula, formula]);
    default:
      return null;
  }
}

/** Counts and seconds, which are numbers in a charge; everything else that is plain is text, prices too. */
const COUNTS: ReadonlySet<string | number | undefined> = new Set([
  "minSeats",
  "minCount",
  "per",
  "baseCount",
  "included",
  "firstS",
  "nextS",
  "months",
]);
export const isCount = (path: Path): boolean => COUNTS.has(path.at(-1));

/** The same charge with one field as it was typed. A count that is none stays text, for the house to refuse, until it is one. */
export function withLeaf(charge: Charge, path: Path, typed: string): Charge {
  const narrow = typed.normalize("NFKC").trim();
  const isFigure = /^[0-9]+(\.[0-9]*)?$/.test(narrow);
  const value = isCount(path) && /^[0-9]+$/.test(narrow) ? Number(narrow) : isFigure ? narrow : typed;
  return put(charge, path, value) as Charge;
}

function put(into: unknown, [name, ...rest]: Path, value: string | number): unknown {
  if (name === undefined) return value;
  if (Array.isArray(into)) return into.map((item, at) => (at === name ? put(item, rest, value) : item));
  const fields = typeof into === "object" && into !== null ? into : {};
  return Object.fromEntries(
    Object.entries(fields).map(([key, inner]) => [key, key === name ? put(inner, rest, value) : inner]),
  );
}

/** Faults of the house that speak of the charge in this place, each with its field in it. */
export function termFaults(faults: readonly FieldFault[], place: number): TermFault[] {
  const inside = `json.charges.${place}.`;
  const found = faults
    .filter(({ path }) => path.startsWith(inside))
    .map((fault) => [fault.path.slice(inside.length), termFaultText(fault)] as const);
  // Of several about one field the last is the closest: the first may only be what any number on this machine can be.
  return [...new Map(found)].map(([at, text]) => ({ at, text }));
}

/** A price is told by its own form; the house says only that it is not written as it must be. */
function termFaultText(fault: FieldFault): string {
  const field = fault.path.split(".").at(-1) ?? "";
  if (fault.rule?.is === "number" && COUNTS.has(field)) return faultText({ ...fault, rule: { is: "whole" } });
  if (fault.rule?.is !== "form" || field === "upTo" || field === "code") return faultText(fault);
  return faultText({ ...fault, rule: { is: field === "from" ? "first_of_month" : "price" } });
}

/** `Cost: per minute`, `Tier 2: price`: the field with the group or the place it stands in. */
export function leafLabel(words: ContractWords, path: Path): string {
  const last = String(path.at(-1));
  const field = last in words.fields ? words.fields[last as keyof ContractWords["fields"]] : last;
  const group = path
    .slice(0, -1)
    .filter((part) => part !== "label")
    .map((part) =>
      typeof part === "number"
        ? String(part + 1)
        : part in words.groups
          ? words.groups[part as keyof ContractWords["groups"]]
          : "",
    )
    .filter((part) => part !== "");
  return group.length === 0 ? field : `${group.join(" ")} · ${field}`;
}
