import { and, eq, sql } from "drizzle-orm";
import type { TenantTx } from "../../adapters/db/index.ts";
import { type Sale, type SaleEvent, type SaleEventKind, saleOf } from "../../domain/commission/sale.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import { assert } from "../../domain/kernel/step.ts";
import { evaluate } from "./evaluate.ts";
import { type SaleRow, saleEvents, sales } from "./tables.ts";
import { correctUsage } from "./usage-store.ts";

export type NewSaleEvent = {
  readonly ref: string;
  readonly source: string;
  readonly sourceEventId: string;
  readonly kind: SaleEventKind;
  readonly occurredAt: Instant;
  readonly amountMinor: bigint | null;
  readonly corrects: string | null;
  readonly isVoid: boolean;
  readonly supplier: string | null;
  readonly courier: string | null;
  readonly dealer: string | null;
  readonly recordedBy: string;
};

/** Events of one sale, at most: a handful of stages and a few corrections. */
const EVENTS_MAX = 1_000;

/**
 * The sale that an order number or a contact means, opened when nobody has spoken of it yet. An order that names the
 * contact of a sale known from its wrap-up alone gives that sale its number. Two at once: the second finds the first's.
 */
export async function saleFor(
  tx: TenantTx,
  { ref, contactId, usageId = null }: { ref: string; contactId: string | null; usageId?: string | null },
): Promise<string> {
  if (contactId !== null) {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`sale:${tx.tenantId}:${contactId}`}, 0))`);
  }
  const known =
    (await saleByRef(tx, ref)) ?? (contactId === null ? undefined : await saleOfContact(tx, contactId, ref));
  if (known !== undefined) {
    await tx.execute(sql`
      update tenant.sales set contact_id = coalesce(contact_id, ${contactId}::uuid), usage_id = coalesce(usage_id, ${usageId}::uuid)
      where tenant_id = ${tx.tenantId} and id = ${known}
        and ((contact_id is null and ${contactId}::uuid is not null) or (usage_id is null and ${usageId}::uuid is not null))`);
    return known;
  }
  const [row] = await tx.execute<{ id: string }>(sql`
    insert into tenant.sales (tenant_id, ref, contact_id, usage_id, currency)
    select c.tenant_id, ${ref}, ${contactId}::uuid, ${usageId}::uuid, c.currency from tenant.companies c where c.tenant_id = ${tx.tenantId}
    on conflict (tenant_id, ref) do nothing returning id`);
  const id = row?.id ?? (await saleByRef(tx, ref));
  assert(id !== undefined, "a sale that is known by its number has a row");
  return id;
}

async function saleByRef(tx: TenantTx, ref: string): Promise<string | undefined> {
  const rows = await tx.execute<{ id: string }>(
    sql`select id from tenant.sales where tenant_id = ${tx.tenantId} and ref = ${ref}`,
  );
  return rows[0]?.id;
}

/** A wrap-up means any sale of its contact; an order takes the one that has no number but its contact's. */
async function saleOfContact(tx: TenantTx, contactId: string, ref: string): Promise<string | undefined> {
  if (ref === contactId) {
    const rows = await tx.execute<{ id: string }>(sql`
      select id from tenant.sales where tenant_id = ${tx.tenantId} and contact_id = ${contactId} order by id limit 1`);
    return rows[0]?.id;
  }
  const rows = await tx.execute<{ id: string }>(sql`
    update tenant.sales set ref = ${ref} where tenant_id = ${tx.tenantId} and contact_id = ${contactId} and ref = ${contactId} returning id`);
  return rows[0]?.id;
}

/** Appends an event; the same id with other contents is a rival and is not stored. */
export async function storeEvent(
  tx: TenantTx,
  saleId: string,
  event: NewSaleEvent,
): Promise<{ what: "recorded" | "known" | "rival"; why: string | null }> {
  const { ref: _, recordedBy, ...content } = event;
  const payloadHash = await sha256(
    JSON.stringify([saleId, { ...content, amountMinor: content.amountMinor?.toString() ?? null }]),
  );
  const inserted = await tx
    .insert(saleEvents)
    .values({ tenantId: tx.tenantId, saleId, ...content, payloadHash, recordedBy })
    .onConflictDoNothing()
    .returning({ id: saleEvents.id });
  if (inserted.length > 0) return { what: "recorded", why: null };
  const [known] = await tx
    .select({ payloadHash: saleEvents.payloadHash })
    .from(saleEvents)
    .where(
      and(
        eq(saleEvents.tenantId, tx.tenantId),
        eq(saleEvents.source, event.source),
        eq(saleEvents.sourceEventId, event.sourceEventId),
      ),
    );
  if (known?.payloadHash === payloadHash) return { what: "known", why: null };
  return { what: "rival", why: "this id came before with other contents; to correct it send a new id with `corrects`" };
}

/** Folds a sale from all its events and lets commission and usage follow. One at a time for each sale. */
export async function refold(tx: TenantTx, saleId: string, now: Instant): Promise<void> {
  const [row] = await tx
    .select()
    .from(sales)
    .where(and(eq(sales.tenantId, tx.tenantId), eq(sales.id, saleId)))
    .for("update");
  assert(row !== undefined, "a sale that was told of has a row");
  const stored = await tx
    .select()
    .from(saleEvents)
    .where(and(eq(saleEvents.tenantId, tx.tenantId), eq(saleEvents.saleId, saleId)))
    .limit(EVENTS_MAX);
  const sale = saleOf(stored.map(asDomain));
  const folded: SaleRow = { ...row, ...projectionOf(sale, stored), agentId: await agentOf(tx, row) };
  await tx
    .update(sales)
    .set({ ...projectionOf(sale, stored), agentId: folded.agentId, updatedAt: now })
    .where(and(eq(sales.tenantId, tx.tenantId), eq(sales.id, saleId)));
  await evaluate(tx, folded, sale, now);
  await correctUsage(tx, folded, sale, hasSaid(stored));
}

type StoredEvent = typeof saleEvents.$inferSelect;

/** Ids are of their source; the house tells sources apart by name. */
function asDomain(row: StoredEvent): SaleEvent {
  return {
    id: `${row.source}:${row.sourceEventId}`,
    kind: row.kind,
    at: row.occurredAt,
    amountMinor: row.amountMinor,
    corrects: row.corrects === null ? null : `${row.source}:${row.corrects}`,
    isVoid: row.isVoid,
  };
}

function projectionOf(sale: Sale, stored: readonly StoredEvent[]) {
  const { soldAt, stage, amountMinor, returnedMinor, isReturned } = sale;
  const order = stored.toSorted((a, b) => a.occurredAt - b.occurredAt || (a.id < b.id ? -1 : 1));
  const last = (name: "supplier" | "courier" | "dealer") =>
    order.findLast((event) => event[name] !== null)?.[name] ?? null;
  return {
    soldAt,
    stage,
    amountMinor,
    returnedMinor,
    isReturned,
    supplier: last("supplier"),
    courier: last("courier"),
    dealer: last("dealer"),
  };
}

/** Whether anybody but the wrap-up has spoken: only then may its usage be corrected. */
function hasSaid(stored: readonly StoredEvent[]): boolean {
  return stored.some((event) => event.source !== "wrap_up");
}

/** Who answered the call it was sold in. */
async function agentOf(tx: TenantTx, { contactId, agentId }: SaleRow): Promise<SaleRow["agentId"]> {
  if (contactId === null) return agentId;
  const [row] = await tx.execute<{ agent_id: SaleRow["agentId"] }>(
    sql`select agent_id from tenant.contacts where tenant_id = ${tx.tenantId} and id = ${contactId}`,
  );
  return row?.agent_id ?? agentId;
}

export async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
