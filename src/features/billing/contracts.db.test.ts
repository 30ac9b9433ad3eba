import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestClient, testClient } from "../../../test/support/billing-client.ts";
import { useDatabase } from "../../../test/support/database.ts";
import { connect, type Database, type TenantScope, withTenant } from "../../adapters/db/index.ts";
import { asId, type UserId } from "../../domain/kernel/ids.ts";
import type { Charges } from "./contract-schema.ts";
import { keepDraft, listCards, listContracts, publishCard, publishVersion, readContract } from "./contracts.ts";
import { recordByHand } from "./hand-usage.ts";
import { previewMonth } from "./preview-month.ts";
import { rateNewUsage } from "./rate-new-usage.ts";
import type { BillingContext } from "./run-contract.ts";
import { runMonth } from "./run-month.ts";
import { getInvoice } from "./views.ts";

const databases = useDatabase();
const USER = asId<UserId>(randomUUID());
const named = (code: string) => ({ code, label: { zh: code, en: code } });
const calls = (price: string): Charges => [
  { ...named("calls"), model: "unit", usage: "contact", price, per: 1, baseCount: 0 },
];
let db: Database;
let operatorDb: Database;

beforeAll(() => {
  db = connect(databases.urls.app, { max: 3 });
  operatorDb = connect(databases.urls.operator, { max: 1 });
});
afterAll(async () => {
  await db.close();
  await operatorDb.close();
});

const ctx = (): BillingContext => ({
  db,
  operatorDb,
  actor: { kind: "user", userId: USER },
  now: Date.parse("2026-11-20T00:00:00Z"),
});
const scope = (client: TestClient): TenantScope => ({
  tenantId: client.tenantId,
  actor: { kind: "user", userId: USER },
});
const draft = (validFrom: string, charges: Charges) => ({ validFrom, charges, card: null });

async function clientWith(charges: Charges): Promise<TestClient> {
  const client = await testClient(databases.admin);
  await client.version("2026-01-01", null, charges);
  return client;
}

test("BIL-6 a version is drafted, published from a date on, ends the one before it, and is audited", async () => {
  const client = await clientWith(calls("3.00"));
  await keepDraft(ctx(), scope(client), client.contractId, draft("2026-12-01", calls("3.50")));
  const written = await readContract(ctx(), scope(client), client.contractId);
  expect(written.draft).toMatchObject({ validFrom: "2026-12-01", charges: [{ price: "3.50" }] });
  const [listed] = (await listContracts(ctx())).filter((it) => it.tenantId === client.tenantId);
  expect(listed).toMatchObject({ versions: 1, hasDraft: true });

  await publishVersion(ctx(), scope(client), client.contractId, draft("2026-12-01", calls("3.50")));
  const published = await readContract(ctx(), scope(client), client.contractId);
  expect(published.versions.map((it) => [it.version, it.from, it.to, it.source])).toEqual([
    [2, "2026-12-01", null, "console"],
    [1, "2026-01-01", "2026-12-01", "file"],
  ]);
  expect(published.draft).toBeNull();
  const audited = await databases.admin`select actor_id, detail from tenant.audit where tenant_id = ${client.tenantId}`;
  expect(audited).toMatchObject([{ actor_id: USER, detail: { version: 2, validFrom: "2026-12-01" } }]);
});

test("BIL-6 a version that begins no later than the newest is a named field error, and nothing is written", async () => {
  const client = await clientWith(calls("3.00"));
  const publishing = publishVersion(ctx(), scope(client), client.contractId, draft("2026-01-01", calls("9.00")));
  await expect(publishing).rejects.toMatchObject({ kind: "invalid", faults: [{ path: "json.validFrom" }] });
  expect((await readContract(ctx(), scope(client), client.contractId)).versions).toHaveLength(1);
});

test("BIL-6 of two who write one contract the second is told, and neither overwrites the other's work", async () => {
  const client = await clientWith(calls("3.00"));
  const seen = { draftAt: null, version: 1 };
  const write = (price: string, known: { draftAt: number | null; version: number }) =>
    keepDraft(ctx(), scope(client), client.contractId, { ...draft("2026-12-01", calls(price)), seen: known });
  const both = await Promise.allSettled([write("3.10", seen), write("3.20", seen)]);
  expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  const refused = both.find((it) => it.status === "rejected");
  expect(refused?.reason).toMatchObject({ kind: "conflict", code: "changed_meanwhile" });
  const kept = both.find((it) => it.status === "fulfilled")?.value.savedAt ?? 0;
  expect((await readContract(ctx(), scope(client), client.contractId)).draft?.savedAt).toBe(kept);

  const publish = (known: { draftAt: number | null; version: number }) =>
    publishVersion(ctx(), scope(client), client.contractId, { ...draft("2026-12-01", calls("3.30")), seen: known });
  await expect(publish(seen)).rejects.toMatchObject({ code: "changed_meanwhile" });
  expect(await publish({ draftAt: kept, version: 1 })).toEqual({ version: 2 });
  await expect(write("3.40", { draftAt: null, version: 1 })).rejects.toMatchObject({ code: "changed_meanwhile" });
  expect((await write("3.40", { draftAt: null, version: 2 })).savedAt).toBeGreaterThan(kept);
});

test("BIL-6 no version reaches a month that has been billed, whoever asks", async () => {
  const client = await clientWith(calls("3.00"));
  await runMonth(ctx(), { tenantId: client.tenantId, period: "2026-11" });
  await databases.admin`update tenant.invoices set status = 'approved', approved_by = ${randomUUID()}, approved_at = now()
    where tenant_id = ${client.tenantId}`;
  const publishing = publishVersion(ctx(), scope(client), client.contractId, draft("2026-11-15", calls("9.00")));
  await expect(publishing).rejects.toMatchObject({ faults: [{ path: "json.validFrom" }] });
  const later = await publishVersion(ctx(), scope(client), client.contractId, draft("2026-12-01", calls("9.00")));
  expect(later.version).toBe(2);
  const app = (query: string) => databases.admin.unsafe(query);
  await expect(
    app(`update tenant.contract_versions set content_hash = 'x' where tenant_id = '${client.tenantId}'`),
  ).rejects.toThrow("never changed");
  await expect(app(`delete from tenant.contract_versions where tenant_id = '${client.tenantId}'`)).rejects.toThrow(
    "never changed",
  );
  await expect(app(`update tenant.charges set params = '{}' where tenant_id = '${client.tenantId}'`)).rejects.toThrow(
    "never changed",
  );
});

test("BIL-6 a card of the house has versions; a contract made of one keeps its resolved copy and what it has otherwise", async () => {
  const slug = `card-${randomUUID().slice(0, 8)}`;
  const card = { slug, name: { zh: "标准价", en: "Standard" }, currency: "CNY", charges: calls("2.00") };
  await publishCard(ctx(), card);
  const client = await clientWith(calls("3.00"));
  const own = calls("1.80");
  const named = { slug, version: 1 };
  await publishVersion(ctx(), scope(client), client.contractId, { validFrom: "2026-12-01", charges: own, card: named });
  expect(await publishCard(ctx(), { ...card, charges: calls("2.50") })).toEqual({ version: 2 });
  expect((await listCards(ctx())).filter((it) => it.slug === slug).map((it) => it.version)).toEqual([2, 1]);
  const [version] = (await readContract(ctx(), scope(client), client.contractId)).versions;
  expect(version).toMatchObject({ card: named, charges: [{ price: "1.80" }] });
  const [listed] = (await listContracts(ctx())).filter((it) => it.tenantId === client.tenantId);
  expect(listed?.card).toEqual({ name: card.name, version: 1, ownPrices: 1 });
  const [row] =
    await databases.admin`select overrides from tenant.contract_versions where tenant_id = ${client.tenantId} and version = 2`;
  expect(row?.overrides).toEqual({ calls: { price: "1.80" } });
  const unknown = { validFrom: "2027-01-01", charges: own, card: { slug, version: 9 } };
  await expect(publishVersion(ctx(), scope(client), client.contractId, unknown)).rejects.toMatchObject({
    kind: "invalid",
  });
});

test("BIL-6 a card that is kept in files takes no version from the console", async () => {
  const slug = `card-${randomUUID().slice(0, 8)}`;
  await databases.admin`insert into house.rate_cards (slug, version, name_zh, name_en, currency, charges, valid_from, source, published_by)
    values (${slug}, 1, 'x', 'x', 'CNY', ${databases.admin.json(calls("2.00") as never)}, '2026-01-01', 'file', 'tenants')`;
  const next = { slug, name: { zh: "x", en: "x" }, currency: "CNY", charges: calls("2.50") };
  await expect(publishCard(ctx(), next)).rejects.toMatchObject({ kind: "conflict", code: "card_in_files" });
  const [card] = (await listCards(ctx())).filter((it) => it.slug === slug);
  expect(card).toMatchObject({ version: 1, validFrom: "2026-01-01", source: "file", charges: [{ price: "2.00" }] });
});

/** One client that uses every model, with usage for each that usage stands behind. */
const EVERYTHING: Charges = [
  { ...named("seats"), model: "seat_month", price: "4800.00", minSeats: 2 },
  { ...named("numbers"), model: "recurring", of: "number", price: "15.00", per: 1, minCount: 3, timing: "arrears" },
  { ...named("burst"), model: "recurring", of: "burst_seat", price: "120.00", per: 1, minCount: 0, timing: "advance" },
  { ...named("agents"), model: "recurring", of: "agreed", price: "7500.00", per: 1, minCount: 2, timing: "advance" },
  {
    ...named("storage"),
    model: "recurring",
    of: "recording",
    price: "1.20",
    per: 1000,
    minCount: 0,
    timing: "arrears",
  },
  {
    ...named("bundle"),
    model: "package",
    usage: "contact",
    where: { queues: ["orders"] },
    fee: "99.00",
    included: 1,
    overflow: "1.115",
  },
  {
    ...named("calls"),
    model: "unit",
    usage: "contact",
    price: "3.335",
    per: 1,
    baseCount: 7,
    limits: { discountPercent: "5" },
  },
  {
    ...named("talk"),
    model: "carrier_time",
    buy: { perMinute: "0.0123", firstS: 60, nextS: 60 },
    sell: { by: "markup", percent: "15", perMinute: "0.001" },
  },
  { ...named("sales"), model: "commission", pay: { by: "percent", percent: "4.5", minEach: "1.00" } },
  { ...named("rent"), model: "day_rate", price: "100.00", monthCap: "500.00" },
  { ...named("hours"), model: "unit", usage: "seat_time", price: "12.00", per: 3600, baseCount: 0 },
  {
    ...named("shifts"),
    model: "volume",
    usage: "seat_shift",
    tiers: [
      { upTo: "2", price: "90.00" },
      { upTo: null, price: "80.00" },
    ],
  },
  {
    ...named("texts"),
    model: "graduated",
    usage: "message",
    tiers: [
      { upTo: "3", price: "0.10", flat: "1.00" },
      { upTo: null, price: "0.05" },
    ],
  },
  { ...named("advice"), model: "unit", usage: "service_time", price: "600.00", per: 3600, baseCount: 0 },
  {
    ...named("work"),
    model: "unit",
    usage: "agent_time",
    where: { states: ["on_contact"] },
    price: "60.00",
    per: 3600,
    baseCount: 0,
  },
  { ...named("project"), model: "milestone", milestones: [{ code: "live", amount: "20000.00" }] },
  { ...named("set-up"), model: "fee", amount: "300.00", every: "once" },
  { ...named("least"), model: "commitment", amount: "99000.00" },
  { ...named("year"), model: "commitment", amount: "130000.00", term: { from: "2026-01-01", months: 11 } },
  {
    ...named("level"),
    model: "sla_credit",
    targetPercent: "95",
    steps: [{ belowPercent: "95", creditPercent: "2" }],
    capPercent: "10",
    of: ["calls"],
  },
];

async function everythingClient(): Promise<TestClient> {
  const seats = [{ from: "2026-01-01", to: null, guaranteed: 3 }];
  const client = await testClient(databases.admin, { seats });
  await client.version("2026-11-01", null, EVERYTHING);
  const at = "2026-11-05T02:00:00Z";
  const contactId = randomUUID();
  await client.contact({ id: contactId, at });
  await client.stay({ contactId, at, outcome: "answered", inTime: false });
  await client.use({ event: "c1", kind: "contact", at, contactId, attrs: { queueId: client.queueId } });
  await client.use({
    event: "c2",
    kind: "contact",
    at: "2026-11-06T02:00:00Z",
    contactId,
    attrs: { queueId: client.queueId },
  });
  await client.use({ event: "c3", kind: "contact", at, contactId });
  await client.use({ event: "l1", kind: "carrier_leg", at, quantity: 61, contactId });
  await client.use({ event: "s1", kind: "success", at, contactId, attrs: { saleMinor: 12_990 } });
  await client.use({
    event: "w1",
    kind: "agent_time",
    at,
    quantity: 1800,
    attrs: { state: "on_contact", agents: "shared" },
  });
  const hand = (usage: Parameters<typeof recordByHand>[1]) =>
    withTenant(db, scope(client), (tx) => recordByHand(tx, usage));
  const when = Date.parse(at);
  await hand({ key: "d1", kind: "seat_day", at: when, seats: 2 });
  await hand({ key: "h1", kind: "seat_time", from: when, to: when + 5_400_000, seats: 3 });
  await hand({ key: "f1", kind: "seat_shift", at: when, seats: 4 });
  await hand({ key: "t1", kind: "message", at: when, segments: 5 });
  await hand({ key: "a1", kind: "service_time", from: when, to: when + 1_800_000, people: 1 });
  await hand({ key: "m1", kind: "milestone", at: when, milestone: "live", reached: true });
  return client;
}

test("BIL-1 to BIL-6 every model in one contract: the preview, the draft and SQL alone come to the same lines", async () => {
  const client = await everythingClient();
  const preview = await previewMonth(db, scope(client), { period: "2026-11", charges: null });
  const [outcome] = await runMonth(ctx(), { tenantId: client.tenantId, period: "2026-11" });
  expect(outcome?.what).toBe("written");
  const invoice = await getInvoice(db, scope(client), outcome?.invoiceId ?? "");
  expect(invoice.items.map((it) => [it.key, it.amountMinor])).toEqual(
    preview.lines.map((it) => [it.key, it.amountMinor]),
  );
  expect(invoice.items.map((it) => [it.key.split("@")[0], it.amountMinor])).toEqual([
    ["seats/seats", 1_440_000],
    ["numbers/held", 4500],
    ["agents/first", 1_500_000],
    ["agents/ahead", 1_500_000],
    ["bundle/fee", 9900],
    ["bundle/included", 0],
    ["bundle/overflow", 112],
    ["calls/each", 334],
    ["calls/base-count", 2001],
    ["calls/discount", -117],
    ["talk/time", 3],
    ["sales/success", 585],
    ["rent/days", 20_000],
    ["hours/each", 5400],
    ["shifts/volume", 32_000],
    ["texts/tier-1", 30],
    ["texts/tier-1-flat", 100],
    ["texts/tier-2", 10],
    ["advice/each", 30_000],
    ["work/each", 3000],
    ["project/milestone-live", 2_000_000],
    ["set-up/fee", 30_000],
    ["least/commitment", 3_322_142],
    ["year/commitment", 6_422_142],
    ["level/sla", -44],
  ]);
  const { reconcileMonth } = await import("./reconcile.ts");
  const [found] = await reconcileMonth(
    { ...ctx(), actor: { kind: "system", name: "test" } },
    { tenantId: client.tenantId, period: "2026-11" },
  );
  expect(found?.mismatches.filter((it) => it.what.includes("invoice") || it.what.includes("lines"))).toEqual([]);
});

test("BIL-7 a key recorded again changes nothing; with another content it is refused; a correction takes its place", async () => {
  const client = await clientWith([
    { ...named("texts"), model: "unit", usage: "message", price: "1.00", per: 1, baseCount: 0 },
  ]);
  const at = Date.parse("2026-11-05T02:00:00Z");
  const hand = (usage: Parameters<typeof recordByHand>[1]) =>
    withTenant(db, scope(client), (tx) => recordByHand(tx, usage));
  expect(await hand({ key: "k", kind: "message", at, segments: 5 })).toEqual({ stored: true, quantity: 5 });
  expect(await hand({ key: "k", kind: "message", at, segments: 5 })).toEqual({ stored: false, quantity: 5 });
  await expect(hand({ key: "k", kind: "message", at, segments: 6 })).rejects.toMatchObject({ code: "usage_differs" });
  const total = async () => (await runMonth(ctx(), { tenantId: client.tenantId, period: "2026-11" }))[0]?.totalMinor;
  expect(await total()).toBe(500n);
  await hand({ key: "k2", corrects: "k", kind: "message", at, segments: 7 });
  expect(await total()).toBe(700n);
  await hand({ key: "k3", corrects: "k2", kind: "message", at, segments: 0 });
  expect(await total()).toBe(0n);
  await expect(hand({ key: "k4", corrects: "none", kind: "message", at, segments: 0 })).rejects.toMatchObject({
    kind: "invalid",
  });
});

test.each([
  ["2026-03-29", 7],
  ["2026-10-25", 9],
  ["2026-06-01", 8],
])("BIL-3 a shift from midnight to eight in Berlin on %s lasts %i hours", async (date, hours) => {
  const client = await clientWith(calls("1.00"));
  const wall = (time: string, offset: string) => Date.parse(`${date}T${time}${offset}`);
  const [before, after] =
    date === "2026-03-29" ? ["+01:00", "+02:00"] : date === "2026-10-25" ? ["+02:00", "+01:00"] : ["+02:00", "+02:00"];
  const from = wall("00:00:00", before ?? "");
  const to = wall("08:00:00", after ?? "");
  const usage = { key: "shift", kind: "seat_time", from, to, seats: 1 } as const;
  const stored = await withTenant(db, scope(client), (tx) => recordByHand(tx, usage));
  expect(stored.quantity).toBe(hours * 3600);
});

test("BIL-7 rating stopped after any page goes on where it stopped; other terms rate everything anew", async () => {
  const client = await clientWith(calls("1.00"));
  for (let n = 0; n < 5; n++) await client.use({ event: `e${n}`, kind: "contact", at: `2026-11-0${n + 1}T02:00:00Z` });
  const rated = () => rateNewUsage(db, scope(client), "2026-11");
  expect(await rated()).toBe(5);
  expect(await rated()).toBe(0);
  await client.use({ event: "late", kind: "contact", at: "2026-11-01T00:00:00Z" });
  expect(await rated()).toBe(1);
  await publishVersion(ctx(), scope(client), client.contractId, draft("2026-11-03", calls("2.00")));
  expect(await rated()).toBe(6);
  const [outcome] = await runMonth(ctx(), { tenantId: client.tenantId, period: "2026-11" });
  expect(outcome?.totalMinor).toBe(900n);
  const both = await Promise.all([rated(), rated()]);
  expect(both).toEqual([0, 0]);
});

test("TEN-1 a contract named under another client is not found by any verb, and nothing is written", async () => {
  const [mine, theirs] = [await clientWith(calls("1.00")), await clientWith(calls("2.00"))];
  const under = scope(mine);
  const next = draft("2027-01-01", calls("9.00"));
  const notFound = { kind: "not_found", code: "contract_not_found" };
  await expect(readContract(ctx(), under, theirs.contractId)).rejects.toMatchObject(notFound);
  await expect(keepDraft(ctx(), under, theirs.contractId, next)).rejects.toMatchObject(notFound);
  await expect(publishVersion(ctx(), under, theirs.contractId, next)).rejects.toMatchObject(notFound);
  const input = { period: "2026-11", charges: null, contractId: theirs.contractId };
  await expect(previewMonth(db, under, input)).rejects.toMatchObject(notFound);
  expect((await readContract(ctx(), scope(theirs), theirs.contractId)).versions).toHaveLength(1);
});
