import { sql } from "drizzle-orm";
import type { TenantTx } from "../../adapters/db/index.ts";
import { asId } from "../../domain/kernel/ids.ts";
import type { CallerOnRecord } from "../../domain/routing/protocol.ts";

/** From the least to the most; a number shared by several customers counts as the best of them. */
const TIERS = ["standard", "silver", "gold", "platinum"] as const;
/** A queue looks back no further than a year for who served a caller last. */
const LOOK_BACK = "366 days";

/**
 * What this client knows of numbers that bears on who answers: the tier of their customers, and who answered last. `readAt`
 * is when the database began to look, in microseconds: of two readings of a number the later began later, because a change
 * is announced after it is committed.
 */
export async function readKnownCallers(
  tx: TenantTx,
  numbers: readonly string[],
): Promise<{ readonly readAt: number; readonly callers: readonly CallerOnRecord[] }> {
  const rows = await tx.execute<Record<string, unknown>>(sql`
    select n.number, t.tiers, l.agent_id, l.at,
      (extract(epoch from statement_timestamp()) * 1000000)::float8 as read_at
    from jsonb_array_elements_text(${JSON.stringify(numbers)}::jsonb) as n(number)
    cross join lateral (
      select coalesce(json_agg(distinct c.tier), '[]')::text as tiers from tenant.customer_points p
      join tenant.customers c on c.tenant_id = p.tenant_id and c.id = p.customer_id
      where p.tenant_id = ${tx.tenantId} and p.phone_e164 = n.number) t
    left join lateral (
      select c.agent_id, (extract(epoch from c.offered_at) * 1000)::float8 as at from tenant.contacts c
      where c.tenant_id = ${tx.tenantId} and c.from_number = n.number and c.answered_at is not null and c.agent_id is not null
      order by c.offered_at desc, c.id desc limit 1) l on true`);
  return {
    readAt: Number(rows[0]?.read_at ?? 0),
    callers: rows.map(({ number, tiers, agent_id: agentId, at }) => {
      const held = JSON.parse(String(tiers)) as string[];
      return {
        number: String(number),
        tier: TIERS.findLast((tier) => held.includes(tier)) ?? "standard",
        last: agentId == null ? null : { agentId: asId(String(agentId)), at: Number(at) },
      };
    }),
  };
}

/** Whether any queue of this client asks who calls: a tier that is worth something, or patience for the last agent. */
export async function asksWhoCalls(tx: TenantTx): Promise<boolean> {
  const rows = await tx.execute(sql`
    select 1 from tenant.queues q where q.tenant_id = ${tx.tenantId} and q.retired_at is null and (
      coalesce((q.rules -> 'lastAgent' ->> 'patienceS')::int, 0) > 0
      or exists (select 1 from jsonb_each_text(coalesce(q.rules -> 'tiers', '{}')) t where t.value::int > 0))
    limit 1`);
  return rows.length > 0;
}

/** Numbers of the contacts among these that an agent has answered. */
export async function numbersAnswered(tx: TenantTx, contactIds: readonly string[]): Promise<string[]> {
  const rows = await tx.execute<{ number: string }>(sql`
    select distinct c.from_number as number from tenant.contacts c
    join jsonb_array_elements_text(${JSON.stringify(contactIds)}::jsonb) as i(id) on c.id = i.id::uuid
    where c.tenant_id = ${tx.tenantId} and c.answered_at is not null and c.agent_id is not null
      and starts_with(c.from_number, '+')`);
  return rows.map(({ number }) => number);
}

/**
 * A page of the numbers that something is known of, by number: all of them, or those whose customers have changed since
 * (microseconds of the database's clock). Give the last number of one page to have the next.
 */
export async function numbersKnown(
  tx: TenantTx,
  { since, after, limit }: { readonly since: number | null; readonly after: string; readonly limit: number },
): Promise<string[]> {
  const customers = sql`
    select p.phone_e164 as number from tenant.customer_points p
    join tenant.customers c on c.tenant_id = p.tenant_id and c.id = p.customer_id
    where p.tenant_id = ${tx.tenantId} and p.phone_e164 > ${after}`;
  const changed = sql`${customers} and c.updated_at >= to_timestamp(${since} / 1000000.0)`;
  const all = sql`${customers} and c.tier <> 'standard' union
    select c.from_number from tenant.contacts c
    where c.tenant_id = ${tx.tenantId} and c.from_number > ${after} and starts_with(c.from_number, '+')
      and c.answered_at is not null and c.agent_id is not null
      and c.offered_at >= (select max(offered_at) from tenant.contacts where tenant_id = ${tx.tenantId}) - ${LOOK_BACK}::interval`;
  const rows = await tx.execute<{ number: string }>(sql`
    select distinct number from (${since === null ? all : changed}) known order by number limit ${limit}`);
  return rows.map(({ number }) => number);
}
