import { sql } from "drizzle-orm";
import type { TenantTx } from "../../adapters/db/index.ts";
import { decimalText, exactText, rational } from "../../domain/kernel/rational.ts";
import { type LineRule, pageOfTurns, type Turn, type UsagePlace, usageBehind } from "./behind-line.ts";
import type { LineContact } from "./schema.ts";

/** Decimals of a contact's part for reading: a hundredth of the smallest unit of most currencies. */
const PART_DECIMALS = 4;
/** Records looked at for each contact of a page: a call has two or three in a line at most. */
const RECORDS_A_CONTACT = 3;

type PartRow = {
  turn: Turn;
  contact_id: string | null;
  key: string;
  at: string;
  is_first: boolean;
  records: number;
  quantity: string;
  billed_s: string | null;
  num: string;
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
export async function partsOfLine(tx: TenantTx, line: LineRule, limit: number, after: UsagePlace | null) {
  const records = limit * RECORDS_A_CONTACT;
  const found: PartRow[] = [];
  let place = after;
  do {
    const rows = await partRows(tx, line, records, place);
    found.push(...rows.filter((row) => row.is_first));
    const last = rows.at(-1);
    place = rows.length < records || last === undefined ? null : placeOf(last);
  } while (place !== null && found.length < limit);
  return found.slice(0, limit).map((row) => ({
    place: placeOf(row),
    contact: lineContact(row, BigInt(line.den)),
  }));
}

function placeOf({ turn, at, key }: PartRow): UsagePlace {
  return { turn, at, id: key };
}

/**
 * Records of a line from a place on, each with what its contact has in the line. The page is cut before anything is looked
 * up for it, and the look-ups are by key: the work is that of the page, whatever PostgreSQL knows of the tables.
 */
function partRows(tx: TenantTx, line: LineRule, limit: number, after: UsagePlace | null): Promise<PartRow[]> {
  return pageOfTurns(tx, line, { limit, after }, (usage, turn, rest) =>
    tx.execute<Omit<PartRow, "turn">>(sql`
      with page as materialized (select * from (${usage}) u order by occurred_at, usage_id limit ${rest})
      select page.contact_id, page.usage_id::text as key, (extract(epoch from page.occurred_at) * 1000)::bigint::text as at,
        part.is_first, part.records, part.quantity::text, part.billed_s::text, part.num::text,
        c.from_number, c.to_number, c.outcome, q.name as queue, c.talk_ms::text
      from page
      cross join lateral (
        select count(*)::int as records, sum(s.quantity) as quantity, sum(s.billed_s) as billed_s, sum(s.amount_num) as num,
          not bool_or((s.turn, s.occurred_at, s.usage_id) < (${turn}::int, page.occurred_at, page.usage_id)) as is_first
        from (select page.usage_id as id where page.contact_id is null
          union all select u.id from tenant.usage u where u.tenant_id = ${tx.tenantId} and u.contact_id = page.contact_id) its
        cross join lateral (${usageBehind(tx, line, (id) => sql`${id} = its.id`)} limit 1) s) part
      left join tenant.contacts c on c.tenant_id = ${tx.tenantId} and c.id = page.contact_id
      left join tenant.queues q on q.tenant_id = c.tenant_id and q.id = c.queue_id
      order by page.occurred_at, page.usage_id`),
  );
}

function lineContact(row: PartRow, den: bigint): LineContact {
  const part = rational(BigInt(row.num), den);
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
