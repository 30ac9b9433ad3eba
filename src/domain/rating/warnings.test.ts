import { expect, test } from "vitest";
import type { Charge } from "./charge.ts";
import { contractWarnings } from "./warnings.ts";

const named = (code: string) => ({ code, label: { zh: code, en: code } });
const buy = (firstS: number, nextS: number, perMinute = "0.0123") => ({ perMinute, firstS, nextS });
const carrier = (bought: ReturnType<typeof buy>, sold: ReturnType<typeof buy>): Charge => ({
  ...named("talk"),
  model: "carrier_time",
  buy: bought,
  sell: { by: "tariff", ...sold },
});

test("bought by the minute and sold by six seconds: the steps and the first call that loses money are named", () => {
  expect(contractWarnings([carrier(buy(60, 60), buy(6, 6, "0.0180"))])).toEqual([
    { kind: "increments_coarser", code: "talk", buy: "60/60", sell: "6/6" },
    { kind: "negative_margin", code: "talk", seconds: 1, margin: "-0.0105" },
  ]);
});

test.each([
  ["finer steps at a better price", carrier(buy(1, 1), buy(60, 60, "0.0180")), []],
  ["the same price on both sides", carrier(buy(6, 6), buy(6, 6)), []],
  [
    "the same steps at a lower price",
    carrier(buy(6, 6), buy(6, 6, "0.0100")),
    [{ kind: "negative_margin", code: "talk", seconds: 1, margin: "-0.00023" }],
  ],
  [
    "a first step that is coarser",
    carrier(buy(60, 1), buy(30, 1, "1")),
    [{ kind: "increments_coarser", code: "talk", buy: "60/1", sell: "30/1" }],
  ],
  [
    "a later step that is coarser",
    carrier(buy(60, 6), buy(60, 1, "1")),
    [{ kind: "increments_coarser", code: "talk", buy: "60/6", sell: "60/1" }],
  ],
  ["both steps the same", carrier(buy(60, 6), buy(60, 6, "1")), []],
  [
    "a maximum that ten minutes pass",
    {
      ...named("talk"),
      model: "carrier_time",
      buy: buy(1, 1, "0.6"),
      sell: { by: "tariff", perMinute: "0.6", firstS: 1, nextS: 1, maxCharge: "5.99" },
    } as const,
    [{ kind: "negative_margin", code: "talk", seconds: 600, margin: "-0.01" }],
  ],
  [
    "a mark-up of nothing",
    { ...named("talk"), model: "carrier_time", buy: buy(60, 60), sell: { by: "markup", percent: "0" } } as const,
    [],
  ],
])("%s", (_, charge, expected) => {
  expect(contractWarnings([charge])).toEqual(expected);
});

test("a volume price that falls as usage grows is named where it falls", () => {
  const tiers = [
    { upTo: "100", price: "2", flat: "10" },
    { upTo: "200", price: "1" },
    { upTo: null, price: "0.5" },
  ];
  const volume: Charge = { ...named("calls"), model: "volume", usage: "contact", tiers };
  expect(contractWarnings([volume])).toEqual([
    { kind: "volume_cliff", code: "calls", at: "100" },
    { kind: "volume_cliff", code: "calls", at: "200" },
  ]);
  const rising = [
    { upTo: "100", price: "1" },
    { upTo: null, price: "1" },
  ];
  expect(contractWarnings([{ ...volume, tiers: rising }])).toEqual([]);
});

test("a charge behind one that takes everything is named; behind a filter it is not", () => {
  const calls = (code: string, where?: object): Charge =>
    ({ ...named(code), model: "unit", usage: "contact", price: "1", per: 1, baseCount: 0, where }) as Charge;
  const filtered = calls("orders", { queues: ["orders"] });
  expect(contractWarnings([calls("all"), filtered])).toEqual([
    { kind: "never_charged", code: "orders", takenBy: "all" },
  ]);
  expect(contractWarnings([filtered, calls("rest")])).toEqual([]);
  expect(contractWarnings([calls("all", { queues: undefined }), filtered])).toHaveLength(1);
});

test("only a charge of the same usage takes anything, and of what nothing is counted nothing is taken", () => {
  const calls: Charge = { ...named("calls"), model: "unit", usage: "contact", price: "1", per: 1, baseCount: 0 };
  const fee: Charge = { ...named("fee"), model: "fee", amount: "1", every: "month" };
  const project: Charge = { ...named("p"), model: "milestone", milestones: [{ code: "live", amount: "1" }] };
  const texts: Charge = { ...calls, code: "texts", usage: "message" };
  const charges = [fee, { ...fee, code: "fee-2" }, project, { ...project, code: "p-2" }, texts, calls];
  expect(contractWarnings(charges)).toEqual([]);
  const half: Charge = { ...calls, code: "half", where: { queues: ["a"], outcomes: undefined } };
  expect(contractWarnings([half, calls])).toEqual([]);
});
