import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestClient, testClient } from "../../../test/support/billing-client.ts";
import { useDatabase } from "../../../test/support/database.ts";
import { connect, type Database, withOperator } from "../../adapters/db/index.ts";
import type { AgentFact, AgentState } from "../../domain/call/facts.ts";
import { type AgentId, asId, type ContactId, type PoolId } from "../../domain/kernel/ids.ts";
import type { Charge } from "../../domain/rating/charge.ts";
import { runMonth } from "../billing/run-month.ts";
import { storeAgentFacts } from "../routing/agent-facts-store.ts";
import { splitAgentTime, tellAgentTime, tellSeatPeaks } from "./index.ts";

const databases = useDatabase();
const ACTOR = { kind: "system", name: "test" } as const;
const named = (code: string) => ({ code, label: { zh: code, en: code } });

let db: Database;
let operatorDb: Database;
beforeAll(() => {
  db = connect(databases.urls.app, { max: 2 });
  operatorDb = connect(databases.urls.operator, { max: 1 });
});
afterAll(async () => {
  await db.close();
  await operatorDb.close();
});
const ctx = () => ({ db, operatorDb, actor: ACTOR });

async function agentOf(clients: readonly TestClient[]): Promise<AgentId> {
  const id = randomUUID();
  const poolId = clients[0]?.poolId ?? "";
  await databases.admin`insert into house.agents (id, pool_id, slug, name) values (${id}, ${poolId}, ${`a${id.slice(0, 8)}`}, 'Agent')`;
  for (const { tenantId } of clients) await serve(id, tenantId);
  return asId<AgentId>(id);
}

async function serve(agentId: string, tenantId: string): Promise<void> {
  const brand = randomUUID();
  await databases.admin`insert into tenant.brands (tenant_id, id, slug, name, color, greeting) values (${tenantId}, ${brand}, ${brand}, 'B', '#112233', 'Hello')`;
  await databases.admin`insert into house.agent_brands (agent_id, tenant_id, brand_id) values (${agentId}, ${tenantId}, ${brand})`;
}

type Step = readonly [at: string, to: AgentState, of?: TestClient | string];

/** An agent's day as facts, each ending what was before. A text is the reason for not being ready. */
function factsOf(agentId: AgentId, poolId: string, steps: readonly Step[]): AgentFact[] {
  const contactId = asId<ContactId>(randomUUID());
  return steps.map(([at, to, of], index) => {
    const client = typeof of === "object" ? of : null;
    return {
      poolId: asId<PoolId>(poolId),
      agentId,
      seq: index + 1,
      at: Date.parse(at),
      v: 1,
      body: {
        type: "agent_state_changed",
        from: steps[index - 1]?.[1] ?? "off_shift",
        to,
        reason: typeof of === "string" ? of : null,
        tenantId: client?.tenantId ?? null,
        contactId: client === null ? null : contactId,
      },
    };
  });
}

const store = (facts: readonly AgentFact[]) =>
  withOperator(operatorDb, async (tx) => {
    await storeAgentFacts(tx, facts);
    await splitAgentTime(tx, facts);
  });
const usageOf = async ({ tenantId }: TestClient, kind: string) => {
  const rows = await databases.admin<{ state: string; agents: string; seconds: number }[]>`
    select attrs->>'state' as state, attrs->>'agents' as agents, sum(quantity)::int as seconds from tenant.usage
    where tenant_id = ${tenantId} and kind = ${kind} group by 1, 2 order by 1`;
  return rows.map((row) => [row.state, row.agents, row.seconds]);
};

const DAY = (one: TestClient): readonly Step[] => [
  ["2026-11-18T01:00:01Z", "ready"],
  ["2026-11-18T01:01:41Z", "reserved", one],
  ["2026-11-18T01:01:42Z", "ringing", one],
  ["2026-11-18T01:01:46Z", "on_contact", one],
  ["2026-11-18T01:04:46Z", "wrap_up", one],
  ["2026-11-18T01:05:06Z", "not_ready", "training"],
  ["2026-11-18T01:15:06Z", "off_shift"],
];

test("BIL-4 a shared agent's day becomes each client's usage once, in any order and with any repeats, and is charged by state", async () => {
  const [one, other] = [await testClient(databases.admin), await testClient(databases.admin)];
  const agent = await agentOf([one, other]);
  const facts = factsOf(agent, one.poolId, DAY(one));
  await store(facts.toReversed());
  await tellAgentTime(ctx());
  await store(facts);
  await tellAgentTime(ctx());
  expect(await usageOf(one, "agent_time")).toEqual([
    ["on_contact", "shared", 180],
    ["ringing", "shared", 5],
    ["training", "shared", 300],
    ["waiting", "shared", 50],
    ["wrap_up", "shared", 20],
  ]);
  expect(await usageOf(other, "agent_time")).toEqual([
    ["training", "shared", 300],
    ["waiting", "shared", 50],
  ]);
  const worked: Charge = {
    ...named("worked"),
    model: "unit",
    usage: "agent_time",
    where: { states: ["on_contact", "wrap_up"] },
    price: "36.00",
    per: 3_600,
    baseCount: 0,
  };
  const idle: Charge = {
    ...worked,
    ...named("idle"),
    where: { states: ["waiting"], agents: ["shared"] },
    price: "18.00",
  };
  await one.version("2026-01-01", null, [worked, idle]);
  const [run] = await runMonth(
    { ...ctx(), now: Date.parse("2026-12-02T00:00:00Z") },
    { tenantId: one.tenantId, period: "2026-11" },
  );
  // 200 s at a cent a second, 50 s at half a cent; ringing and training are the house's.
  expect([run?.totalMinor, run?.notCharged]).toEqual([225n, { agent_time: 3 }]);
});

test("BIL-4 what was split stays so when the agent serves others later and the facts are told again", async () => {
  const [one, other] = [await testClient(databases.admin), await testClient(databases.admin)];
  const agent = await agentOf([one]);
  const facts = factsOf(agent, one.poolId, DAY(one));
  await store(facts);
  await serve(agent, other.tenantId);
  await store(facts);
  await tellAgentTime(ctx());
  expect(await usageOf(one, "agent_time")).toContainEqual(["waiting", "dedicated", 100]);
  expect(await usageOf(other, "agent_time")).toEqual([]);
});

test("BIL-4 a state that lasts is nobody's yet, and a part whose mark was lost is told once", async () => {
  const one = await testClient(databases.admin);
  const agent = await agentOf([one]);
  const facts = factsOf(agent, one.poolId, DAY(one));
  await store(facts.slice(0, 1));
  await tellAgentTime(ctx());
  expect(await usageOf(one, "agent_time")).toEqual([]);
  await store(facts.slice(1, 2));
  await tellAgentTime(ctx());
  await databases.admin`update house.agent_time_parts set told_at = null where agent_id = ${agent}`;
  await tellAgentTime(ctx());
  expect(await usageOf(one, "agent_time")).toEqual([["waiting", "dedicated", 100]]);
});

const talk = (one: TestClient, from: string, to: string): readonly Step[] => [
  [`2026-11-18T${from}Z`, "on_contact", one],
  [`2026-11-18T${to}Z`, "ready"],
];
const burst = async ({ tenantId }: TestClient) => {
  const rows = await databases.admin<{ at: Date; seats: number; corrects: boolean }[]>`
    select occurred_at as at, quantity::int as seats, corrects_id is not null as corrects from tenant.usage
    where tenant_id = ${tenantId} and kind = 'burst_seat_day' order by received_at, id`;
  return rows.map(({ at, seats, corrects }) => [at.toISOString(), seats, corrects]);
};
const peaks = (now: string) => tellSeatPeaks({ ...ctx(), now: Date.parse(now) });

test("BIL-3 the most seats of a day beyond those guaranteed are told when the day is over, and corrected by facts that come late", async () => {
  const one = await testClient(databases.admin, { seats: [{ from: "2026-01-01", to: null, guaranteed: 1 }] });
  const agents = [await agentOf([one]), await agentOf([one]), await agentOf([one])] as const;
  const during: (readonly [string, string])[] = [
    ["02:00:00", "02:10:00"],
    ["02:05:00", "02:20:00"],
    ["02:06:00", "02:07:00"],
  ];
  const facts = agents.map((agent, at) => {
    const [from, to] = during[at] ?? ["", ""];
    return factsOf(agent, one.poolId, talk(one, from, to));
  });
  await store([...(facts[0] ?? []), ...(facts[1] ?? [])]);
  await peaks("2026-11-18T12:00:00Z");
  expect(await burst(one)).toEqual([]);
  await peaks("2026-11-19T12:00:00Z");
  await peaks("2026-11-19T12:01:00Z");
  expect(await burst(one)).toEqual([["2026-11-18T02:05:00.000Z", 1, false]]);
  await store(facts[2] ?? []);
  await peaks("2026-11-19T12:02:00Z");
  await peaks("2026-11-25T12:02:00Z");
  expect(await burst(one)).toEqual([
    ["2026-11-18T02:05:00.000Z", 1, false],
    ["2026-11-18T02:05:00.000Z", 2, true],
  ]);
});

test("BIL-3 a day within the guaranteed seats has no record", async () => {
  const one = await testClient(databases.admin, { seats: [{ from: "2026-01-01", to: null, guaranteed: 4 }] });
  await store(factsOf(await agentOf([one]), one.poolId, talk(one, "02:00:00", "02:10:00")));
  await peaks("2026-11-20T12:00:00Z");
  expect(await burst(one)).toEqual([]);
});
