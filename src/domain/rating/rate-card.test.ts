import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Charge } from "./charge.ts";
import { type CardVersion, cardOn, cardsWithin, originOf, overridesOf, ownOf, resolveCard } from "./rate-card.ts";

const named = (code: string) => ({ code, label: { zh: code, en: code } });
const fee = (code: string, amount: string): Charge => ({ ...named(code), model: "fee", amount, every: "month" });
const CARD: readonly Charge[] = [
  fee("desk", "10"),
  { ...named("calls"), model: "unit", usage: "contact", price: "3", per: 1, baseCount: 0 },
  { ...named("wins"), model: "commission", pay: { by: "fixed", amount: "5" } },
];

test.each([
  ["the card itself", CARD, {}],
  ["in another order", [...CARD].reverse(), {}],
  ["another price", [fee("desk", "9"), ...CARD.slice(1)], { desk: { amount: "9" } }],
  ["a charge less", CARD.slice(1), { desk: null }],
  ["another kind of charge under its code", [{ ...CARD[1], code: "desk" } as Charge, ...CARD.slice(1)], { desk: null }],
  ["a charge that the card does not have", [...CARD, fee("more", "1")], {}],
  [
    "another part of a price, and a filter",
    [
      ...CARD.slice(0, 1),
      { ...CARD[1], where: { queues: ["vip"] } } as Charge,
      { ...CARD[2], pay: { by: "fixed", amount: "6" } } as Charge,
    ],
    { calls: { where: { queues: ["vip"] } }, wins: { pay: { by: "fixed", amount: "6" } } },
  ],
  [
    "a field less",
    [{ ...CARD[0], limits: { maximum: "9" } } as Charge, ...CARD.slice(1)],
    { desk: { limits: { maximum: "9" } } },
  ],
] as const)("BIL-6 what a contract has otherwise than the card: %s", (_, charges, expected) => {
  expect(overridesOf(CARD, charges)).toEqual(expected);
});

test("BIL-6 a limit of the card that a client does not have is told as left out", () => {
  const limited = [{ ...CARD[0], limits: { maximum: "9" } } as Charge];
  expect(overridesOf(limited, [CARD[0] as Charge])).toEqual({ desk: { limits: null } });
  expect(resolveCard(limited, { desk: { limits: null } }, [])).toEqual([CARD[0]]);
});

describe("BIL-6 card and overrides make the contract", () => {
  test("an override takes the place of a field, and a charge can be left out", () => {
    expect(resolveCard(CARD, { desk: null, calls: { price: "2.50" } }, [])).toEqual([
      { ...CARD[1], price: "2.50" },
      CARD[2],
    ]);
  });

  test("what the client has besides goes before the card where it counts the same usage, and after it where not", () => {
    const vip: Charge = { ...named("vip"), model: "unit", usage: "contact", price: "9", per: 1, baseCount: 0 };
    const codes = resolveCard(CARD, {}, [fee("more", "1"), vip]).map((it) => it.code);
    expect(codes).toEqual(["vip", "desk", "calls", "wins", "more"]);
  });

  test("an own charge with a code of the card's takes its place", () => {
    const flat = fee("calls", "900");
    expect(resolveCard(CARD, {}, [flat]).map((it) => it.code)).toEqual(["desk", "calls", "wins"]);
    expect(resolveCard(CARD, {}, [flat])[1]).toEqual(flat);
  });

  test.each([
    ["as the card has it", CARD[0] as Charge, "card"],
    [
      "with its keys in another order",
      Object.fromEntries(Object.entries(CARD[1] as Charge).reverse()) as Charge,
      "card",
    ],
    ["at the client's own price", fee("desk", "9"), "changed"],
    ["under another model", fee("calls", "9"), "own"],
    ["of another code", fee("more", "9"), "own"],
  ] as const)("a charge %s is told as %s", (_, charge, expected) => {
    expect(originOf(CARD, charge)).toBe(expected);
  });

  const price = fc.integer({ min: 1, max: 99 }).map(String);
  const charge = fc.oneof(
    fc.tuple(fc.constantFrom("a", "b", "c", "d"), price).map(([code, amount]) => fee(code, amount)),
    fc
      .tuple(fc.constantFrom("a", "b", "c", "d"), price, fc.option(price, { nil: undefined }))
      .map(([code, each, maximum]): Charge => {
        const limits = maximum === undefined ? {} : { limits: { maximum } };
        return { ...named(code), model: "unit", usage: "contact", price: each, per: 1, baseCount: 0, ...limits };
      }),
  );
  const charges = fc.uniqueArray(charge, { selector: ({ code }) => code, maxLength: 4 });

  test("what is told as override, together with what is the client's own, always gives the contract again", () => {
    fc.assert(
      fc.property(charges, charges, (card, contract) => {
        const again = resolveCard(card, overridesOf(card, contract), ownOf(card, contract));
        const byCode = (list: readonly { readonly code?: unknown }[]) =>
          [...list].sort((a, b) => (String(a.code) < String(b.code) ? -1 : 1));
        expect(byCode(again)).toEqual(byCode(contract));
      }),
    );
  });
});

describe("BIL-6 a card has versions in time", () => {
  const versions: CardVersion[] = ["2026-01-01", "2026-07-01", "2027-01-01"].map((validFrom, at) => ({
    version: at + 1,
    validFrom,
    charges: CARD,
  }));
  test.each([
    ["2025-12-31", null],
    ["2026-01-01", 1],
    ["2026-06-30", 1],
    ["2026-07-01", 2],
    ["2030-01-01", 3],
  ])("on %s version %s is in force", (date, expected) => {
    expect(cardOn(versions, date)?.version ?? null).toBe(expected);
  });
  test.each([
    ["2026-01-01", null, [2, 3]],
    ["2026-01-01", "2027-01-01", [2]],
    ["2026-07-01", "2026-12-31", []],
    ["2025-01-01", "2026-01-02", [1]],
  ])("from %s until %s the versions %j begin", (from, until, expected) => {
    expect(cardsWithin(versions, from, until).map(({ version }) => version)).toEqual(expected);
  });
});
