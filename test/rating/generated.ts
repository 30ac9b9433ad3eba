import fc from "fast-check";
import type { RatingInput, Segment } from "../../src/domain/rating/allot.ts";
import type { Charge } from "../../src/domain/rating/charge.ts";
import type { UsageRecord } from "../../src/domain/rating/usage.ts";

/** Contracts that may use every model, and the events of a month, as fast-check makes them. */
export const FROM = Date.UTC(2026, 10, 1);
export const TO = Date.UTC(2026, 11, 1);
const named = (code: string) => ({ code, label: { zh: code, en: code } });

const money = fc.nat(9_999).map((it) => `${Math.floor(it / 100)}.${String(it % 100).padStart(2, "0")}`);
const fine = fc.nat(99_999).map((it) => `0.${String(it).padStart(5, "0")}`);
const percent = fc.nat(100).map(String);
export const tariffs = fc.record({
  perMinute: fine,
  firstS: fc.constantFrom(1, 6, 30, 60),
  nextS: fc.constantFrom(1, 6, 60),
});
const tiers = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 6 }), money, money, money, money)
  .map(([top, more, a, b, c, flat]) => [
    { upTo: String(top), price: a, flat },
    { upTo: String(top + more), price: b },
    { upTo: null, price: c },
  ]);
const limits = fc.oneof(
  fc.constant(undefined),
  fc.record({
    discountPercent: percent,
    minimum: fc.constant("5.00"),
    maximum: money.map((it) => String(Number(it) + 5)),
  }),
);

/** One charge of each model; a contract takes any of them, in this order. */
const models: readonly fc.Arbitrary<Charge>[] = [
  fc
    .record({ price: money, minSeats: fc.nat(6) })
    .map((it): Charge => ({ ...named("seats"), model: "seat_month", ...it })),
  fc
    .record({
      price: money,
      minCount: fc.nat(4),
      of: fc.constantFrom("seat", "number", "agreed"),
      timing: fc.constantFrom("arrears", "advance"),
    })
    .map((it): Charge => ({ ...named("held"), model: "recurring", per: 1, ...it }) as Charge),
  fc
    .tuple(fc.constantFrom("graduated", "volume"), tiers, limits)
    .map(
      ([model, all, limit]): Charge =>
        ({ ...named("tiers"), model, usage: "message", tiers: all, limits: limit }) as Charge,
    ),
  fc.record({ fee: money, included: fc.nat(8), overflow: money, limits }).map(
    (it): Charge => ({
      ...named("bundle"),
      model: "package",
      usage: "contact",
      where: { outcomes: ["answered"] },
      ...it,
    }),
  ),
  fc
    .record({ price: money, per: fc.constantFrom(1, 60), baseCount: fc.nat(5), limits })
    .map((it): Charge => ({ ...named("each"), model: "unit", usage: "contact", ...it })),
  fc
    .record({
      buy: tariffs,
      sell: fc.oneof(
        tariffs.map((it) => ({ by: "tariff", ...it })),
        fine.map((perMinute) => ({ by: "markup", percent: "15", perMinute })),
      ),
    })
    .map((it): Charge => ({ ...named("talk"), model: "carrier_time", ...it }) as Charge),
  fc
    .oneof(
      money.map((amount) => ({ by: "fixed", amount })),
      fc.record({ by: fc.constant("percent"), percent, minEach: money }),
      money.map((amount) => ({
        by: "bands",
        bands: [
          { upToPercent: "30", amount },
          { upToPercent: null, amount: "9.99" },
        ],
      })),
    )
    .map((pay): Charge => ({ ...named("wins"), model: "commission", pay }) as Charge),
  fc.record({ price: money, monthCap: money }).map((it): Charge => ({ ...named("rent"), model: "day_rate", ...it })),
  money.map((amount): Charge => ({ ...named("project"), model: "milestone", milestones: [{ code: "live", amount }] })),
  fc
    .record({ amount: money, every: fc.constantFrom("month", "once") })
    .map((it): Charge => ({ ...named("fee"), model: "fee", ...it }) as Charge),
  money.map((amount): Charge => ({ ...named("least"), model: "commitment", amount })),
  fc
    .record({ perStartedPointPercent: percent, capPercent: percent })
    .map((it): Charge => ({ ...named("level"), model: "sla_credit", targetPercent: "80", ...it })),
];

export const contracts: fc.Arbitrary<readonly Charge[]> = fc
  .tuple(fc.tuple(...models), fc.integer({ min: 1, max: 2 ** models.length - 1 }))
  .map(([all, mask]) => all.filter((_, at) => (mask & (1 << at)) !== 0));

const KINDS = [
  "contact",
  "contact",
  "carrier_leg",
  "carrier_leg",
  "success",
  "message",
  "seat_day",
  "milestone",
] as const;

/** Events in and just outside of the month; ids are unique. */
export const streams: fc.Arbitrary<readonly UsageRecord[]> = fc
  .array(fc.tuple(fc.constantFrom(...KINDS), fc.integer({ min: FROM - 3, max: TO + 3 }), fc.nat(130), fc.boolean()), {
    maxLength: 14,
  })
  .map((events) =>
    events.map(([kind, occurredAt, size, flag], at): UsageRecord => {
      const quantity = kind === "carrier_leg" ? size : kind === "message" || kind === "seat_day" ? size % 5 : 1;
      const attributes =
        kind === "contact"
          ? { outcome: flag ? "answered" : "failed" }
          : kind === "success"
            ? { saleMinor: size * 37 }
            : kind === "milestone"
              ? { milestone: flag ? "live" : "party" }
              : {};
      return { id: `u${at}`, kind, occurredAt, quantity, contactId: `c${at % 5}`, attributes };
    }),
  );

export function month(
  charges: readonly Charge[],
  usage: readonly UsageRecord[],
  more: Partial<Segment> = {},
): RatingInput {
  const segment: Segment = {
    version: "v1",
    from: FROM,
    to: TO,
    share: { days: 30, of: 30 },
    seatsPeak: 3,
    begins: false,
    serviceLevel: { within: 70, counted: 100 },
    stocks: {
      seat: {
        days: [
          { days: 10, count: 2 },
          { days: 20, count: 5 },
        ],
        next: 4,
      },
      number: { days: [{ days: 30, count: 3 }], next: 3 },
    },
    next: { days: 31, of: 31 },
    charges,
    ...more,
  };
  return { currency: "CNY", period: { from: FROM, to: TO }, segments: [segment], usage };
}

/** The same events permuted, repeated and cut into batches: what a queue may make of a stream. */
export const disturbed = (usage: readonly UsageRecord[]): fc.Arbitrary<readonly UsageRecord[]> =>
  fc
    .tuple(fc.shuffledSubarray([...usage], { minLength: usage.length }), fc.subarray([...usage]))
    .map(([all, again]) => [...again.map((it) => structuredClone(it)), ...all]);
