import type { InvoiceOnPaper, LineOnPaper } from "./paper-data.ts";
import type { StatementOnPaper } from "./statement-paper.ts";

/** An invoice of a Chinese seller to try papers and sheets with; any part may be another. */
export function invoiceOnPaper(other: Partial<InvoiceOnPaper> = {}): InvoiceOnPaper {
  const lines = other.lines ?? [lineOnPaper()];
  const netMinor = lines.reduce((sum, line) => sum + line.amountMinor, 0n);
  const taxMinor = other.taxMinor ?? (netMinor * 6n) / 100n;
  return {
    id: "0193a000-0000-7000-8000-000000000001",
    status: "finalized",
    number: "INV-2026-000042",
    contract: { zh: "电视购物外包", en: "TV shopping" },
    firstDay: "2026-10-01",
    lastDay: "2026-10-31",
    currency: "CNY",
    issuedOn: "2026-11-03",
    dueOn: "2026-12-03",
    taxProfile: "cn_vat",
    netMinor,
    taxMinor,
    grossMinor: netMinor + taxMinor,
    prepaidMinor: 0n,
    dueMinor: netMinor + taxMinor,
    buyer: { nameZh: "晴川电视购物有限公司", nameEn: "Qingchuan TV Shopping", address: null },
    seller: {
      nameZh: "听潮客服外包有限公司",
      nameEn: "Tingchao Contact Centres",
      address: { street: "江汉路 1 号", city: "武汉市", postcode: "430000", country: "CN" },
      timeZone: "Asia/Shanghai",
      banks: [{ bank: "长江银行", account: "6200 0000 0000", holder: "听潮客服外包有限公司" }],
    },
    lines,
    taxes: [{ category: "S", rate: "6", baseMinor: netMinor, taxMinor, exemption: null }],
    madeAt: Date.UTC(2026, 10, 3, 2),
    ...other,
  };
}

export function lineOnPaper(other: Partial<LineOnPaper> = {}): LineOnPaper {
  return {
    id: "0193a000-0000-7000-8000-000000000002",
    label: { zh: "座席月租(最少4席)", en: "Seats per month (at least 4)" },
    code: "seats",
    component: "seats",
    quantity: "4",
    unit: "seat",
    unitPrice: "6800",
    amountMinor: 2_720_000n,
    exact: "27200",
    belongsTo: null,
    taxCategory: "S",
    taxRate: "6",
    ...other,
  };
}

/** A quarter of the same client: an invoice, a payment without a reference, and what is left. */
export function statementOnPaper(other: Partial<StatementOnPaper> = {}): StatementOnPaper {
  const { buyer, seller } = invoiceOnPaper();
  return {
    buyer,
    seller,
    from: "2026-10-01",
    to: "2026-12-31",
    statements: [
      {
        currency: "CNY",
        from: "2026-10-01",
        to: "2026-12-31",
        openingMinor: 100_000n,
        entries: [
          {
            kind: "invoice",
            id: "i1",
            on: "2026-11-03",
            name: "INV-2026-000042",
            amountMinor: 2_883_200n,
            balanceMinor: 2_983_200n,
          },
          {
            kind: "payment",
            id: "p1",
            on: "2026-11-20",
            name: "bank_transfer",
            amountMinor: -2_000_000n,
            balanceMinor: 983_200n,
          },
        ],
        closingMinor: 983_200n,
      },
    ],
    madeAt: Date.UTC(2026, 10, 26, 9),
    ...other,
  };
}
