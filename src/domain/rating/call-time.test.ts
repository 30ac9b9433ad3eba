import fc from "fast-check";
import { expect, test } from "vitest";
import { contracts, streams } from "../../../test/rating/generated.ts";
import { exactText, rational } from "../kernel/rational.ts";
import { priceOfSlots } from "./call-slots.ts";
import { billedSeconds, bothSides, priceOfCall } from "./call-time.ts";
import type { CarrierTimeCharge, Charge, Tariff } from "./charge.ts";
import { named } from "./fixture.ts";
import { denominatorOf, worthUnder } from "./worth.ts";

test.each([
  [0, 60, 6, 0],
  [1, 60, 6, 60],
  [60, 60, 6, 60],
  [61, 60, 6, 66],
  [66, 60, 6, 66],
  [67, 60, 6, 72],
  [5, 30, 60, 30],
  [31, 30, 60, 90],
])("BIL-5 %i s at %i/%i are %i s billed", (seconds, firstS, nextS, billed) => {
  expect(billedSeconds(rational(seconds), firstS, nextS)).toBe(billed);
});

const TARIFF: Tariff = { perMinute: "0.6", firstS: 6, nextS: 6 };

test.each([
  ["nothing more", {}, 60, "0.6"],
  ["a fee to connect", { connectFee: "0.05" }, 60, "0.65"],
  ["a fee to connect, no answer", { connectFee: "0.05" }, 0, "0"],
  ["a minimum that was not reached", { minCharge: "0.1" }, 6, "0.1"],
  ["a minimum that was", { minCharge: "0.1" }, 60, "0.6"],
  ["a minimum, no answer", { minCharge: "0.1" }, 0, "0"],
  ["a maximum that was passed", { maxCharge: "0.5" }, 60, "0.5"],
  ["a maximum that was not", { maxCharge: "0.5" }, 6, "0.06"],
  ["all of them, the fee inside", { connectFee: "0.05", minCharge: "0.2", maxCharge: "0.5" }, 6, "0.2"],
] as const)("BIL-5 a tariff with %s: %j for %i s come to %s", (_, more, seconds, amount) => {
  expect(exactText(priceOfCall(seconds, { ...TARIFF, ...more }).amount)).toBe(amount);
});

test.each([
  ["a mark-up", { percent: "50" }, 60, "0.9"],
  ["so much a minute on top", { percent: "50", perMinute: "0.1" }, 60, "1"],
  ["at least so much", { percent: "50", minCharge: "2" }, 60, "2"],
  ["a mark-up, no answer", { percent: "50", perMinute: "0.1", minCharge: "2" }, 0, "0"],
] as const)("BIL-5 carrier time sold with %s: %j for %i s come to %s", (_, sell, seconds, amount) => {
  const charge: CarrierTimeCharge = {
    ...named("talk"),
    model: "carrier_time",
    buy: TARIFF,
    sell: { by: "markup", ...sell },
  };
  const price = bothSides(charge, seconds);
  expect([price.sellS, price.buyS, exactText(price.sell)]).toEqual([seconds, seconds, amount]);
});

test("BIL-5 slots that are not reached charge nothing", () => {
  const slots = [
    { perSecond: rational(1), incrementS: 10, lengthS: 10 },
    { perSecond: rational(5), incrementS: 10, lengthS: null },
  ];
  expect([0, 10, 11].map((seconds) => exactText(priceOfSlots(slots, seconds).amount))).toEqual(["0", "10", "60"]);
});

test("BIL-2 a percentage of a sale that was worth nothing is nothing, whatever its bounds", () => {
  const charge: Charge = {
    ...named("wins"),
    model: "commission",
    pay: { by: "percent", percent: "5", minEach: "2", maxEach: "3" },
  };
  const earned = [0, 100, 5000, 90_000].map((saleMinor) => {
    const attributes = { saleMinor };
    const worth = worthUnder(
      charge,
      100n,
    )({
      id: "s",
      kind: "success",
      occurredAt: 0,
      quantity: 1,
      contactId: null,
      attributes,
    });
    return exactText(worth.amount ?? rational(-1));
  });
  expect(earned).toEqual(["0", "2", "2.5", "3"]);
});

test("BIL-7 every amount and cost of a charge is whole over the charge's own denominator", () => {
  const bounds: Charge = {
    ...named("bounds"),
    model: "carrier_time",
    buy: { ...TARIFF, connectFee: "0.00007", minCharge: "0.0000011", maxCharge: "0.13" },
    sell: { by: "tariff", perMinute: "0.0017", firstS: 1, nextS: 1, connectFee: "0.0000003" },
  };
  const others: readonly Charge[] = [
    bounds,
    { ...bounds, sell: { by: "markup", percent: "12.5", perMinute: "0.00001", minCharge: "0.0000001" } },
    { ...bounds, sell: { by: "markup", percent: "0.125" } },
    { ...named("sale"), model: "commission", pay: { by: "percent", percent: "1.75", minEach: "0.0001" } },
    { ...named("most"), model: "commission", pay: { by: "percent", percent: "99", maxEach: "0.00001" } },
  ];
  fc.assert(
    fc.property(contracts, streams, fc.constantFrom(1n, 100n, 1000n), (charges, usage, minorPerMajor) => {
      for (const charge of [...charges, ...others]) {
        const den = denominatorOf(charge, minorPerMajor);
        const worth = worthUnder(charge, minorPerMajor);
        for (const one of usage) {
          const { amount, cost } = worth(one);
          for (const it of [amount, cost]) if (it !== null) expect((it.num * den) % it.den, charge.code).toBe(0n);
        }
      }
    }),
  );
  // Where nothing has an amount of its own there is nothing to bring over one denominator.
  expect(denominatorOf({ ...named("fee"), model: "fee", amount: "0.01", every: "once" }, 100n)).toBe(1n);
  expect(denominatorOf({ ...named("wins"), model: "commission", pay: { by: "fixed", amount: "0.125" } }, 100n)).toBe(
    1000n,
  );
});
