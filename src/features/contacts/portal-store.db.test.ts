import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { useDatabase } from "../../../test/support/database.ts";
import { connect, type Database, withTenant } from "../../adapters/db/index.ts";
import { applyTenants } from "../../entry/cli/tenants.ts";
import { idOf } from "../tenants/index.ts";
import { readRecent, readToday } from "./portal-days.ts";
import { type ContactFilter, listContacts, readContact } from "./portal-store.ts";

const databases = useDatabase();
let db: Database;
const scope = { tenantId: idOf.tenant("hearthline"), actor: { kind: "system", name: "test" } } as const;
const other = { ...scope, tenantId: idOf.tenant("harbourlight") };
const NOON = Date.UTC(2026, 10, 20, 18); // an ordinary day everywhere in America
/** Who left a message, or was taken by a number outside, went out of the queue: counted neither way. */
const WITHIN: { readonly [outcome: string]: boolean } = { answered: true, abandoned: false };
const LEFT: { readonly [outcome: string]: string } = { answered: "answered", abandoned: "abandoned" };
const everything: ContactFilter = { from: null, to: null, outcome: null, startsWith: null, after: null, limit: 100 };
const ids: string[] = [];

beforeAll(async () => {
  await applyTenants({
    ownerUrl: databases.urls.owner,
    sealKey: Buffer.alloc(32, 7).toString("base64"),
    sandbox: { baseUrl: "http://127.0.0.1:1", password: "not a secret" },
  });
  db = connect(databases.urls.app);
  const [queue] =
    await databases.admin`select id from tenant.queues where tenant_id = ${scope.tenantId} order by id limit 1`;
  // Two at the same instant: the order must still be one order.
  const minutesAgo = [1, 2, 2, 30, 60 * 48, 3];
  const outcomes = ["answered", "abandoned", "voicemail", "answered", "answered", "transferred_out"];
  for (const [at, minutes] of minutesAgo.entries()) {
    const id = randomUUID();
    ids.push(id);
    await databases.admin`insert into tenant.contacts (tenant_id, id, direction, carrier, from_number, to_number, number_id, brand_id,
        flow_id, flow_version, language, queue_id, outcome, offered_at, answered_at, waited_ms, within_target, talk_ms, facts_folded)
      select ${scope.tenantId}, ${id}, 'inbound', 'sandbox', ${`+1206555010${at}`}, n.e164, n.id, n.brand_id, n.flow_id, 1, 'en-US',
        ${queue?.id}, ${outcomes[at] ?? ""}, ${new Date(NOON - minutes * 60_000)}, ${outcomes[at] === "answered" ? new Date(NOON - minutes * 60_000 + 5_000) : null}, 5000, ${WITHIN[outcomes[at] ?? ""] ?? null}, 60000, 1
      from tenant.numbers n where n.tenant_id = ${scope.tenantId} order by n.e164 limit 1`;
    const came = new Date(NOON - minutes * 60_000);
    await databases.admin`insert into tenant.queue_stays (tenant_id, contact_id, no, queue_id, queued_at, outcome, left_at, waited_ms, in_time)
      values (${scope.tenantId}, ${id}, 1, ${queue?.id}, ${came}, ${LEFT[outcomes[at] ?? ""] ?? "flowed_out"}, ${came}, 5000, ${outcomes[at] === "answered"})`;
  }
});
afterAll(() => db.close());

const list = (filter: Partial<ContactFilter>) =>
  withTenant(db, scope, (tx) => listContacts(tx, { ...everything, ...filter }));

test("contacts come newest first, and page by page each comes once", async () => {
  const whole = (await list({})).map(({ contactId }) => contactId);
  expect(new Set(whole)).toEqual(new Set(ids));
  expect([whole[0], whole.at(-1)]).toEqual([ids[0], ids[4]]);
  const paged: string[] = [];
  let after: ContactFilter["after"] = null;
  for (;;) {
    const last: Awaited<ReturnType<typeof listContacts>>[number] | undefined = (await list({ after, limit: 1 }))[0];
    if (last === undefined) break;
    paged.push(last.contactId);
    after = { offeredAt: last.offeredAt, id: last.contactId };
  }
  expect(paged).toEqual(whole);
});

test.each<[string, Partial<ContactFilter>, number]>([
  ["an outcome", { outcome: "answered" }, 3],
  ["the beginning of a caller's number", { startsWith: "+12065550101" }, 1],
  ["ACD-2 who was taken outside the house", { outcome: "transferred_out" }, 1],
  ["a time from which", { from: NOON - 5 * 60_000 }, 4],
  ["a time up to which", { to: NOON - 5 * 60_000 }, 2],
  ["a caller nobody is", { startsWith: "%" }, 0],
])("contacts are narrowed by %s", async (_case, filter, count) => {
  expect(await list(filter)).toHaveLength(count);
});

test("one contact opens with its parts, and for another client it is not there", async () => {
  const contactId = ids[0] as Parameters<typeof readContact>[1];
  const page = await withTenant(db, scope, (tx) => readContact(tx, contactId));
  expect(page).toMatchObject({
    contact: { contactId, outcome: "answered", talkMs: 60_000 },
    legs: [],
    facts: [],
    recordings: [],
  });
  expect(await withTenant(db, other, (tx) => readContact(tx, contactId))).toBeNull();
});

test("today is counted in the client's own zone, whole and by queue", async () => {
  const today = await withTenant(db, scope, (tx) => readToday(tx, NOON));
  expect(today).toMatchObject({
    day: "2026-11-20",
    offered: 5,
    answered: 2,
    abandoned: 1,
    voicemail: 1,
    serviceLevel: 2 / 3,
  });
  expect(today?.hours.reduce((sum, hour) => sum + hour.offered, 0)).toBe(5);
  expect(today?.queues.every(({ target }) => target.share > 0 && target.share <= 1 && target.withinS > 0)).toBe(true);
  expect(today?.queues.reduce((sum, queue) => sum + queue.offered, 0)).toBe(5);
  expect((await withTenant(db, other, (tx) => readToday(tx, NOON)))?.offered).toBe(0);
});

test("yesterday and the month so far are the client's own, with the busiest hour of its own clock", async () => {
  const DAY = 24 * 60 * 60_000;
  const next = await withTenant(db, scope, (tx) => readRecent(tx, NOON + DAY));
  expect(next?.yesterday).toMatchObject({ day: "2026-11-20", offered: 5, answered: 2, abandoned: 1 });
  // 18:00 UTC is ten in the morning in Seattle: four in the minutes before it, and one half an hour before.
  expect(next?.yesterday.busiest).toEqual({ hour: 9, offered: 5 });
  expect(next?.month).toMatchObject({ period: "2026-11", offered: 6 });
  const quiet = await withTenant(db, scope, (tx) => readRecent(tx, NOON));
  expect(quiet?.yesterday).toMatchObject({ day: "2026-11-19", offered: 0, serviceLevel: null, busiest: null });
  expect((await withTenant(db, other, (tx) => readRecent(tx, NOON + DAY)))?.month.offered).toBe(0);
});
