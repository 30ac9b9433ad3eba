import { expect, test } from "vitest";
import type { Charge } from "./charge.ts";
import { overridesOf } from "./rate-card.ts";

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
] as const)("BIL-6 what a contract has otherwise than the card: %s", (_, charges, expected) => {
  expect(overridesOf(CARD, charges)).toEqual(expected);
});
