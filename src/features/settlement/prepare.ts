import { sql } from "drizzle-orm";
import { actorId, iso, type TenantTx } from "../../adapters/db/index.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import { assert } from "../../domain/kernel/step.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import { type NewLine, ourLines } from "./our-lines.ts";
import { rematch } from "./rematch.ts";
import { partyById, termsOf } from "./terms.ts";

/** Rows in one statement: a few hundred kilobytes of JSON. */
const ROWS_A_STATEMENT = 2_000;

/**
 * The draft of a partner's month with our side of it. Preparing again adds what is new and keeps what was decided.
 * Refuses `party_not_found`, `month_not_over`, `earlier_not_accepted`, and `no_draft` once the month is accepted.
 */
export async function prepareSettlement(
  tx: TenantTx,
  { partyId, period }: { readonly partyId: string; readonly period: string },
  now: Instant,
): Promise<string> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`settlement:${tx.tenantId}:${partyId}`}, 0))`);
  const party = await partyById(tx, partyId);
  const { end, opening } = await monthOf(tx, partyId, period, now);
  const who = `${tx.actor.kind}:${actorId(tx.actor)}`;
  const [row] = await tx.execute<{ id: string; status: string }>(sql`
    insert into tenant.settlement_statements as s (tenant_id, party_id, currency, period_start, opening_minor, prepared_by, prepared_at)
    values (${tx.tenantId}, ${partyId}, ${party.currency}, ${`${period}-01`}::date, ${opening}::bigint, ${who}, ${iso(now)}::timestamptz)
    on conflict (tenant_id, party_id, period_start) do update set prepared_by = excluded.prepared_by, prepared_at = excluded.prepared_at
    where s.status = 'draft' returning id, status`);
  if (row === undefined) throw new Refusal("conflict", "no_draft", "the month is accepted; what is new is on the next");
  await insertLines(tx, row.id, partyId, await ourLines(tx, party, await termsOf(tx, partyId), end));
  await rematch(tx, row.id);
  return row.id;
}

async function monthOf(tx: TenantTx, partyId: string, period: string, now: Instant) {
  const start = `${period}-01`;
  const [row] = await tx.execute<{ over: boolean; end: string; earlier: string | null; opening: string }>(sql`
    select to_char(${start}::date + interval '1 month', 'YYYY-MM-DD') as "end",
      (${iso(now)}::timestamptz at time zone c.time_zone) >= ${start}::date + interval '1 month' as over,
      (select to_char(min(s.period_start), 'YYYY-MM') from tenant.settlement_statements s where s.tenant_id = c.tenant_id
        and s.party_id = ${partyId} and s.status = 'draft' and s.period_start < ${start}::date) as earlier,
      coalesce((select s.closing_minor - s.settled_minor from tenant.settlement_statements s where s.tenant_id = c.tenant_id
        and s.party_id = ${partyId} and s.period_start < ${start}::date order by s.period_start desc limit 1), 0)::text as opening
    from tenant.companies c where c.tenant_id = ${tx.tenantId}`);
  assert(row !== undefined, "a client with a partner has a company");
  if (!row.over) throw new Refusal("conflict", "month_not_over", `${period} is not over on the client's calendar`);
  if (row.earlier !== null) {
    throw new Refusal("conflict", "earlier_not_accepted", `accept the statement of ${row.earlier} first`);
  }
  return row;
}

export async function insertLines(
  tx: TenantTx,
  statementId: string,
  partyId: string,
  lines: readonly NewLine[],
): Promise<void> {
  for (let at = 0; at < lines.length; at += ROWS_A_STATEMENT) {
    const rows = lines.slice(at, at + ROWS_A_STATEMENT).map((line) => ({
      item: line.item,
      ref: line.ref,
      at: line.occurredAt,
      key: line.sourceKey,
      version: line.termsVersion,
      quantity: line.quantity,
      micros: line.micros.toString(),
      carries: line.carriesId,
    }));
    await tx.execute(sql`
      insert into tenant.settlement_lines (tenant_id, statement_id, party_id, item, ref, occurred_at, source_key, terms_version,
        quantity, ours_micros, carries_id, state)
      select ${tx.tenantId}, ${statementId}, ${partyId}, r.item, r.ref, r.at, r.key, r.version, r.quantity, r.micros, r.carries, 'unmatched'
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r(item text, ref text, at timestamptz, key text, version int,
        quantity bigint, micros bigint, carries uuid)
      on conflict (tenant_id, party_id, source_key) do nothing`);
  }
}
