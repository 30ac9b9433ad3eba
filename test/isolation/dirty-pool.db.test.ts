import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { connect, withTenant } from "../../src/adapters/db/index.ts";
import { asId, type TenantId } from "../../src/domain/kernel/ids.ts";
import { seededRandom } from "../../src/domain/kernel/random.ts";
import { useDatabase } from "../support/database.ts";

const databases = useDatabase();
const TENANTS = 50;
const ROUNDS = 40;
/** Far fewer connections than tenants: each is handed on, used, from one tenant to the next. */
const CONNECTIONS = 4;

test("50 tenants at once over a few connections that are handed on as they are never meet a foreign row", async () => {
  const tenants = Array.from({ length: TENANTS }, () => asId<TenantId>(randomUUID()));
  for (const [at, id] of tenants.entries()) {
    await databases.operator`insert into house.tenants (id, slug, name, time_zone, currency)
      values (${id}, ${`t${at}`}, ${`t${at}`}, 'UTC', 'USD')`;
  }
  const db = connect(databases.urls.app, { max: CONNECTIONS });
  const scope = (tenantId: TenantId) => ({ tenantId, actor: { kind: "system", name: "test" } }) as const;
  for (const tenantId of tenants) {
    await withTenant(db, scope(tenantId), async (tx) => {
      await tx.execute(sql`insert into tenant.companies (tenant_id, slug, name, name_zh, name_en, trade, time_zone, currency, language)
        values (${tenantId}, 'c', 'c', 'c', 'c', 'c', 'UTC', 'USD', 'en-US')`);
      await tx.execute(sql`insert into tenant.customers (tenant_id, name) values (${tenantId}, ${tenantId})`);
    });
  }
  const random = seededRandom(7);
  const foreign: string[] = [];
  const visit = async (tenantId: TenantId, fault: number) => {
    const visiting = withTenant(db, scope(tenantId), async (tx) => {
      const rows = await tx.execute<{ tenant_id: string }>(sql`select tenant_id from tenant.customers`);
      if (rows.length !== 1) foreign.push(`${tenantId} saw ${rows.length} rows`);
      foreign.push(...rows.filter((row) => row.tenant_id !== tenantId).map((row) => row.tenant_id));
      // Some work ends badly, in each of the ways it can: what is left on the connection must not matter.
      if (fault < 0.1) throw new Error("the work failed");
      if (fault < 0.2) await tx.execute(sql`select 1 / 0`);
      if (fault < 0.3) await tx.execute(sql`select set_config('app.tenant_id', ${tenants[0] ?? ""}, true)`);
    });
    await visiting.catch((error: unknown) => {
      if (fault >= 0.2) throw error;
    });
  };
  for (let round = 0; round < ROUNDS; round++) {
    await Promise.all(tenants.map((tenantId) => visit(tenantId, random.next())));
  }
  await db.close();
  expect(foreign).toEqual([]);
});
