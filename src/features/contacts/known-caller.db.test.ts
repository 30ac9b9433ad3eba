import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { useDatabase } from "../../../test/support/database.ts";
import { connect, type Database, withTenantOnce } from "../../adapters/db/index.ts";
import { applyTenants } from "../../entry/cli/tenants.ts";
import { idOf } from "../tenants/index.ts";
import { readKnownCaller } from "./known-caller.ts";

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

const known = (slug: string, from: string, since = NOW - 30 * DAY_MS) =>
  withTenantOnce(db, { tenantId: idOf.tenant(slug), actor: { kind: "system", name: "test" } }, (tx) =>
    readKnownCaller(tx, from, since),
  );

async function served(slug: string, from: string, daysAgo: number, agent: string, answered = true): Promise<void> {
  const { admin } = databases;
  const tenantId = idOf.tenant(slug);
  const at = new Date(NOW - daysAgo * DAY_MS);
  const [number] = await admin`select id, brand_id, flow_id from tenant.numbers where tenant_id = ${tenantId} limit 1`;
  await admin`insert into tenant.contacts (tenant_id, id, direction, carrier, from_number, to_number, number_id, brand_id,
      flow_id, flow_version, language, agent_id, offered_at, answered_at, facts_folded)
    values (${tenantId}, ${randomUUID()}, 'inbound', 'sandbox', ${from}, '+12065550110', ${number?.id}, ${number?.brand_id},
      ${number?.flow_id}, 1, 'en-US', ${agent}, ${at}, ${answered ? at : null}, 1)`;
}

test("ACD-2 the tier is the best of the customers who share the number, and standard where nobody is known", async () => {
  const tenantId = idOf.tenant("hearthline");
  await databases.admin`update tenant.customers c set tier = 'gold' from tenant.customer_points p
    where c.tenant_id = ${tenantId} and p.tenant_id = c.tenant_id and p.customer_id = c.id and p.phone_e164 = ${CAROL}`;
  expect((await known("hearthline", CAROL)).tier).toBe("gold");
  expect((await known("harbourlight", CAROL)).tier).toBe("standard");
  expect((await known("hearthline", "+12065550199")).tier).toBe("standard");
});

test("ACD-3 the last agent is who answered last, within the days, for this client alone", async () => {
  const [early = "", late = ""] = agents;
  await served("hearthline", CAROL, 9, early);
  expect((await known("hearthline", CAROL)).lastAgentId).toBe(early);
  await served("hearthline", CAROL, 2, late);
  await served("hearthline", CAROL, 1, early, false);
  expect((await known("hearthline", CAROL)).lastAgentId).toBe(late);
  expect((await known("hearthline", CAROL, NOW - DAY_MS)).lastAgentId).toBeNull();
  expect((await known("harbourlight", CAROL)).lastAgentId).toBeNull();
});
