import { randomUUID } from "node:crypto";
import type postgres from "postgres";
import { asId, type TenantId } from "../../src/domain/kernel/ids.ts";
import type { Charge } from "../../src/domain/rating/charge.ts";

/** A client company with what its calls and its bill need, for tests of money. */
export type TestClient = {
  readonly tenantId: TenantId;
  readonly contractId: string;
  readonly queueId: string;
  readonly poolId: string;
  use(usage: TestUsage): Promise<string>;
  contact(contact: { readonly id: string; readonly at: string; readonly from?: string }): Promise<void>;
  /** How a contact stayed in the client's queue: once, from when it came. */
  stay(stay: TestStay): Promise<void>;
  version(from: string, to: string | null, charges: readonly Charge[]): Promise<void>;
};

type TestUsage = {
  readonly event: string;
  readonly kind: string;
  readonly at: string;
  readonly quantity?: number;
  readonly contactId?: string;
  readonly attrs?: object;
  readonly corrects?: string;
};

type TestStay = {
  readonly contactId: string;
  readonly at: string;
  /** Null for one that is open. */
  readonly outcome: "answered" | "abandoned" | "flowed_out" | null;
  readonly waitedMs?: number;
  readonly inTime?: boolean;
  readonly short?: boolean;
};

type Setup = {
  readonly currency?: string;
  readonly timeZone?: string;
  readonly seats?: readonly { readonly from: string; readonly to: string | null; readonly guaranteed: number }[];
};

/** Written by the administrator of the test database: setting up is not what is under test. */
export async function testClient(sql: postgres.Sql, setup: Setup = {}): Promise<TestClient> {
  const { currency = "CNY", timeZone = "Asia/Shanghai", seats = [] } = setup;
  const ids = {
    tenant: randomUUID(),
    contract: randomUUID(),
    queue: randomUUID(),
    house: randomUUID(),
    pool: randomUUID(),
  };
  const slug = `t${ids.tenant.slice(0, 8)}`;
  await sql`insert into house.outsourcers (id, slug, name) values (${ids.house}, ${slug}, 'House')`;
  await sql`insert into house.sites (id, outsourcer_id, slug, name, time_zone) values (${ids.house}, ${ids.house}, ${slug}, 'Site', 'UTC')`;
  await sql`insert into house.pools (id, site_id, slug, name, seats) values (${ids.pool}, ${ids.house}, ${slug}, 'Pool', 100)`;
  await sql`insert into house.tenants (id, slug, name, time_zone, currency) values (${ids.tenant}, ${slug}, ${slug}, ${timeZone}, ${currency})`;
  await sql`insert into tenant.companies (tenant_id, slug, name, name_zh, name_en, trade, time_zone, currency, language)
    values (${ids.tenant}, ${slug}, ${slug}, ${slug}, ${slug}, 'test', ${timeZone}, ${currency}, 'en-US')`;
  await sql`insert into tenant.contracts (tenant_id, id, slug, name_zh, name_en, currency, time_zone)
    values (${ids.tenant}, ${ids.contract}, 'main', '合同', 'Contract', ${currency}, ${timeZone})`;
  await sql`insert into tenant.queues (tenant_id, id, slug, name, pool_id, priority, skills, strategy, ring_timeout_s, wrap_up_s,
      target_percent, target_within_s, short_abandon_s)
    values (${ids.tenant}, ${ids.queue}, 'orders', 'Orders', ${ids.pool}, 50, '{}', 'longest_idle', 20, 30, 80, 20, 5)`;
  for (const seat of seats) {
    await sql`insert into tenant.seat_entitlements (tenant_id, pool_id, valid, guaranteed, burst)
      values (${ids.tenant}, ${ids.pool}, daterange(${seat.from}, ${seat.to}), ${seat.guaranteed}, 0)`;
  }
  let versions = 0;
  return {
    tenantId: asId<TenantId>(ids.tenant),
    contractId: ids.contract,
    queueId: ids.queue,
    poolId: ids.pool,
    async use(usage) {
      const [row] = await sql<{ id: string }[]>`
        insert into tenant.usage (tenant_id, source, source_event_id, kind, occurred_at, quantity, contact_id, attrs, payload_hash, corrects_id)
        values (${ids.tenant}, 'facts', ${usage.event}, ${usage.kind}, ${usage.at}, ${usage.quantity ?? 1},
          ${usage.contactId ?? null}, ${sql.json(JSON.parse(JSON.stringify(usage.attrs ?? {})))}, ${"0".repeat(64)}, ${usage.corrects ?? null})
        on conflict (tenant_id, source, source_event_id) do nothing returning id`;
      return row?.id ?? "";
    },
    async contact({ id, at, from = "+8613812345678" }) {
      const line = randomUUID();
      await sql`insert into tenant.brands (tenant_id, id, slug, name, color, greeting) values (${ids.tenant}, ${line}, ${line}, 'B', '#112233', 'Hello')`;
      await sql`insert into tenant.flows (tenant_id, id, slug) values (${ids.tenant}, ${line}, ${line})`;
      await sql`insert into tenant.carrier_accounts (tenant_id, id, carrier, account_sid, sealed, fingerprint)
        values (${ids.tenant}, ${line}, 'sandbox', ${`AC${line.replaceAll("-", "")}`}, 's', 'f')`;
      const number = `+86${String(BigInt(`0x${line.slice(0, 8)}`)).padStart(10, "1")}`;
      await sql`insert into tenant.numbers (tenant_id, id, e164, label, brand_id, flow_id, carrier_account_id, language, record_calls)
        values (${ids.tenant}, ${line}, ${number}, 'L', ${line}, ${line}, ${line}, 'zh-CN', false)`;
      await sql`insert into tenant.contacts (tenant_id, id, direction, carrier, from_number, to_number, number_id, brand_id, flow_id,
          flow_version, language, queue_id, outcome, offered_at, facts_folded)
        values (${ids.tenant}, ${id}, 'inbound', 'sandbox', ${from}, ${number}, ${line}, ${line}, ${line}, 1, 'zh-CN', ${ids.queue},
          'answered', ${at}, 1)`;
    },
    stay: (stay) => insertStay(sql, ids, stay),
    async version(from, to, charges) {
      versions += 1;
      await sql`insert into tenant.contract_versions (tenant_id, contract_id, version, valid, content_hash)
        values (${ids.tenant}, ${ids.contract}, ${versions}, daterange(${from}, ${to}), ${randomUUID()})`;
      for (const [position, { code, label, model, ...params }] of charges.entries()) {
        await sql`insert into tenant.charges (tenant_id, contract_id, version, position, code, model, params, description_zh, description_en)
          values (${ids.tenant}, ${ids.contract}, ${versions}, ${position}, ${code}, ${model},
            ${sql.json(JSON.parse(JSON.stringify(params)))}, ${label.zh}, ${label.en})`;
      }
    },
  };
}

async function insertStay(
  sql: postgres.Sql,
  { tenant, queue }: { readonly tenant: string; readonly queue: string },
  { contactId, at, outcome, waitedMs = 0, inTime = true, short = false }: TestStay,
): Promise<void> {
  const isOpen = outcome === null;
  const leftAt = isOpen ? null : new Date(Date.parse(at) + waitedMs);
  await sql`insert into tenant.queue_stays (tenant_id, contact_id, no, queue_id, queued_at, outcome, left_at, waited_ms, in_time,
      short_abandon)
    values (${tenant}, ${contactId}, 1, ${queue}, ${at}, ${outcome}, ${leftAt}, ${isOpen ? null : waitedMs},
      ${isOpen ? null : inTime}, ${short})`;
}
