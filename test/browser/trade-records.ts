import type { PlanView, Standing, StatementDetail, StatementView } from "../../src/features/commission/schema.ts";
import type { PartyView, SettlementDetail } from "../../src/features/settlement/schema.ts";
import type { Get } from "./house.ts";

/** The played house's commission and settlement of one client. */
const client = { tenantId: "t1", tenantName: "Harbour Museum" };
const gbp = { currency: "GBP", decimals: 2 };
const paid = {
  earnedMinor: 25_000,
  clawedBackMinor: 1_250,
  openingMinor: 0,
  closingMinor: 23_750,
  payableMinor: 23_750,
};
const commission = (statementId: string, more: Partial<StatementView>): StatementView => ({
  statementId,
  ...client,
  ...gbp,
  ...paid,
  beneficiary: "agent",
  agentId: "a1",
  agentName: "李娜 Li Na",
  period: "2026-11",
  status: "prepared",
  preparedAt: 1,
  approvedAt: null,
  paidAt: null,
  paymentRef: null,
  ...more,
});

const plans: readonly PlanView[] = [
  {
    planId: "p2",
    beneficiary: "agent",
    version: 2,
    from: "2026-12-01",
    to: null,
    currency: "GBP",
    terms: { pay: { by: "percent", percent: "3.5", maxEach: "20" }, accrueOn: "sold", payableOn: "paid" },
  },
  {
    planId: "p1",
    beneficiary: "house",
    version: 1,
    from: "2026-01-01",
    to: "2026-12-01",
    currency: "GBP",
    terms: { pay: { by: "fixed", amount: "2.50" }, accrueOn: "confirmed", payableOn: "delivered" },
  },
];
const statementOfAgent: StatementDetail = {
  ...commission("c1", {}),
  items: (["accrued", "confirmed", "clawed_back_payable"] as const).map((kind, at) => ({
    moveId: `m${at}`,
    saleId: "sale-1",
    saleRef: `ORDER-${at}`,
    soldAt: Date.UTC(2026, 10, 12, 9, at),
    saleMinor: 250_000,
    beneficiary: "agent",
    agentId: "a1",
    kind,
    amountMinor: kind === "clawed_back_payable" ? -1_250 : 25_000,
    planVersion: 1,
    bookedOn: "2026-11-12",
    txnId: "t",
  })),
  next: null,
};
const ownStanding: Standing = {
  items: [{ ...client, ...gbp, pendingMinor: 4_200, unstatedMinor: -300 }],
};
const terms = { deliveryFee: "0", returnFee: "0", sharePercent: "0", tariff: null, tolerance: "0.01" };
const partners: readonly PartyView[] = [
  {
    partyId: "p1",
    kind: "courier",
    slug: "sf",
    name: "顺丰 SF Express",
    currency: "GBP",
    isClient: false,
    terms: { version: 2, from: "2026-06-01", terms: { ...terms, deliveryFee: "4.20", returnFee: "2.10" } },
  },
  {
    partyId: "p2",
    kind: "supplier",
    slug: "harbour",
    name: "Harbour Museum",
    currency: "GBP",
    isClient: true,
    terms: { version: 1, from: "2026-01-01", terms: { ...terms, sharePercent: "12.5" } },
  },
  {
    partyId: "p3",
    kind: "carrier",
    slug: "telco",
    name: "Telco",
    currency: "GBP",
    isClient: false,
    terms: {
      version: 1,
      from: "2026-01-01",
      terms: { ...terms, tariff: { perMinute: "0.0085", firstS: 6, nextS: 6 } },
    },
  },
];

export const settlement: SettlementDetail = {
  statementId: "s1",
  ...client,
  ...gbp,
  party: { partyId: "p1", kind: "courier", slug: "sf", name: "顺丰 SF Express" },
  period: "2026-11",
  status: "draft",
  openingMinor: -1_200,
  sums: [
    { item: "collected", amountMinor: 30_000 },
    { item: "delivery_fee", amountMinor: 1_600 },
  ],
  closingMinor: 27_200,
  settledMinor: 0,
  lines: { all: 2, matched: 1, onlyOurs: 0, onlyTheirs: 0, differs: 1, open: 1, disputed: 0 },
  incomplete: [{ key: "a".repeat(64), name: "sf-2026-11.csv", parts: 4, received: 3, missing: [3] }],
  paymentRef: null,
  acceptedAt: null,
  settledAt: null,
  items: (["matched", "differs"] as const).map((state, at) => ({
    lineId: `l${at}`,
    item: "collected",
    ref: `ORDER-${at}`,
    occurredAt: 1,
    state,
    oursMicros: 100_000_000,
    theirsMicros: state === "matched" ? 100_000_000 : 98_000_000,
    oursQuantity: null,
    theirsQuantity: null,
    termsVersion: 1,
    decision: null,
    reason: null,
    agreedMicros: state === "matched" ? 100_000_000 : null,
    contactId: null,
    saleId: null,
  })),
  next: null,
};

export function furnishTrade(get: Get): void {
  get("/api/billing/contracts", {
    items: [
      {
        ...client,
        id: "k1",
        slug: "k",
        name: { zh: "港口博物馆", en: "Harbour Museum" },
        currency: "GBP",
        timeZone: "Europe/London",
        versions: 1,
        newest: "2026-01-01",
        hasDraft: false,
      },
    ],
  });
  get("/api/billing/tenants/t1/commission/plans", { items: plans });
  get("/api/billing/tenants/t1/commission/statement", statementOfAgent);
  get("/api/agent/commission", {
    ...ownStanding,
    statements: [commission("c2", { status: "approved" }), commission("c3", { status: "paid", period: "2026-10" })],
  });
  get("/api/agent/commission/c3", { ...statementOfAgent, status: "paid", paymentRef: "B1" });
  get("/api/billing/tenants/t1/settlement/parties", { items: partners });
  const own = { ...settlement, status: "settled", paymentRef: "B7" };
  get("/api/portal/settlements", { items: [own], next: null });
  get("/api/portal/settlement", own);
  get("/api/billing/commission/statements", {
    items: [
      commission("c1", {}),
      commission("c2", { status: "approved", agentName: null, agentId: null, beneficiary: "house" }),
      commission("c3", { status: "paid", period: "2026-10", paymentRef: "B1" }),
    ],
    next: null,
  });
  get("/api/billing/settlement/statements", { items: [settlement], next: null });
  get("/api/billing/tenants/t1/settlement/statement", settlement);
}
