import { randomUUID } from "node:crypto";
import type postgres from "postgres";
import type { Database } from "../../src/adapters/db/index.ts";
import type { TenantId } from "../../src/domain/kernel/ids.ts";
import type { BillingContext } from "../../src/features/billing/run-contract.ts";
import { runMonth } from "../../src/features/billing/run-month.ts";
import { approve } from "../../src/features/invoicing/approve.ts";
import { finalize } from "../../src/features/invoicing/finalize.ts";

type Seat = { readonly db: Database; readonly operatorDb: Database };

/** A made-up company with a right check character. */
export const CREDIT_CODE = "91350100M000100Y43";
const ADDRESS = { street: "Road 1", city: "City", postcode: "1", country: "CN" };

/** The house's own name on invoices; without it none becomes final. */
export async function withSeller(sql: postgres.Sql): Promise<void> {
  const details = { nameZh: "卖方", nameEn: "Seller", address: ADDRESS, creditCode: CREDIT_CODE, banks: [] };
  await sql`insert into house.sellers (outsourcer_id, details, time_zone)
    select id, ${sql.json(details)}, 'Asia/Shanghai' from house.outsourcers order by id limit 1
    on conflict do nothing`;
}

/** How a client is taxed, and terms that its contracts share. */
export async function withProfile(
  sql: postgres.Sql,
  tenantId: TenantId,
  tax: object,
  terms: { readonly corrections?: string; readonly lateMonths?: number; readonly prepaidOrder?: string } = {},
): Promise<void> {
  const buyer = { nameZh: "买方", nameEn: "Buyer", address: ADDRESS, vatId: "DE123456789" };
  await sql`insert into tenant.billing_profiles (tenant_id, buyer, tax, corrections, late_months, prepaid_order)
    values (${tenantId}, ${sql.json(buyer)}, ${sql.json(JSON.parse(JSON.stringify(tax)))}, ${terms.corrections ?? "next_invoice"},
      ${terms.lateMonths ?? 3}, ${terms.prepaidOrder ?? "first_to_expire"})`;
}

export function person(seat: Seat, tenantId: TenantId, now: string, userId: string = randomUUID()) {
  const actor = { kind: "user", userId } as unknown as BillingContext["actor"];
  return { ...seat, actor, userId, scope: { tenantId, actor }, now: Date.parse(now) };
}

/** Drafts the month by the house itself, and has it approved and made final by a person. Returns the invoice's id. */
export async function finalInvoice(
  seat: Seat,
  { tenantId, period, now }: { readonly tenantId: TenantId; readonly period: string; readonly now: string },
): Promise<string> {
  const house = { ...seat, actor: { kind: "system", name: "test" } as const, now: Date.parse(now) };
  const [outcome] = await runMonth(house, { tenantId, period });
  if (outcome?.invoiceId === null || outcome?.outputHash === undefined)
    throw new Error(`no draft: ${outcome?.failure?.detail}`);
  const shell = person(seat, tenantId, now);
  await approve(shell, { invoiceId: outcome.invoiceId, outputHash: outcome.outputHash ?? "" });
  await finalize(shell, outcome.invoiceId);
  return outcome.invoiceId;
}
