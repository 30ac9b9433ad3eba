import fc from "fast-check";
import { expect, test } from "vitest";
import { type Match, matchLines, type OurLine, type TheirLine } from "./match.ts";
import { itemsOfParcel } from "./parcels.ts";
import { agreementOn, ITEMS, microsOfMinor, minorOfMicros, type StatementLine, totalsOf } from "./statement.ts";

const ours = (ref: string, micros: bigint, quantity: number | null = null, id = `${ref}-${micros}`): OurLine => ({
  id,
  ref,
  item: "carrier_rate",
  micros,
  quantity,
});
const theirs = (ref: string, micros: bigint, quantity: number | null = null): TheirLine => ({
  ref,
  item: "carrier_rate",
  micros,
  quantity,
});
const shown = (matches: readonly Match[]) =>
  matches.map((it) => `${it.state} ${it.ours?.micros ?? "-"} ${it.theirs?.micros ?? "-"}`).toSorted();

test.each<[string, OurLine[], TheirLine[], bigint, string[]]>([
  ["equal", [ours("CA1", 100n)], [theirs("CA1", 100n)], 0n, ["matched 100 100"]],
  ["ours alone", [ours("CA1", 100n)], [], 0n, ["only_ours 100 -"]],
  ["theirs alone", [], [theirs("CA1", 100n)], 0n, ["only_theirs - 100"]],
  ["apart by the tolerance", [ours("CA1", 100n)], [theirs("CA1", 105n)], 5n, ["matched 100 105"]],
  ["apart by more", [ours("CA1", 100n)], [theirs("CA1", 106n)], 5n, ["differs 100 106"]],
  ["equal money for other seconds", [ours("CA1", 100n, 60)], [theirs("CA1", 100n, 66)], 5n, ["differs 100 100"]],
  ["seconds that only one names", [ours("CA1", 100n, 60)], [theirs("CA1", 100n)], 0n, ["matched 100 100"]],
  [
    "told twice by them",
    [ours("CA1", 100n)],
    [theirs("CA1", 100n), theirs("CA1", 100n)],
    0n,
    ["matched 100 100", "only_theirs - 100"],
  ],
  [
    "equal ones found before near ones",
    [ours("CA1", 100n), ours("CA1", 102n)],
    [theirs("CA1", 102n), theirs("CA1", 104n)],
    5n,
    ["matched 100 104", "matched 102 102"],
  ],
])("SAL-4 lines of both sides: %s", (_name, a, b, tolerance, expected) => {
  expect(shown(matchLines(a, b, tolerance))).toEqual(expected);
});

const refs = fc.constantFrom("CA1", "CA2", "CA3");
const amounts = fc.bigInt({ min: 0n, max: 12n });
const ourFiles = fc
  .array(fc.tuple(refs, amounts), { maxLength: 12 })
  .map((list) => list.map(([ref, micros], n) => ours(ref, micros, null, String(n).padStart(3, "0"))));
const theirFiles = fc
  .array(fc.tuple(refs, amounts), { maxLength: 12 })
  .map((list) => list.map(([ref, micros]) => theirs(ref, micros)));

test("SAL-4 every line of both files stands in exactly one match, and a match is of one reference and item", () => {
  fc.assert(
    fc.property(ourFiles, theirFiles, fc.bigInt({ min: 0n, max: 4n }), (a, b, tolerance) => {
      const matches = matchLines(a, b, tolerance);
      expect(matches.flatMap((it) => it.ours?.id ?? []).toSorted()).toEqual(a.map((line) => line.id).toSorted());
      const key = (line: TheirLine) => `${line.ref} ${line.micros}`;
      expect(matches.flatMap((it) => (it.theirs === null ? [] : key(it.theirs))).toSorted()).toEqual(
        b.map(key).toSorted(),
      );
      for (const it of matches) if (it.ours && it.theirs) expect(it.ours.ref).toBe(it.theirs.ref);
    }),
    { numRuns: 1_000 },
  );
});

test("SAL-4 any order of either file gives the same matches", () => {
  fc.assert(
    fc.property(ourFiles, theirFiles, fc.bigInt({ min: 0n, max: 4n }), (a, b, tolerance) => {
      expect(shown(matchLines(a.toReversed(), b.toReversed(), tolerance))).toEqual(shown(matchLines(a, b, tolerance)));
    }),
    { numRuns: 1_000 },
  );
});

const line = (more: Partial<StatementLine>): StatementLine => ({
  item: "collected",
  state: "matched",
  oursMicros: 1_000_000n,
  theirsMicros: 2_000_000n,
  decision: null,
  ...more,
});

test.each<[string, Partial<StatementLine>, string]>([
  ["matched is ours", {}, "agreed 1000000"],
  ["without a file ours stands", { state: "unmatched", theirsMicros: null }, "agreed 1000000"],
  ["differing waits for somebody", { state: "differs" }, "open"],
  ["ours alone waits too", { state: "only_ours", theirsMicros: null }, "open"],
  ["ours accepted", { state: "differs", decision: "accept_ours" }, "agreed 1000000"],
  ["theirs accepted", { state: "differs", decision: "accept_theirs" }, "agreed 2000000"],
  ["their silence accepted", { state: "only_ours", theirsMicros: null, decision: "accept_theirs" }, "agreed 0"],
  ["disputed", { state: "differs", decision: "dispute" }, "disputed"],
])("SAL-4 what is agreed on a line: %s", (_name, more, expected) => {
  const agreement = agreementOn(line(more));
  expect(agreement.is === "agreed" ? `agreed ${agreement.micros}` : agreement.is).toBe(expected);
});

test("SAL-4 a statement is opening + collected - fees - share - clawbacks + adjustments, and a debt stays", () => {
  const lines = [
    line({ oursMicros: 100_000_000n }),
    line({ item: "delivery_fee", oursMicros: 8_000_000n }),
    line({ item: "return_fee", oursMicros: 3_000_000n }),
    line({ item: "share", oursMicros: 15_000_000n }),
    line({ item: "clawback", oursMicros: 60_000_000n }),
    line({ item: "adjustment", oursMicros: -20_000_000n }),
    line({ oursMicros: 77_000_000n, decision: "dispute" }),
    line({ state: "differs" }),
  ];
  expect(totalsOf(-500n, lines, "CNY")).toMatchObject({ closingMinor: -1_100n, disputed: 1, open: 1 });
});

test("SAL-4 a disputed line holds back itself alone", () => {
  const anyLine = fc.record({
    item: fc.constantFrom(...ITEMS),
    state: fc.constantFrom("matched" as const, "differs" as const, "unmatched" as const),
    oursMicros: fc.bigInt({ min: 0n, max: 10n ** 10n }).map((minor) => microsOfMinor(minor, "CNY")),
    theirsMicros: fc.constant(null),
    decision: fc.constantFrom("accept_ours" as const, null),
  });
  fc.assert(
    fc.property(fc.array(anyLine, { maxLength: 10 }), anyLine, (lines, one) => {
      const without = totalsOf(0n, lines, "CNY");
      const withIt = totalsOf(0n, [...lines, { ...one, decision: "dispute" }], "CNY");
      expect(withIt.closingMinor).toBe(without.closingMinor);
      expect(withIt.sums).toEqual(without.sums);
      expect(withIt.disputed).toBe(without.disputed + 1);
    }),
  );
});

test.each([
  [4_999n, "CNY", 0n],
  [5_000n, "CNY", 1n],
  [-5_000n, "CNY", -1n],
  [500_000n, "JPY", 1n],
  [499n, "KWD", 0n],
] as const)("%s micros of %s are %s of its smallest unit", (micros, currency, minor) => {
  expect(minorOfMicros(micros, currency)).toBe(minor);
});

test.each<[string, Parameters<typeof itemsOfParcel>[0], Record<string, bigint>]>([
  [
    "a delivery",
    { kind: "delivered", micros: 100_000_000n, wasDelivered: false },
    { collected: 100_000_000n, delivery_fee: 8_500_000n, share: 15_000_000n },
  ],
  [
    "its return",
    { kind: "returned", micros: 100_000_000n, wasDelivered: true },
    { return_fee: 4_000_000n, clawback: 100_000_000n, share: -15_000_000n },
  ],
  [
    "a refusal at the door",
    { kind: "returned", micros: 100_000_000n, wasDelivered: false },
    { return_fee: 4_000_000n },
  ],
])("SAL-4 %s comes to its items", (_name, event, items) => {
  const terms = { deliveryFee: "8.50", returnFee: "4", sharePercent: "15" };
  expect(Object.fromEntries(itemsOfParcel(event, terms).map(({ item, micros }) => [item, micros]))).toEqual(items);
});
