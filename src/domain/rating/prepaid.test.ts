import fc from "fast-check";
import { expect, test } from "vitest";
import { drawPrepaid, expiredPrepaid, PREPAID_ORDERS, type PrepaidCredit } from "./prepaid.ts";

const credit = (id: string, more: Partial<PrepaidCredit> = {}): PrepaidCredit => ({
  id,
  leftMinor: 100n,
  boughtOn: "2026-01-01",
  expiresOn: null,
  priority: 1,
  ...more,
});
const CREDITS = [
  credit("endless"),
  credit("late", { boughtOn: "2026-02-01", expiresOn: "2026-12-31" }),
  credit("early", { boughtOn: "2026-03-01", expiresOn: "2026-09-30" }),
  credit("urgent", { boughtOn: "2026-04-01", expiresOn: "2026-12-31", priority: 0 }),
];

test.each([
  ["first_to_expire", ["early", "late", "urgent", "endless"]],
  ["first_bought", ["endless", "late", "early", "urgent"]],
  ["priority", ["urgent", "early", "late", "endless"]],
] as const)("BIL-8 prepaid credit is drawn by %s: %j", (order, ids) => {
  const terms = { on: "2026-08-01", order };
  for (const given of [CREDITS, [...CREDITS].reverse()]) {
    expect(drawPrepaid(given, 400n, terms).map((it) => it.creditId)).toEqual(ids);
    expect(drawPrepaid(given, 150n, terms)).toEqual([
      { creditId: ids[0], amountMinor: 100n },
      { creditId: ids[1], amountMinor: 50n },
    ]);
    expect(drawPrepaid(given, 100n, terms)).toEqual([{ creditId: ids[0], amountMinor: 100n }]);
  }
});

test.each(PREPAID_ORDERS)("BIL-8 of equal credits by %s the first bought is drawn, then the smaller id", (order) => {
  const twins = [credit("c"), credit("b"), credit("a", { boughtOn: "2026-01-02" })];
  for (const given of [twins, [...twins].reverse()]) {
    const drawn = drawPrepaid(given, 300n, { on: "2026-08-01", order });
    expect(drawn.map((it) => it.creditId)).toEqual(["b", "c", "a"]);
  }
});

test.each([
  ["2026-09-29", ["early"], []],
  ["2026-09-30", [], ["early"]],
  ["2026-10-01", [], ["early"]],
] as const)("BIL-8 credit that expires on the 30th pays on %s: %j, and is written off: %j", (on, pays, written) => {
  const credits = [credit("early", { expiresOn: "2026-09-30" }), credit("spent", { leftMinor: 0n, expiresOn: on })];
  expect(drawPrepaid(credits, 10n, { on, order: "priority" }).map((it) => it.creditId)).toEqual(pays);
  expect(expiredPrepaid(credits, on)).toEqual(written.map((creditId) => ({ creditId, amountMinor: 100n })));
  expect(expiredPrepaid([credit("endless")], "9999-12-31")).toEqual([]);
});

test("BIL-8 nothing due draws nothing, also where an invoice came out negative", () => {
  for (const due of [0n, -5n]) expect(drawPrepaid(CREDITS, due, { on: "2026-08-01", order: "priority" })).toEqual([]);
});

test("BIL-8 draws never exceed what is due nor what is left of a credit, and leave nothing due that could be paid", () => {
  const credits = fc.uniqueArray(
    fc.record({ id: fc.string({ minLength: 1, maxLength: 3 }), leftMinor: fc.bigInt(-5n, 500n), priority: fc.nat(3) }),
    { selector: (it) => it.id, maxLength: 8 },
  );
  fc.assert(
    fc.property(credits, fc.bigInt(0n, 2000n), fc.constantFrom(...PREPAID_ORDERS), (given, due, order) => {
      const whole = given.map((it) => credit(it.id, it));
      const drawn = drawPrepaid(whole, due, { on: "2026-08-01", order });
      const left = new Map(whole.map((it) => [it.id, it.leftMinor]));
      for (const it of drawn) expect(it.amountMinor > 0n && it.amountMinor <= (left.get(it.creditId) ?? 0n)).toBe(true);
      const sum = drawn.reduce((all, it) => all + it.amountMinor, 0n);
      const usable = whole.reduce((all, it) => all + (it.leftMinor > 0n ? it.leftMinor : 0n), 0n);
      expect([due, usable]).toContain(sum);
      expect(sum <= due && sum <= usable).toBe(true);
    }),
  );
});
