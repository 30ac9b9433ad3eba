import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestClient, testClient } from "../../../test/support/billing-client.ts";
import { useDatabase } from "../../../test/support/database.ts";
import { finalInvoice, person, withProfile, withSeller } from "../../../test/support/invoices.ts";
import { connect, type Database } from "../../adapters/db/index.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import type { Charge } from "../../domain/rating/charge.ts";
import { reissueInvoice } from "../billing/index.ts";
import { askFor, type Deed, decideRequest, requestsOf, waitingRequests } from "./second-person.ts";

const databases = useDatabase();
const NOW = "2026-12-03T00:00:00Z";
const FEE: Charge = { code: "fee", label: { zh: "fee", en: "fee" }, model: "fee", amount: "100.00", every: "month" };

let db: Database;
let operatorDb: Database;
const seat = () => ({ db, operatorDb });
beforeAll(() => {
  db = connect(databases.urls.app, { max: 4 });
  operatorDb = connect(databases.urls.operator, { max: 1 });
});
afterAll(async () => {
  await db.close();
  await operatorDb.close();
});

async function billed(): Promise<{ of: TestClient; invoiceId: string }> {
  const of = await testClient(databases.admin);
  await withSeller(databases.admin);
  await withProfile(databases.admin, of.tenantId, { profile: "cn_vat", rate: "6", charges: {} });
  await of.version("2026-01-01", null, [FEE]);
  return { of, invoiceId: await finalInvoice(seat(), { tenantId: of.tenantId, period: "2026-11", now: NOW }) };
}

const cancel = (invoiceId: string, requestKey: string = randomUUID()): Deed => ({
  what: "credit",
  request: { invoiceId, kind: "cancellation", reason: "wrong client", lines: null, requestKey },
});
const lossOf = (invoiceId: string, amountMinor: bigint | null): Deed => ({
  what: "write_off",
  request: { invoiceId, amountMinor, reason: "bankrupt", requestKey: randomUUID() },
});
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (error: unknown) => (error instanceof Refusal ? error.code : Promise.reject(error)),
  );
const statusOf = async (id: string) =>
  (await databases.admin`select status from tenant.invoices where id = ${id}`)[0]?.status;
const countOf = async (table: string, of: TestClient) =>
  (await databases.admin`select count(*)::int as n from ${databases.admin(table)} where tenant_id = ${of.tenantId}`)[0]
    ?.n;
const approve = { what: "approve", decision: null } as const;

test("BIL-8 four eyes: a credit note waits for another person, and nothing moves until then", async () => {
  const { of, invoiceId } = await billed();
  const [asker, second] = [person(seat(), of.tenantId, NOW), person(seat(), of.tenantId, NOW)];
  const deed = cancel(invoiceId);
  const { requestId } = await askFor(asker, deed);
  expect(await askFor(asker, deed)).toEqual({ requestId });
  expect([await statusOf(invoiceId), await countOf("tenant.credit_notes", of)]).toEqual(["finalized", 0]);
  expect(await codeOf(decideRequest(asker, requestId, approve))).toBe("four_eyes");
  expect(await requestsOf(db, asker.scope, invoiceId)).toMatchObject([
    { state: "asked", grossMinor: 10_600, mine: true },
  ]);
  const mine = (await waitingRequests({ ...seat(), actor: second.scope.actor, now: second.now })).filter(
    (it) => it.tenantId === of.tenantId,
  );
  expect(mine).toMatchObject([{ id: requestId, mine: false }]);
  const done = await decideRequest(second, requestId, approve);
  expect(await decideRequest(second, requestId, approve)).toEqual(done);
  expect([await statusOf(invoiceId), await countOf("tenant.credit_notes", of)]).toEqual(["credited", 1]);
});

test("BIL-8 four eyes: a write-off too; what is sent back is not done, and cannot be done later", async () => {
  const { of, invoiceId } = await billed();
  const [asker, second] = [person(seat(), of.tenantId, NOW), person(seat(), of.tenantId, NOW)];
  const first = await askFor(asker, lossOf(invoiceId, 600n));
  await decideRequest(asker, first.requestId, { what: "refuse", decision: "a slip" });
  expect(await codeOf(decideRequest(second, first.requestId, approve))).toBe("request_decided");
  expect(await countOf("tenant.write_offs", of)).toBe(0);
  const { requestId } = await askFor(asker, lossOf(invoiceId, null));
  await decideRequest(second, requestId, approve);
  const [loss] =
    await databases.admin`select amount_minor::int as minor from tenant.write_offs where tenant_id = ${of.tenantId}`;
  expect(loss?.minor).toBe(10_600);
});

test("BIL-8 what cannot be done is refused to who asks, and leaves no number behind", async () => {
  const { of, invoiceId } = await billed();
  const asker = person(seat(), of.tenantId, NOW);
  const before = await databases.operator`select series, last from house.invoice_series order by series`;
  expect(await codeOf(askFor(asker, lossOf(invoiceId, 10_601n)))).toBe("invalid_input");
  await askFor(asker, cancel(invoiceId));
  expect(await databases.operator`select series, last from house.invoice_series order by series`).toEqual(before);
  const { invoiceId: other } = await billed();
  expect(await codeOf(askFor(asker, cancel(other)))).toBe("invoice_not_found");
});

test("BIL-8 the database itself lets nobody do what that person asked for", async () => {
  const { of, invoiceId } = await billed();
  const asker = person(seat(), of.tenantId, NOW);
  const { requestId } = await askFor(asker, cancel(invoiceId));
  await expect(
    databases.admin`update tenant.deed_requests set state = 'done', decided_by = asked_by, decided_at = now(), done_id = id
      where id = ${requestId}`,
  ).rejects.toThrow("four_eyes");
});

test("BIL-8 a cancelled month is billed anew, once, by a draft that names what it replaces", async () => {
  const { of, invoiceId } = await billed();
  const [asker, second] = [person(seat(), of.tenantId, NOW), person(seat(), of.tenantId, NOW)];
  const ctx = { ...seat(), actor: asker.scope.actor, now: asker.now };
  const which = { tenantId: of.tenantId, invoiceId };
  expect(await codeOf(reissueInvoice(ctx, which))).toBe("wrong_state");
  await decideRequest(second, (await askFor(asker, cancel(invoiceId))).requestId, approve);
  const anew = await reissueInvoice(ctx, which);
  const [row] = await databases.admin`select status, replaces_id, total_minor::int as total, prepared_by
    from tenant.invoices where id = ${anew.invoiceId}`;
  expect(row).toMatchObject({ status: "draft", replaces_id: invoiceId, total: 10_000 });
  expect(row?.prepared_by).toHaveLength(1);
  // Asked again while the draft stands, it is the same draft.
  expect(await reissueInvoice(ctx, which)).toEqual(anew);
});
