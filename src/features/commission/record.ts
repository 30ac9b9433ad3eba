import { sql } from "drizzle-orm";
import { actorId, type TenantTx } from "../../adapters/db/index.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import { type NewSaleEvent, refold, saleFor, storeEvent } from "./sales-store.ts";
import type { Recorded, SaleEventInput } from "./schema.ts";

/** Wrap-ups taken in one go: a busy minute of a big client is far below it, and the next minute goes on. */
const WRAP_UPS_MAX = 500;
/** Where the events of wrap-ups come from; no file or client may use it. */
export const WRAP_UP_SOURCE = "wrap_up";

/** An event with its place in the file or list, or why it cannot be read. */
export type Told =
  | { readonly line: number; readonly event: SaleEventInput }
  | { readonly line: number; readonly sourceEventId: string; readonly why: string };

/**
 * Records what a source says of sales, in its order; each row answers for itself, so one bad row holds up none. Sales that
 * were touched are folded again, and their commission and usage follow in the same transaction.
 */
export async function recordSaleEvents(
  tx: TenantTx,
  input: { readonly source: string; readonly told: readonly Told[]; readonly now: Instant },
): Promise<Recorded> {
  const recordedBy = `${tx.actor.kind}:${actorId(tx.actor)}`;
  const touched = new Set<string>();
  const items: Recorded["items"] = [];
  for (const row of input.told) {
    if ("why" in row) {
      items.push({ line: row.line, sourceEventId: row.sourceEventId, what: "refused", why: row.why, saleId: null });
      continue;
    }
    const event = asNew(row.event, input.source, recordedBy);
    const outcome = await recordOne(tx, event, row.event.contactId ?? null);
    if (outcome.what === "recorded" && outcome.saleId !== null) touched.add(outcome.saleId);
    items.push({ line: row.line, sourceEventId: event.sourceEventId, ...outcome });
  }
  for (const saleId of [...touched].sort()) await refold(tx, saleId, input.now);
  const count = (...kinds: string[]) => items.filter((item) => kinds.includes(item.what)).length;
  return { items, recorded: count("recorded"), known: count("known"), refused: count("rival", "refused") };
}

async function recordOne(tx: TenantTx, event: NewSaleEvent, contactId: string | null) {
  if (event.isVoid && event.corrects === null) return refused("a void names the row it takes back in `corrects`");
  if (event.corrects === event.sourceEventId) return refused("a row does not correct itself");
  if (contactId !== null && !(await contactExists(tx, contactId))) return refused("there is no such contact");
  const saleId = await saleFor(tx, { ref: event.ref, contactId });
  return { ...(await storeEvent(tx, saleId, event)), saleId };
}

function refused(why: string) {
  return { what: "refused" as const, why, saleId: null };
}

/** Sales that agents recorded when they wrapped up and that are not taken in yet. Returns how many there were. */
export async function collectWrapUps(tx: TenantTx, now: Instant): Promise<number> {
  const rows = await tx.execute<{
    id: string;
    event_id: string;
    contact_id: string;
    at: string;
    sale_minor: string | null;
  }>(sql`
    select u.id, u.source || ':' || u.source_event_id as event_id, u.contact_id, u.attrs->>'saleMinor' as sale_minor,
      (extract(epoch from u.occurred_at) * 1000)::bigint::text as at
    from tenant.usage u
    where u.tenant_id = ${tx.tenantId} and u.kind = 'success' and u.corrects_id is null and u.contact_id is not null
      and not exists (select from tenant.sale_events e where e.tenant_id = u.tenant_id and e.source = ${WRAP_UP_SOURCE}
        and e.source_event_id = u.source || ':' || u.source_event_id)
    order by u.occurred_at, u.id limit ${WRAP_UPS_MAX}`);
  for (const row of rows) {
    const saleId = await saleFor(tx, { ref: row.contact_id, contactId: row.contact_id, usageId: row.id });
    await storeEvent(tx, saleId, {
      ref: row.contact_id,
      source: WRAP_UP_SOURCE,
      sourceEventId: row.event_id,
      kind: "sold",
      occurredAt: Number(row.at),
      amountMinor: row.sale_minor === null ? null : BigInt(row.sale_minor),
      corrects: null,
      isVoid: false,
      supplier: null,
      courier: null,
      dealer: null,
      recordedBy: "system:wrap-up",
    });
    await refold(tx, saleId, now);
  }
  return rows.length;
}

async function contactExists(tx: TenantTx, contactId: string): Promise<boolean> {
  const rows = await tx.execute(
    sql`select 1 from tenant.contacts where tenant_id = ${tx.tenantId} and id = ${contactId}`,
  );
  return rows.length > 0;
}

function asNew(event: SaleEventInput, source: string, recordedBy: string): NewSaleEvent {
  return {
    ref: event.sale,
    source,
    sourceEventId: event.sourceEventId,
    kind: event.kind,
    occurredAt: Date.parse(event.occurredAt),
    amountMinor: event.amountMinor === undefined || event.amountMinor === null ? null : BigInt(event.amountMinor),
    corrects: event.corrects ?? null,
    isVoid: event.isVoid ?? false,
    supplier: event.supplier ?? null,
    courier: event.courier ?? null,
    dealer: event.dealer ?? null,
    recordedBy,
  };
}
