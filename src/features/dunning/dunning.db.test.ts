import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestClient, testClient } from "../../../test/support/billing-client.ts";
import { useDatabase } from "../../../test/support/database.ts";
import { creditInvoice, finalInvoice } from "../../../test/support/final-invoice.ts";
import { connect, type Database, withTenant } from "../../adapters/db/index.ts";
import type { Letter, Mailer } from "../../ports/mailer.ts";
import { MailOutage } from "../../ports/mailer.ts";
import type { LetterContext } from "../letters/index.ts";
import { dun, markPublished } from "./dun.ts";
import { writeOwnRule } from "./rules-store.ts";
import { standingOfClient } from "./standing-store.ts";

const databases = useDatabase();
let db: Database;
let operatorDb: Database;
const actor = { kind: "system", name: "dunning" } as const;
const letters: Letter[] = [];
let isMailAway = false;
const mailer: Mailer = {
  async send(letter) {
    if (isMailAway) throw new MailOutage("away");
    letters.push(letter);
    return { letterId: letter.key };
  },
};

beforeAll(() => {
  db = connect({ connectionString: databases.urls.app });
  operatorDb = connect({ connectionString: databases.urls.operator });
});
afterAll(async () => {
  await Promise.all([db?.close(), operatorDb?.close()]);
});

const ctx = (day: string): LetterContext => ({
  db,
  operatorDb,
  mailer,
  actor,
  now: Date.parse(`${day}T04:00:00Z`),
  portalUrl: "https://house.test",
});
const inTenant = <T>(client: TestClient, work: Parameters<typeof withTenant<T>>[2]) =>
  withTenant(db, { tenantId: client.tenantId, actor }, work);
const standing = (client: TestClient) => inTenant(client, standingOfClient);
const stepsOf = async (client: TestClient) =>
  (
    await databases.admin`select day, deed from tenant.dunning_steps where tenant_id = ${client.tenantId} order by taken_at, day`
  ).map(({ day, deed }) => `${deed}@${day}`);

async function clientWith(email: string, language: string, taxMinor = 0) {
  const client = await testClient(databases.admin);
  await databases.admin`insert into tenant.billing_profiles (tenant_id, buyer, tax) values (${client.tenantId}, ${databases.admin.json({ email })}, '{}')`;
  await databases.admin`update tenant.companies set language = ${language} where tenant_id = ${client.tenantId}`;
  const invoiceId = await finalInvoice(databases.admin, db, client, {
    lines: [50_000],
    taxMinor,
    issuedOn: "2026-10-01",
    dueOn: "2026-10-31",
  });
  return { client, invoiceId, to: () => letters.filter((it) => it.to.includes(email)) };
}

test("BIL-8 a client is reminded, warned and suspended by the rule, each step once with its letter, and paying lifts it all", async () => {
  const { client, invoiceId, to } = await clientWith(`${randomUUID()}@client.test`, "zh-CN");
  for (const day of ["2026-10-26", "2026-10-26", "2026-11-01", "2026-11-10", "2026-11-20"]) await dun(ctx(day));
  expect(await stepsOf(client)).toEqual(["remind@-5", "remind@1", "remind@10", "warn@20"]);
  expect(await standing(client)).toBe("warned");
  expect(to().map(({ subject }) => subject.replace(/INV-2026-\d+/, "N"))).toEqual([
    "账单 N 将于 2026-10-31 到期",
    "付款提醒：账单 N 尚未支付",
    "付款提醒：账单 N 尚未支付",
    "逾期警告：账单 N 长期未支付",
  ]);
  expect(to()[3]?.text).toContain("CNY 500.00");
  await dun(ctx("2026-11-30"));
  expect(await standing(client)).toBe("outbound_stopped");
  const suspended = await dun(ctx("2026-12-15"));
  expect(await standing(client)).toBe("suspended");
  expect(suspended.toPublish).toContain(client.tenantId);
  // Until the lines are told, every run asks for it; told, none does.
  expect((await dun(ctx("2026-12-15"))).toPublish).toContain(client.tenantId);
  await markPublished(ctx("2026-12-15"), client.tenantId);
  expect((await dun(ctx("2026-12-15"))).toPublish).not.toContain(client.tenantId);
  await creditInvoice(databases.admin, db, client, invoiceId);
  const lifted = await dun(ctx("2026-12-16"));
  expect(await standing(client)).toBe("good");
  expect(lifted.toPublish).toContain(client.tenantId);
  const trail =
    await databases.admin`select detail from tenant.audit where tenant_id = ${client.tenantId} and action = 'standing_changed' order by at`;
  expect(trail.map(({ detail }) => detail.to)).toEqual(["reminded", "warned", "outbound_stopped", "suspended", "good"]);
});

test("BIL-8 a contract's own rule stands in place of the house's; a disputed invoice is not spoken of", async () => {
  const own = await clientWith(`${randomUUID()}@own.test`, "en-US");
  await inTenant(own.client, (tx) =>
    writeOwnRule(tx, own.client.contractId, [{ day: 3, deed: "remind" }], "test", "2026-10-01T00:00:00Z"),
  );
  // The claim is net; the tax on it is no more owed than the claim itself.
  const disputed = await clientWith(`${randomUUID()}@disputed.test`, "en-US", 3_000);
  await databases.admin`insert into tenant.disputes (tenant_id, invoice_id, line_id, reason, claimed_minor, opened_by, opened_at)
    select tenant_id, invoice_id, id, 'wrong', 50000, ${randomUUID()}, now() from tenant.invoice_lines where invoice_id = ${disputed.invoiceId}`;
  for (const day of ["2026-11-01", "2026-11-03", "2026-11-30"]) await dun(ctx(day));
  expect(await stepsOf(own.client)).toEqual(["remind@3"]);
  expect(own.to()[0]?.subject).toMatch(/^Reminder: invoice INV-2026-\d{6} is unpaid$/);
  expect(await stepsOf(disputed.client)).toEqual([]);
});

test("BIL-8 a letter that could not be sent is sent later, under the same key, once", async () => {
  const { to, client } = await clientWith(`${randomUUID()}@later.test`, "en-US");
  isMailAway = true;
  await dun(ctx("2026-11-01"));
  isMailAway = false;
  expect(to()).toEqual([]);
  const [waiting] =
    await databases.admin`select letter_trouble from tenant.dunning_steps where tenant_id = ${client.tenantId}`;
  expect(waiting?.letter_trouble).toBe("away");
  await dun(ctx("2026-11-01"));
  await dun(ctx("2026-11-01"));
  expect(to()).toHaveLength(1);
});
