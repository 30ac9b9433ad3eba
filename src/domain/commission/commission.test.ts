import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type CommissionMove,
  type CommissionPlan,
  commissionOf,
  earnedOn,
  movesBetween,
  NOTHING,
  standingOf,
} from "./commission.ts";
import { SALE_EVENT_KINDS, type SaleEvent, STAGES, saleOf } from "./sale.ts";
import { debtToCarry, statementOf } from "./statement.ts";

const DAY = 86_400_000;
const PERCENT: CommissionPlan = {
  currency: "CNY",
  pay: { by: "percent", percent: "2.5" },
  accrueOn: "sold",
  payableOn: "delivered",
};
const event = (kind: SaleEvent["kind"], more: Partial<SaleEvent> = {}): SaleEvent => ({
  id: `${kind}-1`,
  kind,
  at: STAGES.indexOf(kind as "sold") * DAY,
  amountMinor: null,
  corrects: null,
  isVoid: false,
  ...more,
});
const sold = (amountMinor: bigint) => event("sold", { amountMinor });

test.each<[string, CommissionPlan["pay"], bigint, bigint]>([
  ["a percentage, half a unit away from zero", { by: "percent", percent: "2.5" }, 20n, 1n],
  ["a percentage below half a unit", { by: "percent", percent: "2.5" }, 19n, 0n],
  ["at least the minimum", { by: "percent", percent: "2.5", minEach: "3.00" }, 100n, 300n],
  ["at most the maximum", { by: "percent", percent: "2.5", maxEach: "3.00" }, 1_000_000n, 300n],
  ["nothing of nothing, minimum or not", { by: "percent", percent: "2.5", minEach: "3.00" }, 0n, 0n],
  ["a fixed amount whatever the sale", { by: "fixed", amount: "12.50" }, 0n, 1_250n],
])("BIL-9 a sale earns %s", (_name, pay, amountMinor, earned) => {
  expect(earnedOn(amountMinor, { ...PERCENT, pay })).toBe(earned);
});

describe("BIL-9 a sale's commission follows its life", () => {
  test.each<[string, SaleEvent[], bigint, bigint]>([
    ["nothing happened", [], 0n, 0n],
    ["sold", [sold(10_000n)], 250n, 0n],
    ["confirmed before anybody said it was sold", [event("confirmed")], 0n, 0n],
    ["confirmed", [sold(10_000n), event("confirmed")], 250n, 0n],
    ["delivered", [sold(10_000n), event("delivered")], 0n, 250n],
    ["paid, which includes delivered", [sold(10_000n), event("paid")], 0n, 250n],
    ["a third came back", [sold(10_000n), event("delivered"), event("returned", { amountMinor: 3_333n })], 0n, 167n],
    ["all came back", [sold(10_000n), event("delivered"), event("returned")], 0n, 0n],
    ["more came back than was sold", [sold(10_000n), event("returned", { amountMinor: 99_999n })], 0n, 0n],
    [
      "the amount was corrected",
      [sold(10_000n), event("sold", { id: "sold-2", amountMinor: 20_000n, corrects: "sold-1" })],
      500n,
      0n,
    ],
    [
      "the return was a mistake",
      [sold(10_000n), event("returned"), event("returned", { id: "returned-2", corrects: "returned-1", isVoid: true })],
      250n,
      0n,
    ],
    [
      "an amount that comes later is the last word",
      [sold(10_000n), event("confirmed", { amountMinor: 8_000n })],
      200n,
      0n,
    ],
  ])("%s", (_name, events, pendingMinor, payableMinor) => {
    expect(commissionOf(saleOf(events), PERCENT)).toEqual({ pendingMinor, payableMinor });
  });
});

test.each<[string, [bigint, bigint], [bigint, bigint], CommissionMove[]]>([
  ["nothing to nothing", [0n, 0n], [0n, 0n], []],
  ["accrued", [0n, 0n], [250n, 0n], [{ kind: "accrued", amountMinor: 250n }]],
  ["made payable", [250n, 0n], [0n, 250n], [{ kind: "confirmed", amountMinor: 250n }]],
  [
    "payable at once passes through pending",
    [0n, 0n],
    [0n, 250n],
    [
      { kind: "accrued", amountMinor: 250n },
      { kind: "confirmed", amountMinor: 250n },
    ],
  ],
  [
    "less became payable than was pending",
    [250n, 0n],
    [0n, 100n],
    [
      { kind: "confirmed", amountMinor: 100n },
      { kind: "clawed_back_pending", amountMinor: 150n },
    ],
  ],
  ["taken back while payable", [0n, 250n], [0n, 0n], [{ kind: "clawed_back_payable", amountMinor: 250n }]],
])("BIL-9 the steps of a commission: %s", (_name, [p0, q0], [p1, q1], moves) => {
  const from = { pendingMinor: p0, payableMinor: q0 };
  expect(movesBetween(from, { pendingMinor: p1, payableMinor: q1 })).toEqual(moves);
});

const plans = fc.record({
  currency: fc.constantFrom("CNY" as const, "JPY" as const, "KWD" as const),
  pay: fc.oneof(
    fc.record({ by: fc.constant("fixed" as const), amount: fc.constantFrom("0", "5", "12.50") }),
    fc.record({
      by: fc.constant("percent" as const),
      percent: fc.constantFrom("0.1", "2.5", "33.333", "100"),
      minEach: fc.constantFrom(undefined, "1", "3.5"),
      maxEach: fc.constantFrom(undefined, "5", "40"),
    }),
  ),
  accrueOn: fc.constantFrom(...STAGES),
  payableOn: fc.constantFrom(...STAGES),
});
const events = fc.array(
  fc.record({
    id: fc.integer({ min: 1, max: 12 }).map(String),
    kind: fc.constantFrom(...SALE_EVENT_KINDS),
    at: fc.integer({ min: 0, max: 5 }),
    amountMinor: fc.option(fc.bigInt({ min: 0n, max: 100_000n })),
    corrects: fc.option(fc.integer({ min: 1, max: 12 }).map(String), { freq: 6 }),
    isVoid: fc.constant(false),
  }),
  { maxLength: 12 },
);
/** One event an id: the store refuses the same id with other contents. */
const lives = events.map((list) => [...new Map(list.map((one) => [one.id, one])).values()]);

/** Tells events one by one and books the difference each time, as the house does. */
function bookAll(told: readonly SaleEvent[], plan: CommissionPlan): CommissionMove[] {
  const moves: CommissionMove[] = [];
  for (let n = 1; n <= told.length; n++) {
    moves.push(...movesBetween(standingOf(moves), commissionOf(saleOf(told.slice(0, n)), plan)));
  }
  return moves;
}

test("BIL-9 any order and any repetition of a sale's events leaves the same balance", () => {
  const told = lives.chain((list) =>
    fc.tuple(
      fc.constant(list),
      fc
        .array(fc.nat({ max: Math.max(0, list.length - 1) }), { maxLength: 8 })
        .map((extra) => [...list, ...extra.flatMap((at) => list[at] ?? [])])
        .chain((all) => fc.shuffledSubarray(all, { minLength: all.length })),
    ),
  );
  fc.assert(
    fc.property(told, plans, ([list, shuffled], plan) => {
      expect(standingOf(bookAll(shuffled, plan))).toEqual(commissionOf(saleOf(list), plan));
    }),
    { numRuns: 2_000 },
  );
});

test("BIL-9 what is taken back never exceeds what accrued, and what is payable never what was confirmed", () => {
  fc.assert(
    fc.property(lives, plans, (told, plan) => {
      const moves = bookAll(told, plan);
      for (let n = 1; n <= moves.length; n++) {
        const { pendingMinor, payableMinor } = standingOf(moves.slice(0, n));
        expect(pendingMinor >= 0n && payableMinor >= 0n).toBe(true);
      }
    }),
    { numRuns: 2_000 },
  );
});

test("BIL-9 returning everything brings every sale's commission to zero", () => {
  fc.assert(
    fc.property(lives, plans, (told, plan) => {
      const back: SaleEvent = event("returned", { id: "all-back" });
      expect(standingOf(bookAll([...told, back], plan))).toEqual(NOTHING);
    }),
    { numRuns: 2_000 },
  );
});

test("BIL-9 a debt is carried from statement to statement: what was paid and what is owed add up to what was earned", () => {
  const move = fc.record({
    kind: fc.constantFrom("confirmed" as const, "clawed_back_payable" as const, "accrued" as const),
    amountMinor: fc.bigInt({ min: 1n, max: 1_000n }),
  });
  fc.assert(
    fc.property(fc.array(fc.array(move, { maxLength: 6 }), { maxLength: 8 }), (months) => {
      let [opening, paid, carried] = [0n, 0n, 0n];
      for (const moves of months) {
        const statement = statementOf(opening, moves);
        expect(statement.payableMinor >= 0n).toBe(true);
        carried += debtToCarry(statement.closingMinor, carried);
        expect(carried).toBe(statement.closingMinor < 0n ? -statement.closingMinor : 0n);
        paid += statement.payableMinor;
        opening = statement.closingMinor - statement.payableMinor;
        expect(opening <= 0n).toBe(true);
      }
      expect(paid + opening).toBe(standingOf(months.flat()).payableMinor);
    }),
    { numRuns: 1_000 },
  );
});
