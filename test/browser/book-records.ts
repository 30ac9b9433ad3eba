import type { AccountStatement, BalanceView, HouseBalance, TrialBalance } from "../../src/features/ledger/schema.ts";
import type { HouseMargin, MarginReport } from "../../src/features/margin/schema.ts";
import type { Get } from "./house.ts";
import { furnishTrade } from "./trade-records.ts";

/** The played house's books: ledger and margin of one client. */
const client = { tenantId: "t1", tenantName: "Harbour Museum" };
const gbp = { currency: "GBP", decimals: 2 };
const totals = [{ ...gbp, debitMinor: 128_300, creditMinor: 128_300, balanced: true }];
const balance = (kind: string, subject: string, minor: number, more: Partial<BalanceView> = {}): BalanceView => ({
  accountId: `a-${kind}`,
  kind,
  class: "asset",
  subject,
  name: null,
  ...gbp,
  debitMinor: minor,
  creditMinor: 0,
  balanceMinor: minor,
  ...more,
});
const credit = (minor: number) => ({ debitMinor: 0, creditMinor: minor });
const answered = { zh: "接听服务", en: "Answered contacts" };
const accounts = [
  balance("receivable", "", 128_300),
  balance("revenue", "contacts", 121_038, { class: "revenue", name: answered, ...credit(121_038) }),
  balance("commission_payable", "3f0c1c9e-2f3b-4f0e-8d43-7a1f0c3a8d11", 7_262, {
    class: "liability",
    name: { zh: "Maya Chen", en: "Maya Chen" },
    ...credit(7_262),
  }),
];
const house: HouseBalance = {
  on: null,
  kinds: accounts.map(({ accountId: _a, subject: _s, name: _n, ...kind }) => kind),
  totals,
  tenants: [{ ...client, balanced: true }],
};
const trial: TrialBalance = { on: null, accounts, totals };
const statement: AccountStatement = {
  account: { accountId: "a-receivable", kind: "receivable", subject: "", name: null, ...gbp },
  from: null,
  to: null,
  openingMinor: 0,
  closingMinor: 100_000,
  items: [
    {
      txnId: "0193b8a0-0000-7000-8000-000000000001",
      position: 0,
      bookedOn: "2026-11-30",
      event: "invoice_finalized",
      ref: "0193b8a0-0000-7000-8000-0000000000e1",
      about: {
        what: "document",
        number: "2026-000001",
        name: null,
        on: null,
        period: null,
        money: null,
      },
      side: "debit",
      amountMinor: 128_300,
      balanceMinor: 128_300,
      other: { kind: "revenue", subject: "contacts", name: answered },
      reversesId: null,
    },
    {
      txnId: "0193b8a0-0000-7000-8000-000000000002",
      position: 0,
      bookedOn: "2026-12-04",
      event: "payment_received",
      ref: "0193b8a0-0000-7000-8000-0000000000e2",
      about: {
        what: "payment",
        number: null,
        name: { zh: "HM NOV 2026", en: "HM NOV 2026" },
        on: "2026-12-04",
        period: null,
        money: { amountMinor: 28_300, ...gbp },
      },
      side: "credit",
      amountMinor: 28_300,
      balanceMinor: 100_000,
      other: { kind: "cash", subject: "", name: null },
      reversesId: null,
    },
  ],
  next: null,
};

const amounts = { sell: "1210.38", carrierCost: "84.3312", agentCost: "655.0417", margin: "471.0071" };
const sums = { ...amounts, shown: amounts, agentS: 46_200 };
const margins: HouseMargin = {
  period: "2026-11",
  items: [{ ...client, currency: "GBP", agentCostKnown: true, ...sums }],
};
const margin: MarginReport = {
  tenantId: "t1",
  period: "2026-11",
  currency: "GBP",
  by: "line",
  agentCostKnown: false,
  total: sums,
  items: [
    { key: "l1", label: { zh: "接听服务", en: "Answered contacts" }, ...sums },
    { key: null, label: null, ...sums },
  ],
  next: null,
};

export function furnishBooks(get: Get): void {
  get("/api/billing/ledger/trial-balance", house);
  get("/api/billing/tenants/t1/ledger/trial-balance", trial);
  get("/api/billing/tenants/t1/ledger/statement", statement);
  get("/api/billing/margin", margins);
  get("/api/billing/tenants/t1/margin", margin);
  furnishTrade(get);
}
