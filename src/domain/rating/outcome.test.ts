import { expect, test } from "vitest";
import type { Charge } from "./charge.ts";
import { FROM, named, rated, record, segment, THIRD, TO, told, used, WHOLE } from "./fixture.ts";
import { canonicalText, rateTotals } from "./rate.ts";
import { NO_USAGE } from "./totals.ts";

const EACH: Charge = { ...named("each"), model: "unit", usage: "contact", price: "6.00", per: 3, baseCount: 9 };
test("BIL-6 discount, cap and minimum say what they were taken of and what was reached", () => {
  const limits = { discountPercent: "50", maximum: "30.00", minimum: "40.00" };
  const calls: Charge = { ...EACH, baseCount: 0 };
  const of = "1 adjustment";
  const [, ...limited] = told(rated(used("contact", 40), segment([{ ...calls, limits }])));
  expect(limited).toEqual([
    { line: "discount", of, at: "-40", minor: -4000, why: { kind: "discount", percent: "50", of: "80.00" } },
    { line: "cap", of, at: "-10", minor: -1000, why: { kind: "cap", maximum: "30.00", reached: "40" } },
    {
      line: "minimum",
      of,
      at: "10",
      minor: 1000,
      why: { kind: "minimum", minimum: "40.00", reached: "40", share: WHOLE },
    },
  ]);
});

test("BIL-6 a commitment says what it is of, and what its term came to before", () => {
  const calls: Charge = { ...EACH, baseCount: 0 };
  const least: Charge = { ...named("least"), model: "commitment", amount: "100.00" };
  const term = { from: "2026-09-01", months: 3 };
  const told2 = (more: Partial<Charge>, earlierMinor?: { [code: string]: bigint }) =>
    told(rated(used("contact", 10), segment([calls, { ...least, ...more } as Charge], { earlierMinor })))[1];
  expect(told2({})).toEqual({
    line: "commitment",
    of: "1 adjustment",
    at: "80",
    minor: 8000,
    why: { kind: "minimum", minimum: "100.00", reached: "20", share: WHOLE },
  });
  expect(told2({ term } as Partial<Charge>, { least: 5000n })).toEqual({
    line: "commitment",
    of: "1 adjustment",
    at: "30",
    minor: 3000,
    why: { kind: "term", minimum: "100.00", reached: "70.00", earlier: "50.00", ...term },
  });
});

test("BIL-10 a credit says the fee, the target, what was measured and the cap", () => {
  const sla: Charge = {
    ...named("level"),
    model: "sla_credit",
    targetPercent: "95",
    perStartedPointPercent: "2",
    capPercent: "30",
  };
  const fee: Charge = { ...named("f"), model: "fee", amount: "100", every: "month" };
  const level = { within: 181, counted: 200 };
  expect(told(rated([], segment([fee, sla], { serviceLevel: level })))[1]).toEqual({
    line: "sla",
    of: "1 adjustment",
    at: "-10",
    minor: -1000,
    why: {
      kind: "sla_credit",
      formula: "SL-4",
      fee: "100.00",
      targetPercent: "95",
      achievedPercent: "90.5",
      ...level,
      capPercent: "30",
    },
  });
});

test("BIL-10 a credit by points that names no points, and one on a fee that was not charged, credit nothing", () => {
  const sla: Charge = { ...named("level"), model: "sla_credit", targetPercent: "95", capPercent: "30" };
  const fee: Charge = { ...named("f"), model: "fee", amount: "100", every: "month" };
  const missed = { serviceLevel: { within: 1, counted: 2 } };
  expect(rated([], segment([fee, sla], missed)).lines).toHaveLength(1);
  const ofOther: Charge = { ...sla, perStartedPointPercent: "2", of: ["other"] };
  expect(rated([], segment([fee, ofOther], missed)).lines).toHaveLength(1);
});

test("BIL-7 a line drafted from sums comes to the same and lists no records", () => {
  const drafted = rateTotals("CNY", [segment([EACH])], { totals: () => NO_USAGE, contacts: () => 0 });
  expect(drafted.lines.map((it) => [it.component, it.amountMinor, it.items])).toEqual([["base-count", 1800n, []]]);
});

test("BIL-2 a success rate is of the contacts of the same version's days, each contact once", () => {
  const bands = [
    { upToPercent: "50", amount: "1" },
    { upToPercent: null, amount: "100" },
  ];
  const wins: Charge = { ...named("wins"), model: "commission", pay: { by: "bands", bands } };
  const middle = FROM + 10 * 86_400_000;
  const halves = [
    segment([wins], { to: middle, share: THIRD }),
    segment([wins], { version: "v2", from: middle, share: { days: 20, of: 30 } }),
  ];
  const at = (id: string, kind: "contact" | "success", occurredAt: number) => ({
    ...record(id, kind, 1),
    occurredAt,
  });
  const usage = [
    at("s1", "success", middle - 1),
    at("s2", "success", middle),
    at("c0", "contact", FROM - 1),
    at("c1", "contact", FROM),
    at("c2", "contact", middle - 1),
    at("c3", "contact", middle),
    at("c3", "contact", middle),
    at("c4", "contact", TO),
  ];
  const { lines } = rated(usage, ...halves);
  expect(lines.map((it) => it.detail)).toEqual([
    { kind: "success_band", successes: 1, contacts: 2, ratePercent: "50", amount: "1" },
    { kind: "success_band", successes: 1, contacts: 1, ratePercent: "100", amount: "100" },
  ]);
});

test("BIL-7 two outcomes that differ anywhere never have one text", () => {
  const base = rated(
    [...used("contact", 1, 1), record("leg", "carrier_leg", 5)],
    segment([{ ...EACH, baseCount: 0 } as Charge]),
  );
  const [line] = base.lines;
  if (line === undefined) throw new Error("no line");
  const other = (more: Partial<typeof line>) => ({ ...base, lines: [{ ...line, ...more }] });
  const texts = [
    base,
    { ...base, currency: "USD" as const },
    { ...base, currency: "JPY" as const },
    { ...base, totalMinor: base.totalMinor + 1n },
    { ...base, lines: [] },
    { ...base, unrated: [] },
    { ...base, unrated: [{ usageId: "leg", reason: "conflict" as const }] },
    { ...base, unrated: [{ usageId: "gel", reason: "no_charge" as const }] },
    other({ key: "each/each@v2" }),
    other({ quantity: { num: 3n, den: 1n } }),
    other({ exact: { num: 401n, den: 100n } }),
    other({ amountMinor: 401n }),
    other({ detail: { kind: "each", price: "6.01", per: 3, quantity: "2" } }),
  ].map(canonicalText);
  expect(base.unrated).toEqual([{ usageId: "leg", reason: "no_charge" }]);
  expect(new Set(texts).size).toBe(texts.length);
});
