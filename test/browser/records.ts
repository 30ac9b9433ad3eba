import type { NotChargedView } from "../../src/features/billing/schema.ts";
import type { Get } from "./house.ts";
import { decision } from "./queues.ts";

/** The played house's record: clients' days, contacts and invoices. */
const CALLER = "+12025550143";

const label = { zh: "接听服务", en: "Answered contacts" };
const LINE = {
  id: "l1",
  key: "contact/each@v2",
  label,
  code: "contact",
  model: "unit",
  component: "each",
  quantity: "2",
  unit: "contact",
};
const charged = { kind: "charge", originalPeriod: null, correctsLine: null, taxCategory: "S", taxRate: "20" };
const line = { ...LINE, ...charged, unitPrice: "8.5", amountMinor: 1700, exact: "17", contacts: 2, detail: {} };
const period = { period: "2026-11", periodStart: "2026-11-01", periodEnd: "2026-12-01", timeZone: "Europe/London" };
const summary = {
  id: "i1",
  tenantId: "t1",
  tenantName: "Harbour Museum",
  contract: { zh: "服务合同", en: "Service contract" },
  ...period,
};
const money = {
  currency: "GBP",
  decimals: 2,
  status: "draft",
  number: null,
  issuedOn: null,
  dueOn: null,
  totalMinor: 1700,
  taxMinor: 340,
  grossMinor: 2040,
  prepaidMinor: 0,
  dueMinor: 2040,
  lines: 1,
  computedAt: Date.now(),
};
const final = { status: "finalized", number: "INV-2026-000042", issuedOn: "2026-12-02", dueOn: "2027-01-01" };
const bank = { bank: "招商银行福州分行", account: "5919 0000 1234 567", holder: "听潮客服有限公司" };
const seller = { nameZh: "听潮客服", nameEn: "Tingchao Contact Centres", timeZone: "Asia/Shanghai", banks: [bank] };
const aside = { tenantId: "t1", invoiceId: "i1", lineId: "l1", label, number: "INV-2026-000042", currency: "GBP" };
export const dispute = {
  ...aside,
  id: "d1",
  state: "open",
  reason: "One call was a wrong number",
  claimedMinor: 850,
  openedAt: Date.now() - 3_600_000,
  decidedAt: null,
  decision: null,
  creditNoteId: null,
};
const note = {
  id: "n1",
  invoiceId: "i1",
  number: "CN-2026-000003",
  kind: "goodwill",
  reason: "A long wait on the first day",
  currency: "GBP",
  netMinor: 100,
  taxMinor: 20,
  grossMinor: 120,
  issuedOn: "2026-12-05",
  lines: [{ lineId: "l1", label, netMinor: 100 }],
  taxes: [{ category: "S", rate: "20", baseMinor: 100, taxMinor: 20 }],
};
const fapiao = {
  id: "f1",
  creditNoteId: null,
  kind: "special",
  title: "港灯博物馆有限公司",
  taxId: "91110108551385082Q",
  state: "requested",
  number: null,
  issuedOn: null,
};

const exception = {
  id: "e1",
  tenantId: "t1",
  tenantName: "Harbour Museum",
  usageId: "u1",
  contactId: null,
  source: "facts:call-77:leg",
  kind: "carrier_leg",
  occurredAt: Date.now() - 86_400_000,
  quantity: 61,
  reason: "late",
  state: "open",
  resolution: null,
  note: null,
  openedAt: Date.now(),
  resolvedAt: null,
};

const notCharged: NotChargedView = {
  tenantId: "t1",
  tenantName: "Harbour Museum",
  contractId: "k1",
  contract: { zh: "港口博物馆", en: "Harbour Museum" },
  invoiceId: "i1",
  period: "2026-11",
  kinds: [
    { kind: "agent_time", records: 1_204 },
    { kind: "message", records: 3 },
  ],
};

/** An invoice with all that hangs on it: a draft has nothing yet. */
export function invoiceDocument(state: "draft" | "approved" | "finalized") {
  const isFinal = state === "finalized";
  return {
    invoice: {
      ...summary,
      ...money,
      ...(isFinal ? final : { status: state }),
      ...made,
      taxProfile: "cn_vat",
      taxes: [{ category: "S", rate: "20", baseMinor: 1700, taxMinor: 340, exemption: null }],
      preparedBy: [],
      approvedBy: null,
      approvedAt: isFinal ? Date.parse("2026-12-01T09:00:00Z") : null,
      finalizedAt: null,
      items: [line],
    },
    buyer: { nameZh: "港灯博物馆", nameEn: "Harbour Museum", address: null, vatId: "GB123456789" },
    seller,
    capitals: "贰拾镑肆拾便士",
    creditNotes: isFinal ? [note] : [],
    disputes: isFinal ? [dispute] : [],
    fapiaos: isFinal ? [fapiao] : [],
    writtenOffMinor: 0,
    paidMinor: 0,
    openMinor: isFinal ? 1920 : 0,
    en16931: null,
  };
}
const made = { engineVersion: 1, inputHash: "a", outputHash: "b".repeat(64), cutoff: 1 };
const behind = ["c1", "c2"].map((contactId, at) => ({
  contactId,
  at: Date.now() - at * 60_000,
  from: CALLER,
  to: "+442079460958",
  outcome: "answered",
  queueName: "Tickets",
  talkMs: 65_000,
  records: 1,
  quantity: 1,
  billedS: null,
  exact: "8.5",
  amount: "8.5000",
}));
const facts = [
  { seq: 1, at: Date.now() - 90_000, type: "contact_offered", body: { to: "+442079460958" } },
  { seq: 2, at: Date.now() - 70_000, type: "seat_reserved", body: { agentId: "a1", decision } },
  { seq: 3, at: Date.now() - 60_000, type: "seat_answered", body: { waitedMs: 24_000 } },
  { seq: 4, at: Date.now() - 10_000, type: "ended", body: { outcome: "answered" } },
];
/** Taken by the second of two numbers outside the house. */
const factsOutside = [
  { seq: 1, at: Date.now() - 150_000, type: "contact_offered", body: { to: "+442079460958" } },
  { seq: 2, at: Date.now() - 148_000, type: "queued", body: { queueId: "q1" } },
  outside(3, 88, "outside_called", { number: "+442079460187", name: "Museum front desk", waitedMs: 60_000 }),
  outside(4, 80, "outside_failed", { number: "+442079460187", why: "busy" }),
  outside(5, 58, "outside_called", { number: "+442079460188", name: "Ticket partner", waitedMs: 90_000 }),
  outside(6, 54, "outside_answered", { number: "+442079460188", name: "Ticket partner", waitedMs: 94_000 }),
  outside(7, 54, "left_queue", { queueId: "q1", why: "overflowed", waitedMs: 94_000 }),
  outside(8, 6, "outside_left", { number: "+442079460188", talkMs: 48_000 }),
  outside(9, 5, "leg_ended", { party: "outside", durationS: 48 }),
  outside(10, 4, "ended", { outcome: "transferred_out", endedBy: "outside" }),
];
function outside(seq: number, agoS: number, type: string, body: object) {
  return { seq, at: Date.now() - agoS * 1_000, type, body };
}
const legs = [
  { callSid: "CA1", party: "caller", direction: "inbound", status: "completed", durationS: 80, endedAt: Date.now() },
];
const row = {
  contactId: "c1",
  offeredAt: Date.now() - 90_000,
  from: CALLER,
  to: "+442079460958",
  brandName: "Harbour Museum",
  queueName: "Tickets",
  agentName: "Lin Xiaoyu",
  outcome: "answered",
  waitedMs: 24_000,
  talkMs: 65_000,
  disposition: "tickets",
  dispositionLabel: { zh: "门票", en: "Tickets" },
  hasRecording: true,
};
const rest = {
  language: "en-GB",
  queuedAt: 1,
  answeredAt: 1,
  endedAt: 1,
  wrappedUpAt: 1,
  endedBy: "caller",
  holdMs: 0,
  wrapUpMs: 9_000,
};
const numbers = {
  offered: 20,
  answered: 15,
  abandoned: 3,
  shortAbandoned: 1,
  voicemail: 1,
  withinTarget: 12,
  serviceLevel: 0.75,
};
const means = { waitedMsMean: 12_000, talkMsMean: 90_000 };

export function furnishPortal(get: Get): void {
  get("/api/portal/today", {
    now: Date.now(),
    timeZone: "Europe/London",
    day: "2026-11-23",
    ...numbers,
    ...means,
    queues: [{ queueId: "q1", name: "Tickets", target: { share: 0.8, withinS: 20 }, ...numbers, ...means }],
    hours: [
      { hour: 9, offered: 12, answered: 10, abandoned: 2, withinTarget: 9 },
      { hour: 10, offered: 8, answered: 8, abandoned: 0, withinTarget: 8 },
    ],
  });
  get("/api/portal/recent", {
    yesterday: { day: "2026-11-22", ...numbers, ...means, busiest: { hour: 10, offered: 9 } },
    month: { period: "2026-11", ...numbers, ...means },
  });
  get("/api/portal/contacts", { items: [row], next: null });
  get("/api/portal/contacts/[^/]+", {
    contact: { ...row, ...rest, withinTarget: true, success: true, notes: "Two tickets." },
    legs,
    facts,
    recordings: [],
    lines: [],
  });
  const taken = { contactId: "c9", outcome: "transferred_out", agentName: null, disposition: null, talkMs: 48_000 };
  get("/api/portal/contacts/c9", {
    contact: { ...row, ...rest, ...taken, answeredAt: null, endedBy: "outside", wrapUpMs: 0, notes: "" },
    legs: [...legs, { ...legs[0], callSid: "CA2", party: "outside", direction: "outbound", durationS: 48 }],
    facts: factsOutside,
    recordings: [],
    lines: [],
  });
}

/** A late call that moved the month before to a cheaper tier. */
const correction = {
  ...line,
  id: "l9",
  key: "adj/2026-10/contact/volume@v1",
  label: { zh: "接听服务(2026-10补记)", en: "Answered contacts (late for 2026-10)" },
  component: "volume",
  quantity: "1",
  unitPrice: null,
  amountMinor: -4020,
  exact: "-40.2",
  kind: "adjustment" as const,
  originalPeriod: "2026-10",
  contacts: 201,
  detail: {
    kind: "adjustment",
    period: "2026-10",
    before: { quantity: "200", exact: "201", amountMinor: 20_100 },
    after: { quantity: "201", exact: "160.8", amountMinor: 16_080 },
    price: { before: "1.005", after: "0.8" },
    repricedQuantity: "200",
  },
};

export function furnishBilling(get: Get): void {
  for (const base of ["/api/portal", "/api/billing/tenants/t1"]) {
    get(`${base}/invoices/i1`, {
      ...summary,
      ...money,
      ...made,
      items: [line],
    });
    const { unitPrice: _now, ...before } = line;
    get(`${base}/invoices/i0`, {
      ...summary,
      ...money,
      id: "i0",
      period: "2026-10",
      items: [{ ...before, key: "contact/each@v1", quantity: "1.5", unitPrice: "9.4466", amountMinor: 1417 }],
    });
    get(`${base}/invoices/i1/document`, invoiceDocument("draft"));
    get(`${base}/invoices/i2/document`, invoiceDocument("finalized"));
    get(`${base}/invoices/i2`, { ...summary, ...money, ...final, ...made, items: [line] });
    const total = { contacts: 2, records: 2, quantity: 2, exact: "17", amountMinor: 1700 };
    get(`${base}/invoices/i1/lines/l1/contacts`, {
      currency: "GBP",
      decimals: 2,
      line,
      total,
      items: behind,
      next: null,
    });
    get(`${base}/invoices/i1/lines/l9/contacts`, {
      currency: "GBP",
      decimals: 2,
      line: correction,
      total: { ...total, contacts: 201, records: 201, quantity: 1, exact: "-40.2", amountMinor: -4020 },
      items: [
        { ...behind[0], exact: "0.8", amount: "0.8000" },
        { ...behind[1], quantity: 0, exact: "-0.205", amount: "-0.2050" },
      ],
      next: null,
    });
  }
  get("/api/billing/exceptions", { items: [exception] });
  get("/api/billing/not-charged", { items: [notCharged] });
  get("/api/billing/disputes", { items: [dispute] });
  get("/api/(portal|billing)/invoices", { items: [{ ...summary, ...money }] });
  const billed = {
    contactId: "c1",
    tenantId: "t1",
    from: "+1202***0143",
    to: "+442079460958",
    outcome: "answered",
    queueName: "Tickets",
  };
  get("/api/billing/tenants/t1/contacts/c1", {
    ...billed,
    offeredAt: Date.now(),
    answeredAt: 1,
    endedAt: 1,
    talkMs: 65_000,
    legs,
    facts,
    usage: [],
    lines: [],
  });
}
