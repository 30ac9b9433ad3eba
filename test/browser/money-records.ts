import type { ComparisonView, RunView } from "../../src/features/billing/schema.ts";
import type { DeedRequestView } from "../../src/features/invoicing/schema.ts";
import type { LetterView } from "../../src/features/letters/schema.ts";
import type { PaymentDetail, RemittanceView, StatementView } from "../../src/features/payments/schema.ts";
import type { SpendView } from "../../src/features/spend/schema.ts";
import type { Get } from "./house.ts";

/** The played house's money: a client's running month, its account, and what billing staff see of payments. */
const gbp = { currency: "GBP", decimals: 2 };
const client = { tenantId: "t1", tenantName: "Harbour Museum" };
const label = { zh: "接听服务", en: "Answered contacts" };

export const spend: SpendView = {
  contractId: "k1",
  contract: { zh: "服务合同", en: "Service contract" },
  period: "2026-11",
  periodStart: "2026-11-01",
  periodEnd: "2026-12-01",
  timeZone: "Europe/London",
  ...gbp,
  asOf: Date.now(),
  elapsedPercent: 83,
  invoiceId: "i1",
  soFarMinor: 121_038,
  forecast: {
    netMinor: 140_000,
    grossMinor: 168_000,
    assumes: [{ kind: "even_pace" }, { kind: "prices_change", on: "2026-11-29" }],
  },
  lastMonthMinor: 131_000,
  charges: [
    { code: "calls", label, quantity: "812", unit: "contact", soFarMinor: 91_038, forecastMinor: 110_000 },
    {
      code: "fee",
      label: { zh: "月度服务费", en: "Monthly fee" },
      quantity: null,
      unit: null,
      soFarMinor: 30_000,
      forecastMinor: 30_000,
    },
  ],
  allowances: [
    {
      kind: "package",
      code: "answered",
      label,
      unit: "contact",
      used: 812,
      of: 1_000,
      step: 80,
      usedUpOn: "2026-11-30",
    },
    {
      kind: "limit",
      code: null,
      label: null,
      unit: null,
      used: 121_038,
      of: 120_000,
      step: 100,
      usedUpOn: "2026-11-25",
    },
  ],
  limitMinor: 120_000,
};

const letters: LetterView[] = [
  {
    id: "l3",
    at: Date.UTC(2026, 10, 25, 9),
    about: { kind: "spend", what: "limit", label: null, step: 100 },
    to: [],
    state: "waiting",
    trouble: "away",
  },
  {
    id: "l2",
    at: Date.UTC(2026, 10, 20, 9),
    about: { kind: "spend", what: "package", label, step: 80 },
    to: ["finance@museum.example"],
    state: "sent",
    trouble: null,
  },
  {
    id: "l1",
    at: Date.UTC(2026, 9, 3, 9),
    about: { kind: "dunning", deed: "remind", number: "INV-2026-000042" },
    to: ["finance@museum.example"],
    state: "given_up",
    trouble: "nobody to write to",
  },
];

const statement: StatementView = {
  ...gbp,
  from: "2026-08-01",
  to: "2026-11-27",
  openingMinor: 5_000,
  entries: [
    {
      kind: "invoice",
      id: "i1",
      on: "2026-09-02",
      name: "INV-2026-000042",
      amountMinor: 128_300,
      balanceMinor: 133_300,
    },
    {
      kind: "credit_note",
      id: "n1",
      on: "2026-09-05",
      name: "CN-2026-000003",
      amountMinor: -300,
      balanceMinor: 133_000,
    },
    {
      kind: "payment",
      id: "p1",
      on: "2026-10-01",
      name: "INV-2026-000042",
      amountMinor: -128_000,
      balanceMinor: 5_000,
    },
  ],
  closingMinor: 5_000,
};

const open = {
  invoiceId: "i2",
  number: "INV-2026-000042",
  ...gbp,
  issuedOn: "2026-09-02",
  dueOn: "2026-10-02",
  grossMinor: 2_040,
  openMinor: 1_920,
  paidMinor: 0,
  creditedMinor: 120,
};

export const payment: PaymentDetail = {
  id: "p1",
  ...client,
  method: "bank_transfer",
  ...gbp,
  amountMinor: 130_000,
  feeMinor: null,
  allocatedMinor: 128_000,
  refundedMinor: 0,
  unallocatedMinor: 2_000,
  payer: "Harbour Museum Ltd",
  reference: "INV-2026-000042",
  receivedOn: "2026-10-01",
  allocations: [{ invoiceId: "i2", number: "INV-2026-000042", amountMinor: 128_000 }],
  refunds: [{ id: "r1", amountMinor: 500, reopenedMinor: 0, state: "succeeded", reason: "Paid twice" }],
};

export const remittance: RemittanceView = {
  id: "b1",
  bookedOn: "2026-11-24",
  ...gbp,
  amountMinor: 1_920,
  payer: "HARBOUR MUSEUM LTD",
  reference: "October bill",
  state: "open",
  tenantId: null,
  paymentId: null,
  exact: false,
  note: null,
  suggestions: [
    { ...client, invoices: [{ invoiceId: "i2", number: "INV-2026-000042" }], because: ["amount", "payer"] },
  ],
};

const buckets = { current: 40_000, days_1_30: 20_000, days_31_60: 1_920, days_61_90: 0, over_90: 0 };
const age = { ...gbp, asOf: "2026-11-26", buckets, openMinor: 61_920, creditMinor: 2_000 };

const comparison: ComparisonView = {
  ...gbp,
  before: { id: "i0", period: "2026-10", grossMinor: 1_700 },
  after: { id: "i1", period: "2026-11", grossMinor: 2_040 },
  differenceMinor: 340,
  causes: [
    { kind: "usage", code: "contact", amountMinor: 425 },
    { kind: "price", code: "contact", amountMinor: -142 },
    { kind: "tax", code: null, amountMinor: 57 },
  ],
};

export const request: DeedRequestView = {
  id: "q1",
  tenantId: "t1",
  invoiceId: "i2",
  number: "INV-2026-000042",
  currency: "GBP",
  what: "credit",
  state: "asked",
  reason: "A long wait on the first day",
  decision: null,
  grossMinor: 120,
  askedAt: Date.now() - 3_600_000,
  mine: false,
};

const run: RunView = {
  id: "r1",
  batchId: "b1",
  ...client,
  contract: { zh: "服务合同", en: "Service contract" },
  period: "2026-11",
  state: "done",
  outcome: "written",
  failure: null,
  requestedAt: Date.now() - 60_000,
  finishedAt: Date.now() - 50_000,
  attempts: 1,
  invoiceId: "i1",
  lines: 4,
  usageRows: 812,
  notCharged: { message: 3 },
  exceptions: 1,
  inputHash: null,
  outputHash: null,
};
export const runs = {
  items: [
    run,
    {
      ...run,
      id: "r2",
      tenantId: "t2",
      tenantName: "荣光家电",
      state: "failed" as const,
      outcome: "failed" as const,
      failure: "terms_unreadable" as const,
      invoiceId: null,
      lines: null,
      usageRows: null,
    },
  ],
  progress: { queued: 0, running: 0, done: 1, failed: 1 },
};

export function furnishMoney(get: Get): void {
  get("/api/portal/spend", { items: [spend] });
  get("/api/portal/prepaid", {
    items: [
      {
        id: "c1",
        currency: "GBP",
        amountMinor: 50_000,
        leftMinor: 12_000,
        boughtOn: "2026-06-01",
        expiresOn: null,
        priority: 100,
        reference: "TT 2026-06",
      },
    ],
  });
  for (const base of ["/api/portal", "/api/billing/tenants/t1"]) {
    get(`${base}/open-invoices`, { items: [open] });
    get(`${base}/statement`, { items: [statement] });
    get(`${base}/letters`, { items: letters });
    get(`${base}/invoices/i1/comparison`, comparison);
  }
  const { allocations: _pays, refunds: _back, ...row } = payment;
  get("/api/billing/payments", {
    items: [row, { ...row, id: "p2", method: "stripe", feeMinor: 320, unallocatedMinor: 0 }],
  });
  get("/api/billing/tenants/t1/payments/p[12]", payment);
  get("/api/billing/remittances", { items: [remittance] });
  get("/api/billing/deed-requests", { items: [request] });
  get("/api/billing/tenants/t1/invoices/i[0-9]+/deed-requests", { items: [] });
  get("/api/billing/tenants/t1/invoices/i2/deed-requests", { items: [request] });
  get("/api/billing/runs", runs);
  get("/api/billing/contracts", { items: [{ ...client, contractId: "k1" }] });
  get("/api/billing/ageing", { items: [{ ...client, ...age }] });
}
