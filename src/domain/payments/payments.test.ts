import fc from "fast-check";
import { expect, test } from "vitest";
import { age, BUCKETS, bucketOf } from "./ageing.ts";
import { handOut, takeBack } from "./allocate.ts";
import { matchRemittance, type OpenInvoice, type Remittance } from "./remittance.ts";

test.each([
  ["2026-11-01", "current"],
  ["2026-10-31", "current"],
  ["2026-10-30", "days_1_30"],
  ["2026-10-01", "days_1_30"],
  ["2026-09-30", "days_31_60"],
  ["2026-09-01", "days_31_60"],
  ["2026-08-31", "days_61_90"],
  ["2026-08-02", "days_61_90"],
  ["2026-08-01", "over_90"],
] as const)("BIL-8 due on %s, seen on 31 October, is %s", (dueOn, bucket) => {
  expect(bucketOf(dueOn, "2026-10-31")).toBe(bucket);
});

const owed = fc.array(fc.record({ invoiceId: fc.uuid(), openMinor: fc.bigInt({ min: 0n, max: 10_000n }) }), {
  maxLength: 8,
});
const sum = (each: readonly { amountMinor: bigint }[]) => each.reduce((total, it) => total + it.amountMinor, 0n);

test("BIL-8 money handed out is never more than there is nor than an invoice lacks, and is all of the lesser", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 40_000n }), owed, (money, invoices) => {
      const shares = handOut(money, invoices);
      const lacking = invoices.reduce((total, it) => total + it.openMinor, 0n);
      expect(sum(shares)).toBe([money, lacking].toSorted((a, b) => (a < b ? -1 : 1))[0]);
      for (const share of shares) {
        expect(share.amountMinor).toBeGreaterThan(0n);
        const lacks = invoices.find(({ invoiceId }) => invoiceId === share.invoiceId)?.openMinor ?? 0n;
        expect(share.amountMinor).toBeLessThanOrEqual(lacks);
      }
    }),
  );
});

test("BIL-8 what is taken back comes from the last that got it", () => {
  const held = [
    { invoiceId: "a", amountMinor: 5n },
    { invoiceId: "b", amountMinor: 3n },
  ];
  expect(takeBack(4n, held)).toEqual([
    { invoiceId: "b", amountMinor: 3n },
    { invoiceId: "a", amountMinor: 1n },
  ]);
});

test("BIL-8 the buckets add up to what is open", () => {
  const day = fc
    .integer({ min: 0, max: 400 })
    .map((ago) => new Date(Date.UTC(2026, 10, 30) - ago * 86_400_000).toISOString().slice(0, 10));
  fc.assert(
    fc.property(fc.array(fc.record({ dueOn: day, openMinor: fc.bigInt({ min: 0n, max: 1_000n }) })), (open) => {
      const aged = age(open, "2026-11-20");
      const total = BUCKETS.reduce((all, bucket) => all + aged[bucket], 0n);
      expect(total).toBe(open.reduce((all, it) => all + it.openMinor, 0n));
    }),
  );
});

const invoice = (number: number, openMinor: bigint, more: Partial<OpenInvoice> = {}): OpenInvoice => ({
  tenantId: "t1",
  invoiceId: `i${number}`,
  series: "CH-2026",
  number,
  currency: "CNY",
  openMinor,
  names: ["Hearthline Appliance Care", "暖匠家电服务"],
  ...more,
});
const OPEN = [
  invoice(42, 10_000n),
  invoice(43, 5_000n),
  invoice(4, 7_000n, { tenantId: "t2", names: ["Harbour Light"] }),
];
const came = (reference: string, amountMinor: bigint, payer = ""): Remittance => ({
  currency: "CNY",
  amountMinor,
  payer,
  reference,
});

test.each<[string, Remittance, string[] | null]>([
  ["the number as printed and the whole amount", came("CH-2026-000042", 10_000n), ["i42"]],
  ["the number in other clothes", came("Rechnung ch2026 42/vielen Dank", 10_000n), ["i42"]],
  ["two numbers of one client that owe it together", came("CH-2026-42, CH-2026-43", 15_000n), ["i42", "i43"]],
  ["a part of the amount is for a person to decide", came("CH-2026-42", 9_999n), null],
  ["a longer number is another invoice", came("CH-2026-421", 10_000n), null],
  ["a longer series is another series", came("XCH-2026-42", 10_000n), null],
  ["numbers of two clients are for a person", came("CH-2026-42 CH-2026-4", 17_000n), null],
  ["the amount alone says nothing", came("thanks", 10_000n), null],
  ["the payer and the amount are a suggestion", came("", 10_000n, "HEARTHLINE APPLIANCE CARE LLC"), null],
  ["another currency never matches", { ...came("CH-2026-42", 10_000n), currency: "USD" }, null],
])("BIL-8 a transfer with %s", (_what, remittance, exact) => {
  expect(matchRemittance(remittance, OPEN).exact?.invoices.map((it) => it.invoiceId) ?? null).toEqual(exact);
});

test("BIL-8 suggestions say why, the likeliest first, and never claim more than came or is open", () => {
  const { suggestions } = matchRemittance(came("CH 2026 43", 10_000n, "Hearthline Appliance"), OPEN);
  expect(suggestions.map((it) => [it.invoices[0]?.invoiceId, it.because])).toEqual([
    ["i43", ["number", "payer"]],
    ["i42", ["amount", "payer"]],
  ]);
  expect(suggestions[0]?.invoices[0]?.amountMinor).toBe(5_000n);
});
