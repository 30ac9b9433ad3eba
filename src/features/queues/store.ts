import { sql } from "drizzle-orm";
import type { OperatorTx, TenantTx } from "../../adapters/db/index.ts";
import { asId, type PoolId, type QueueId, type TenantId } from "../../domain/kernel/ids.ts";
import type { Policy } from "../../domain/routing/config.ts";
import { auditHouse } from "../audit/index.ts";
import type { PoolView, QueueChanges, QueueSettings } from "./schema.ts";
import { changesBetween, columnsOf, type FieldChange, type QueueRow, settingsOf } from "./settings.ts";

/** More clients or queues than this no page shows; a house has tens. */
const TENANTS_MAX = 500;
const QUEUES_MAX = 500;
const CHANGES_MAX = 50;

type Row = Record<string, unknown>;

export type StoredQueue = {
  readonly queueId: QueueId;
  readonly slug: string;
  readonly name: string;
  readonly poolId: PoolId;
  readonly version: number;
  readonly settings: QueueSettings;
  /** Of the fields that the console has changed, what the files say. */
  readonly filed: readonly { readonly field: string; readonly value: unknown }[];
  readonly changedAt: number | null;
  readonly changedBy: string | null;
};

export async function listClients(tx: OperatorTx): Promise<{ tenantId: TenantId; name: string }[]> {
  const rows = await tx.execute<Row>(sql`
    select id, name from house.tenants where status <> 'closed' order by name, id limit ${TENANTS_MAX}`);
  return rows.map((row) => ({ tenantId: asId(String(row.id)), name: String(row.name) }));
}

export async function listPools(tx: OperatorTx): Promise<PoolView[]> {
  const rows = await tx.execute<Row>(sql`
    select p.id, p.name, s.name as site, p.policy, p.version, p.filed::text as filed, p.changed_by,
      (extract(epoch from p.changed_at) * 1000)::float8 as changed_ms
    from house.pools p join house.sites s on s.id = p.site_id order by p.name, p.id limit ${TENANTS_MAX}`);
  return rows.map((row) => {
    const policy = row.policy as Policy; // a CHECK on the column allows nothing else
    const filed = row.filed === null ? null : (JSON.parse(String(row.filed)) as { policy?: Policy }).policy;
    return {
      poolId: String(row.id),
      name: String(row.name),
      site: String(row.site),
      policy,
      filed: filed === undefined || filed === policy ? null : filed,
      version: Number(row.version),
      changedAt: numberOrNull(row.changed_ms),
      changedBy: textOrNull(row.changed_by),
    };
  });
}

/** What agents can do and where they may be lent, for the editor's lists. */
export async function listAbilities(tx: OperatorTx) {
  const [skills, groups] = await Promise.all([
    tx.execute<Row>(sql`select k.skill as name, count(*)::int as agents from house.agent_skills k
      join house.agents a on a.id = k.agent_id and a.status = 'active' group by 1 order by 1 limit ${QUEUES_MAX}`),
    tx.execute<Row>(sql`select g as name, count(*)::int as agents from house.agents a, unnest(a.groups) g
      where a.status = 'active' group by 1 order by 1 limit ${QUEUES_MAX}`),
  ]);
  return {
    skills: skills.map((row) => ({ skill: String(row.name), agents: Number(row.agents) })),
    groups: groups.map((row) => ({ group: String(row.name), agents: Number(row.agents) })),
  };
}

/** The colour under which the client is known on the floor: its first brand's. */
export async function readColor(tx: TenantTx): Promise<string> {
  const rows = await tx.execute<Row>(sql`
    select color from tenant.brands where tenant_id = ${tx.tenantId} order by slug limit 1`);
  return String(rows[0]?.color ?? "#868e96");
}

export async function listQueues(tx: TenantTx): Promise<StoredQueue[]> {
  const rows = await tx.execute<{ row: string }>(sql`
    select to_jsonb(q)::text as row from tenant.queues q
    where q.tenant_id = ${tx.tenantId} and q.retired_at is null order by q.name, q.id limit ${QUEUES_MAX}`);
  return rows.map(({ row }) => queueOf(JSON.parse(row)));
}

/** The queue, held until the transaction ends; null where this client has none of this id in use. */
export async function holdQueue(tx: TenantTx, queueId: QueueId): Promise<StoredQueue | null> {
  const rows = await tx.execute<{ row: string }>(sql`
    select to_jsonb(q)::text as row from tenant.queues q
    where q.tenant_id = ${tx.tenantId} and q.id = ${queueId} and q.retired_at is null for update`);
  const row = rows[0]?.row;
  return row === undefined ? null : queueOf(JSON.parse(row));
}

export async function writeQueue(
  tx: TenantTx,
  change: {
    readonly queueId: QueueId;
    readonly settings: QueueSettings;
    readonly by: { readonly id: string; readonly name: string };
    readonly changes: readonly FieldChange[];
  },
): Promise<void> {
  const { queueId, settings, by } = change;
  const columns = columnsOf(settings);
  await tx.execute(sql`
    update tenant.queues q set
      priority = r.priority, skills = r.skills, strategy = r.strategy, ring_timeout_s = r.ring_timeout_s,
      wrap_up_s = r.wrap_up_s, target_percent = r.target_percent, target_within_s = r.target_within_s,
      short_abandon_s = r.short_abandon_s, rules = r.rules,
      version = q.version + 1, changed_at = now(), changed_by = ${by.name}
    from jsonb_populate_record(null::tenant.queues, ${JSON.stringify(columns)}::jsonb) r
    where q.tenant_id = ${tx.tenantId} and q.id = ${queueId}`);
  // As each apply of the files does: the set-up of this client is another one now.
  await tx.execute(
    sql`update tenant.companies set revision = revision + 1, updated_at = now() where tenant_id = ${tx.tenantId}`,
  );
  const detail = JSON.stringify({ by: by.name, changes: change.changes });
  await tx.execute(sql`
    insert into tenant.audit (tenant_id, actor_kind, actor_id, action, subject_kind, subject_id, detail)
    values (${tx.tenantId}, 'user', ${by.id}, 'queue_changed', 'queue', ${queueId}, ${detail}::jsonb)`);
}

export async function listChanges(tx: TenantTx, queueId: QueueId): Promise<QueueChanges["items"]> {
  const rows = await tx.execute<Row>(sql`
    select (extract(epoch from at) * 1000)::float8 as at_ms, detail::text as detail from tenant.audit
    where tenant_id = ${tx.tenantId} and subject_kind = 'queue' and subject_id = ${queueId} and action = 'queue_changed'
    order by at desc, id desc limit ${CHANGES_MAX}`);
  return rows.map((row) => {
    const { by, changes } = JSON.parse(String(row.detail)) as { by: string; changes: FieldChange[] }; // written above
    return { at: Number(row.at_ms), by, changes };
  });
}

/** Null where there is no such pool; `stale` where somebody has changed it since this version was read. */
export async function writePolicy(
  tx: OperatorTx,
  change: {
    readonly poolId: PoolId;
    readonly version: number;
    readonly policy: Policy;
    readonly by: { readonly id: string; readonly name: string };
  },
): Promise<"written" | "stale" | null> {
  const { poolId, version, policy, by } = change;
  const [before] = await tx.execute<Row>(sql`select version, policy from house.pools where id = ${poolId} for update`);
  if (before === undefined) return null;
  if (Number(before.version) !== version) return "stale";
  if (before.policy === policy) return "written";
  await tx.execute(sql`
    update house.pools set policy = ${policy}, version = version + 1, changed_at = now(), changed_by = ${by.name}
    where id = ${poolId}`);
  const detail = { by: by.name, changes: [{ field: "policy", from: before.policy, to: policy }] };
  await auditHouse(tx, by.id, "pool_policy_changed", { kind: "pool", id: poolId }, detail);
  return "written";
}

function queueOf(row: QueueRow): StoredQueue {
  const settings = settingsOf(row);
  const filed = row.filed === null ? settings : settingsOf({ ...row, ...(row.filed as QueueRow) }); // by sync.ts, same columns
  return {
    queueId: asId(String(row.id)),
    slug: String(row.slug),
    name: String(row.name),
    poolId: asId(String(row.pool_id)),
    version: Number(row.version),
    settings,
    filed: changesBetween(settings, filed).map(({ field, to }) => ({ field, value: to })),
    changedAt: row.changed_at === null ? null : Date.parse(String(row.changed_at)),
    changedBy: textOrNull(row.changed_by),
  };
}

const numberOrNull = (value: unknown) => (value === null || value === undefined ? null : Number(value));
const textOrNull = (value: unknown) => (value === null || value === undefined ? null : String(value));
