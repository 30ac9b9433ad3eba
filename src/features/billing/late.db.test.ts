import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestClient, testClient } from "../../../test/support/billing-client.ts";
import { useDatabase } from "../../../test/support/database.ts";
import { finalInvoice, person, withProfile, withSeller } from "../../../test/support/invoices.ts";
import { connect, type Database } from "../../adapters/db/index.ts";
import type { Charge } from "../../domain/rating/charge.ts";
import { credit } from "../invoicing/credit.ts";
import { invoiceDocument } from "../invoicing/views.ts";
import { listExceptions, resolveException } from "./exceptions.ts";
import { compareWith, explainLine } from "./explain.ts";
import type { BillingContext } from "./run-contract.ts";
import { refreshDrafts, runMonth } from "./run-month.ts";
import { listRuns, performRun, retryRun, startRuns } from "./runs.ts";

const databases = useDatabase();
const named = (code: string) => ({ code, label: { zh: code, en: code } });
const CALLS: Charge = { ...named("calls"), model: "unit", usage: "contact", price: "3.33", per: 1, baseCount: 3 };
const NONE = { profile: "none" };

let db: Database;
let operatorDb: Database;
const seat = () => ({ db, operatorDb });
const at = (now: string): BillingContext => ({
  ...seat(),
  actor: { kind: "system", name: "test" },
  now: Date.parse(now),
});
const DECEMBER = "2026-12-10T00:00:00Z";

beforeAll(() => {
  db = connect(databases.urls.app, { max: 4 });
  operatorDb = connect(databases.urls.operator, { max: 1 });
});
afterAll(async () => {
  await db.close();
  await operatorDb.close();
});

/** A client whose November is final, with two calls and a base count of three. */
async function billed(terms: Parameters<typeof withProfile>[3] = {}): Promise<TestClient & { november: string }> {
  const of = await testClient(databases.admin);
  await withSeller(databases.admin);
  await withProfile(databases.admin, of.tenantId, NONE, terms);
  await of.version("2026-01-01", null, [CALLS]);
  for (const day of ["03", "04"]) await call(of, `n${day}`, `2026-11-${day}T02:00:00Z`);
  const november = await finalInvoice(seat(), {
    tenantId: of.tenantId,
    period: "2026-11",
    now: "2026-12-03T00:00:00Z",
  });
  return { ...of, november };
}

const call = (of: TestClient, event: string, when: string, more: { corrects?: string; quantity?: number } = {}) =>
  of.use({ event, kind: "contact", at: when, contactId: randomUUID(), ...more });
const run = (of: TestClient, period: string, now = DECEMBER) => runMonth(at(now), { tenantId: of.tenantId, period });
const lines = (of: TestClient, period: string) =>
  databases.admin<
    { key: string; amount: string; kind: string; original: string | null; id: string; invoice_id: string }[]
  >`
    select l.stable_key as key, l.amount_minor as amount, l.kind, to_char(l.original_start, 'YYYY-MM') as original, l.id, l.invoice_id
    from tenant.invoice_lines l join tenant.invoices i on i.tenant_id = l.tenant_id and i.id = l.invoice_id
    where l.tenant_id = ${of.tenantId} and i.period_start = ${`${period}-01`} and i.status <> 'discarded' order by l.position`;
const told = async (of: TestClient, period: string) =>
  (await lines(of, period)).map((line) => [line.key, Number(line.amount), line.original]);
const final = (of: TestClient, period: string, now: string) =>
  finalInvoice(seat(), { tenantId: of.tenantId, period, now });

test("BIL-7 late usage of a final month stands on the next draft with its month, and takes the base count's top-up down", async () => {
  const of = await billed();
  await call(of, "late", "2026-11-20T02:00:00Z");
  await run(of, "2026-12");
  expect(await told(of, "2026-12")).toEqual([
    ["calls/base-count@v1", 999, null],
    ["adj/2026-11/calls/each@v1", 333, "2026-11"],
    ["adj/2026-11/calls/base-count@v1", -333, "2026-11"],
  ]);
  const [corrected] = await databases.admin`
    select o.stable_key as key from tenant.invoice_lines a join tenant.invoice_lines o on o.id = a.corrects_line
    where a.tenant_id = ${of.tenantId} and a.stable_key = 'adj/2026-11/calls/each@v1'`;
  expect(corrected?.key).toBe("calls/each@v1");
});

test("BIL-7 a late record is booked once: a second run writes nothing, and the month after books nothing more", async () => {
  const of = await billed();
  for (const event of ["a", "b", "c"]) await call(of, event, "2026-11-20T02:00:00Z");
  await run(of, "2026-12");
  expect((await run(of, "2026-12"))[0]?.what).toBe("unchanged");
  await final(of, "2026-12", "2027-01-05T00:00:00Z");
  await run(of, "2027-01", "2027-01-10T00:00:00Z");
  expect(await told(of, "2027-01")).toEqual([["calls/base-count@v1", 999, null]]);
  await call(of, "d", "2026-11-21T02:00:00Z");
  await run(of, "2027-01", "2027-01-10T00:00:00Z");
  expect(await told(of, "2027-01")).toEqual([
    ["calls/base-count@v1", 999, null],
    ["adj/2026-11/calls/each@v1", 333, "2026-11"],
  ]);
});

test("BIL-7 a corrected record of a final month comes back at the price of its own month, whatever costs now", async () => {
  const of = await billed();
  const wrong = await call(of, "late", "2026-11-20T02:00:00Z");
  await final(of, "2026-12", "2027-01-05T00:00:00Z");
  await call(of, "void", "2026-11-20T02:00:00Z", { corrects: wrong, quantity: 0 });
  await run(of, "2027-01", "2027-01-10T00:00:00Z");
  expect((await told(of, "2027-01")).slice(1)).toEqual([
    ["adj/2026-11/calls/each@v1", -333, "2026-11"],
    ["adj/2026-11/calls/base-count@v1", 333, "2026-11"],
  ]);
});

test("BIL-8 where the terms ask for it, what goes down is a credit note on its own month and not on the next invoice", async () => {
  const of = await testClient(databases.admin);
  await withSeller(databases.admin);
  await withProfile(databases.admin, of.tenantId, NONE, { corrections: "credit_note" });
  await of.version("2026-01-01", null, [CALLS]);
  const ids: string[] = [];
  for (const n of [1, 2, 3, 4, 5]) ids.push(await call(of, `c${n}`, `2026-11-0${n}T02:00:00Z`));
  const invoiceId = await final(of, "2026-11", "2026-12-03T00:00:00Z");
  await call(of, "void", "2026-11-05T02:00:00Z", { corrects: ids[4] ?? "", quantity: 0 });
  await run(of, "2026-12");
  expect(await told(of, "2026-12")).toEqual([["calls/base-count@v1", 999, null]]);
  const boss = person(seat(), of.tenantId, DECEMBER);
  expect((await invoiceDocument(seat(), boss.scope, invoiceId)).correctionMinor).toBe(333);
  const request = { invoiceId, kind: "correction", reason: "a call that was not", lines: null } as const;
  await credit(boss, { ...request, requestKey: "correction-1" });
  const paper = await invoiceDocument(seat(), boss.scope, invoiceId);
  expect([paper.correctionMinor, paper.openMinor, paper.creditNotes.map((it) => it.netMinor)]).toEqual([
    0,
    4 * 333,
    [333],
  ]);
});

test("BIL-7 all that is booked of a month sums to one rating of it, over three invoices", async () => {
  const of = await billed();
  for (const event of ["a", "b", "c"]) await call(of, event, "2026-11-20T02:00:00Z");
  await final(of, "2026-12", "2027-01-05T00:00:00Z");
  for (const event of ["d", "e"]) await call(of, event, "2026-11-25T02:00:00Z");
  await final(of, "2027-01", "2027-02-05T00:00:00Z");
  const [row] = await databases.admin`
    select sum(l.amount_minor)::int as minor from tenant.invoice_lines l join tenant.invoices i on i.tenant_id = l.tenant_id and i.id = l.invoice_id
    where l.tenant_id = ${of.tenantId} and (l.original_start = '2026-11-01' or (l.kind = 'charge' and i.period_start = '2026-11-01'))`;
  expect(row?.minor).toBe(7 * 333);
});

test("BIL-7 usage beyond the limit waits for a person: never silent, and billed when it is accepted", async () => {
  const of = await billed({ lateMonths: 1 });
  await final(of, "2026-12", "2027-01-05T00:00:00Z");
  await call(of, "late", "2026-11-20T02:00:00Z");
  const now = "2027-01-10T00:00:00Z";
  await run(of, "2027-01", now);
  expect(await told(of, "2027-01")).toEqual([["calls/base-count@v1", 999, null]]);
  const [waiting] = await listExceptions(at(now), { state: "open", tenantId: of.tenantId });
  expect(waiting).toMatchObject({ reason: "late", kind: "contact" });
  const boss = person(seat(), of.tenantId, now);
  const accepted = await resolveException(
    { ...at(now), actor: boss.actor },
    { tenantId: of.tenantId, exceptionId: waiting?.id ?? "" },
    { what: "accept" },
  );
  expect(accepted).toMatchObject({ state: "resolved", resolution: "accepted" });
  expect((await told(of, "2027-01")).slice(1)).toEqual([
    ["adj/2026-11/calls/each@v1", 333, "2026-11"],
    ["adj/2026-11/calls/base-count@v1", -333, "2026-11"],
  ]);
});

test("BIL-7 excluded usage is billed nowhere and says why; a day without a contract and a month never billed wait too", async () => {
  const of = await billed();
  const old = await testClient(databases.admin);
  await old.version("2026-11-15", null, [{ ...CALLS, baseCount: 0 } as Charge]);
  await call(old, "before", "2026-11-10T02:00:00Z");
  await run(old, "2026-12");
  await call(of, "never", "2026-10-10T02:00:00Z");
  await run(of, "2026-12");
  const reasons = async (client: TestClient) =>
    (await listExceptions(at(DECEMBER), { state: "open", tenantId: client.tenantId })).map((it) => it.reason);
  expect(await reasons(old)).toEqual(["no_contract"]);
  expect(await reasons(of)).toEqual(["period_not_billed"]);
  const [waiting] = await listExceptions(at(DECEMBER), { state: "open", tenantId: of.tenantId });
  const which = { tenantId: of.tenantId, exceptionId: waiting?.id ?? "" };
  const gone = await resolveException(at(DECEMBER), which, { what: "exclude", note: "a test call" });
  expect(gone).toMatchObject({ resolution: "excluded", note: "a test call" });
  await run(of, "2026-10");
  expect((await told(of, "2026-10")).map(([key]) => key)).toEqual(["calls/base-count@v1"]);
});

test("BIL-7 every line opens to its usage, and the parts sum to it; last month is compared by its causes", async () => {
  const of = await billed();
  await call(of, "late", "2026-11-20T02:00:00Z");
  for (const day of ["01", "02", "03", "04", "05"]) await call(of, `d${day}`, `2026-12-${day}T02:00:00Z`);
  await run(of, "2026-12");
  const scope = { tenantId: of.tenantId, actor: at(DECEMBER).actor };
  for (const line of [...(await lines(of, "2026-11")), ...(await lines(of, "2026-12"))]) {
    const query = { invoiceId: line.invoice_id, lineId: line.id, limit: 2, cursor: null };
    const first = await explainLine(db, scope, query);
    expect([line.key, first.agrees]).toEqual([line.key, true]);
    let seen = first.items.length;
    for (let next = first.next; next !== null; ) {
      const page = await explainLine(db, scope, { ...query, cursor: next });
      seen += page.items.length;
      next = page.next;
    }
    expect([line.key, seen]).toEqual([line.key, first.behind.records]);
  }
  const [december] = await lines(of, "2026-12");
  const compared = await compareWith(db, scope, { invoiceId: december?.invoice_id ?? "", otherId: null });
  expect(compared.causes.reduce((sum, it) => sum + it.amountMinor, 0)).toBe(compared.differenceMinor);
  expect(compared.causes.map((it) => [it.kind, it.amountMinor])).toEqual([
    ["usage", 999],
    ["minimum", -333],
  ]);
});

test("BIL-8 runs go through one by one, tell their progress, and a repeat changes nothing", async () => {
  const of = await billed();
  const ctx = { ...at(DECEMBER), actor: person(seat(), of.tenantId, DECEMBER).actor };
  const batch = { period: "2026-12", batchId: randomUUID(), tenantId: of.tenantId };
  const messages = await startRuns(ctx, batch);
  expect(await startRuns(ctx, batch)).toEqual(messages);
  expect((await listRuns(ctx, { batchId: batch.batchId })).progress).toEqual({
    queued: 1,
    running: 0,
    done: 0,
    failed: 0,
  });
  const [message] = messages;
  if (message === undefined) throw new Error("no run was queued");
  await Promise.all([performRun(at(DECEMBER), message), performRun(at(DECEMBER), message)]);
  const { items, progress } = await listRuns(ctx, { batchId: batch.batchId });
  expect(progress.done).toBe(1);
  const [invoice] = await databases.admin`
    select input_hash, output_hash, prepared_by from tenant.invoices where id = ${items[0]?.invoiceId ?? ""}`;
  expect([items[0]?.inputHash, invoice?.prepared_by]).toEqual([
    invoice?.input_hash,
    [ctx.actor.kind === "user" ? ctx.actor.userId : ""],
  ]);
  const again = await startRuns(ctx, { ...batch, batchId: randomUUID() });
  for (const one of again) await performRun(at(DECEMBER), one);
  expect((await listRuns(ctx, { period: "2026-12" })).items.find((it) => it.id === again[0]?.runId)?.outcome).toBe(
    "unchanged",
  );
});

test("BIL-8 a run that failed says why by a code, keeps the detail for the log, and can be asked for again", async () => {
  const of = await testClient(databases.admin);
  await of.version("2026-01-01", null, [{ ...CALLS, price: "three" } as Charge]);
  const ctx = at(DECEMBER);
  const batch = { period: "2026-12", batchId: randomUUID(), tenantId: of.tenantId };
  for (const message of await startRuns(ctx, batch)) {
    const failed = {
      state: "failed",
      failure: { reason: "terms_unreadable", detail: expect.stringContaining("price") },
    };
    expect(await performRun(ctx, message)).toEqual(failed);
    const [shown] = (await listRuns(ctx, { batchId: batch.batchId })).items;
    expect(shown?.failure).toBe("terms_unreadable");
    expect(JSON.stringify(shown)).not.toContain("price");
    const [kept] = await databases.admin`select error from tenant.invoice_runs where id = ${message.runId}`;
    expect(kept?.error).toContain("price");
    expect(await retryRun(ctx, of.tenantId, message.runId)).toEqual(message);
    expect(await performRun(ctx, message)).toEqual(failed);
  }
});

test("BIL-8 a late month's drafts stay up to date with everything that comes", async () => {
  const of = await billed();
  await refreshDrafts(at(DECEMBER), of.tenantId);
  await call(of, "late", "2026-11-20T02:00:00Z");
  const outcomes = await refreshDrafts(at(DECEMBER), of.tenantId);
  expect(outcomes.map((it) => it.what)).toEqual(["written"]);
  expect((await refreshDrafts(at(DECEMBER), of.tenantId)).map((it) => it.what)).toEqual(["unchanged"]);
});

test("BIL-7 late usage leaves what was billed by an agent's state as it is", async () => {
  const of = await testClient(databases.admin);
  await withSeller(databases.admin);
  await withProfile(databases.admin, of.tenantId, NONE, {});
  const worked: Charge = {
    ...named("worked"),
    model: "unit",
    usage: "agent_time",
    where: { states: ["on_contact"], agents: ["shared"] },
    price: "36.00",
    per: 3_600,
    baseCount: 0,
  };
  await of.version("2026-01-01", null, [worked]);
  const time = (event: string, state: string, agents: string) =>
    of.use({ event, kind: "agent_time", at: "2026-11-03T02:00:00Z", quantity: 600, attrs: { state, agents } });
  await time("a", "on_contact", "shared");
  await time("b", "waiting", "shared");
  await time("c", "on_contact", "dedicated");
  await final(of, "2026-11", "2026-12-03T00:00:00Z");
  expect(await told(of, "2026-11")).toEqual([["worked/each@v1", 600, null]]);
  await time("late", "on_contact", "shared");
  await run(of, "2026-12");
  expect(await told(of, "2026-12")).toEqual([["adj/2026-11/worked/each@v1", 600, "2026-11"]]);
});

test("BIL-7 a sale without its value waits for a person until a correction takes its place, whatever that says", async () => {
  const of = await testClient(databases.admin);
  const share: Charge = { ...named("share"), model: "commission", pay: { by: "percent", percent: "10" } };
  await of.version("2026-01-01", null, [share]);
  const sale = (event: string, more: { corrects?: string; quantity?: number; attrs?: object } = {}) =>
    of.use({ event, kind: "success", at: "2026-11-03T02:00:00Z", ...more });
  const [kept, back] = [await sale("kept"), await sale("back")];
  await run(of, "2026-11");
  const own = async (state: "open" | "resolved") =>
    (await listExceptions(at(DECEMBER), { state })).filter((it) => it.tenantId === of.tenantId);
  expect((await own("open")).map((it) => it.reason)).toEqual(["missing_sale", "missing_sale"]);
  await sale("kept-worth", { corrects: kept, attrs: { saleMinor: 5_000 } });
  await sale("back-void", { corrects: back, quantity: 0, attrs: { saleMinor: 0 } });
  await run(of, "2026-11");
  expect(await own("open")).toEqual([]);
  expect((await own("resolved")).map((it) => it.resolution)).toEqual(["corrected", "corrected"]);
  expect(await told(of, "2026-11")).toEqual([["share/success@v1", 500, null]]);
});
