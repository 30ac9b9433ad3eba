import { randomUUID } from "node:crypto";
import { afterEach, beforeAll, expect, test } from "vitest";
import { useDatabase } from "../../../test/support/database.ts";
import { idOf } from "../../features/tenants/index.ts";
import { applyTenants } from "../cli/tenants.ts";
import type { Env } from "../env.ts";
import { objectName } from "../objects/contact-id.ts";
import { sweepContacts } from "./sweep.ts";

const databases = useDatabase();
const SEAL_KEY = Buffer.alloc(32, 7).toString("base64");
const mine = idOf.tenant("hearthline");
const other = idOf.tenant("harbourlight");

beforeAll(() =>
  applyTenants({
    ownerUrl: databases.urls.owner,
    sealKey: SEAL_KEY,
    sandbox: { baseUrl: "http://127.0.0.1:1", password: "not a secret" },
  }),
);

afterEach(() => databases.admin`delete from tenant.contacts`);

async function contact(tenantId: string, minutesAgo: number, ended: boolean): Promise<string> {
  const id = randomUUID();
  const offeredAt = new Date(Date.now() - minutesAgo * 60_000);
  await databases.admin`insert into tenant.contacts (tenant_id, id, direction, carrier, from_number, to_number, number_id, brand_id,
      flow_id, flow_version, language, outcome, offered_at, ended_at, talk_ms, facts_folded)
    select ${tenantId}, ${id}, 'inbound', 'sandbox', '+12065550100', n.e164, n.id, n.brand_id, n.flow_id, 1, 'en-US',
      ${ended ? "abandoned" : null}, ${offeredAt}, ${ended ? offeredAt : null}, 0, 1
    from tenant.numbers n where n.tenant_id = ${tenantId} order by n.e164 limit 1`;
  return objectName.contact(tenantId, id);
}

/** The house with contacts that only note that they were woken, but for those that are broken. */
function house(
  woken: string[],
  url: (original: string) => string = (same) => same,
  broken: ReadonlySet<string> = new Set(),
): Env {
  const sweep = async (name: string) => {
    if (broken.has(name)) throw new Error("broken promise: this contact throws at every look");
    woken.push(name);
  };
  const CONTACT = { idFromName: (name: string) => name, get: (name: string) => ({ sweep: () => sweep(name) }) };
  const { app, operator } = databases.urls;
  return {
    DB: { connectionString: url(app) },
    DB_OPERATOR: { connectionString: url(operator) },
    CONTACT,
    ENVIRONMENT: "sandbox",
    PUBLIC_URL: "http://callhouse.test",
    SEAL_KEY,
    INTERNAL_KEY: "internal-key-of-the-tests",
  } as unknown as Env;
}

test("SEC-4 the sweep wakes each contact that should have ended long ago, of every client, and no other", async () => {
  const stuck = [await contact(mine, 60, false), await contact(mine, 16, false), await contact(other, 20, false)];
  await contact(mine, 14, false);
  await contact(mine, 60, true);
  const woken: string[] = [];
  expect(await sweepContacts(house(woken))).toBe(3);
  expect(woken.toSorted()).toEqual(stuck.toSorted());
});

test("SEC-4 contacts that nothing helps keep nobody else from being woken", async () => {
  const broken = new Set<string>();
  for (let at = 0; at < 130; at++) broken.add(await contact(mine, 600, false));
  const young = await contact(mine, 17, false);
  const abroad = await contact(other, 17, false);
  const woken = new Set<string>();
  // Drawn by lot, a hundred of all: that it does not come in forty runs would be a miracle (1 in 10²⁵).
  for (let minute = 0; minute < 40 && !(woken.has(young) && woken.has(abroad)); minute++) {
    const now: string[] = [];
    await sweepContacts(house(now, undefined, broken));
    for (const name of now) woken.add(name);
  }
  expect([...woken]).toEqual(expect.arrayContaining([young, abroad]));
});

test("SEC-4 without a database the sweep wakes nobody and breaks nothing", async () => {
  const woken: string[] = [];
  expect(await sweepContacts(house(woken, () => "postgres://nobody:nothing@127.0.0.1:1/none"))).toBe(0);
  expect(woken).toEqual([]);
});
