import { and, eq, sql } from "drizzle-orm";
import { type Database, type TenantScope, type TenantTx, withTenant } from "../../adapters/db/index.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import { audit } from "../audit/index.ts";
import { type Invoice, invoices, localDate, lockContract } from "../billing/index.ts";
import { heldInvoice, personOf } from "./store.ts";

export type Shell = { readonly db: Database; readonly scope: TenantScope; readonly now: Instant };

/**
 * The second pair of eyes. Whoever made or changed the draft by hand may not approve it; what the house drafted by itself is
 * nobody's hand, so one person's approval is enough for it. `outputHash` is what was looked at: a draft that a run has
 * changed since is refused.
 */
export function approve(
  { db, scope, now }: Shell,
  { invoiceId, outputHash }: { readonly invoiceId: string; readonly outputHash: string },
): Promise<void> {
  return withTenant(db, scope, async (tx) => {
    const invoice = await withRunsAtRest(tx, invoiceId);
    const person = personOf(tx);
    if (person === null) throw new Refusal("forbidden", "person_needed", "a person approves an invoice");
    if (invoice.status !== "draft") throw wrongState(invoice, "approved");
    if (invoice.outputHash !== outputHash) {
      throw new Refusal("conflict", "draft_changed", "the draft has changed since you looked at it; look again");
    }
    if (invoice.preparedBy.includes(person)) {
      throw new Refusal("conflict", "four_eyes", "you made or changed this draft; somebody else approves it");
    }
    if (localDate(invoice.timeZone, now) < invoice.periodEnd) {
      throw new Refusal("conflict", "month_not_over", "the month is not over on the client's calendar");
    }
    await step(tx, invoiceId, { status: "approved", approvedBy: person, approvedAt: now });
    await audit(tx, "invoice_approved", { kind: "invoice", id: invoiceId }, { outputHash });
  });
}

/** An approved invoice becomes a draft again, so that it can be put right; it needs a new approval then. */
export function sendBack(
  { db, scope }: Shell,
  { invoiceId, reason }: { readonly invoiceId: string; readonly reason: string },
): Promise<void> {
  return withTenant(db, scope, async (tx) => {
    const invoice = await withRunsAtRest(tx, invoiceId);
    if (invoice.status !== "approved") throw wrongState(invoice, "sent back");
    await step(tx, invoiceId, { status: "draft", approvedBy: null, approvedAt: null });
    await audit(tx, "invoice_sent_back", { kind: "invoice", id: invoiceId }, { reason });
  });
}

/** A draft is thrown away. The house does not make it again by itself; a person may ask for the month anew. */
export function discard(
  { db, scope, now }: Shell,
  { invoiceId, reason }: { readonly invoiceId: string; readonly reason: string },
): Promise<void> {
  return withTenant(db, scope, async (tx) => {
    const invoice = await withRunsAtRest(tx, invoiceId);
    if (invoice.status !== "draft") throw wrongState(invoice, "discarded");
    await step(tx, invoiceId, {
      status: "discarded",
      discardedBy: personOf(tx),
      discardedAt: now,
      discardReason: reason,
    });
    await audit(tx, "invoice_discarded", { kind: "invoice", id: invoiceId }, { reason });
  });
}

/** Waits for a run of the same contract that is writing, so that nobody approves half of one. */
async function withRunsAtRest(tx: TenantTx, invoiceId: string): Promise<Invoice> {
  const [found] = await tx.execute<{ contract_id: string }>(
    sql`select contract_id from tenant.invoices where tenant_id = ${tx.tenantId} and id = ${invoiceId}`,
  );
  if (found !== undefined) await lockContract(tx, found.contract_id);
  return heldInvoice(tx, invoiceId);
}

export async function step(
  tx: TenantTx,
  invoiceId: string,
  change: Partial<typeof invoices.$inferInsert>,
): Promise<void> {
  await tx
    .update(invoices)
    .set(change)
    .where(and(eq(invoices.tenantId, tx.tenantId), eq(invoices.id, invoiceId)));
}

export function wrongState({ status }: Pick<Invoice, "status">, wanted: string): Refusal {
  return new Refusal("conflict", "wrong_state", `the invoice is ${status}; it cannot be ${wanted}`);
}
