import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestClient, testClient } from "../../../test/support/billing-client.ts";
import { useDatabase } from "../../../test/support/database.ts";
import { withProfile, withSeller } from "../../../test/support/invoices.ts";
import { connect, type Database, withTenant } from "../../adapters/db/index.ts";
import { asId, type UserId } from "../../domain/kernel/ids.ts";
import type { Charge } from "../../domain/rating/charge.ts";
import { type Letter, type Mailer, MailOutage } from "../../ports/mailer.ts";
import { refreshDrafts } from "../billing/index.ts";
import type { LetterContext } from "../letters/index.ts";
import { lettersTo } from "../letters/sent.ts";
import { tellSpending } from "./alerts.ts";
import { setSpendLimit } from "./limit-store.ts";

const databases = useDatabase();
const PACK: Charge = {
  code: "pack",
  label: { zh: "接听套餐", en: "Answered package" },
  model: "package",
  usage: "contact",
  fee: "100.00",
  included: 10,
  overflow: "5.00",
};
const NOON = Date.parse("2026-11-16T04:00:00Z");
const MINUTE = 60_000;
const actor = { kind: "system", name: "spend" } as const;

let db: Database;
let operatorDb: Database;
const sent: Letter[] = [];
const away = new Set<string>();
const mailer: Mailer = {
  async send(letter) {
    if (letter.to.some((it) => away.has(it))) throw new MailOutage("away");
    sent.push(letter);
    return { letterId: `id of ${letter.key}` };
  },
};
beforeAll(() => {
  db = connect(databases.urls.app, { max: 4 });
  operatorDb = connect(databases.urls.operator, { max: 1 });
});
afterAll(async () => {
  await db.close();
  await operatorDb.close();
});

async function clientIn(language: "zh-CN" | "en-US") {
  const made = await testClient(databases.admin);
  const email = `${randomUUID()}@client.test`;
  await withSeller(databases.admin);
  await withProfile(databases.admin, made.tenantId, { profile: "cn_vat", rate: "6", charges: {} });
  await databases.admin`update tenant.billing_profiles set buyer = buyer || ${databases.admin.json({ email })} where tenant_id = ${made.tenantId}`;
  await databases.admin`update tenant.companies set language = ${language} where tenant_id = ${made.tenantId}`;
  await made.version("2026-01-01", null, [PACK]);
  return { made, email, letters: () => sent.filter((it) => it.to.includes(email)) };
}

async function use(made: TestClient, ...events: string[]) {
  for (const event of events) await made.use({ event, kind: "contact", at: "2026-11-10T02:00:00Z" });
  await refreshDrafts({ db, operatorDb, actor, now: NOON }, made.tenantId);
}
const tell = (now = NOON, post: Mailer | null = mailer) =>
  tellSpending({ db, operatorDb, mailer: post, actor, now, portalUrl: "https://house.test" } satisfies LetterContext);
const record = (made: TestClient) => withTenant(db, { tenantId: made.tenantId, actor }, lettersTo);
const calls = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => `c${from + at}`);

test("BIL-8 each step of a package is told once, in the client's language, and stands in the record of letters", async () => {
  const { made, letters } = await clientIn("zh-CN");
  await use(made, ...calls(1, 4));
  await tell();
  expect(letters()).toEqual([]);
  await use(made, "c5");
  await tell();
  await tell();
  await use(made, "c6");
  await tell();
  expect(letters().map(({ subject }) => subject)).toEqual(["2026-11：「接听套餐」已用 50%"]);
  expect(letters()[0]?.text).toContain("2026-11 已用 5，共 10（接听套餐）");
  expect(letters()[0]?.text).toContain("https://house.test/portal/spend");
  // From 60 to 100 per cent at once: one letter, of the highest step.
  await use(made, ...calls(7, 10));
  await tell();
  await tell();
  expect(
    letters()
      .map(({ subject }) => subject)
      .slice(1),
  ).toEqual(["2026-11：「接听套餐」已用完"]);
  expect(new Set(letters().map(({ key }) => key)).size).toBe(2);
  const [newest, first] = await record(made);
  expect(newest).toMatchObject({
    state: "sent",
    to: letters()[0]?.to,
    about: { kind: "spend", what: "package", step: 100 },
  });
  expect(first?.about).toMatchObject({ step: 50, label: { zh: "接听套餐" } });
});

test("BIL-8 the client's own limit is told in money; set anew it is told anew, and left as it was it is not", async () => {
  const { made, letters } = await clientIn("en-US");
  const limit = (amountMinor: bigint) =>
    setSpendLimit(
      db,
      { tenantId: made.tenantId, actor: { kind: "user", userId: asId<UserId>(randomUUID()) } },
      { contractId: made.contractId, amountMinor, now: NOON },
    );
  await use(made, "c1");
  await limit(12_000n);
  await tell();
  expect(letters().map(({ subject }) => subject)).toEqual(["2026-11: 80 % of your spending limit is used"]);
  expect(letters()[0]?.text).toContain("CNY 100.00 of CNY 120.00 used (spending limit, before tax)");
  await limit(20_000n);
  await tell();
  await limit(12_000n);
  await tell();
  expect(
    letters()
      .map(({ subject }) => subject)
      .slice(1),
  ).toEqual(["2026-11: 50 % of your spending limit is used"]);
});

test("BIL-8 a letter that could not be sent is tried again under its key, later each time, and at last given up", async () => {
  const { made, email, letters } = await clientIn("en-US");
  await use(made, ...calls(1, 5));
  away.add(email);
  await tell();
  await tell(NOON + MINUTE - 1);
  const tries = async () =>
    (await databases.admin`select letter_tries from tenant.spend_alerts where tenant_id = ${made.tenantId}`)[0]
      ?.letter_tries;
  expect(await tries()).toBe(1);
  await tell(NOON + MINUTE);
  await tell(NOON + 2 * MINUTE);
  expect(await tries()).toBe(2);
  expect((await record(made))[0]).toMatchObject({ state: "waiting", to: [], trouble: "away" });
  away.delete(email);
  await tell(NOON + 3 * MINUTE);
  await tell(NOON + 60 * MINUTE);
  expect(letters()).toHaveLength(1);

  const lost = await clientIn("en-US");
  await use(lost.made, ...calls(1, 5));
  away.add(lost.email);
  let now = NOON;
  for (let at = 0; at < 12; at += 1) {
    await tell(now);
    now += MINUTE * 2 ** at;
  }
  away.delete(lost.email);
  await tell(now);
  expect(lost.letters()).toEqual([]);
  expect((await record(lost.made))[0]).toMatchObject({ state: "given_up", trouble: "away" });
});

test("BIL-8 a house that writes no letters notes the step all the same; the portal shows it", async () => {
  const { made, letters } = await clientIn("en-US");
  await use(made, ...calls(1, 8));
  await tell(NOON, null);
  expect(letters()).toEqual([]);
  expect((await record(made))[0]).toMatchObject({ state: "waiting", about: { step: 80 } });
});
