import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "../../adapters/db/index.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import type { UsageKind } from "../../domain/rating/charge.ts";
import { arrayLiteral, type Cell } from "./pg-array.ts";

/** Something that may be billed, as its source tells it. Unique for ever by source and event. */
export type NewUsage = {
  readonly source: string;
  readonly sourceEventId: string;
  readonly kind: UsageKind;
  readonly occurredAt: Instant;
  readonly quantity: number;
  readonly contactId: string | null;
  readonly attrs: { readonly [name: string]: unknown };
  /** The row that this one takes the place of. */
  readonly correctsId?: string | null | undefined;
};

export type StoredUsageCount = {
  readonly stored: number;
  /** Events that are stored already with another content: never overwritten, a person must look. */
  readonly rivals: readonly string[];
};

/** Rows in one statement: about two megabytes. */
const ROWS_A_STATEMENT = 5_000;

/** Stores usage once: a repeat changes nothing, and the same event with another content is named and left out. */
export async function storeUsage(tx: TenantTx, rows: readonly NewUsage[]): Promise<StoredUsageCount> {
  let stored = 0;
  const rivals: string[] = [];
  for (let at = 0; at < rows.length; at += ROWS_A_STATEMENT) {
    const part = rows.slice(at, at + ROWS_A_STATEMENT);
    const incoming = incomingRows(part);
    const [row] = await tx.execute<{ stored: number }>(sql`
      with stored as (
        insert into tenant.usage (tenant_id, source, source_event_id, kind, occurred_at, quantity, contact_id, attrs, payload_hash, corrects_id)
        select ${tx.tenantId}::uuid, r.source, r.event, r.kind, ${occurredAt}, r.quantity, r.contact_id, r.attrs::jsonb, ${HASH}, r.corrects_id
        from ${incoming} on conflict do nothing returning 1)
      select count(*)::int as stored from stored`);
    stored += row?.stored ?? 0;
    if (row?.stored !== part.length) rivals.push(...(await rivalsAmong(tx, incoming)));
  }
  return { stored, rivals };
}

const occurredAt = sql.raw("to_timestamp(r.ms::numeric / 1000)");
/** Of the event's own text, so that it is the same wherever and whenever it is taken. */
const HASH = sql.raw(`encode(sha256(convert_to('["' || r.kind || '",' || r.quantity || ',' || r.ms || ','
  || coalesce('"' || r.contact_id || '"', 'null') || ',' || r.attrs || ']', 'UTF8')), 'hex')`);

function incomingRows(rows: readonly NewUsage[]): SQL {
  const column = (type: string, cell: (row: NewUsage) => Cell) =>
    sql`${arrayLiteral(rows.map(cell))}::${sql.raw(type)}[]`;
  const columns = [
    column("text", (row) => row.source),
    column("text", (row) => row.sourceEventId),
    column("text", (row) => row.kind),
    column("bigint", (row) => row.occurredAt),
    column("bigint", (row) => row.quantity),
    column("uuid", (row) => row.contactId),
    column("text", (row) => JSON.stringify(sorted(row.attrs))),
    column("uuid", (row) => row.correctsId ?? null),
  ];
  return sql`unnest(${sql.join(columns, sql`, `)}) as r(source, event, kind, ms, quantity, contact_id, attrs, corrects_id)`;
}

function sorted(attrs: NewUsage["attrs"]): NewUsage["attrs"] {
  return Object.fromEntries(Object.entries(attrs).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What came under a known event with another content is kept whole as an exception: a person decides which is right. */
async function rivalsAmong(tx: TenantTx, incoming: SQL): Promise<string[]> {
  const rows = await tx.execute<{ event: string }>(sql`
    with rival as (
      select distinct on (r.source, r.event) r.*, ${HASH} as hash from ${incoming}
      join tenant.usage u on u.tenant_id = ${tx.tenantId}::uuid and u.source = r.source and u.source_event_id = r.event
      where u.payload_hash <> ${HASH} order by r.source, r.event),
    opened as (
      insert into tenant.usage_exceptions (tenant_id, source, source_event_id, kind, occurred_at, reason, detail, opened_at)
      select ${tx.tenantId}::uuid, r.source, r.event, r.kind, ${occurredAt}, 'rival', jsonb_build_object('quantity', r.quantity,
        'contactId', r.contact_id, 'attrs', r.attrs::jsonb, 'payloadHash', r.hash), clock_timestamp()
      from rival r on conflict (tenant_id, source, source_event_id, reason) do nothing)
    select r.event from rival r order by 1`);
  return rows.map((row) => row.event);
}
