import { sql } from "drizzle-orm";
import { type Database, type OperatorTx, type TenantTx, withOperator, withTenant } from "../../adapters/db/index.ts";
import type { AgentFact } from "../../domain/call/facts.ts";
import { asId, type ContactId, type TenantId } from "../../domain/kernel/ids.ts";
import type { SignedIn } from "../identity/index.ts";
import { readNames } from "./names.ts";
import type { RoutedContact, RoutingLog } from "./schema.ts";

/** What the house sees of how a contact was routed: no number, no word and no customer of the client's. */
const ROUTING_FACTS = [
  "queued",
  "site_moved",
  "seat_reserved",
  "seat_rang",
  "seat_returned",
  "seat_accepted",
  "seat_answered",
  "left_queue",
  "ended",
];
const FACTS_MAX = 1_000;
const LOG_MAX = 50;

type Row = Record<string, unknown>;
type Asking = { readonly db: Database; readonly operatorDb: Database; readonly who: SignedIn };

/** Null where this client has no such contact. */
export async function routedContact(
  { db, operatorDb, who }: Asking,
  tenantId: TenantId,
  contactId: ContactId,
): Promise<RoutedContact | null> {
  const house = await withOperator(operatorDb, async (tx) => ({
    clients: await clientNames(tx),
    rivals: await passedOver(tx, tenantId, contactId),
  }));
  const tenantName = house.clients.get(tenantId);
  if (tenantName === undefined) return null;
  const scope = { tenantId, actor: { kind: "user", userId: who.userId } } as const;
  const told = await withTenant(db, scope, (tx) => routingFacts(tx, contactId));
  if (told === null) return null;
  const passedOverNames = told.facts.flatMap(({ seq, at, type, body }) => {
    if (type !== "seat_reserved") return [];
    // The agent's fact was made first, the contact's when it heard of it: the last one before is this one's.
    const found = house.rivals.findLast((rival) => rival.agentId === body.agentId && rival.at <= at);
    return found === undefined ? [] : [{ seq, names: found.tenants.map((id) => house.clients.get(id) ?? "") }];
  });
  return { tenantName, passedOver: passedOverNames, ...told };
}

/** The last seats that were reserved on any pool. */
export async function routingLog({ operatorDb }: Pick<Asking, "operatorDb">): Promise<RoutingLog["items"]> {
  const rows = await withOperator(operatorDb, (tx) =>
    tx.execute<Row>(sql`
      select (extract(epoch from i.started_at) * 1000)::float8 as at_ms, i.tenant_id, i.contact_id, t.name as tenant_name,
        a.name as agent_name
      from house.agent_state_intervals i
      join house.tenants t on t.id = i.tenant_id
      join house.agents a on a.id = i.agent_id
      where i.state = 'reserved' and i.contact_id is not null
      order by i.started_at desc, i.agent_id limit ${LOG_MAX}`),
  );
  return rows.map((row) => ({
    at: Number(row.at_ms),
    tenantId: String(row.tenant_id),
    contactId: String(row.contact_id),
    tenantName: String(row.tenant_name),
    agentName: String(row.agent_name),
  }));
}

async function routingFacts(tx: TenantTx, contactId: ContactId) {
  const [contacts, facts] = await Promise.all([
    tx.execute<Row>(sql`
      select q.name as queue_name, c.outcome from tenant.contacts c
      left join tenant.queues q on q.tenant_id = c.tenant_id and q.id = c.queue_id
      where c.tenant_id = ${tx.tenantId} and c.id = ${contactId}`),
    tx.execute<Row>(sql`
      select seq, (extract(epoch from at) * 1000)::float8 as at_ms, type, body::text as body from tenant.contact_facts
      where tenant_id = ${tx.tenantId} and contact_id = ${contactId}
        and type in (select jsonb_array_elements_text(${JSON.stringify(ROUTING_FACTS)}::jsonb))
      order by seq limit ${FACTS_MAX}`),
  ]);
  const contact = contacts[0];
  if (contact === undefined) return null;
  const told = facts.map((fact) => ({
    seq: Number(fact.seq),
    at: Number(fact.at_ms),
    type: String(fact.type),
    body: JSON.parse(String(fact.body)),
  }));
  return {
    queueName: contact.queue_name === null ? null : String(contact.queue_name),
    outcome: contact.outcome === null ? null : String(contact.outcome),
    facts: told,
    names: await readNames(tx, told),
  };
}

async function clientNames(tx: OperatorTx): Promise<Map<TenantId, string>> {
  const rows = await tx.execute<Row>(sql`select id, name from house.tenants order by id limit 500`);
  return new Map(rows.map((row) => [asId<TenantId>(String(row.id)), String(row.name)]));
}

/** Whose contacts were passed over at each reservation of this contact, as the agents' own facts tell. */
async function passedOver(tx: OperatorTx, tenantId: TenantId, contactId: ContactId) {
  const rows = await tx.execute<Row>(sql`
    select (extract(epoch from f.at) * 1000)::float8 as at_ms, f.agent_id, f.body::text as body
    from house.agent_state_intervals i join house.agent_facts f on f.agent_id = i.agent_id and f.seq = i.seq
    where i.tenant_id = ${tenantId} and i.contact_id = ${contactId} and i.state = 'reserved'
    order by f.at, i.agent_id limit ${FACTS_MAX}`);
  return rows.map((row) => {
    const { passedOver: others = [] } = JSON.parse(String(row.body)) as AgentFact["body"]; // the pool's own fact
    return { at: Number(row.at_ms), agentId: String(row.agent_id), tenants: others.map((other) => other.tenantId) };
  });
}
