import { runInDurableObject } from "cloudflare:test";
import { env as bindings } from "cloudflare:workers";
import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { connect, withOperator, withTenant } from "../../adapters/db/index.ts";
import { asId, type TenantId } from "../../domain/kernel/ids.ts";
import type { PoolConfig } from "../../domain/routing/index.ts";
import type { Env } from "../env.ts";
import { objectName } from "../objects/contact-id.ts";
import { newDays } from "./new-days.ts";

const env = bindings as unknown as Env;
const slug = crypto.randomUUID();
const tenantId = asId<TenantId>(crypto.randomUUID());
const poolId = crypto.randomUUID();

/** A house with one pool, and a client that rents three of its seats from today on. */
async function rent(): Promise<void> {
  const operator = connect(env.DB_OPERATOR);
  const app = connect(env.DB);
  await withOperator(operator, async (tx) => {
    const site = crypto.randomUUID();
    const [house] = await tx.execute<{ id: string }>(
      sql`insert into house.outsourcers (slug, name) values (${slug}, 'House') returning id`,
    );
    await tx.execute(sql`insert into house.sites (id, outsourcer_id, slug, name, time_zone)
      values (${site}, ${house?.id}, ${slug}, 'Site', 'UTC')`);
    await tx.execute(sql`insert into house.pools (id, site_id, slug, name, seats)
      values (${poolId}, ${site}, ${slug}, 'Pool', 10)`);
    await tx.execute(sql`insert into house.tenants (id, slug, name, time_zone, currency)
      values (${tenantId}, ${slug}, 'Client', 'UTC', 'USD')`);
  });
  await withTenant(app, { tenantId, actor: { kind: "system", name: "test" } }, async (tx) => {
    await tx.execute(sql`insert into tenant.companies (tenant_id, slug, name, name_zh, name_en, trade, time_zone, currency, language)
      values (${tenantId}, ${slug}, 'Client', '客户', 'Client', 'trade', 'UTC', 'USD', 'en-US')`);
    await tx.execute(sql`insert into tenant.seat_entitlements (tenant_id, pool_id, valid, guaranteed, burst)
      values (${tenantId}, ${poolId}, daterange((now() at time zone 'UTC')::date, null), 3, 2)`);
  });
  await Promise.all([operator.close(), app.close()]);
}

const poolSays = () =>
  runInDurableObject(env.SEAT_POOL.get(env.SEAT_POOL.idFromName(objectName.pool(poolId))), (_, { storage }) => {
    const [row] = storage.sql.exec<{ json: string }>("select json from settings where name = 'config'").toArray();
    return row === undefined ? null : (JSON.parse(row.json) as PoolConfig);
  });

test("ACD-5 seats rented from a day on are the pool's from that day, though nobody publishes, and it is told once", async () => {
  await rent();
  expect(await poolSays()).toBeNull();
  await newDays(env);
  const told = await poolSays();
  expect(told?.tenants).toEqual([{ tenantId, guaranteed: 3, burst: 2 }]);
  await newDays(env);
  expect((await poolSays())?.version).toBe(told?.version);
});
