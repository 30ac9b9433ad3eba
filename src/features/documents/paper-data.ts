import type { Currency } from "../../domain/kernel/currency.ts";
import type { BuyerSnapshot, SellerSnapshot } from "../parties/index.ts";

/** A line as it stands on a document; `label` in both languages, exact numbers as text. */
export type LineOnPaper = {
  readonly id: string;
  readonly label: { readonly zh: string; readonly en: string };
  readonly code: string;
  readonly component: string;
  readonly quantity: string;
  readonly unit: string;
  readonly unitPrice: string | null;
  readonly amountMinor: bigint;
  readonly exact: string;
  /** `YYYY-MM` where the line corrects an earlier month. */
  readonly belongsTo: string | null;
  readonly taxCategory: string;
  /** Per cent. */
  readonly taxRate: string;
};

export type TaxOnPaper = {
  readonly category: string;
  readonly rate: string;
  readonly baseMinor: bigint;
  readonly taxMinor: bigint;
  readonly exemption: string | null;
};

/** All that an invoice says. `number`, dates and parties of a draft are those it would have today. */
export type InvoiceOnPaper = {
  readonly id: string;
  readonly status: "draft" | "approved" | "finalized" | "credited" | "discarded";
  readonly number: string | null;
  readonly contract: { readonly zh: string; readonly en: string };
  /** First and last day, local dates. */
  readonly firstDay: string;
  readonly lastDay: string;
  readonly currency: Currency;
  readonly issuedOn: string | null;
  readonly dueOn: string | null;
  readonly taxProfile: "none" | "cn_vat" | "eu_vat";
  readonly netMinor: bigint;
  readonly taxMinor: bigint;
  readonly grossMinor: bigint;
  readonly prepaidMinor: bigint;
  readonly dueMinor: bigint;
  readonly buyer: BuyerSnapshot;
  readonly seller: SellerSnapshot;
  readonly lines: readonly LineOnPaper[];
  readonly taxes: readonly TaxOnPaper[];
  /** When it became final, or was last computed. */
  readonly madeAt: number;
};

export type CreditNoteOnPaper = {
  readonly id: string;
  readonly number: string;
  readonly issuedOn: string;
  readonly reason: string;
  readonly netMinor: bigint;
  readonly taxMinor: bigint;
  readonly grossMinor: bigint;
  readonly lines: readonly { readonly line: LineOnPaper; readonly netMinor: bigint }[];
  readonly taxes: readonly Omit<TaxOnPaper, "exemption">[];
  readonly madeAt: number;
  readonly invoice: InvoiceOnPaper;
};
