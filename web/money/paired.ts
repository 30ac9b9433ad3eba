import type { InvoiceLineView } from "../../src/features/billing/schema.ts";

type Line = Pick<
  InvoiceLineView,
  "key" | "code" | "component" | "kind" | "label" | "quantity" | "unit" | "unitPrice" | "amountMinor"
>;

/** The same part of the same charge on two invoices, whichever version of the price it comes from. */
export type Pair = {
  readonly key: string;
  readonly code: string;
  readonly component: string;
  readonly label: Line["label"];
  readonly before: Line | null;
  readonly after: Line | null;
  readonly differenceMinor: number;
  /** Where the price's version changed between them. */
  readonly versions: { readonly before: string; readonly after: string } | null;
};

/** Lines of two invoices side by side, those with the largest difference first; differences sum to the totals'. */
export function pairedLines(before: readonly Line[], after: readonly Line[]): Pair[] {
  const [was, is] = [new Map<string, Line>(), new Map<string, Line>()];
  for (const line of before) was.set(freeKey(was, line), line);
  for (const line of after) is.set(freeKey(is, line), line);
  const keys = [...new Set([...is.keys(), ...was.keys()])];
  const pairs = keys.map((key) => pairOf(key, was.get(key) ?? null, is.get(key) ?? null));
  return pairs.toSorted((a, b) => Math.abs(b.differenceMinor) - Math.abs(a.differenceMinor));
}

/** A month cut by a change of prices has the same part twice: the second stands by itself. */
function freeKey(taken: ReadonlyMap<string, Line>, { kind, code, component }: Line): string {
  const name = `${kind}/${code}/${component}`;
  let [key, n] = [name, 1];
  while (taken.has(key)) {
    n += 1;
    key = `${name}/${n}`;
  }
  return key;
}

function pairOf(key: string, before: Line | null, after: Line | null): Pair {
  const { code, component, label } = after ?? before ?? { code: "", component: "", label: { zh: "", en: "" } };
  const [from, to] = [versionOf(before), versionOf(after)];
  return {
    key,
    code,
    component,
    label,
    before,
    after,
    differenceMinor: (after?.amountMinor ?? 0) - (before?.amountMinor ?? 0),
    versions: from === null || to === null || from === to ? null : { before: from, after: to },
  };
}

/** `calls/each@v3` is of the third version. */
function versionOf(line: Line | null): string | null {
  return line === null ? null : (/@v(\d+)$/.exec(line.key)?.[1] ?? null);
}
