import { and, eq, sql } from "drizzle-orm";
import { actorId, type TenantTx } from "../../adapters/db/index.ts";
import type { Currency } from "../../domain/kernel/currency.ts";
import { isCurrency } from "../../domain/kernel/currency.ts";
import { assert } from "../../domain/kernel/step.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import type { ServiceAmount } from "../../domain/ledger/events.ts";
import type { TaxCategory } from "../../domain/rating/invoice-tax.ts";
import { type Invoice, invoices } from "../billing/index.ts";

/** The invoice, held until the transaction ends: its steps follow one another. A foreign client's is not there. */
export async function heldInvoice(tx: TenantTx, invoiceId: string): Promise<Invoice> {
  const [row] = await tx
    .select()
    .from(invoices)
    .where(and(eq(invoices.tenantId, tx.tenantId), eq(invoices.id, invoiceId)))
    .for("update");
  if (row === undefined) throw notFound("invoice");
  return row;
}

export function notFound(what: string): Refusal {
  return new Refusal("not_found", `${what}_not_found`, `there is no such ${what}`);
}

export function currencyOf(invoice: { readonly currency: string }): Currency {
  assert(isCurrency(invoice.currency), `${invoice.currency} is a currency that was billed in`);
  return invoice.currency;
}

/** The person behind a deed; the house itself is nobody. */
export function personOf(tx: TenantTx): string | null {
  return tx.actor.kind === "user" ? actorId(tx.actor) : null;
}

export type CreditableLine = {
  readonly id: string;
  readonly code: string;
  readonly model: string;
  readonly amountMinor: bigint;
  readonly creditedMinor: bigint;
  readonly category: TaxCategory;
  readonly rate: string;
};

/** Lines of an invoice with what notes have credited of each. */
export async function creditableLines(tx: TenantTx, invoiceId: string): Promise<CreditableLine[]> {
  const rows = await tx.execute<{
    id: string;
    code: string;
    model: string;
    amount: string;
    credited: string;
    category: TaxCategory;
    rate: string;
  }>(sql`
    select l.id, l.detail->>'code' as code, l.detail->>'model' as model, l.amount_minor::text as amount,
      l.tax_category as category, l.tax_rate as rate,
      (select coalesce(sum(c.net_minor), 0)::text from tenant.credit_note_lines c
        where c.tenant_id = l.tenant_id and c.line_id = l.id) as credited
    from tenant.invoice_lines l where l.tenant_id = ${tx.tenantId} and l.invoice_id = ${invoiceId} order by l.position`);
  return rows.map(({ amount, credited, ...row }) => ({
    ...row,
    amountMinor: BigInt(amount),
    creditedMinor: BigInt(credited),
  }));
}

/** What each service came to; money back for a missed service level stands apart. */
export function servicesOf(
  lines: readonly { readonly code: string; readonly model: string; readonly netMinor: bigint }[],
): ServiceAmount[] {
  const sums = new Map<string, { service: string; amountMinor: bigint; slaCredit: boolean }>();
  for (const { code, model, netMinor } of lines) {
    const slaCredit = model === "sla_credit";
    const known = sums.get(code) ?? { service: code, amountMinor: 0n, slaCredit };
    known.amountMinor += netMinor;
    sums.set(code, known);
  }
  return [...sums.values()].filter((it) => it.amountMinor !== 0n);
}

/** What is still owed on a final invoice, gross. */
export async function openMinor(tx: TenantTx, invoiceId: string): Promise<bigint> {
  const [row] = await tx.execute<{ open: string | null }>(
    sql`select tenant.open_minor(${invoiceId}::uuid)::text as open`,
  );
  return BigInt(row?.open ?? 0);
}
