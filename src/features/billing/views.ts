import { sql } from "drizzle-orm";
import { type Database, type TenantScope, type TenantTx, withOperator, withTenant } from "../../adapters/db/index.ts";
import { exactText, rational } from "../../domain/kernel/rational.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import { cursorOf, placeFrom, ruleOfLine, sumBehind } from "./behind-line.ts";
import { partsOfLine } from "./line-parts.ts";
import { maskBody, maskNumber } from "./mask.ts";
import type { BillingContext } from "./run-contract.ts";
import type { BilledContact, ClientInvoice, InvoiceSummary, InvoiceView, LineContactsView } from "./schema.ts";
import { tenantsInService } from "./store.ts";
import {
  decimalsOf,
  invoiceRows,
  lineRows,
  linesOfContact,
  object,
  PAGE_MAX,
  summaryOf,
  taxRows,
} from "./views-store.ts";

/** Who looks: a client at its own bill sees its customers' numbers; the outsourcer's billing staff see them masked. */
export type Sight = "client" | "house";

export async function listInvoices(
  db: Database,
  scope: TenantScope,
  filter: { readonly period?: string | undefined } = {},
): Promise<InvoiceSummary[]> {
  const rows = await withTenant(db, scope, (tx) => invoiceRows(tx, filter));
  return rows.map((row) => summaryOf(row, scope.tenantId));
}

/** The invoices of every client: one transaction each, because no transaction sees two clients. */
export async function listAllInvoices(ctx: BillingContext, filter: { readonly period?: string | undefined }) {
  const tenants = await withOperator(ctx.operatorDb, tenantsInService);
  const found: InvoiceSummary[] = [];
  for (const tenantId of tenants) found.push(...(await listInvoices(ctx.db, { tenantId, actor: ctx.actor }, filter)));
  return found;
}

export async function getInvoice(db: Database, scope: TenantScope, invoiceId: string): Promise<InvoiceView> {
  return withTenant(db, scope, (tx) => invoiceView(tx, invoiceId));
}

export async function invoiceView(tx: TenantTx, invoiceId: string): Promise<InvoiceView> {
  const [row] = await invoiceRows(tx, { id: invoiceId });
  if (row === undefined) throw notFound("invoice");
  const at = (text: string | null) => (text === null ? null : Number(text));
  return {
    ...summaryOf(row, tx.tenantId),
    engineVersion: row.engine_version,
    inputHash: row.input_hash,
    outputHash: row.output_hash,
    cutoff: Number(row.cutoff),
    taxProfile: row.tax_profile,
    taxes: await taxRows(tx, invoiceId),
    preparedBy: row.prepared_by === "" ? [] : row.prepared_by.split(","),
    approvedBy: row.approved_by,
    approvedAt: at(row.approved_at),
    finalizedAt: at(row.finalized_at),
    items: await lineRows(tx, invoiceId),
  };
}

/** Without who of the house made and approved it: that is the house's own business. */
export function forClient({ preparedBy: _made, approvedBy: _approved, ...invoice }: InvoiceView): ClientInvoice {
  return invoice;
}

export type LineContactsQuery = {
  readonly invoiceId: string;
  readonly lineId: string;
  readonly limit: number;
  readonly cursor: string | null;
};

/** A page of the contacts behind a line, with sums over all of them: the sum of the parts is the line. */
export async function lineContacts(
  db: Database,
  scope: TenantScope,
  query: LineContactsQuery,
  sight: Sight,
): Promise<LineContactsView> {
  return withTenant(db, scope, async (tx) => {
    const [invoice] = await invoiceRows(tx, { id: query.invoiceId });
    const [line] = await lineRows(tx, query.invoiceId, query.lineId);
    if (invoice === undefined || line === undefined) throw notFound("line");
    const limit = Math.min(query.limit, PAGE_MAX);
    const rule = await ruleOfLine(tx, line.id);
    const parts = await partsOfLine(tx, rule, limit + 1, placeFrom(query.cursor));
    const { num, ...total } = await sumBehind(tx, rule);
    const whole = exactText(rational(num, BigInt(rule.den)));
    const page = parts.slice(0, limit);
    const last = page.at(-1);
    return {
      currency: invoice.currency,
      decimals: decimalsOf(invoice.currency),
      line,
      total: { ...total, contacts: line.contacts, exact: whole, amountMinor: line.amountMinor },
      items: page.map(({ contact }) =>
        sight === "client" || contact.from === null ? contact : { ...contact, from: maskNumber(contact.from) },
      ),
      next: parts.length > limit && last !== undefined ? cursorOf(last.place) : null,
    };
  });
}

/** Lines that charge a contact, for its own page. */
export const contactLines = linesOfContact;

/** One contact as billing staff see it: what was charged and the facts that show why, without who the customer is. */
export async function billedContact(db: Database, scope: TenantScope, contactId: string): Promise<BilledContact> {
  return withTenant(db, scope, async (tx) => {
    const [contact] = await contactRow(tx, contactId);
    if (contact === undefined) throw notFound("contact");
    const legs = await legRows(tx, contactId);
    const facts = await factRows(tx, contactId);
    const usage = await usageRows(tx, contactId);
    const at = (text: string | null) => (text === null ? null : Number(text));
    return {
      contactId,
      tenantId: scope.tenantId,
      from: maskNumber(contact.from_number),
      to: contact.to_number,
      outcome: contact.outcome,
      queueName: contact.queue,
      offeredAt: Number(contact.offered_at),
      answeredAt: at(contact.answered_at),
      endedAt: at(contact.ended_at),
      talkMs: Number(contact.talk_ms),
      legs: legs.map(({ at: endedAt, ...leg }) => ({ ...leg, endedAt: Number(endedAt) })),
      facts: facts.map((fact) => ({
        seq: fact.seq,
        at: Number(fact.at),
        type: fact.type,
        body: maskBody(object(fact.body), contact.from_number),
      })),
      usage: usage.map((row) => ({
        id: row.id,
        source: `${row.source}:${row.event}`,
        kind: row.kind,
        occurredAt: Number(row.at),
        quantity: Number(row.quantity),
        attrs: maskBody(object(row.attrs), contact.from_number),
      })),
      lines: await linesOfContact(tx, contactId),
    };
  });
}

function contactRow(tx: TenantTx, contactId: string) {
  return tx.execute<{
    from_number: string;
    to_number: string;
    outcome: string | null;
    queue: string | null;
    offered_at: string;
    answered_at: string | null;
    ended_at: string | null;
    talk_ms: string;
  }>(sql`
    select c.from_number, c.to_number, c.outcome, q.name as queue, c.talk_ms::text,
      (extract(epoch from c.offered_at) * 1000)::bigint::text as offered_at,
      (extract(epoch from c.answered_at) * 1000)::bigint::text as answered_at,
      (extract(epoch from c.ended_at) * 1000)::bigint::text as ended_at
    from tenant.contacts c left join tenant.queues q on q.tenant_id = c.tenant_id and q.id = c.queue_id
    where c.tenant_id = ${tx.tenantId} and c.id = ${contactId}`);
}

function legRows(tx: TenantTx, contactId: string) {
  return tx.execute<{
    callSid: string;
    party: string;
    direction: string;
    status: string;
    durationS: number;
    at: string;
  }>(sql`
    select call_sid as "callSid", party, direction, status, duration_s as "durationS",
      (extract(epoch from ended_at) * 1000)::bigint::text as at
    from tenant.contact_legs where tenant_id = ${tx.tenantId} and contact_id = ${contactId} order by ended_at, call_sid`);
}

function factRows(tx: TenantTx, contactId: string) {
  return tx.execute<{ seq: number; at: string; type: string; body: unknown }>(sql`
    select seq, type, body, (extract(epoch from at) * 1000)::bigint::text as at
    from tenant.contact_facts where tenant_id = ${tx.tenantId} and contact_id = ${contactId} order by seq limit 2000`);
}

function usageRows(tx: TenantTx, contactId: string) {
  return tx.execute<{
    id: string;
    source: string;
    event: string;
    kind: string;
    at: string;
    quantity: string;
    attrs: unknown;
  }>(sql`
    select id, source, source_event_id as event, kind, quantity::text, attrs,
      (extract(epoch from occurred_at) * 1000)::bigint::text as at
    from tenant.usage where tenant_id = ${tx.tenantId} and contact_id = ${contactId} order by occurred_at, id limit 2000`);
}

function notFound(what: string): Refusal {
  return new Refusal("not_found", `${what}_not_found`, `there is no such ${what}`);
}
