import { sql } from "drizzle-orm";
import type { TenantTx } from "../../adapters/db/index.ts";
import { asId, type ContactId, type CustomerId } from "../../domain/kernel/ids.ts";
import type { Customer } from "./schema.ts";

type Row = Record<string, unknown>;

/** A caller id that belongs to more customers than this is a switchboard: the agent asks for the name. */
const MATCHES_MAX = 10;
const NOTES_MAX = 20;

/** Customers with this number, best known first. */
export async function findByPhone(tx: TenantTx, phoneE164: string): Promise<Customer[]> {
  return readCustomers(
    tx,
    sql`c.id in (
    select p.customer_id from tenant.customer_points p
    where p.tenant_id = ${tx.tenantId} and p.phone_e164 = ${phoneE164})`,
  );
}

export async function findById(tx: TenantTx, id: CustomerId): Promise<Customer | null> {
  return (await readCustomers(tx, sql`c.id = ${id}`))[0] ?? null;
}

export async function insertCustomer(tx: TenantTx, name: string): Promise<CustomerId> {
  const rows = await tx.execute<Row>(sql`
    insert into tenant.customers (tenant_id, name) values (${tx.tenantId}, ${name}) returning id`);
  return asId(String(rows[0]?.id));
}

export async function insertPhone(
  tx: TenantTx,
  customerId: CustomerId,
  asGiven: string,
  phoneE164: string,
): Promise<void> {
  await tx.execute(sql`
    insert into tenant.customer_points (tenant_id, customer_id, kind, as_given, phone_e164)
    values (${tx.tenantId}, ${customerId}, 'phone', ${asGiven}, ${phoneE164})`);
}

export type NoteGiven = {
  readonly customerId: CustomerId;
  readonly contactId: ContactId | null;
  readonly body: string;
  readonly authorKind: "agent" | "user" | "system";
  readonly authorId: string;
};

export async function insertNote(tx: TenantTx, note: NoteGiven): Promise<void> {
  await tx.execute(sql`
    insert into tenant.customer_notes (tenant_id, customer_id, contact_id, body, author_kind, author_id)
    values (${tx.tenantId}, ${note.customerId}, ${note.contactId}, ${note.body}, ${note.authorKind}, ${note.authorId})`);
}

export async function updateCustomer(
  tx: TenantTx,
  id: CustomerId,
  change: { readonly name: string | null; readonly tier: string | null },
): Promise<boolean> {
  const rows = await tx.execute<Row>(sql`
    update tenant.customers set name = coalesce(${change.name}, name), tier = coalesce(${change.tier}, tier), updated_at = now()
    where tenant_id = ${tx.tenantId} and id = ${id} returning id`);
  return rows.length === 1;
}

export async function insertAudit(
  tx: TenantTx,
  entry: {
    readonly actorKind: string;
    readonly actorId: string;
    readonly action: string;
    readonly customerId: CustomerId;
  },
): Promise<void> {
  await tx.execute(sql`
    insert into tenant.audit (tenant_id, actor_kind, actor_id, action, subject_kind, subject_id)
    values (${tx.tenantId}, ${entry.actorKind}, ${entry.actorId}, ${entry.action}, 'customer', ${entry.customerId})`);
}

async function readCustomers(tx: TenantTx, condition: ReturnType<typeof sql>): Promise<Customer[]> {
  const rows = await tx.execute<Row>(sql`
    select c.id, c.name, c.tier,
      coalesce((select json_agg(json_build_object('kind', p.kind, 'value', coalesce(p.phone_e164, p.email_lower, p.as_given)) order by p.created_at, p.id)
        from tenant.customer_points p where p.tenant_id = c.tenant_id and p.customer_id = c.id), '[]')::text as points,
      coalesce((select json_agg(json_build_object('id', n.id, 'at', (extract(epoch from n.created_at) * 1000)::float8, 'text', n.body,
          'authorName', n.author_name) order by n.created_at desc, n.id desc)
        from (select n.*, a.name as author_name from tenant.customer_notes n
          left join house.agents a on n.author_kind = 'agent' and a.id::text = n.author_id
          where n.tenant_id = c.tenant_id and n.customer_id = c.id order by n.created_at desc, n.id desc limit ${NOTES_MAX}) n), '[]')::text as notes
    from tenant.customers c
    where c.tenant_id = ${tx.tenantId} and ${condition}
    order by c.updated_at desc, c.id limit ${MATCHES_MAX}`);
  return rows.map((row) => ({
    id: String(row.id),
    name: String(row.name),
    tier: String(row.tier),
    points: JSON.parse(String(row.points)),
    notes: JSON.parse(String(row.notes)),
  }));
}
