import { sql } from "drizzle-orm";
import { iso, type OperatorTx, type TenantTx } from "../../adapters/db/index.ts";
import type { LineConfig, QueueConfig, QueueRules } from "../../domain/call/line-config.ts";
import type { Calendar, Flow, FlowStep } from "../../domain/flow/flow.ts";
import {
  type AgentId,
  asId,
  type BrandId,
  type PhoneNumber,
  type PoolId,
  type TenantId,
} from "../../domain/kernel/ids.ts";
import type { Language } from "../../domain/kernel/language.ts";
import {
  type AgentProfile,
  PLAIN_RULES,
  type Policy,
  type PublishedQueue,
  type SeatKind,
  type TelephoneRings,
} from "../../domain/routing/config.ts";

/** What publishing reads: one tenant's numbers with all they name, and the pools of the house with their people. */
export type TenantSetup = {
  readonly name: string;
  readonly timeZone: string;
  readonly revision: number;
  readonly brands: readonly (LineConfig["brand"] & { readonly id: BrandId })[];
  readonly flows: readonly Flow[];
  readonly calendars: { readonly [name: string]: Calendar };
  readonly queues: { readonly [id: string]: QueueConfig };
  readonly dispositions: LineConfig["dispositions"];
  readonly accounts: readonly { readonly id: string; readonly sealed: string }[];
  /** Numbers in service. */
  readonly numbers: readonly {
    readonly id: string;
    readonly e164: string;
    readonly label: string;
    readonly brandId: string;
    readonly flowId: string;
    readonly carrierAccountId: string;
    readonly language: Language;
    readonly recordCalls: boolean;
  }[];
};

type Seats = { readonly poolId: PoolId; readonly guaranteed: number; readonly burst: number };
export type TenantShare = {
  readonly tenantId: TenantId;
  readonly brands: TenantSetup["brands"];
  readonly seats: readonly Seats[];
  readonly queues: readonly { readonly outline: PublishedQueue }[];
};
export type HousePools = {
  readonly pools: readonly { readonly poolId: PoolId; readonly timeZone: string; readonly policy: Policy }[];
  readonly agents: readonly { readonly poolId: PoolId; readonly profile: AgentProfile }[];
};

type Row = Record<string, unknown>;

export async function readSetup(tx: TenantTx): Promise<TenantSetup | null> {
  const mine = sql`tenant_id = ${tx.tenantId}`;
  const [companies, brands, calendars, queues, flows, numbers, dispositions, accounts] = await Promise.all([
    tx.execute<Row>(sql`select name, time_zone, revision from tenant.companies where ${mine}`),
    tx.execute<Row>(sql`select id, name, color, greeting from tenant.brands where ${mine} order by id`),
    tx.execute<Row>(sql`select name, time_zone, weekly::text as weekly, exceptions::text as exceptions
      from tenant.calendars where ${mine} order by name`),
    tx.execute<Row>(sql`select *, to_json(skills)::text as skills_json, rules::text as rules_json from tenant.queues
      where ${mine} and retired_at is null order by id`),
    tx.execute<Row>(sql`select distinct on (flow_id) flow_id, version, entry, steps::text as steps
      from tenant.flow_versions where ${mine} order by flow_id, version desc`),
    tx.execute<Row>(sql`select id, e164, label, brand_id, flow_id, carrier_account_id, language, record_calls
      from tenant.numbers where ${mine} and retired_at is null order by e164`),
    tx.execute<Row>(sql`select code, label_zh, label_en, success from tenant.dispositions
      where ${mine} and retired_at is null order by position`),
    tx.execute<Row>(sql`select id, sealed from tenant.carrier_accounts where ${mine} order by id`),
  ]);
  const company = companies[0];
  if (company === undefined) return null;
  return {
    name: String(company.name),
    timeZone: String(company.time_zone),
    revision: Number(company.revision),
    brands: brands.map((row) => ({
      id: asId(String(row.id)),
      name: String(row.name),
      color: String(row.color),
      greeting: String(row.greeting),
    })),
    flows: flows.map(flowOf),
    calendars: Object.fromEntries(calendars.map((row) => [String(row.name), calendarOf(row)])),
    queues: Object.fromEntries(queues.map((row) => [String(row.id), queueOf(row)])),
    dispositions: dispositions.map((row) => ({
      code: String(row.code),
      label: { zh: String(row.label_zh), en: String(row.label_en) },
      success: row.success === true,
    })),
    accounts: accounts.map((row) => ({ id: String(row.id), sealed: String(row.sealed) })),
    numbers: numbers.map((row) => ({
      id: String(row.id),
      e164: String(row.e164),
      label: String(row.label),
      brandId: String(row.brand_id),
      flowId: String(row.flow_id),
      carrierAccountId: String(row.carrier_account_id),
      language: row.language as Language, // a CHECK on the column allows nothing else
      recordCalls: row.record_calls === true,
    })),
  };
}

/** Seats entitled on this day in the tenant's own zone. */
export async function readShare(tx: TenantTx, now: number): Promise<Seats[]> {
  const at = iso(now);
  const rows = await tx.execute<Row>(sql`
    select e.pool_id, e.guaranteed, e.burst from tenant.seat_entitlements e
    join tenant.companies c on c.tenant_id = e.tenant_id
    where e.tenant_id = ${tx.tenantId} and e.valid @> (${at}::timestamptz at time zone c.time_zone)::date`);
  return rows.map((row) => ({
    poolId: asId(String(row.pool_id)),
    guaranteed: Number(row.guaranteed),
    burst: Number(row.burst),
  }));
}

export async function activeTenants(tx: OperatorTx): Promise<TenantId[]> {
  const rows = await tx.execute<Row>(sql`select id from house.tenants where status = 'active' order by id`);
  return rows.map((row) => asId(String(row.id)));
}

export async function readPools(tx: OperatorTx): Promise<HousePools> {
  const [pools, agents] = await Promise.all([
    tx.execute<Row>(
      sql`select p.id, p.policy, s.time_zone from house.pools p join house.sites s on s.id = p.site_id order by p.id`,
    ),
    tx.execute<Row>(sql`select a.id, a.pool_id, a.name, a.kind, a.extension, a.telephone, a.telephone_rings, to_json(a.groups)::text as groups,
      coalesce((select json_object_agg(k.skill, k.level) from house.agent_skills k where k.agent_id = a.id), '{}')::text as skills,
      coalesce((select json_agg(b.brand_id order by b.brand_id) from house.agent_brands b where b.agent_id = a.id), '[]')::text as brands
      from house.agents a where a.status = 'active' order by a.id`),
  ]);
  return {
    pools: pools.map((pool) => ({
      poolId: asId(String(pool.id)),
      timeZone: String(pool.time_zone),
      policy: pool.policy as Policy, // a CHECK on the column allows nothing else
    })),
    agents: agents.map((agent) => ({
      poolId: asId(String(agent.pool_id)),
      profile: {
        agentId: asId<AgentId>(String(agent.id)),
        name: String(agent.name),
        skills: JSON.parse(String(agent.skills)),
        brands: JSON.parse(String(agent.brands)),
        kind: agent.kind as SeatKind, // a CHECK on the column allows nothing else
        extension: agent.extension === null ? null : String(agent.extension),
        groups: JSON.parse(String(agent.groups)),
        ...telephoneOf(agent),
      },
    })),
  };
}

/** Left out where there is none, as for nearly everybody. */
function telephoneOf(agent: Row): Pick<AgentProfile, "telephone"> {
  if (agent.telephone === null) return {};
  // A CHECK on each column allows nothing else.
  const number = asId<PhoneNumber>(String(agent.telephone));
  return { telephone: { number, rings: agent.telephone_rings as TelephoneRings } };
}

function flowOf(row: Row): Flow {
  return {
    id: asId(String(row.flow_id)),
    version: Number(row.version),
    entry: asId(String(row.entry)),
    steps: JSON.parse(String(row.steps)) as { [id: string]: FlowStep }, // checked when it was applied
  };
}

function calendarOf(row: Row): Calendar {
  return {
    timeZone: String(row.time_zone),
    weekly: JSON.parse(String(row.weekly)),
    exceptions: JSON.parse(String(row.exceptions)),
  };
}

function queueOf(row: Row): QueueConfig {
  return {
    id: asId(String(row.id)),
    poolId: asId(String(row.pool_id)),
    name: String(row.name),
    priority: Number(row.priority),
    skills: JSON.parse(String(row.skills_json)),
    strategy: String(row.strategy),
    ringTimeoutS: Number(row.ring_timeout_s),
    wrapUpS: Number(row.wrap_up_s),
    target: {
      share: Number(row.target_percent) / 100,
      withinS: Number(row.target_within_s),
      shortAbandonS: Number(row.short_abandon_s),
    },
    rules: { ...PLAIN_RULES, ...(JSON.parse(String(row.rules_json)) as Partial<QueueRules>) }, // checked when it was written
  };
}
