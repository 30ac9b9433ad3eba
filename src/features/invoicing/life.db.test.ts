import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestClient, testClient } from "../../../test/support/billing-client.ts";
import { useDatabase } from "../../../test/support/database.ts";
import { finalInvoice, person, withProfile, withSeller } from "../../../test/support/invoices.ts";
import { connect, type Database } from "../../adapters/db/index.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import type { Charge } from "../../domain/rating/charge.ts";
import { refreshDrafts, runMonth } from "../billing/run-month.ts";
import { approve, discard, sendBack } from "./approve.ts";
import { credit } from "./credit.ts";
import { decideDispute, openDispute, withdrawDispute } from "./disputes.ts";
import { finalize } from "./finalize.ts";
import { buyPrepaid, expirePrepaid } from "./prepaid.ts";
import { invoiceDocument } from "./views.ts";
import { writeOff } from "./write-off.ts";

const databases = useDatabase();
const NOW = "2026-12-03T00:00:00Z";
const VAT = { profile: "cn_vat", rate: "6", charges: { seats: "13" } };
const named = (code: string) => ({ code, label: { zh: code, en: code } });
const FEE: Charge = { ...named("fee"), model: "fee", amount: "100.05", every: "month" };
const SEATS: Charge = { ...named("seats"), model: "fee", amount: "33.33", every: "month" };
const LEVEL: Charge = {
  ...named("level"),
  model: "fee",
  amount: "10.00",
  every: "month",
  limits: { discountPercent: "50" },
};

let db: Database;
let operatorDb: Database;
const seat = () => ({ db, operatorDb });
const house = () => ({ db, operatorDb, actor: { kind: "system", name: "test" } as const, now: Date.parse(NOW) });

beforeAll(() => {
  db = connect(databases.urls.app, { max: 6 });
  operatorDb = connect(databases.urls.operator, { max: 1 });
});
afterAll(async () => {
  await db.close();
  await operatorDb.close();
});

async function client(charges: readonly Charge[] = [FEE, SEATS], tax: object = VAT): Promise<TestClient> {
  const made = await testClient(databases.admin);
  await withSeller(databases.admin);
  await withProfile(databases.admin, made.tenantId, tax);
  await made.version("2026-01-01", null, charges);
  return made;
}

async function draft(of: TestClient) {
  const [outcome] = await runMonth(house(), { tenantId: of.tenantId, period: "2026-11" });
  return { invoiceId: outcome?.invoiceId ?? "", outputHash: outcome?.outputHash ?? "" };
}

const final = (of: TestClient) => finalInvoice(seat(), { tenantId: of.tenantId, period: "2026-11", now: NOW });
const invoiceOf = async (id: string) => (await databases.admin`select * from tenant.invoices where id = ${id}`)[0];
const linesOf = (id: string) =>
  databases.admin<{ id: string; code: string; amount: string }[]>`
    select id, detail->>'code' as code, amount_minor as amount from tenant.invoice_lines where invoice_id = ${id} order by position`;
const codeOf = async (work: Promise<unknown>) => {
  try {
    await work;
    return "done";
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
};
const balanced = async (of: TestClient) => {
  const [row] = await databases.admin`
    select coalesce(sum(case when d.kind = 'receivable' then e.amount_minor when c.kind = 'receivable' then -e.amount_minor else 0 end), 0)::text as receivable
    from tenant.ledger_entries e
    join tenant.ledger_accounts d on d.tenant_id = e.tenant_id and d.id = e.debit_account
    join tenant.ledger_accounts c on c.tenant_id = e.tenant_id and c.id = e.credit_account
    where e.tenant_id = ${of.tenantId}`;
  const [open] = await databases.admin.begin(async (tx) => {
    await tx`select set_config('app.tenant_id', ${of.tenantId}, true)`;
    return tx`select coalesce(sum(tenant.open_minor(id)), 0)::text as open from tenant.invoices where tenant_id = ${of.tenantId}`;
  });
  return [row?.receivable, open?.open];
};

test("BIL-8 draft, approved by another person, final: number, dates, tax by group and ledger", async () => {
  const of = await client();
  const { invoiceId, outputHash } = await draft(of);
  const boss = person(seat(), of.tenantId, NOW);
  await approve(boss, { invoiceId, outputHash });
  const done = await finalize(boss, invoiceId);
  expect(done.series).toBe("INV-2026");
  expect(await finalize(boss, invoiceId)).toEqual({ ...done, fresh: false });
  const paper = await invoiceDocument(seat(), boss.scope, invoiceId);
  // 100.05 at 6 % is 6.003, 33.33 at 13 % is 4.3329: rounded once a group.
  expect(paper.invoice.taxes.map((it) => [it.rate, it.baseMinor, it.taxMinor])).toEqual([
    ["13", 3333, 433],
    ["6", 10_005, 600],
  ]);
  expect(paper.invoice).toMatchObject({
    status: "finalized",
    grossMinor: 14_371,
    dueMinor: 14_371,
    issuedOn: "2026-12-03",
  });
  expect(paper.invoice.dueOn).toBe("2027-01-02");
  expect(paper.capitals).toBe("壹佰肆拾叁圆柒角壹分");
  expect([paper.buyer.nameEn, paper.seller?.nameEn, paper.openMinor]).toEqual(["Buyer", "Seller", 14_371]);
  expect(await balanced(of)).toEqual(["14371", "14371"]);
});

test("BIL-8 four eyes: who ran the draft may not approve it; what the house drafted needs one person", async () => {
  const of = await client();
  const maker = person(seat(), of.tenantId, NOW);
  const [outcome] = await runMonth({ ...house(), actor: maker.actor }, { tenantId: of.tenantId, period: "2026-11" });
  const what = { invoiceId: outcome?.invoiceId ?? "", outputHash: outcome?.outputHash ?? "" };
  expect(await codeOf(approve(maker, what))).toBe("four_eyes");
  const system = { ...maker, scope: { ...maker.scope, actor: house().actor } };
  expect(await codeOf(approve(system, what))).toBe("person_needed");
  expect(await codeOf(approve(person(seat(), of.tenantId, NOW), what))).toBe("done");
});

test("BIL-8 an approval is of what was looked at, after the month is over, and once", async () => {
  const of = await client();
  const { invoiceId, outputHash } = await draft(of);
  const boss = person(seat(), of.tenantId, NOW);
  expect(await codeOf(approve(boss, { invoiceId, outputHash: "0".repeat(64) }))).toBe("draft_changed");
  const early = { ...boss, now: Date.parse("2026-11-30T15:59:59Z") };
  expect(await codeOf(approve(early, { invoiceId, outputHash }))).toBe("month_not_over");
  expect(await codeOf(finalize(boss, invoiceId))).toBe("wrong_state");
  await approve(boss, { invoiceId, outputHash });
  expect(await codeOf(approve(boss, { invoiceId, outputHash }))).toBe("wrong_state");
  await sendBack(boss, { invoiceId, reason: "price" });
  expect((await invoiceOf(invoiceId))?.status).toBe("draft");
});

test("BIL-8 a discarded draft stays away until a person asks for the month again", async () => {
  const of = await client();
  const first = await draft(of);
  await discard(person(seat(), of.tenantId, NOW), { invoiceId: first.invoiceId, reason: "wrong month" });
  const outcomes = await refreshDrafts({ ...house(), now: Date.parse("2026-12-02T00:00:00Z") }, of.tenantId);
  expect(outcomes.map((it) => it.what)).toEqual(["closed", "written"]);
  const second = await draft(of);
  expect(second.invoiceId).not.toBe(first.invoiceId);
});

test("BIL-8 numbers have no gap, over clients and over finalisations that fail", async () => {
  const all = await Promise.all(Array.from({ length: 4 }, () => client()));
  const ids = await Promise.all(
    all.map(async (of) => {
      const what = await draft(of);
      await approve(person(seat(), of.tenantId, NOW), what);
      return { of, ...what };
    }),
  );
  const failing = ids[0];
  // The ledger refuses the invoice after its number was taken: the number must come back.
  await databases.admin`insert into tenant.ledger_txns (tenant_id, idempotency_key, event, ref, occurred_at, booked_on, actor, content_hash)
    values (${failing?.of.tenantId ?? ""}, ${`invoice_finalized:${failing?.invoiceId}`}, 'invoice_finalized', 'x', now(), '2026-12-01', 'x', ${"0".repeat(64)})`;
  await Promise.all(ids.map(({ of, invoiceId }) => codeOf(finalize(person(seat(), of.tenantId, NOW), invoiceId))));
  const numbers = await databases.operator<{ number: string; last: string }[]>`
    select n.number, s.last from house.invoice_numbers n join house.invoice_series s using (series)
    where n.series = 'INV-2026' order by n.number`;
  expect(numbers.map((it) => Number(it.number))).toEqual(numbers.map((_, at) => at + 1));
  expect(Number(numbers[0]?.last)).toBe(numbers.length);
  expect((await invoiceOf(failing?.invoiceId ?? ""))?.status).toBe("approved");
});

test("BIL-8 credit notes: part, then the rest; tax comes back to the minor unit and the invoice is credited", async () => {
  const of = await client();
  const invoiceId = await final(of);
  const boss = person(seat(), of.tenantId, NOW);
  const [fee] = await linesOf(invoiceId);
  const part = { invoiceId, kind: "goodwill", reason: "sorry", requestKey: "goodwill-1" } as const;
  const first = await credit(boss, { ...part, lines: [{ lineId: fee?.id ?? "", netMinor: 3335n }] });
  expect(await credit(boss, { ...part, lines: [{ lineId: fee?.id ?? "", netMinor: 3335n }] })).toEqual(first);
  expect((await invoiceOf(invoiceId))?.status).toBe("finalized");
  await credit(boss, { invoiceId, kind: "cancellation", reason: "all of it", lines: null, requestKey: "cancel-01" });
  const notes = await databases.admin`
    select series, number::int, net_minor::int as net, tax_minor::int as tax from tenant.credit_notes where invoice_id = ${invoiceId} order by number`;
  expect(notes.map((it) => [it.series, it.net, it.tax])).toEqual([
    ["CN-2026", 3335, 200],
    ["CN-2026", 10_003, 833],
  ]);
  expect((await invoiceOf(invoiceId))?.status).toBe("credited");
  expect(await balanced(of)).toEqual(["0", "0"]);
});

test("BIL-8 a credit note is refused where it gives more than is left, with the field named, and nothing is written", async () => {
  const of = await client([FEE, LEVEL]);
  const invoiceId = await final(of);
  const boss = person(seat(), of.tenantId, NOW);
  const lines = await linesOf(invoiceId);
  const [fee, level, discount] = lines.map((line) => line.id);
  const ask = (asked: readonly (readonly [string, bigint])[]) =>
    credit(boss, {
      invoiceId,
      kind: "goodwill",
      reason: "r",
      requestKey: randomUUID(),
      lines: asked.map(([lineId, netMinor]) => ({ lineId, netMinor })),
    }).then(
      () => "done",
      (error: Refusal) => error.faults.map((it) => it.path).join(),
    );
  expect(await ask([[fee ?? "", 10_006n]])).toBe("json.lines.0.netMinor");
  expect(await ask([[fee ?? "", -1n]])).toBe("json.lines.0.netMinor");
  expect(await ask([[randomUUID(), 1n]])).toBe("json.lines.0.lineId");
  expect(
    await ask([
      [fee ?? "", 1n],
      [fee ?? "", 1n],
    ]),
  ).toBe("json.lines.1.lineId");
  expect(await ask([[discount ?? "", -1n]])).toBe("json.lines");
  expect(
    await ask([
      [fee ?? "", 10_005n],
      [level ?? "", 1000n],
    ]),
  ).toBe("json.lines");
  const notes = await databases.admin`select id from tenant.credit_notes where invoice_id = ${invoiceId}`;
  expect(notes).toHaveLength(0);
  expect(
    await ask([
      [fee ?? "", 10_005n],
      [level ?? "", 1000n],
      [discount ?? "", -500n],
    ]),
  ).toBe("done");
});

test("BIL-8 a dispute holds back its line alone; accepted it is credited, rejected it says why, withdrawn it is gone", async () => {
  const of = await client();
  const invoiceId = await final(of);
  const their = person(seat(), of.tenantId, NOW);
  const ours = person(seat(), of.tenantId, NOW);
  const [fee, seats] = await linesOf(invoiceId);
  const claim = { invoiceId, lineId: fee?.id ?? "", reason: "too much", claimedMinor: 1000n };
  const { disputeId } = await openDispute(their, claim);
  expect(await codeOf(openDispute(their, claim))).toBe("dispute_open");
  const other = await openDispute(their, { ...claim, lineId: seats?.id ?? "", claimedMinor: null });
  const accept = { what: "accept", decision: "you are right", creditMinor: 600n } as const;
  expect(await codeOf(decideDispute(ours, disputeId, { ...accept, creditMinor: 1001n }))).toBe("invalid_input");
  await decideDispute(ours, disputeId, accept);
  expect(await codeOf(decideDispute(ours, disputeId, accept))).toBe("dispute_decided");
  await decideDispute(ours, other.disputeId, { what: "reject", decision: "as agreed" });
  const third = await openDispute(their, claim);
  await withdrawDispute(their, third.disputeId);
  const paper = await invoiceDocument(seat(), ours.scope, invoiceId);
  expect(paper.disputes.map((it) => it.state).sort()).toEqual(["accepted", "rejected", "withdrawn"]);
  expect(paper.creditNotes.map((it) => [it.kind, it.netMinor, it.taxMinor])).toEqual([["dispute", 600, 36]]);
  expect(paper.openMinor).toBe(14_371 - 636);
});

test("BIL-8 a write-off closes what is open and no more; the invoice stays as it is", async () => {
  const of = await client();
  const invoiceId = await final(of);
  const boss = person(seat(), of.tenantId, NOW);
  const ask = (amountMinor: bigint | null, requestKey: string) =>
    writeOff(boss, { invoiceId, amountMinor, reason: "insolvent", requestKey });
  expect(await codeOf(ask(14_372n, "write-off-0"))).toBe("invalid_input");
  await ask(371n, "write-off-1");
  await ask(371n, "write-off-1");
  await ask(null, "write-off-2");
  expect(await codeOf(ask(null, "write-off-3"))).toBe("invalid_input");
  expect((await invoiceDocument(seat(), boss.scope, invoiceId)).writtenOffMinor).toBe(14_371);
  expect(await balanced(of)).toEqual(["0", "0"]);
});

test("BIL-8 prepaid credit is drawn as it expires, once, and what ran out pays nothing", async () => {
  const of = await client();
  const boss = person(seat(), of.tenantId, NOW);
  const buy = (reference: string, amountMinor: bigint, expiresOn: string | null) =>
    buyPrepaid(boss, {
      currency: "CNY",
      amountMinor,
      boughtOn: "2026-10-01",
      expiresOn,
      priority: 100,
      reference,
      into: "cash",
    });
  await buy("late", 100_000n, null);
  await buy("soon", 4_371n, "2026-12-31");
  await buy("over", 9_999n, "2026-12-03");
  expect(await buy("soon", 4_371n, "2026-12-31")).toBe(await buy("soon", 4_371n, "2026-12-31"));
  const invoiceId = await final(of);
  const draws = await databases.admin`
    select c.reference, d.amount_minor::int as amount from tenant.prepaid_draws d join tenant.prepaid_credits c on c.id = d.credit_id
    where d.invoice_id = ${invoiceId} order by d.amount_minor`;
  expect(draws.map((it) => [it.reference, it.amount])).toEqual([
    ["soon", 4371],
    ["late", 10_000],
  ]);
  expect(await balanced(of)).toEqual(["0", "0"]);
  expect((await invoiceOf(invoiceId))?.due_minor).toBe("0");
  expect(await expirePrepaid({ ...house(), now: Date.parse(NOW) })).toBe(1);
  expect(await expirePrepaid({ ...house(), now: Date.parse(NOW) })).toBe(0);
});

test("BIL-8 without a seller, or with parties the tax profile cannot use, nothing becomes final", async () => {
  const of = await client([FEE], VAT);
  const what = await draft(of);
  const boss = person(seat(), of.tenantId, NOW);
  await approve(boss, what);
  await databases.admin`update tenant.billing_profiles set tax = '{"profile":"none"}' where tenant_id = ${of.tenantId}`;
  expect(await codeOf(finalize(boss, what.invoiceId))).toBe("tax_profile_changed");
  await databases.admin`update tenant.billing_profiles set tax = ${databases.admin.json(VAT)}, buyer = buyer || '{"address":null}' where tenant_id = ${of.tenantId}`;
  expect(await codeOf(finalize(boss, what.invoiceId))).toBe("parties_incomplete");
});
