import { eq, sql } from "drizzle-orm";
import { type Database, type TenantTx, withOperator } from "../../adapters/db/index.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import { NOT_TAXED, type TaxClass, type TaxTerms } from "../../domain/rating/invoice-tax.ts";
import {
  type BillingFile,
  type BuyerSnapshot,
  BuyerSnapshotSchema,
  type SellerSnapshot,
  SellerSnapshotSchema,
  type Tax,
  TaxSchema,
} from "./schema.ts";
import { billingProfiles, sellers } from "./tables.ts";

/** The client as an invoice needs it, and the terms of all its contracts. */
export type BillingProfile = Omit<BillingFile, "buyer"> & { readonly buyer: BuyerSnapshot };

export type Seller = {
  readonly snapshot: SellerSnapshot;
  readonly timeZone: string;
  readonly invoicePrefix: string;
  readonly creditPrefix: string;
};

/** A client without billing.toml is named as its company is; its invoices carry no tax. */
export async function billingProfile(tx: TenantTx): Promise<BillingProfile> {
  const [row] = await tx.select().from(billingProfiles).where(eq(billingProfiles.tenantId, tx.tenantId));
  if (row !== undefined) {
    const { dueDays, lateMonths, corrections, prepaidOrder } = row;
    const terms = { dueDays, lateMonths, corrections, prepaidOrder };
    return { ...terms, buyer: BuyerSnapshotSchema.parse(parsed(row.buyer)), tax: TaxSchema.parse(parsed(row.tax)) };
  }
  const [company] = await tx.execute<{ nameZh: string; nameEn: string }>(
    sql`select name_zh as "nameZh", name_en as "nameEn" from tenant.companies where tenant_id = ${tx.tenantId}`,
  );
  if (company === undefined) throw new Refusal("not_found", "tenant_not_found", "there is no such client");
  const { nameZh, nameEn } = company;
  return {
    buyer: { nameZh, nameEn, address: null },
    tax: { profile: "none" },
    dueDays: 30,
    lateMonths: 3,
    corrections: "next_invoice",
    prepaidOrder: "first_to_expire",
  };
}

/** The house as seller. Null where house.toml names none: then nothing can become final. */
export async function sellerOf(operatorDb: Database): Promise<Seller | null> {
  const [row] = await withOperator(operatorDb, (tx) =>
    tx.select().from(sellers).orderBy(sellers.outsourcerId).limit(1),
  );
  if (row === undefined) return null;
  const { timeZone, invoicePrefix, creditPrefix } = row;
  const snapshot = SellerSnapshotSchema.parse({ ...Object(parsed(row.details)), timeZone });
  return { snapshot, timeZone, invoicePrefix, creditPrefix };
}

export function taxTermsOf(tax: Tax): TaxTerms {
  switch (tax.profile) {
    case "none":
      return { standard: NOT_TAXED, ofCharge: new Map() };
    case "cn_vat": {
      const ofCharge = Object.entries(tax.charges).map(([code, rate]) => [code, chinese(rate)] as const);
      return { standard: chinese(tax.rate), ofCharge: new Map(ofCharge) };
    }
    case "eu_vat":
      return { standard: tax.standard, ofCharge: new Map(Object.entries(tax.charges)) };
  }
}

function chinese(rate: string): TaxClass {
  return Number(rate) > 0 ? { category: "S", rate } : { category: "Z", rate };
}

/** JSON columns come as text or parsed, as the driver was taught. */
function parsed(value: unknown): unknown {
  return typeof value === "string" ? JSON.parse(value) : value;
}
