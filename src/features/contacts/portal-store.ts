import { type SQL, sql } from "drizzle-orm";
import { iso, type TenantTx } from "../../adapters/db/index.ts";
import type { ContactId } from "../../domain/kernel/ids.ts";
import { readNames } from "./names.ts";
import type { PortalContact, PortalContactPage } from "./schema.ts";

/** What a client sees of its own contacts. Every query names the tenant besides its policy, so indexes lead with it. */
export type ContactFilter = {
  readonly from: number | null;
  readonly to: number | null;
  readonly outcome: string | null;
  /** The beginning of a caller's number. */
  readonly startsWith: string | null;
  readonly after: { readonly offeredAt: number; readonly id: string } | null;
  readonly limit: number;
};

type Row = Record<string, unknown>;

const ms = (column: SQL) => sql`(extract(epoch from ${column}) * 1000)::float8`;

const CONTACT_COLUMNS = sql`
  c.id, ${ms(sql`c.offered_at`)} as offered_ms, c.from_number, c.to_number, b.name as brand_name, q.name as queue_name,
  a.name as agent_name, c.outcome, c.waited_ms, c.talk_ms, c.disposition,
  d.label_zh, d.label_en,
  exists (select from tenant.recordings r where r.tenant_id = c.tenant_id and r.contact_id = c.id) as has_recording`;
const CONTACT_JOINS = sql`
  from tenant.contacts c
  left join tenant.brands b on b.tenant_id = c.tenant_id and b.id = c.brand_id
  left join tenant.queues q on q.tenant_id = c.tenant_id and q.id = c.queue_id
  left join tenant.dispositions d on d.tenant_id = c.tenant_id and d.code = c.disposition
  left join house.agents a on a.id = c.agent_id`;

export async function listContacts(tx: TenantTx, filter: ContactFilter): Promise<PortalContact[]> {
  const conditions = [sql`c.tenant_id = ${tx.tenantId}`];
  if (filter.from !== null) conditions.push(sql`c.offered_at >= ${iso(filter.from)}::timestamptz`);
  if (filter.to !== null) conditions.push(sql`c.offered_at < ${iso(filter.to)}::timestamptz`);
  if (filter.outcome !== null) conditions.push(sql`c.outcome = ${filter.outcome}`);
  if (filter.startsWith !== null) conditions.push(sql`starts_with(c.from_number, ${filter.startsWith})`);
  if (filter.after !== null) {
    conditions.push(
      sql`(c.offered_at, c.id) < (${iso(filter.after.offeredAt)}::timestamptz, ${filter.after.id}::uuid)`,
    );
  }
  const rows = await tx.execute<Row>(sql`
    select ${CONTACT_COLUMNS} ${CONTACT_JOINS} where ${sql.join(conditions, sql` and `)}
    order by c.offered_at desc, c.id desc limit ${filter.limit}`);
  return rows.map(contactOf);
}

export async function readContact(tx: TenantTx, contactId: ContactId): Promise<PortalContactPage | null> {
  const mine = sql`tenant_id = ${tx.tenantId} and contact_id = ${contactId}`;
  const [contacts, legs, facts, recordings] = await Promise.all([
    tx.execute<Row>(sql`
      select ${CONTACT_COLUMNS}, c.language, ${ms(sql`c.queued_at`)} as queued_ms, ${ms(sql`c.answered_at`)} as answered_ms,
        ${ms(sql`c.ended_at`)} as ended_ms, ${ms(sql`c.wrapped_up_at`)} as wrapped_ms, c.ended_by, c.hold_ms, c.wrap_up_ms,
        c.within_target, c.success, c.notes
      ${CONTACT_JOINS} where c.tenant_id = ${tx.tenantId} and c.id = ${contactId}`),
    tx.execute<Row>(sql`select call_sid, party, direction, status, duration_s, ${ms(sql`ended_at`)} as ended_ms
      from tenant.contact_legs where ${mine} order by ended_at, call_sid limit 100`),
    tx.execute<Row>(sql`select seq, ${ms(sql`at`)} as at_ms, type, body::text as body
      from tenant.contact_facts where ${mine} order by seq limit 1000`),
    tx.execute<Row>(sql`select recording_sid, purpose, duration_s, ${ms(sql`stored_at`)} as stored_ms
      from tenant.recordings where ${mine} order by stored_at, recording_sid limit 100`),
  ]);
  const row = contacts[0];
  if (row === undefined) return null;
  const told = facts.map((fact) => ({
    seq: Number(fact.seq),
    at: Number(fact.at_ms),
    type: String(fact.type),
    body: JSON.parse(String(fact.body)),
  }));
  return {
    names: await readNames(tx, told),
    contact: {
      ...contactOf(row),
      language: String(row.language),
      queuedAt: numberOrNull(row.queued_ms),
      answeredAt: numberOrNull(row.answered_ms),
      endedAt: numberOrNull(row.ended_ms),
      wrappedUpAt: numberOrNull(row.wrapped_ms),
      endedBy: textOrNull(row.ended_by),
      holdMs: Number(row.hold_ms),
      wrapUpMs: Number(row.wrap_up_ms),
      withinTarget: row.within_target === null ? null : row.within_target === true,
      success: row.success === true,
      notes: String(row.notes),
    },
    legs: legs.map((leg) => ({
      callSid: String(leg.call_sid),
      party: String(leg.party),
      direction: String(leg.direction),
      status: String(leg.status),
      durationS: Number(leg.duration_s),
      endedAt: Number(leg.ended_ms),
    })),
    facts: told,
    recordings: recordings.map((recording) => ({
      recordingSid: String(recording.recording_sid),
      purpose: String(recording.purpose),
      durationS: Number(recording.duration_s),
      storedAt: Number(recording.stored_ms),
    })),
  };
}

export async function findRecording(tx: TenantTx, contactId: ContactId, recordingSid: string): Promise<string | null> {
  const rows = await tx.execute<Row>(sql`
    select blob_key from tenant.recordings
    where tenant_id = ${tx.tenantId} and contact_id = ${contactId} and recording_sid = ${recordingSid}`);
  return textOrNull(rows[0]?.blob_key ?? null);
}

function contactOf(row: Row): PortalContact {
  return {
    contactId: String(row.id),
    offeredAt: Number(row.offered_ms),
    from: String(row.from_number),
    to: String(row.to_number),
    brandName: textOrNull(row.brand_name),
    queueName: textOrNull(row.queue_name),
    agentName: textOrNull(row.agent_name),
    outcome: textOrNull(row.outcome),
    waitedMs: numberOrNull(row.waited_ms),
    talkMs: Number(row.talk_ms),
    disposition: textOrNull(row.disposition),
    dispositionLabel: row.label_zh === null ? null : { zh: String(row.label_zh), en: String(row.label_en) },
    hasRecording: row.has_recording === true,
  };
}

const numberOrNull = (value: unknown) => (value === null || value === undefined ? null : Number(value));
const textOrNull = (value: unknown) => (value === null || value === undefined ? null : String(value));
