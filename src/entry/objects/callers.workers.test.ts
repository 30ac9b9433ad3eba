import { createExecutionContext, createMessageBatch, evictDurableObject, getQueueResult } from "cloudflare:test";
import { env as bindings } from "cloudflare:workers";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { SAMPLE_LINE } from "../../../test/support/sample-line.ts";
import { connect, withOperator, withTenant } from "../../adapters/db/index.ts";
import { type AgentId, asId, type ContactId, type TenantId } from "../../domain/kernel/ids.ts";
import { PLAIN_RULES } from "../../domain/routing/config.ts";
import type { CallerOnRecord, Ticket } from "../../domain/routing/protocol.ts";
import { announceCallers, publishCallers } from "../consumers/callers.ts";
import { consume } from "../consumers/index.ts";
import { configOf, type Env } from "../env.ts";
import { callersName, callersNames } from "./callers.ts";
import { knownCaller } from "./known-caller.ts";

const env = bindings as unknown as Env;
const config = configOf(env);
const CAROL = "+12065550161";
const ALICE = asId<AgentId>("a1ce0000-0000-4000-8000-000000000001");
const newTenant = () => asId<TenantId>(crypto.randomUUID());
const callersOf = (tenantId: TenantId, number = CAROL) =>
  env.CALLERS.get(env.CALLERS.idFromName(callersName(tenantId, number)));
const gold: CallerOnRecord = { number: CAROL, tier: "gold", last: { agentId: ALICE, at: 5_000 } };

/** A caller of a queue that asks for everything. */
function ticketOf(tenantId: TenantId, over: Partial<Ticket> = {}): Ticket {
  const [queue] = Object.values(SAMPLE_LINE.queues);
  if (queue === undefined) throw new Error("the sample line has a queue");
  const rules = {
    ...PLAIN_RULES,
    tiers: { silver: 0, gold: 1, platinum: 2 },
    lastAgent: { patienceS: 20, withinDays: 30 },
  };
  return {
    contactId: asId<ContactId>(crypto.randomUUID()),
    tenantId,
    brand: SAMPLE_LINE.brand,
    queue: { ...queue, rules },
    from: CAROL,
    to: "+12065550100",
    queuedAt: 10_000,
    attempt: 1,
    ...over,
  };
}
const at = (now: number) => ({ ...config, clock: { ...config.clock, now: () => now } });
/** What a call has in its hands: no database is among it. */
const onTheCallPath: Env = { ...env, DB: null as unknown as Hyperdrive, DB_OPERATOR: null as unknown as Hyperdrive };

test("ACD-2 ACD-3 a call knows its caller without a database, an eviction later too", async () => {
  const tenantId = newTenant();
  await callersOf(tenantId).tell(1, [gold]);
  await evictDurableObject(callersOf(tenantId));
  const known = await knownCaller(onTheCallPath, at(10_000), ticketOf(tenantId));
  expect(known).toEqual({ tier: "gold", lastAgentId: ALICE });
});

test("ACD-3 who answered longer ago than the queue looks back is not waited for", async () => {
  const tenantId = newTenant();
  await callersOf(tenantId).tell(1, [gold]);
  const now = 5_000 + 30 * 86_400_000;
  const ask = (queuedAt: number) => knownCaller(onTheCallPath, at(queuedAt), ticketOf(tenantId, { queuedAt }));
  expect(await ask(now)).toEqual({ tier: "gold", lastAgentId: ALICE });
  expect(await ask(now + 1)).toEqual({ tier: "gold", lastAgentId: null });
});

test("ACD-2 nobody is looked up for a queue that does not ask, for a withheld number, or again while waiting", async () => {
  const tenantId = newTenant();
  await callersOf(tenantId).tell(1, [gold]);
  const asked = ticketOf(tenantId);
  const plain = { ...asked, queue: { ...asked.queue, rules: PLAIN_RULES } };
  expect(await knownCaller(onTheCallPath, at(10_000), plain)).toBeNull();
  expect(await knownCaller(onTheCallPath, at(10_000), { ...asked, from: "anonymous" })).toBeNull();
  expect(await knownCaller(onTheCallPath, at(15_001), asked)).toBeNull();
  expect(await knownCaller(onTheCallPath, at(15_000), asked)).not.toBeNull();
});

test("SEC-1 what one client knows of a number no other client's call sees, whatever object the number falls to", async () => {
  const [ours, theirs] = [newTenant(), newTenant()];
  const numbers = Array.from({ length: 60 }, (_, index) => `+120655501${String(index).padStart(2, "0")}`);
  for (const number of numbers) await callersOf(ours, number).tell(1, [{ ...gold, number }]);
  for (const number of numbers) {
    expect(await knownCaller(onTheCallPath, at(10_000), ticketOf(theirs, { from: number }))).toBeNull();
    expect((await knownCaller(onTheCallPath, at(10_000), ticketOf(ours, { from: number })))?.tier).toBe("gold");
  }
  const reached = new Set(numbers.map((number) => callersName(ours, number)));
  expect(reached.size).toBeGreaterThan(8);
  expect([...reached].every((name) => callersNames(ours).includes(name))).toBe(true);
  expect(callersNames(ours).some((name) => callersNames(theirs).includes(name))).toBe(false);
});

test("ACD-2 of two readings of a number the later counts, whatever order they come in", async () => {
  const callers = callersOf(newTenant());
  await callers.tell(2, [{ ...gold, tier: "platinum" }]);
  await callers.tell(1, [gold]);
  expect((await callers.read(CAROL))?.tier).toBe("platinum");
  await callers.tell(3, [{ number: CAROL, tier: "standard", last: null }]);
  expect(await callers.read(CAROL)).toEqual({ number: CAROL, tier: "standard", last: null });
});

test("ACD-2 an object that does not answer keeps no call waiting", async () => {
  const asked = ticketOf(newTenant());
  const stub = (read: () => Promise<never>) =>
    ({ ...onTheCallPath, CALLERS: { idFromName: () => "id", get: () => ({ read }) } }) as unknown as Env;
  const broken = stub(() => Promise.reject(new Error("overloaded")));
  expect(await knownCaller(broken, at(10_000), asked)).toBeNull();
  const silent = stub(() => new Promise<never>(() => {}));
  const began = performance.now();
  expect(await knownCaller(silent, at(10_000), asked)).toBeNull();
  expect(performance.now() - began).toBeLessThan(5_000);
});

/** Two clients in the database, each with a queue that asks and a customer with Carol's number. */
const db = connect(env.DB);
const operator = connect(env.DB_OPERATOR);
afterAll(() => Promise.all([db.close(), operator.close()]));
const [first, second] = [newTenant(), newTenant()];
const scoped = (tenantId: TenantId) => ({ tenantId, actor: { kind: "system", name: "test" } }) as const;
const QUEUE_RULES = JSON.stringify({ tiers: { silver: 0, gold: 1, platinum: 2 } });

beforeAll(async () => {
  const house = crypto.randomUUID();
  const slug = house.slice(0, 8);
  await withOperator(operator, async (tx) => {
    await tx.execute(sql`insert into house.outsourcers (id, slug, name) values (${house}, ${slug}, 'O')`);
    await tx.execute(
      sql`insert into house.sites (id, outsourcer_id, slug, name, time_zone) values (${house}, ${house}, ${slug}, 'S', 'UTC')`,
    );
    await tx.execute(
      sql`insert into house.pools (id, site_id, slug, name, seats) values (${house}, ${house}, ${slug}, 'P', 9)`,
    );
    for (const id of [first, second]) {
      await tx.execute(
        sql`insert into house.tenants (id, slug, name, time_zone, currency) values (${id}, ${id.slice(0, 8)}, 'T', 'UTC', 'USD')`,
      );
    }
  });
  for (const [tenantId, tier] of [
    [first, "gold"],
    [second, "silver"],
  ] as const) {
    await withTenant(db, scoped(tenantId), async (tx) => {
      await tx.execute(sql`insert into tenant.companies (tenant_id, slug, name, name_zh, name_en, trade, time_zone, currency, language)
        values (${tenantId}, 'c', 'c', 'c', 'c', 'c', 'UTC', 'USD', 'en-US')`);
      await tx.execute(sql`insert into tenant.queues (tenant_id, slug, name, pool_id, priority, skills, strategy, ring_timeout_s,
          wrap_up_s, target_percent, target_within_s, short_abandon_s, rules)
        values (${tenantId}, 'q', 'q', ${house}, 0, '{}', 'longest_idle', 20, 30, 80, 20, 5, ${QUEUE_RULES}::jsonb)`);
      await tx.execute(sql`with c as (insert into tenant.customers (tenant_id, name, tier) values (${tenantId}, 'Carol', ${tier}) returning id)
        insert into tenant.customer_points (tenant_id, customer_id, kind, as_given, phone_e164)
        select ${tenantId}, id, 'phone', ${CAROL}, ${CAROL} from c`);
    });
  }
});

async function deliver(body: unknown) {
  const batch = createMessageBatch("facts", [{ id: "m", timestamp: new Date(0), attempts: 1, body }]);
  await consume(batch, env);
  return getQueueResult(batch, createExecutionContext());
}

test("ACD-2 a change that is announced is read again and told to the client's own object", async () => {
  const result = await deliver({ v: 1, kind: "callers", tenantId: first, numbers: [CAROL, "+12065550999"] });
  expect(result.explicitAcks).toEqual(["m"]);
  expect(await callersOf(first).read(CAROL)).toEqual({ number: CAROL, tier: "gold", last: null });
  expect(await callersOf(second).read(CAROL)).toBeNull();
  await deliver({ v: 1, kind: "callers", tenantId: second, numbers: [CAROL] });
  expect((await callersOf(second).read(CAROL))?.tier).toBe("silver");
  expect((await callersOf(first).read(CAROL))?.tier).toBe("gold");
});

test("ACD-2 publishing makes up for what was never announced, and forgets all when no queue asks any more", async () => {
  const read = () => callersOf(first).read(CAROL);
  const tier = async () => (await read())?.tier;
  await publishCallers(env, db, first);
  await vi.waitFor(async () => expect(await tier()).toBe("gold"), { timeout: 10_000, interval: 100 });
  const change = (to: string) =>
    withTenant(db, scoped(first), (tx) =>
      tx.execute(sql`update tenant.customers set tier = ${to}, updated_at = now() where tenant_id = ${first}`),
    );
  await change("platinum");
  await publishCallers(env, db, first);
  await vi.waitFor(async () => expect(await tier()).toBe("platinum"), { timeout: 10_000, interval: 100 });
  await change("standard");
  await announceCallers(env, first, [CAROL]);
  await vi.waitFor(async () => expect(await tier()).toBe("standard"), { timeout: 10_000, interval: 100 });
  await withTenant(db, scoped(first), (tx) =>
    tx.execute(sql`update tenant.queues set rules = '{}' where tenant_id = ${first}`),
  );
  await publishCallers(env, db, first);
  expect(await read()).toBeNull();
  await deliver({ v: 1, kind: "callers", tenantId: first, numbers: [CAROL] });
  expect(await read()).toBeNull();
});
