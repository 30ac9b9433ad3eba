import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { useDatabase } from "../../../test/support/database.ts";
import { type AgentId, asId, type ContactId, type TenantId } from "../../domain/kernel/ids.ts";
import {
  connect,
  type Database,
  DatabaseOutage,
  DatabaseRefusal,
  type TenantScope,
  withOperator,
  withTenant,
  withTenantOnce,
} from "./index.ts";

const databases = useDatabase();
const OURS = asId<TenantId>("00000000-0000-4000-8000-00000000000a");
const THEIRS = asId<TenantId>("00000000-0000-4000-8000-00000000000b");
const AGENT = asId<AgentId>("00000000-0000-4000-8000-0000000000a1");
const CONTACT = asId<ContactId>("00000000-0000-4000-8000-0000000000c1");
const OTHER_CONTACT = asId<ContactId>("00000000-0000-4000-8000-0000000000c2");
const ours: TenantScope = { tenantId: OURS, actor: { kind: "system", name: "test" } };
const theirs: TenantScope = { tenantId: THEIRS, actor: { kind: "system", name: "test" } };
const agentOn = (contactId: ContactId | null): TenantScope => ({
  tenantId: OURS,
  actor: { kind: "agent", agentId: AGENT, contactId },
});
const names = sql`select name from tenant.customers order by name`;

let app: Database;
let operator: Database;

beforeAll(async () => {
  app = connect(databases.urls.app, { max: 2 });
  operator = connect(databases.urls.operator, { max: 1 });
  await withOperator(operator, async (tx) => {
    await tx.execute(sql`insert into house.outsourcers (id, slug, name) values (${OURS}, 'o', 'O')`);
    await tx.execute(
      sql`insert into house.sites (id, outsourcer_id, slug, name, time_zone) values (${OURS}, ${OURS}, 's', 'S', 'UTC')`,
    );
    await tx.execute(
      sql`insert into house.pools (id, site_id, slug, name, seats) values (${OURS}, ${OURS}, 'p', 'P', 9)`,
    );
    await tx.execute(sql`insert into house.agents (id, pool_id, slug, name) values (${AGENT}, ${OURS}, 'a', 'A')`);
    for (const [id, slug] of [
      [OURS, "ours"],
      [THEIRS, "theirs"],
    ] as const) {
      await tx.execute(
        sql`insert into house.tenants (id, slug, name, time_zone, currency) values (${id}, ${slug}, ${slug}, 'UTC', 'USD')`,
      );
    }
  });
  for (const scope of [ours, theirs]) {
    await withTenant(app, scope, async (tx) => {
      await tx.execute(sql`insert into tenant.companies (tenant_id, slug, name, name_zh, name_en, trade, time_zone, currency, language)
        values (${tx.tenantId}, 'c', 'c', 'c', 'c', 'c', 'UTC', 'USD', 'en-US')`);
      await tx.execute(
        sql`insert into tenant.customers (tenant_id, name) values (${tx.tenantId}, ${`customer of ${tx.tenantId}`})`,
      );
    });
  }
});
afterAll(async () => {
  await app.close();
  await operator.close();
});

describe("withTenant", () => {
  test("shows one tenant's rows and no other's", async () => {
    expect(await withTenant(app, ours, (tx) => tx.execute(names))).toEqual([{ name: `customer of ${OURS}` }]);
    expect(await withTenant(app, theirs, (tx) => tx.execute(names))).toEqual([{ name: `customer of ${THEIRS}` }]);
  });

  test("leaves nothing behind on a connection that is used again", async () => {
    const one = connect(databases.urls.app, { max: 1 });
    await withTenant(one, ours, (tx) => tx.execute(names));
    expect(await withOperator(one, (tx) => tx.execute(names))).toEqual([]);
    await expect(withTenant(one, ours, () => Promise.reject(new Error("stop")))).rejects.toThrow("stop");
    expect(await withOperator(one, (tx) => tx.execute(names))).toEqual([]);
    await one.close();
  });

  test("keeps nothing of a transaction that failed, and says what failed first", async () => {
    const failing = withTenant(app, ours, async (tx) => {
      await tx.execute(sql`insert into tenant.customers (tenant_id, name) values (${OURS}, 'half done')`);
      await tx.execute(sql`insert into tenant.customers (tenant_id, name) values (${OURS}, '')`);
    });
    await expect(failing).rejects.toMatchObject({
      name: "DatabaseRefusal",
      code: "invalid_value",
      rule: "customers_name_check",
    });
    expect(await withTenant(app, ours, (tx) => tx.execute(names))).toHaveLength(1);
  });

  test("does not pretend to have committed when the work swallowed a failure", async () => {
    const swallowing = withTenant(app, ours, async (tx) => {
      await tx.execute(sql`insert into tenant.customers (tenant_id, name) values (${OURS}, 'lost')`);
      await tx.execute(sql`select 1 / 0`).catch(() => null);
    });
    await expect(swallowing).rejects.toThrow("division by zero");
  });

  test("goes on after a failure inside a nested transaction, without what was in it", async () => {
    await withTenant(app, ours, async (tx) => {
      await tx.execute(sql`insert into tenant.customers (tenant_id, name) values (${OURS}, 'kept')`);
      await expect(
        tx.transaction(async (inner) => {
          await inner.execute(sql`insert into tenant.customers (tenant_id, name) values (${OURS}, 'undone')`);
          await inner.execute(sql`select 1 / 0`);
        }),
      ).rejects.toThrow();
    });
    const after = await withTenant(app, ours, (tx) =>
      tx.execute(sql`select name from tenant.customers where name in ('kept', 'undone')`),
    );
    expect(after).toEqual([{ name: "kept" }]);
    await withTenant(app, ours, (tx) => tx.execute(sql`delete from tenant.customers where name = 'kept'`));
  });

  test("refuses to write a row for another tenant", async () => {
    const writing = withTenant(app, ours, (tx) =>
      tx.execute(sql`insert into tenant.customers (tenant_id, name) values (${THEIRS}, 'planted')`),
    );
    await expect(writing).rejects.toMatchObject({ name: "DatabaseRefusal", code: "not_allowed" });
  });
});

describe("an agent", () => {
  const grant = (expires: string) =>
    withTenant(app, ours, (tx) =>
      tx.execute(sql`insert into tenant.agent_grants (tenant_id, agent_id, scope, contact_id, granted_at, expires_at)
        values (${OURS}, ${AGENT}, 'contact', ${CONTACT}, now() - interval '2 hours', now() + ${expires}::interval)
        on conflict (tenant_id, agent_id, contact_id) do update set expires_at = excluded.expires_at`),
    );

  test("without a grant reaches nothing", async () => {
    const reading = withTenant(app, agentOn(OTHER_CONTACT), (tx) => tx.execute(names));
    await expect(reading).rejects.toBeInstanceOf(DatabaseRefusal);
    await expect(reading).rejects.toMatchObject({ code: "not_allowed" });
  });

  test("with a live grant for the contact in hand reaches the tenant's customers", async () => {
    await grant("1 hour");
    expect(await withTenant(app, agentOn(CONTACT), (tx) => tx.execute(names))).toHaveLength(1);
  });

  test.each([
    ["another contact", OTHER_CONTACT],
    ["no contact", null],
  ])("with a grant for one contact cannot enter for %s", async (_, contact) => {
    await grant("1 hour");
    await expect(withTenant(app, agentOn(contact), (tx) => tx.execute(names))).rejects.toMatchObject({
      code: "not_allowed",
    });
  });

  test("whose grant has run out reaches nothing", async () => {
    await grant("-1 second");
    await expect(withTenant(app, agentOn(CONTACT), (tx) => tx.execute(names))).rejects.toMatchObject({
      code: "not_allowed",
    });
  });

  test("cannot enter a tenant that granted nothing", async () => {
    await grant("1 hour");
    const scope: TenantScope = { tenantId: THEIRS, actor: { kind: "agent", agentId: AGENT, contactId: CONTACT } };
    await expect(withTenant(app, scope, (tx) => tx.execute(names))).rejects.toMatchObject({ code: "not_allowed" });
  });
});

test("the operator holds no right on a customer", async () => {
  await expect(withOperator(operator, (tx) => tx.execute(names))).rejects.toMatchObject({ code: "not_allowed" });
});

test("a database that cannot be reached is an outage that may be tried again", async () => {
  const nowhere = connect("postgres://callhouse_app:none@127.0.0.1:9/none");
  const reading = withTenant(nowhere, ours, (tx) => tx.execute(names));
  await expect(reading).rejects.toBeInstanceOf(DatabaseOutage);
  await expect(reading).rejects.toMatchObject({ retryable: true, part: "database" });
});

test("a connection that dies in the middle is an outage, and the pool recovers", async () => {
  const one = connect(databases.urls.app, { max: 1 });
  const dying = withTenant(one, ours, async (tx) => {
    const [row] = await tx.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`);
    await databases.admin`select pg_terminate_backend(${row?.pid ?? 0})`;
    await tx.execute(names);
  });
  await expect(dying).rejects.toBeInstanceOf(DatabaseOutage);
  expect(await withTenant(one, ours, (tx) => tx.execute(names))).toHaveLength(1);
  await one.close();
});

describe("one statement in one flight", () => {
  test("ISO-1 sees its tenant's rows alone, and leaves no scope behind on the connection", async () => {
    const db = connect(databases.urls.app, { max: 1 });
    for (const scope of [ours, theirs]) {
      const rows = await withTenantOnce(db, scope, (tx) => tx.execute<{ name: string }>(names));
      expect(rows.map(({ name }) => name)).toEqual([`customer of ${scope.tenantId}`]);
    }
    const left = await db.borrow(async ({ sql: bare }) => await bare`select name from tenant.customers`);
    expect(left).toHaveLength(0);
    await db.close();
  });

  test("a write is there afterwards; one that is refused leaves nothing and says why", async () => {
    const db = connect(databases.urls.app, { max: 1 });
    const add = (name: string, tenantId: TenantId) =>
      withTenantOnce(db, ours, (tx) =>
        tx.execute(sql`insert into tenant.customers (tenant_id, name) values (${tenantId}, ${name})`),
      );
    await add("of one flight", OURS);
    await expect(add("of one flight", THEIRS)).rejects.toMatchObject({ code: "not_allowed" });
    const rows = await withTenant(db, ours, (tx) =>
      tx.execute(sql`delete from tenant.customers where name = 'of one flight' returning id`),
    );
    expect(rows).toHaveLength(1);
    await db.close();
  });

  test("ISO-1 a second statement is never sent, and the connection stays good", async () => {
    const db = connect(databases.urls.app, { max: 1 });
    const twice = withTenantOnce(db, ours, async (tx) => {
      await tx.execute(names);
      return tx.execute(names);
    });
    await expect(twice).rejects.toMatchObject({ cause: { message: expect.stringContaining("use withTenant") } });
    const nested = withTenantOnce(db, ours, (tx) => tx.transaction((inner) => inner.execute(names)));
    await expect(nested).rejects.toThrow(/use withTenant/);
    await expect(withTenantOnce(db, ours, async () => "nothing asked")).resolves.toBe("nothing asked");
    expect(await withTenantOnce(db, ours, (tx) => tx.execute(names))).toHaveLength(1);
    await db.close();
  });

  test("an agent without a grant is refused, and a failure that the work swallowed still fails", async () => {
    const entering = withTenantOnce(app, agentOn(OTHER_CONTACT), (tx) => tx.execute(names));
    await expect(entering).rejects.toMatchObject({ name: "DatabaseRefusal", code: "not_allowed" });
    const swallowed = withTenantOnce(app, ours, (tx) => tx.execute(sql`select 1 / 0`).catch(() => "fine"));
    await expect(swallowed).rejects.toMatchObject({ code: "22012" });
  });
});
