import { expect, test } from "vitest";
import { compareMoney, type MoneyClient, type MoneyEvidence, numberGaps } from "./compare.ts";

const CALLS = { kind: "carrier_leg", records: 2, used: 120, rated: 120, notCharged: 0, unrated: 0, behindLines: 120 };
const SALES = { kind: "success", records: 1, used: 1, rated: 1, notCharged: 0, unrated: 0, behindLines: 1 };
/** Of an agent's time the contract pays what went into contacts; the rest is the house's. */
const TIME = { kind: "agent_time", records: 3, used: 300, rated: 200, notCharged: 100, unrated: 0, behindLines: 200 };
const INVOICE = {
  period: "2026-11",
  status: "finalized",
  number: "CH-2026-000001",
  netMinor: 1_000,
  taxMinor: 60,
  grossMinor: 1_060,
  linesMinor: 1_000,
  lateMinor: 0,
  openMinor: 0,
  paidMinor: 960,
  creditedMinor: 100,
  models: ["unit", "carrier_time", "commission", "sla_credit"],
};
const PAYMENT = { method: "stripe", amountMinor: 1_000, allocatedMinor: 960, refundedMinor: 10 };
const BOOK = {
  debitMinor: 5_000,
  creditMinor: 5_000,
  receivable: { invoice_finalized: 1_060, credit_note_issued: -100, payment_received: -960 },
  balance: { receivable: 0, client_credit: 30, stripe_clearing: 940, payment_fees: 50, cash: 700 },
};
const CLIENT: MoneyClient = {
  slug: "shop",
  currency: "CNY",
  carrierSeconds: 120,
  agentSeconds: 300,
  kinds: [CALLS, SALES, TIME],
  months: [],
  previewMinor: 1_000,
  draftMinor: 1_000,
  level: { within: 8, counted: 10 },
  invoices: [INVOICE],
  notes: [{ number: "CHC-2026-000001", grossMinor: 100 }],
  payments: [PAYMENT],
  book: BOOK,
};
const SOUND: MoneyEvidence = {
  clients: [CLIENT],
  agreed: [
    { slug: "shop", model: "unit", usage: null },
    { slug: "shop", model: "carrier_time", usage: "carrier_leg" },
    { slug: "shop", model: "commission", usage: "success" },
    { slug: "shop", model: "sla_credit", usage: null },
    { slug: "shop", model: "graduated", usage: "message" },
  ],
  bureau: {
    entries: [
      { currency: "cny", amount: 1_000, fee: 50 },
      { currency: "cny", amount: -10, fee: 0 },
    ],
    waiting: 0,
  },
  bank: new Map([["CNY", 700]]),
  secondRun: { outcomes: ["closed", "unchanged"], rowsChanged: false },
  openExceptions: 0,
};

test("BIL-8 a month in which everything agrees has no mismatch, and its figures are the sums", () => {
  const { mismatches, ...figures } = compareMoney(SOUND);
  expect(mismatches).toEqual([]);
  expect(figures).toEqual({
    models: ["carrier_time", "commission", "sla_credit", "unit"],
    usage: 6,
    rated: 6,
    invoices: 1,
    invoicedMinor: { CNY: 1_060 },
    ledgerMinor: { CNY: 1_060 },
    stripeMinor: { CNY: 940 },
    bankMinor: { CNY: 700 },
    lateMinor: { CNY: 0 },
    creditedMinor: { CNY: 100 },
    trialBalance: 0,
  });
});

const client = (change: Partial<MoneyClient>): MoneyEvidence => ({ ...SOUND, clients: [{ ...CLIENT, ...change }] });
const invoice = (change: Partial<typeof INVOICE>) => client({ invoices: [{ ...INVOICE, ...change }] });
const book = (change: Partial<MoneyClient["book"]>) => client({ book: { ...BOOK, ...change } });
const balance = (change: Partial<typeof BOOK.balance>) => book({ balance: { ...BOOK.balance, ...change } });
const calls = (change: Partial<typeof CALLS>) => client({ kinds: [{ ...CALLS, ...change }, SALES, TIME] });

test.each<[string, MoneyEvidence, RegExp]>([
  [
    "a second of the carrier is not in usage",
    client({ carrierSeconds: 121 }),
    /carrier seconds in usage: expected 121/,
  ],
  [
    "a second of an agent is nobody's",
    client({ agentSeconds: 301 }),
    /agents' seconds in usage: expected 301, got 300/,
  ],
  [
    "usage is rated by less",
    calls({ rated: 119, behindLines: 119 }),
    /rated or charged by nothing: expected 120, got 119/,
  ],
  ["a record is rated by nobody", calls({ unrated: 1 }), /records that nothing rated: expected 0, got 1/],
  ["a second is behind no line", calls({ behindLines: 119 }), /behind invoice lines: expected 120, got 119/],
  ["a month comes to something else by SQL", client({ months: ["2026-11: recomputed"] }), /shop: 2026-11: recomputed/],
  ["the preview says something else", client({ previewMinor: 999 }), /preview and draft/],
  ["an invoice is not final", invoice({ status: "approved" }), /is approved/],
  ["lines do not sum to their invoice", invoice({ linesMinor: 999 }), /lines: expected 1000, got 999/],
  ["net and tax are not gross", invoice({ taxMinor: 61 }), /net and tax/],
  ["an invoice stays open", invoice({ openMinor: 1, paidMinor: 959 }), /still open/],
  ["a credit note is on no invoice", client({ notes: [] }), /credit notes and what invoices say/],
  [
    "a payment is not where invoices say",
    client({ payments: [{ ...PAYMENT, allocatedMinor: 959 }] }),
    /payments allocated/,
  ],
  ["the book does not balance", book({ debitMinor: 5_001 }), /debits and credits/],
  [
    "an invoice is booked with another amount",
    book({ receivable: { ...BOOK.receivable, invoice_finalized: 1_059 } }),
    /the receivable they made: expected 1060, got 1059/,
  ],
  [
    "a credit note is booked with another amount",
    book({ receivable: { ...BOOK.receivable, credit_note_issued: -99 } }),
    /the receivable they took back/,
  ],
  ["the receivable is not what is open", balance({ receivable: 1 }), /open on documents and receivable/],
  ["unclaimed money is not the client's", balance({ client_credit: 29 }), /client credit: expected 30, got 29/],
  ["the bureau holds more", balance({ stripe_clearing: 939 }), /stripe holds CNY: expected 940, got 939/],
  ["a fee is missing", balance({ payment_fees: 49 }), /stripe's fees CNY/],
  ["the bank has other money", { ...SOUND, bank: new Map([["CNY", 701]]) }, /the bank has CNY: expected 701, got 700/],
  [
    "the bank has a currency that no book has",
    { ...SOUND, bank: new Map([...SOUND.bank, ["USD", 1]]) },
    /the bank has USD/,
  ],
  ["events are left", { ...SOUND, bureau: { ...SOUND.bureau, waiting: 2 } }, /could not deliver 2 events/],
  [
    "a model that was agreed has no line",
    { ...SOUND, agreed: [...SOUND.agreed, { slug: "shop", model: "volume", usage: "success" }] },
    /no invoice has a line of volume/,
  ],
  ["a second run writes", { ...SOUND, secondRun: { outcomes: ["written"], rowsChanged: false } }, /was written/],
  ["a second run changes rows", { ...SOUND, secondRun: { outcomes: ["closed"], rowsChanged: true } }, /changed rows/],
  ["usage waits", { ...SOUND, openExceptions: 1 }, /1 usage records still wait/],
])("BIL-8 it is seen when %s", (_what, evidence, told) => {
  expect(compareMoney(evidence).mismatches.join("\n")).toMatch(told);
});

test("BIL-10 a missed service level without a credit is seen, a kept one needs none", () => {
  const without = { ...INVOICE, models: ["unit", "carrier_time", "commission"] };
  expect(compareMoney(client({ invoices: [without] })).mismatches).toEqual(["no invoice has a line of sla_credit"]);
  const kept = client({ invoices: [without], level: { within: 10, counted: 10 } });
  expect(compareMoney(kept).mismatches).toEqual([]);
});

test.each([
  [["CH-2026-000001", "CH-2026-000003"], 1],
  [["CH-2026-000002"], 1],
  [["CH-2026-000001", "CH-2026-000001"], 1],
  [["CH-2026-000002", "CH-2026-000001", "CHC-2026-000001", "CH-2027-000001"], 0],
])("BIL-8 numbers %j have %i series with a gap", (numbers, gaps) => {
  expect(numberGaps(numbers)).toHaveLength(gaps);
});
