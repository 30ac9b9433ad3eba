import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestClient, testClient } from "../../../test/support/billing-client.ts";
import { useDatabase } from "../../../test/support/database.ts";
import { connect, type Database } from "../../adapters/db/index.ts";
import { add, exact, exactText, ZERO } from "../../domain/kernel/rational.ts";
import type { Charge } from "../../domain/rating/charge.ts";
import { runMonth } from "../billing/run-month.ts";
import { trialBalance } from "../ledger/balances.ts";
import { accrueCosts, accrueLastMonthCosts } from "./accrue-costs.ts";
import { houseMargin, marginReport } from "./report.ts";
import { GROUPINGS, type Grouping, type MarginRow } from "./schema.ts";

const databases = useDatabase();
const ACTOR = { kind: "system", name: "test" } as const;
const NOW = Date.parse("2026-11-20T10:00:00Z");
const named = (code: string) => ({ code, label: { zh: `${code}费`, en: `${code} fee` } });
const FEE: Charge = { ...named("base"), model: "fee", amount: "100.00", every: "month" };
const CALLS: Charge = { ...named("calls"), model: "unit", usage: "contact", price: "3.33", per: 1, baseCount: 0 };
const TALK: Charge = {
  ...named("talk"),
  model: "carrier_time",
  buy: { perMinute: "0.0123", firstS: 60, nextS: 60 },
  sell: { by: "tariff", perMinute: "0.0180", firstS: 6, nextS: 6 },
};

let db: Database;
let operatorDb: Database;
beforeAll(() => {
  db = connect(databases.urls.app, { max: 4 });
  operatorDb = connect(databases.urls.operator, { max: 1 });
});
afterAll(async () => {
  await db.close();
  await operatorDb.close();
});
const ctx = () => ({ db, operatorDb, actor: ACTOR });

/** Two calls of a minute and a second each, answered by two agents of unlike cost, and a monthly fee. */
async function worked(setup: { readonly currency?: string } = {}) {
  const client = await testClient(databases.admin, setup);
  await client.version("2026-01-01", null, [FEE, CALLS, TALK]);
  const calls: { contactId: string; agentId: string }[] = [];
  for (const n of [1, 2]) {
    const [contactId, agentId] = [randomUUID(), randomUUID()];
    const at = `2026-11-0${n}T02:00:00Z`;
    await databases.admin`insert into house.agents (id, pool_id, slug, name) values (${agentId}, ${client.poolId}, ${`a${agentId.slice(0, 8)}`}, ${`Agent ${n}`})`;
    await client.contact({ id: contactId, at });
    await databases.admin`update tenant.contacts set agent_id = ${agentId} where id = ${contactId}`;
    await client.use({ event: `${n}c`, kind: "contact", at, contactId });
    await client.use({ event: `${n}l`, kind: "carrier_leg", at, quantity: 61, contactId });
    await databases.admin`insert into house.agent_facts (agent_id, seq, pool_id, at, v, type, body)
      values (${agentId}, 1, ${client.poolId}, ${at}, 1, 'x', '{}')`;
    await databases.admin`insert into house.agent_state_intervals (agent_id, seq, pool_id, state, tenant_id, contact_id, started_at, ended_at)
      values (${agentId}, 1, ${client.poolId}, 'on_contact', ${client.tenantId}, ${contactId}, ${at}, ${at}::timestamptz + interval '100 seconds')`;
    calls.push({ contactId, agentId });
  }
  const [first] = calls;
  await databases.admin`insert into house.cost_rates (id, pool_id, currency, per_hour) values (${randomUUID()}, ${client.poolId}, 'CNY', '36.00')`;
  await databases.admin`insert into house.cost_rates (id, agent_id, currency, per_hour) values (${randomUUID()}, ${first?.agentId ?? ""}, 'CNY', '72.00')`;
  await runMonth({ db, operatorDb, actor: ACTOR, now: NOW }, { tenantId: client.tenantId, period: "2026-11" });
  return { client, calls };
}

const report = (client: TestClient, by: Grouping, more: { cursor?: string; limit?: number } = {}) =>
  marginReport(ctx(), client.tenantId, {
    period: "2026-11",
    by,
    cursor: more.cursor ?? null,
    limit: more.limit ?? 200,
  });
const total = (rows: readonly MarginRow[], name: "sell" | "carrierCost" | "agentCost" | "margin") =>
  exactText(rows.reduce((sum, row) => add(sum, exact(row[name])), ZERO));

test("BIL-11 sell less carrier and agent cost is the margin, the same number by contract, line, queue, campaign, agent and contact", async () => {
  const { client } = await worked();
  // 100.00 + 2 × 3.33 + 2 × 66 s at 0.018 a minute; 2 × 120 s at 0.0123; 100 s at 72.00 and at 36.00 an hour.
  const wanted = { sell: "106.6996", carrierCost: "0.0492", agentCost: "3", margin: "103.6504" };
  for (const by of GROUPINGS) {
    const it = await report(client, by);
    expect(it.total, by).toMatchObject({ ...wanted, agentS: 200 });
    for (const name of ["sell", "carrierCost", "agentCost", "margin"] as const) {
      expect(total(it.items, name), `${by} ${name}`).toBe(wanted[name]);
    }
    expect(it.agentCostKnown).toBe(true);
  }
});

test("BIL-11 a contact's margin is its own, and its agent's is the same; what no contact is behind stands apart", async () => {
  const { client, calls } = await worked();
  const byContact = (await report(client, "contact")).items;
  const of = (key: string | null) => byContact.find((row) => row.key === key);
  expect(of(calls[0]?.contactId ?? "")).toMatchObject({
    sell: "3.3498",
    carrierCost: "0.0246",
    agentCost: "2",
    margin: "1.3252",
  });
  expect(of(calls[1]?.contactId ?? "")).toMatchObject({ agentCost: "1", margin: "2.3252" });
  expect(of(null)).toMatchObject({ sell: "100", margin: "100", label: null });
  const byAgent = (await report(client, "agent")).items;
  expect(byAgent.find((row) => row.key === calls[0]?.agentId)).toMatchObject({
    margin: "1.3252",
    label: { zh: "Agent 1", en: "Agent 1" },
    shown: { margin: "1.3252" },
  });
});

test("BIL-11 a line's carrier cost is that of its own seconds; pages hold each row once", async () => {
  const { client } = await worked();
  const all = (await report(client, "line")).items;
  expect(all.find((row) => row.label?.en === "talk fee")).toMatchObject({
    sell: "0.0396",
    carrierCost: "0.0492",
    margin: "-0.0096",
  });
  const seen = [];
  let cursor: string | null = "";
  do {
    const page: Awaited<ReturnType<typeof report>> = await report(client, "line", {
      limit: 1,
      ...(cursor === "" ? {} : { cursor }),
    });
    seen.push(...page.items.map((row) => row.key));
    cursor = page.next;
  } while (cursor !== null);
  expect(seen).toEqual(all.map((row) => row.key));
});

test("BIL-11 another currency needs an exchange: without one agents' time is said to be unknown, with one it is exact", async () => {
  const { client } = await worked({ currency: "EUR" });
  expect(await report(client, "agent")).toMatchObject({ agentCostKnown: false, total: { agentCost: "0" } });
  await databases.admin`insert into house.cost_exchange (currency, per_unit) values ('EUR', '0.125')`;
  expect(await report(client, "agent")).toMatchObject({ agentCostKnown: true, total: { agentCost: "0.375" } });
});

test("BIL-11 a month's costs are booked once, rounded once for each carrier and agent, on its last day", async () => {
  const { client } = await worked();
  const accrue = (now: string) => accrueCosts(ctx(), client.tenantId, "2026-11", Date.parse(now));
  await expect(accrue("2026-11-30T00:00:00Z")).rejects.toMatchObject({ code: "month_not_over" });
  expect(await accrue("2026-12-01T00:00:00Z")).toBe(3);
  expect(await accrue("2026-12-02T00:00:00Z")).toBe(0);
  const { accounts } = await trialBalance(db, { tenantId: client.tenantId, actor: ACTOR }, "2026-11-30");
  const of = (kind: string) => accounts.filter((it) => it.kind === kind).map((it) => it.balanceMinor);
  expect(of("carrier_cost")).toEqual([5]);
  expect(of("agent_cost")).toEqual([300]);
  expect(of("agent_payable").toSorted()).toEqual([100, 200]);
});

test("BIL-11 the house books last month's costs by itself after the days of grace; its report has each client in its currency", async () => {
  const { client } = await worked();
  const run = (now: string) => accrueLastMonthCosts({ ...ctx(), now: Date.parse(now) });
  await run("2026-12-05T00:00:00Z");
  const booked = () => databases.admin`select 1 from tenant.ledger_txns where tenant_id = ${client.tenantId}`;
  expect(await booked()).toHaveLength(0);
  await run("2026-12-06T00:00:00Z");
  expect(await booked()).toHaveLength(3);
  await run("2026-12-06T00:01:00Z");
  expect(await booked()).toHaveLength(3);
  const { items } = await houseMargin(ctx(), "2026-11");
  expect(items.find((row) => row.tenantId === client.tenantId)).toMatchObject({ currency: "CNY", margin: "103.6504" });
});
