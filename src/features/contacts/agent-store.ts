import { sql } from "drizzle-orm";
import type { TenantTx } from "../../adapters/db/index.ts";
import type { AgentId, ContactId } from "../../domain/kernel/ids.ts";
import type { ContactCard } from "./schema.ts";

type Row = Record<string, unknown>;

/** Longer than any talk; a contact that goes on renews it with every look at its card. */
const GRANT_H = 4;
const HISTORY_MAX = 20;

/**
 * Leave for this agent to see this tenant's data for this contact, until it lapses by the database's own clock. Written in
 * the tenant's scope by Callhouse itself, after the pool has said that the agent serves the contact.
 */
export async function grantContact(tx: TenantTx, agentId: AgentId, contactId: ContactId): Promise<void> {
  await tx.execute(sql`
    insert into tenant.agent_grants (tenant_id, agent_id, scope, contact_id, expires_at)
    values (${tx.tenantId}, ${agentId}, 'contact', ${contactId}, now() + make_interval(hours => ${GRANT_H}))
    on conflict (tenant_id, agent_id, contact_id) do update set expires_at = excluded.expires_at`);
}

/** Earlier contacts of this caller with this client, newest first. */
export async function readHistory(tx: TenantTx, caller: string, except: ContactId): Promise<ContactCard["history"]> {
  const rows = await tx.execute<Row>(sql`
    select c.id, (extract(epoch from c.offered_at) * 1000)::float8 as at_ms, c.outcome, c.disposition, a.name as agent_name
    from tenant.contacts c left join house.agents a on a.id = c.agent_id
    where c.tenant_id = ${tx.tenantId} and c.from_number = ${caller} and c.id <> ${except}
    order by c.offered_at desc limit ${HISTORY_MAX}`);
  return rows.map((row) => ({
    contactId: String(row.id),
    at: Number(row.at_ms),
    outcome: row.outcome === null ? null : String(row.outcome),
    disposition: row.disposition === null ? null : String(row.disposition),
    agentName: row.agent_name === null ? null : String(row.agent_name),
  }));
}

/** What the brand asks its agents to say. */
export async function readScript(tx: TenantTx, brandId: string): Promise<string | null> {
  const rows = await tx.execute<Row>(sql`
    select nullif(script, '') as script from tenant.brands where tenant_id = ${tx.tenantId} and id = ${brandId}`);
  const script = rows[0]?.script ?? null;
  return script === null ? null : String(script);
}
