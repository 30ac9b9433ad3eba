import { sql } from "drizzle-orm";
import { type Database, type TenantTx, withOperator, withTenant } from "../../../adapters/db/index.ts";
import type { TenantId } from "../../../domain/kernel/ids.ts";

/** What PostgreSQL holds of one client's day, read through the same door as everybody: one client at a time. */
export type ClientRecords = {
  readonly tenantId: TenantId;
  readonly facts: ReadonlyMap<string, { readonly stored: number; readonly last: number }>;
  readonly contacts: ReadonlyMap<string, ContactRow>;
  readonly legs: ReadonlyMap<string, { readonly contactId: string; readonly seconds: number; readonly status: string }>;
  readonly usageSeconds: number;
  /** By the client's local date and queue: `2026-11-26 <queue id>`. */
  readonly queueCounts: ReadonlyMap<string, QueueCounts>;
  /** Rows that name another client's row or key anywhere they could. */
  readonly foreignRows: number;
};

export type ContactRow = {
  readonly id: string;
  readonly outcome: string | null;
  readonly agentId: string | null;
  readonly answeredAt: number | null;
  readonly wrappedUp: boolean;
};

export type QueueCounts = {
  readonly offered: number;
  readonly answered: number;
  readonly abandoned: number;
  readonly withinTarget: number;
};

const actor = { kind: "system", name: "day" } as const;

export function readRecords(db: Database, tenantId: TenantId): Promise<ClientRecords> {
  return withTenant(db, { tenantId, actor }, async (tx) => ({
    tenantId,
    facts: await factsOf(tx),
    contacts: await contactsOf(tx),
    legs: await legsOf(tx),
    usageSeconds: await usageSecondsOf(tx),
    queueCounts: await queueCountsOf(tx),
    foreignRows: await foreignRowsOf(tx),
  }));
}

/** Facts of agents that are stored, and parts of their time that are not usage yet; read by the operator role. */
export function readAgentTime(db: Database): Promise<{ facts: number; untold: number }> {
  return withOperator(db, async (tx) => {
    const [row] = await tx.execute<{ facts: number; untold: number }>(sql`
      select (select count(*)::int from house.agent_facts) as facts,
        (select count(*)::int from house.agent_time_parts where told_at is null) as untold`);
    return row ?? { facts: 0, untold: 0 };
  });
}

async function factsOf(tx: TenantTx): Promise<ClientRecords["facts"]> {
  const rows = await tx.execute<{ id: string; stored: number; last: number }>(sql`
    select contact_id as id, count(*)::int as stored, max(seq) as last from tenant.contact_facts
    where tenant_id = ${tx.tenantId} group by contact_id`);
  return new Map(rows.map(({ id, stored, last }) => [id, { stored, last }]));
}

async function contactsOf(tx: TenantTx): Promise<ClientRecords["contacts"]> {
  const rows = await tx.execute<ContactRow>(sql`
    select id, outcome, agent_id as "agentId", (extract(epoch from answered_at) * 1000)::float8 as "answeredAt",
      wrapped_up_at is not null as "wrappedUp"
    from tenant.contacts where tenant_id = ${tx.tenantId}`);
  return new Map(rows.map((row) => [row.id, row]));
}

async function legsOf(tx: TenantTx): Promise<ClientRecords["legs"]> {
  const rows = await tx.execute<{ sid: string; contactId: string; seconds: number; status: string }>(sql`
    select call_sid as sid, contact_id as "contactId", duration_s as seconds, status from tenant.contact_legs
    where tenant_id = ${tx.tenantId}`);
  return new Map(rows.map(({ sid, ...leg }) => [sid, leg]));
}

async function usageSecondsOf(tx: TenantTx): Promise<number> {
  const [row] = await tx.execute<{ seconds: number }>(sql`
    select coalesce(sum(quantity), 0)::int as seconds from tenant.usage
    where tenant_id = ${tx.tenantId} and kind = 'carrier_leg'`);
  return row?.seconds ?? 0;
}

/** Counted from the records alone, to be compared with the live numbers that were counted from passing facts. */
async function queueCountsOf(tx: TenantTx): Promise<ClientRecords["queueCounts"]> {
  const rows = await tx.execute<QueueCounts & { day: string; queue: string }>(sql`
    select (s.queued_at at time zone co.time_zone)::date::text as day, s.queue_id as queue, count(*)::int as offered,
      count(*) filter (where s.outcome = 'answered')::int as answered,
      count(*) filter (where s.outcome = 'abandoned' and not s.short_abandon)::int as abandoned,
      count(*) filter (where s.outcome = 'answered' and s.in_time)::int as "withinTarget"
    from tenant.queue_stays s join tenant.companies co on co.tenant_id = s.tenant_id
    where s.tenant_id = ${tx.tenantId} group by 1, 2`);
  return new Map(rows.map(({ day, queue, ...counts }) => [`${day} ${queue}`, counts]));
}

/** Every tenant table is asked, inside this client's own context, for rows under another client's key: there are none. */
async function foreignRowsOf(tx: TenantTx): Promise<number> {
  const tables = await tx.execute<{ name: string }>(sql`
    select table_name as name from information_schema.columns
    where table_schema = 'tenant' and column_name = 'tenant_id' order by 1 limit 200`);
  let foreign = 0;
  for (const { name } of tables) {
    const [row] = await tx.execute<{ rows: number }>(
      sql`select count(*)::int as rows from ${sql.identifier("tenant")}.${sql.identifier(name)} where tenant_id <> ${tx.tenantId}`,
    );
    foreign += row?.rows ?? 0;
  }
  return foreign;
}
