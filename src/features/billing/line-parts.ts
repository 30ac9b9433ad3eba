import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "../../adapters/db/index.ts";
import { decimalText, exactText, rational } from "../../domain/kernel/rational.ts";
import { assert } from "../../domain/kernel/step.ts";
import type { LineContact } from "./schema.ts";

/** Decimals of a contact's part for reading: a hundredth of the smallest unit of most currencies. */
const PART_DECIMALS = 4;

/** A place in the list of a line's contacts: after this instant and usage record. */
export type Place = { readonly at: number; readonly key: string };

type PartRow = {
  contact_id: string | null;
  key: string;
  at: string;
  records: number;
  quantity: string;
  billed_s: string | null;
  num: string;
  den: string;
  from_number: string | null;
  to_number: string | null;
  outcome: string | null;
  queue: string | null;
  talk_ms: string | null;
};

/**
 * Contacts behind a line in order of time, each with its whole part of the line, however many records it has there. A
 * contact stands where its first record does, so a page costs the same at the start of a million records as at their end.
 */
export async function partsOfLine(tx: TenantTx, lineId: string, limit: number, after: Place | null) {
  const rows = await tx.execute<PartRow>(sql`
    select p.contact_id, p.usage_id::text as key, (extract(epoch from p.occurred_at) * 1000)::bigint::text as at,
      part.records, part.quantity::text, part.billed_s::text, part.num::text, l.exact_den::text as den,
      c.from_number, c.to_number, c.outcome, q.name as queue, c.talk_ms::text
    from (${await firstRecords(tx, lineId, limit, after)}) p
    join tenant.invoice_lines l on l.tenant_id = ${tx.tenantId} and l.id = ${lineId}::uuid
    cross join lateral (
      select count(*)::int as records, sum(s.quantity) as quantity, sum(s.billed_s) as billed_s, sum(s.amount_num) as num
      from (select p.usage_id as id union select u.id from tenant.usage u
        where u.tenant_id = ${tx.tenantId} and u.contact_id = p.contact_id) its
      join tenant.line_usage s on s.tenant_id = ${tx.tenantId} and s.line_id = ${lineId}::uuid and s.usage_id = its.id) part
    left join tenant.contacts c on c.tenant_id = ${tx.tenantId} and c.id = p.contact_id
    left join tenant.queues q on q.tenant_id = c.tenant_id and q.id = c.queue_id
    order by p.occurred_at, p.usage_id`);
  return rows.map((row) => ({ place: { at: Number(row.at), key: row.key }, contact: lineContact(row) }));
}

type Rule = {
  behind: string;
  contract_id: string;
  charge_id: string;
  part: string | null;
  from_at: string;
  to_at: string;
  cutoff: string;
  first_at: string | null;
  first_id: string | null;
  last_at: string | null;
  last_id: string | null;
};

/** The first record of each contact in the line, and every record of none; by index where a rule names the usage. */
async function firstRecords(tx: TenantTx, lineId: string, limit: number, after: Place | null): Promise<SQL> {
  const [rule] = await tx.execute<Rule>(sql`
    select l.behind, i.contract_id, l.charge_id, l.part, i.cutoff::text, l.first_at::text, l.first_id, l.last_at::text, l.last_id,
      (i.period_start::timestamp at time zone i.time_zone)::text as from_at, (i.period_end::timestamp at time zone i.time_zone)::text as to_at
    from tenant.invoice_lines l join tenant.invoices i on i.tenant_id = l.tenant_id and i.id = l.invoice_id
    where l.tenant_id = ${tx.tenantId} and l.id = ${lineId}::uuid`);
  assert(rule !== undefined, "the line was found before its parts are asked for");
  const rest =
    after === null
      ? sql`true`
      : sql`(r.occurred_at, r.usage_id) > (to_timestamp(${after.at}::numeric / 1000), ${after.key}::uuid)`;
  const isFirst = sql`(r.contact_id is null or not exists (
    select from tenant.usage u join tenant.line_usage e on e.tenant_id = u.tenant_id and e.usage_id = u.id and e.line_id = ${lineId}::uuid
    where u.tenant_id = ${tx.tenantId} and u.contact_id = r.contact_id and (u.occurred_at, u.id) < (r.occurred_at, r.usage_id)))`;
  const source = rule.behind === "listed" || rule.behind === "none" ? listed(tx, lineId) : ruled(tx, rule, lineId);
  return sql`select r.usage_id, r.contact_id, r.occurred_at from ${source} and ${rest} and ${isFirst}
    order by r.occurred_at, r.usage_id limit ${limit}`;
}

function listed(tx: TenantTx, lineId: string): SQL {
  return sql`tenant.line_usage r where r.tenant_id = ${tx.tenantId} and r.line_id = ${lineId}::uuid`;
}

/** Bounds as constants, so that the index gives the records in order and the page ends the search. */
function ruled(tx: TenantTx, rule: Rule, lineId: string): SQL {
  const { first_at, first_id, last_at, last_id } = rule;
  const from =
    first_id === null ? sql`true` : sql`(r.occurred_at, r.usage_id) >= (${first_at}::timestamptz, ${first_id}::uuid)`;
  const to =
    last_id === null ? sql`true` : sql`(r.occurred_at, r.usage_id) <= (${last_at}::timestamptz, ${last_id}::uuid)`;
  const part = rule.part === null ? sql`true` : sql`r.part = ${rule.part}`;
  return sql`tenant.rated_items r where r.tenant_id = ${tx.tenantId} and r.contract_id = ${rule.contract_id}::uuid
    and r.charge_id = ${rule.charge_id}::uuid and r.occurred_at >= ${rule.from_at}::timestamptz and r.occurred_at < ${rule.to_at}::timestamptz
    and r.rated_at < ${rule.cutoff}::timestamptz and ${from} and ${to} and ${part}
    and exists (select from tenant.line_usage x where x.tenant_id = ${tx.tenantId} and x.line_id = ${lineId}::uuid and x.usage_id = r.usage_id)`;
}

function lineContact(row: PartRow): LineContact {
  const part = rational(BigInt(row.num), BigInt(row.den));
  return {
    contactId: row.contact_id,
    at: Number(row.at),
    from: row.from_number,
    to: row.to_number,
    outcome: row.outcome,
    queueName: row.queue,
    talkMs: row.talk_ms === null ? null : Number(row.talk_ms),
    records: row.records,
    quantity: Number(row.quantity),
    billedS: row.billed_s === null ? null : Number(row.billed_s),
    exact: exactText(part),
    amount: decimalText(part, PART_DECIMALS),
  };
}

/** A line told by a rule says what stands behind it; sums of it are asked of the parts only where they are listed. */
const SUMMED_MAX = 20_000;

/** Sums of everything behind a line: added up from its parts, or, of very many, as they were added up for the draft. */
export async function totalOfLine(tx: TenantTx, lineId: string) {
  const [line] = await tx.execute<{ records: number; quantity: string; num: string; den: string; ruled: boolean }>(sql`
    select coalesce((l.detail->>'records')::int, 0) as records, coalesce(l.detail->>'usedQuantity', '0') as quantity, l.exact_num::text as num, l.exact_den::text as den,
      l.behind in ('own', 'quantity') as ruled
    from tenant.invoice_lines l where l.tenant_id = ${tx.tenantId} and l.id = ${lineId}::uuid`);
  assert(line !== undefined, "the line was found before its sums are asked for");
  const den = BigInt(line.den);
  if (line.ruled && line.records > SUMMED_MAX) {
    return { records: line.records, quantity: Number(line.quantity), exact: rational(BigInt(line.num), den) };
  }
  const [row] = await tx.execute<{ records: number; quantity: string; num: string }>(sql`
    select count(*)::int as records, coalesce(sum(s.quantity), 0)::text as quantity, coalesce(sum(s.amount_num), 0)::text as num
    from tenant.line_usage s where s.tenant_id = ${tx.tenantId} and s.line_id = ${lineId}::uuid`);
  return {
    records: row?.records ?? 0,
    quantity: Number(row?.quantity ?? 0),
    exact: rational(BigInt(row?.num ?? 0), den),
  };
}
