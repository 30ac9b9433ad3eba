import { expect, test } from "vitest";
import { ContractFileSchema } from "./contract-file.ts";
import { ChargeSchema, TiersSchema } from "./contract-schema.ts";

const named = { code: "calls", label: { zh: "来话", en: "Calls" } };

function issuesOf(result: {
  success: boolean;
  error?: { issues: readonly { path: PropertyKey[]; message: string }[] };
}) {
  return (result.error?.issues ?? []).map((issue) => `${issue.path.join(".")}: ${issue.message}`);
}

test("OPS-1 a price as a number is refused with the way to write it", () => {
  const charge = { ...named, model: "unit", usage: "contact", price: 3.5 };
  expect(issuesOf(ChargeSchema.safeParse(charge))).toEqual([
    'price: write a price as text in quotes, for example "12.50"',
  ]);
});

test.each(["-1.00", "1.1234567", "1e3", "01.00", "1,50"])("the price %s is refused", (price) => {
  expect(ChargeSchema.safeParse({ ...named, model: "unit", usage: "contact", price }).success).toBe(false);
});

test.each([
  ["a tier without end before the last", [{ price: "1" }, { upTo: "9", price: "1" }], 2],
  ["tiers that do not rise", [{ upTo: "9", price: "1" }, { upTo: "9", price: "1" }, { price: "1" }], 1],
  ["a last tier that ends", [{ upTo: "9", price: "1" }], 1],
  ["no tier", [], 1],
])("%s is a gap or an overlap, and refused", (_, tiers, count) => {
  expect(issuesOf(TiersSchema.safeParse(tiers))).toHaveLength(count);
});

test("a contract names an unknown currency, a repeated code and versions out of order by their path", () => {
  const charge = { ...named, model: "unit", usage: "contact", price: "3.50" };
  const contract = {
    currency: "XXX",
    versions: [
      { validFrom: "2026-02-01", charges: [charge, charge] },
      { validFrom: "2026-01-01", charges: [charge] },
    ],
  };
  const paths = issuesOf(ContractFileSchema.safeParse(contract)).map((issue) => issue.split(":")[0]);
  expect(paths.sort()).toEqual(["currency", "versions.0.charges.1.code", "versions.1.validFrom"]);
});

test("an unknown model or field is refused, never ignored", () => {
  expect(ChargeSchema.safeParse({ ...named, model: "barter", price: "1" }).success).toBe(false);
  const extra = { ...named, model: "seat_month", price: "1", minSeats: 1, minimumSeats: 9 };
  expect(ChargeSchema.safeParse(extra).success).toBe(false);
});

test.each([
  [
    "limits.minimum",
    {
      ...named,
      model: "unit",
      usage: "contact",
      price: "1",
      limits: { minimum: "999999999999.000001", maximum: "999999999999" },
    },
  ],
  ["limits.minimum", { ...named, model: "unit", usage: "contact", price: "1", limits: { minimum: "9", maximum: "5" } }],
  [
    "limits.discountPercent",
    { ...named, model: "unit", usage: "contact", price: "1", limits: { discountPercent: "101" } },
  ],
  [
    "where.hours.from",
    { ...named, model: "unit", usage: "contact", price: "1", where: { hours: { from: "24:00", to: "06:00" } } },
  ],
  [
    "pay.bands.0.upToPercent",
    { ...named, model: "commission", pay: { by: "bands", bands: [{ amount: "1" }, { amount: "2" }] } },
  ],
  [
    "pay.bands.1.upToPercent",
    {
      ...named,
      model: "commission",
      pay: {
        by: "bands",
        bands: [{ upToPercent: "9", amount: "1" }, { upToPercent: "9", amount: "1" }, { amount: "2" }],
      },
    },
  ],
  [
    "milestones",
    {
      ...named,
      model: "milestone",
      milestones: [
        { code: "a", amount: "1" },
        { code: "a", amount: "2" },
      ],
    },
  ],
  [
    "targetPercent",
    { ...named, model: "sla_credit", targetPercent: "950", perStartedPointPercent: "1", capPercent: "10" },
  ],
])("a mistake at %s is named there", (path, charge) => {
  expect(issuesOf(ChargeSchema.safeParse(charge)).map((issue) => issue.split(":")[0])).toContain(path);
});

test("a credit or a commitment takes no limits of its own", () => {
  const commitment = { ...named, model: "commitment", amount: "100", limits: { minimum: "1" } };
  expect(ChargeSchema.safeParse(commitment).success).toBe(false);
});

test.each([
  ["versions.0.charges", {}],
  [
    "versions.0.overrides",
    { charges: [{ ...named, model: "fee", amount: "1", every: "month" }], overrides: { calls: {} } },
  ],
  ["versions.0.without", { charges: [{ ...named, model: "fee", amount: "1", every: "month" }], without: ["calls"] }],
  ["versions.0.cardVersion", { charges: [{ ...named, model: "fee", amount: "1", every: "month" }], cardVersion: 1 }],
])("BIL-6 without a price card %s is named: there is nothing to be otherwise than", (path, terms) => {
  const contract = { currency: "GBP", versions: [{ validFrom: "2026-01-01", ...terms }] };
  expect(issuesOf(ContractFileSchema.safeParse(contract)).map((issue) => issue.split(":")[0])).toEqual([path]);
});
