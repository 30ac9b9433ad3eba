import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { useDatabase } from "../../../test/support/database.ts";
import { connect, type Database, type TenantTx, withTenantOnce } from "../../adapters/db/index.ts";
import { applyTenants } from "../../entry/cli/tenants.ts";
import { idOf } from "../tenants/index.ts";
import { asksWhoCalls, numbersAnswered, numbersKnown, readKnownCallers } from "./known-caller.ts";

const databases = useDatabase();
const NOW = Date.UTC(2026, 10, 24, 9);
const DAY_MS = 86_400_000;
const CAROL = "+12065550161";
let db: Database;
let agents: string[] = [];

beforeAll(async () => {
  await applyTenants({
    ownerUrl: databases.urls.owner,
    sealKey: Buffer.alloc(32, 7).toString("base64"),
    sandbox: { baseUrl: "http://127.0.0.1:1", password: "not a secret" },
  });
  db = connect(databases.urls.app);
  agents = (await databases.admin`select id from house.agents order by slug limit 2`).map((row) => String(row.id));
});
afterAll(() => db.close());

const inside = <T>(slug: string, read: (tx: TenantTx) => Promise<T>) =>
  withTenantOnce(db, { tenantId: idOf.tenant(slug), actor: { kind: "system", name: "test" } }, read);
const known = async (slug: string, from: string) => {
  const { callers } = await inside(slug, (tx) => readKnownCallers(tx, ["+12065550100", from]));
  return callers.find(({ number }) => number === from);
};

async function served(slug: string, from: string, daysAgo: number, agent: string, answered = true): Promise<string> {
  const { admin } = databases;
  const tenantId = idOf.tenant(slug);
  const at = new Date(NOW - daysAgo * DAY_MS);
  const [number] = await admin`select id, brand_id, flow_id from tenant.numbers where tenant_id = ${tenantId} limit 1`;
  const contactId = randomUUID();
  await admin`insert into tenant.contacts (tenant_id, id, direction, carrier, from_number, to_number, number_id, brand_id,
      flow_id, flow_version, language, agent_id, offered_at, answered_at, facts_folded)
    values (${tenantId}, ${contactId}, 'inbound', 'sandbox', ${from}, '+12065550110', ${number?.id}, ${number?.brand_id},
      ${number?.flow_id}, 1, 'en-US', ${agent}, ${at}, ${answered ? at : null}, 1)`;
  return contactId;
}

test("ACD-2 the tier is the best of the customers who share the number, and standard where nobody is known", async () => {
  const tenantId = idOf.tenant("hearthline");
  await databases.admin`update tenant.customers c set tier = 'gold' from tenant.customer_points p
    where c.tenant_id = ${tenantId} and p.tenant_id = c.tenant_id and p.customer_id = c.id and p.phone_e164 = ${CAROL}`;
  expect((await known("hearthline", CAROL))?.tier).toBe("gold");
  expect((await known("harbourlight", CAROL))?.tier).toBe("standard");
  expect(await known("hearthline", "+12065550199")).toEqual({ number: "+12065550199", tier: "standard", last: null });
});

test("ACD-3 the last agent is who answered last, for this client alone", async () => {
  const [early = "", late = ""] = agents;
  const answered = await served("hearthline", CAROL, 9, early);
  expect((await known("hearthline", CAROL))?.last).toEqual({ agentId: early, at: NOW - 9 * DAY_MS });
  await served("hearthline", CAROL, 2, late);
  const missed = await served("hearthline", CAROL, 1, early, false);
  expect((await known("hearthline", CAROL))?.last).toEqual({ agentId: late, at: NOW - 2 * DAY_MS });
  expect((await known("harbourlight", CAROL))?.last).toBeNull();
  expect(await inside("hearthline", (tx) => numbersAnswered(tx, [missed]))).toEqual([]);
  expect(await inside("hearthline", (tx) => numbersAnswered(tx, [missed, answered]))).toEqual([CAROL]);
  expect(await inside("harbourlight", (tx) => numbersAnswered(tx, [answered]))).toEqual([]);
});

test("ACD-2 all numbers of which something is known come page by page, each once, and later only what has changed", async () => {
  const pages = async (since: number | null, limit: number) => {
    const all: string[] = [];
    for (let after = ""; ; after = all.at(-1) ?? "") {
      const page = await inside("hearthline", (tx) => numbersKnown(tx, { since, after, limit }));
      all.push(...page);
      if (page.length < limit) return all;
    }
  };
  const all = await pages(null, 100);
  expect(all).toContain(CAROL);
  expect(all).toEqual([...new Set(all)].sort());
  expect(await pages(null, 1)).toEqual(all);
  const { readAt } = await inside("hearthline", (tx) => readKnownCallers(tx, [""]));
  expect(await pages(readAt, 100)).toEqual([]);
  await databases.admin`update tenant.customers c set tier = 'standard', updated_at = now() from tenant.customer_points p
    where p.tenant_id = c.tenant_id and p.customer_id = c.id and p.phone_e164 = ${CAROL}`;
  expect(await pages(readAt, 100)).toEqual([CAROL]);
});

test("ACD-2 a client asks who calls as soon as one of its queues in use does", async () => {
  const tenantId = idOf.tenant("hearthline");
  const rules = (value: object) =>
    databases.admin`update tenant.queues set rules = ${databases.admin.json(value as never)} where tenant_id = ${tenantId}`;
  const asks = () => inside("hearthline", asksWhoCalls);
  await rules({});
  expect(await asks()).toBe(false);
  await rules({ tiers: { silver: 0, gold: 0, platinum: 0 }, lastAgent: { patienceS: 0, withinDays: 30 } });
  expect(await asks()).toBe(false);
  await rules({ tiers: { silver: 0, gold: 0, platinum: 1 } });
  expect(await asks()).toBe(true);
  await rules({ lastAgent: { patienceS: 5, withinDays: 30 } });
  expect(await asks()).toBe(true);
  await databases.admin`update tenant.queues set retired_at = now() where tenant_id = ${tenantId}`;
  expect(await asks()).toBe(false);
});
