import type { ContractWords } from "../words/contracts.ts";

/** A plain value inside a charge: where it stands, and what it is. */
export type Leaf = { readonly path: readonly (string | number)[]; readonly value: string | number };

/** Not for a form: the code names lines for ever, and a choice of model or filter is made elsewhere. */
const HIDDEN: ReadonlySet<string> = new Set(["code", "model", "by", "usage", "of", "where"]);

/** Every number and text of a charge, in order, nested ones with their whole path. */
export function leavesOf(value: unknown, path: readonly (string | number)[] = []): Leaf[] {
  if (typeof value === "string" || typeof value === "number") return [{ path, value }];
  if (Array.isArray(value)) return value.flatMap((item, at) => leavesOf(item, [...path, at]));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => (HIDDEN.has(name) ? [] : leavesOf(inner, [...path, name])));
}

/** The same value with one leaf changed; a number stays a number where it can be read as one. */
export function withLeaf(value: unknown, path: readonly (string | number)[], text: string): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return typeof value === "number" && /^\d+$/.test(text) ? Number(text) : text;
  if (Array.isArray(value)) return value.map((item, at) => (at === name ? withLeaf(item, rest, text) : item));
  const fields = typeof value === "object" && value !== null ? value : {};
  return Object.fromEntries(
    Object.entries(fields).map(([key, inner]) => [key, key === name ? withLeaf(inner, rest, text) : inner]),
  );
}

/** `Cost: per minute`, `Tier 2: price`: the field with the group or the place it stands in. */
export function leafLabel(words: ContractWords, path: readonly (string | number)[]): string {
  const last = String(path.at(-1));
  const field = last in words.fields ? words.fields[last as keyof ContractWords["fields"]] : last;
  const group = path
    .slice(0, -1)
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
