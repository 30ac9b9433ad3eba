import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { PgDialect } from "drizzle-orm/pg-core";
import { drizzle, PostgresJsSession } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import { connect, withTenant, withTenantOnce } from "../../adapters/db/index.ts";
import { asId, type TenantId } from "../../domain/kernel/ids.ts";
import type { DatabaseUrls } from "./roles.ts";

/** What a tenant's walls cost: for each question the ratios of medians, block by block, measured side by side. */
export type RlsCost = {
  /** Row level security on against off, same rows and same query: B9 asks for at most 1.15 each. */
  readonly b9: { readonly pointRead: Ratios; readonly page100: Ratios; readonly insert: Ratios };
  /** A query in a tenant's transaction, as the lists read, against the same query bare: B10 asks for at most 2.0. */
  readonly b10: Ratios;
};

type Ratios = readonly number[];

const TENANTS = 20;
const CUSTOMERS_EACH = 2_000;
const BLOCKS = 12;
const ROUNDS = 50;
const WARM_UP = 100;

/** Works on a migrated database that may be thrown away: it leaves its rows behind. */
export async function benchRls(urls: Pick<DatabaseUrls, "owner" | "app" | "operator">): Promise<RlsCost> {
  const tenants = Array.from({ length: TENANTS }, () => asId<TenantId>(randomUUID()));
  await fill(urls, tenants);
  const [tenantId = asId<TenantId>("")] = tenants;
  return { b9: await compareTables(urls.app, tenantId), b10: await compareDoors(urls.app, tenantId) };
}

/** The same rows twice: in `tenant.customers`, and in a twin of it without a policy. */
async function fill(urls: Pick<DatabaseUrls, "owner" | "operator">, tenants: readonly TenantId[]): Promise<void> {
  const operator = postgres(urls.operator, { max: 1, onnotice: () => {} });
  for (const id of tenants) {
    const slug = `bench-${id.slice(0, 8)}`;
    await operator`insert into house.tenants (id, slug, name, time_zone, currency) values (${id}, ${slug}, ${slug}, 'UTC', 'USD')`;
  }
  await operator.end();
  const owner = postgres(urls.owner, { max: 1, onnotice: () => {} });
  await owner.unsafe(`drop schema if exists bench cascade; create schema bench;
    create table bench.customers (like tenant.customers including all);
    alter table bench.customers add foreign key (tenant_id) references tenant.companies;
    grant usage on schema bench to callhouse_app; grant select, insert on bench.customers to callhouse_app`);
  for (const id of tenants) {
    await owner.begin(async (tx) => {
      await tx`select set_config('app.tenant_id', ${id}, true)`;
      await tx`insert into tenant.companies (tenant_id, slug, name, name_zh, name_en, trade, time_zone, currency, language)
        values (${id}, 'bench', 'bench', 'bench', 'bench', 'bench', 'UTC', 'USD', 'en-US')`;
      await tx`insert into tenant.customers (tenant_id, name)
        select ${id}::uuid, 'Customer ' || n from generate_series(1, ${CUSTOMERS_EACH}::int) n`;
      await tx`insert into bench.customers select * from tenant.customers where tenant_id = ${id}`;
    });
  }
  await owner.unsafe("analyze tenant.customers; analyze bench.customers");
  await owner.end();
}

/** Both tables in one transaction with the scope set, so that the policy is the only difference. */
async function compareTables(appUrl: string, tenantId: TenantId): Promise<RlsCost["b9"]> {
  const app = postgres(appUrl, { max: 1, onnotice: () => {} });
  const undo = new Error("undo");
  const kept: { b9?: RlsCost["b9"] } = {};
  await app
    .begin(async (tx) => {
      await tx`select tenant.enter(${tenantId}, 'system:bench')`;
      const [row] = await tx<{ id: string }[]>`select id from tenant.customers where tenant_id = ${tenantId} limit 1`;
      const id = row?.id ?? "";
      kept.b9 = {
        pointRead: await ratio(
          () => tx`select * from tenant.customers where tenant_id = ${tenantId} and id = ${id}`,
          () => tx`select * from bench.customers where tenant_id = ${tenantId} and id = ${id}`,
        ),
        page100: await ratio(
          () => tx`select * from tenant.customers where tenant_id = ${tenantId} order by created_at desc limit 100`,
          () => tx`select * from bench.customers where tenant_id = ${tenantId} order by created_at desc limit 100`,
        ),
        insert: await ratio(
          () => tx`insert into tenant.customers (tenant_id, name) values (${tenantId}, 'one more')`,
          () => tx`insert into bench.customers (tenant_id, name) values (${tenantId}, 'one more')`,
        ),
      };
      throw undo;
    })
    .catch((error: unknown) => {
      if (error !== undo) throw error;
    });
  await app.end();
  if (!kept.b9) throw new Error("the comparison did not finish");
  return kept.b9;
}

/** A whole tenant transaction of one statement against the bare, prepared statement of the same query builder. */
async function compareDoors(appUrl: string, tenantId: TenantId): Promise<Ratios> {
  const bare = postgres(appUrl, { max: 1, onnotice: () => {} });
  // Dates and JSON are left to its columns, as `connect` does.
  drizzle(bare);
  const db = connect(appUrl, { max: 1 });
  const scope = { tenantId, actor: { kind: "system", name: "bench" } } as const;
  const [row] = await withTenant(db, scope, (tx) =>
    tx.execute<{ id: string }>(sql`select id from tenant.customers where tenant_id = ${tenantId} limit 1`),
  );
  const id = row?.id ?? "";
  const session = new PostgresJsSession(preparing(bare), new PgDialect(), undefined);
  const measured = await ratio(
    () =>
      withTenantOnce(db, scope, (tx) =>
        tx.execute(sql`select * from tenant.customers where tenant_id = ${tenantId} and id = ${id}`),
      ),
    () => session.execute(sql`select * from bench.customers where tenant_id = ${tenantId} and id = ${id}`),
  );
  await Promise.all([bare.end(), db.close()]);
  return measured;
}

/** Drizzle leaves statements unprepared; ours prepares them on both sides. It asks no more of a client than this. */
function preparing(bare: postgres.Sql): postgres.Sql {
  const unsafe = (text: string, parameters: (string | null)[]) => bare.unsafe(text, parameters, { prepare: true });
  return { unsafe } as unknown as postgres.Sql;
}

/** Runs the two in turn and divides the medians of each block: what disturbs the machine disturbs both. */
async function ratio(subject: () => PromiseLike<unknown>, baseline: () => PromiseLike<unknown>): Promise<Ratios> {
  await block(WARM_UP, subject, baseline);
  const ratios: number[] = [];
  for (let count = 0; count < BLOCKS; count++) ratios.push(await block(ROUNDS, subject, baseline));
  return ratios;
}

async function block(
  rounds: number,
  subject: () => PromiseLike<unknown>,
  baseline: () => PromiseLike<unknown>,
): Promise<number> {
  const times = { subject: [] as number[], baseline: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    await subject();
    const middle = performance.now();
    await baseline();
    const end = performance.now();
    times.subject.push(middle - start);
    times.baseline.push(end - middle);
  }
  return median(times.subject) / median(times.baseline);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new Error("nothing was measured");
  return middle;
}
