import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestClient, testClient } from "../../../test/support/billing-client.ts";
import { useDatabase } from "../../../test/support/database.ts";
import { killedAt, unlessKilled } from "../../../test/support/statements.ts";
import { connect, type Database, type TenantTx, withTenant } from "../../adapters/db/index.ts";
import type { Charge } from "../../domain/rating/charge.ts";
import { listExceptions, resolveException } from "./exceptions.ts";
import { billingMonth } from "./period.ts";
import { rateNewUsage } from "./rate-new-usage.ts";
import { contactsAddedUp, contactsOfSegments } from "./rated-days.ts";
import { itemsOff, type MonthSums, sumsAstray, sumsOfMonth } from "./rated-sums.ts";
import { ratedTerms } from "./rated-terms.ts";
import { segmentsOf } from "./rating-input.ts";
import { reconcileMonth } from "./reconcile.ts";
import type { BillingContext } from "./run-contract.ts";
import { runMonth } from "./run-month.ts";
import { cutoffNow, versionsInForce } from "./store.ts";

const databases = useDatabase();
const named = (code: string) => ({ code, label: { zh: code, en: code } });
const CHARGES: readonly Charge[] = [
  { ...named("bundle"), model: "package", usage: "contact", fee: "50", included: 3, overflow: "1.005" },
  {
    ...named("talk"),
    model: "carrier_time",
    buy: { perMinute: "0.0123", firstS: 60, nextS: 60 },
    sell: { by: "markup", percent: "15" },
  },
  { ...named("share"), model: "commission", pay: { by: "percent", percent: "4.5" } },
  {
    ...named("rate"),
    model: "commission",
    where: { dispositions: ["rare"] },
    pay: { by: "bands", bands: [{ upToPercent: null, amount: "2" }] },
  },
  { ...named("days"), model: "day_rate", price: "30", monthCap: "200" },
  {
    ...named("project"),
    model: "milestone",
    milestones: ["a", "b"].map((code) => ({ code, amount: "100" })),
  },
];
const PERIOD = "2026-11";
const MONTH = billingMonth("Asia/Shanghai", PERIOD);
const NOW = Date.parse("2026-11-30T00:00:00Z");

let db: Database;
let operatorDb: Database;
const actor = { kind: "system", name: "test" } as const;
const context = (over: Database = db): BillingContext => ({ db: over, operatorDb, actor, now: NOW });

beforeAll(() => {
  db = connect(databases.urls.app, { max: 2 });
  operatorDb = connect(databases.urls.operator, { max: 1 });
});
afterAll(async () => {
  await db.close();
  await operatorDb.close();
});

type Step =
  | {
      readonly what: "use";
      readonly kind: number;
      readonly day: number;
      readonly contact: number;
      readonly quantity: number;
    }
  | { readonly what: "correct"; readonly nth: number; readonly quantity: number }
  | { readonly what: "rate" | "draft" | "other_terms" }
  | { readonly what: "killed"; readonly statement: number; readonly draft: boolean }
  | { readonly what: "resolve"; readonly how: "accept" | "exclude" };

/** Contacts of a few legs, sales with and without their value, days of seats, milestones, and a kind that nothing charges. */
const KINDS = [
  "contact",
  "carrier_leg",
  "carrier_leg",
  "success",
  "success",
  "seat_day",
  "milestone",
  "milestone",
  "message",
];
const ATTRS = [{}, {}, {}, { saleMinor: 1999 }, {}, {}, { milestone: "a" }, { milestone: "b" }, {}];

const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      what: fc.constant("use" as const),
      kind: fc.nat(KINDS.length - 1),
      day: fc.integer({ min: 1, max: 28 }),
      contact: fc.nat(2),
      quantity: fc.integer({ min: 0, max: 3 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ what: fc.constant("correct" as const), nth: fc.nat(20), quantity: fc.nat(3) }) },
  {
    weight: 4,
    arbitrary: fc.record({ what: fc.constantFrom("rate" as const, "draft" as const, "other_terms" as const) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant("killed" as const),
      statement: fc.integer({ min: 1, max: 40 }),
      draft: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant("resolve" as const),
      how: fc.constantFrom("accept" as const, "exclude" as const),
    }),
  },
);

/** A client on which steps are taken; the usage that it has by then, for corrections. */
async function stage() {
  const of = await testClient(databases.admin);
  await of.version("2026-01-01", null, CHARGES);
  const contacts = [randomUUID(), randomUUID(), randomUUID()];
  const usage: { id: string; kind: string; at: string; contactId: string; attrs: object }[] = [];
  const draft = (over: Database) => runMonth(context(over), { tenantId: of.tenantId, period: PERIOD });
  const rate = (over: Database) => rateNewUsage(over, { tenantId: of.tenantId, actor }, PERIOD);
  const take = async (step: Step): Promise<void> => {
    if (step.what === "use") {
      const record = {
        kind: KINDS[step.kind] ?? "contact",
        at: `2026-11-${String(step.day).padStart(2, "0")}T02:00:00Z`,
        contactId: contacts[step.contact] ?? "",
        attrs: ATTRS[step.kind] ?? {},
      };
      usage.push({ ...record, id: await of.use({ ...record, event: randomUUID(), quantity: step.quantity }) });
    } else if (step.what === "correct") {
      const wrong = usage.splice(step.nth % Math.max(1, usage.length), 1)[0];
      if (wrong === undefined) return;
      const record = { ...wrong, event: randomUUID(), quantity: step.quantity, corrects: wrong.id };
      usage.push({ ...wrong, id: await of.use(record) });
    } else if (step.what === "killed") {
      await unlessKilled((step.draft ? draft : rate)(killedAt(db, step.statement)));
    } else if (step.what === "resolve") {
      const [waiting] = await listExceptions(context(), { state: "open", tenantId: of.tenantId });
      if (waiting === undefined) return;
      const which = { tenantId: of.tenantId, exceptionId: waiting.id };
      await resolveException(
        context(),
        which,
        step.how === "accept" ? { what: "accept" } : { what: "exclude", note: "no" },
      );
    } else if (step.what === "other_terms") {
      await databases.admin`update tenant.rated_months set terms_hash = repeat('0', 64) where tenant_id = ${of.tenantId}`;
    } else await (step.what === "draft" ? draft : rate)(db);
  };
  return { of, take, draft };
}

/** What the month comes to by the sums that are kept, and by its items added up, as of now. */
async function both(of: TestClient) {
  const month = { contract: { id: of.contractId }, month: MONTH };
  return withTenant(db, { tenantId: of.tenantId, actor }, async (tx) => {
    const astray = await sumsAstray(tx, month);
    const cutoff = await cutoffNow(tx);
    const off = await itemsOff(tx, month, cutoff);
    const kept = plain(await sumsOfMonth(tx, month, cutoff, off));
    const summed = sql`update tenant.rated_months set summed = ${sql.raw("not summed")} where tenant_id = ${tx.tenantId}`;
    await tx.execute(summed);
    const items = plain(await sumsOfMonth(tx, month, cutoff, off));
    await tx.execute(summed);
    return { astray, kept, items };
  });
}

/** Contacts of the month's days as kept and as usage has them: the same once all of it is rated. */
async function contactsBothWays(of: TestClient) {
  await withTenant(db, { tenantId: of.tenantId, actor }, async (tx) => {
    const terms = await termsOf(tx, of);
    const cutoff = await cutoffNow(tx);
    const kept = await contactsOfSegments(tx, terms, cutoff, await itemsOff(tx, terms, cutoff));
    expect(kept).toEqual(await contactsAddedUp(tx, terms, cutoff));
  });
}

async function termsOf(tx: TenantTx, of: TestClient) {
  const versions = await versionsInForce(tx, of.contractId, MONTH);
  const segments = await segmentsOf(tx, of.contractId, versions, MONTH);
  return ratedTerms({ id: of.contractId, currency: "CNY" }, MONTH, versions, segments);
}

/** In no order, and without what only helps to keep them. */
function plain({ rows, contacts }: MonthSums) {
  const texts = rows.map(
    ({ charge_id, part, reason, kind, records, quantity, most, billed_s, cost_s, amount, cost, sale }) =>
      JSON.stringify([charge_id, part, reason, kind, records, quantity, most, billed_s, cost_s, amount, cost, sale]),
  );
  return [texts.toSorted(), [...contacts].filter(([, count]) => count > 0).toSorted()];
}

test("BIL-7 whatever is rated, corrected, rated anew, kept off or killed, a month's sums are those of its items", {
  timeout: 240_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: 6, maxLength: 24 }), async (taken) => {
      const { of, take, draft } = await stage();
      for (const step of taken) {
        await take(step);
        const { astray, kept, items } = await both(of);
        expect(astray).toBe(0);
        expect(kept).toEqual(items);
        if (step.what === "rate" || step.what === "draft") await contactsBothWays(of);
      }
      await draft(db);
      expect((await both(of)).astray).toBe(0);
      await contactsBothWays(of);
    }),
    { numRuns: 25, endOnFailure: true },
  );
});

const USE = { what: "use", kind: 1, day: 3, contact: 0, quantity: 3 } as const;

test("BIL-7 a sum that is not that of its items is named by who reconciles", async () => {
  const { of, take } = await stage();
  for (const step of [USE, { ...USE, kind: 0 }, { what: "draft" } as const]) await take(step);
  const told = async () => {
    const [found] = await reconcileMonth(context(), { tenantId: of.tenantId, period: PERIOD });
    return found?.mismatches.filter(({ what }) => what.startsWith("sums of rated usage"));
  };
  expect(await told()).toEqual([]);
  await databases.admin`update tenant.rated_sums set quantity = quantity + 1 where tenant_id = ${of.tenantId} and billed_s > 0`;
  expect(await told()).toMatchObject([{ expected: "0", got: "2" }]);
});

test("BIL-7 a month rated before sums were kept is drafted from its items, and summed once by the next run that rates", async () => {
  const { of, take, draft } = await stage();
  for (const step of [USE, { ...USE, contact: 1 }, { what: "rate" } as const]) await take(step);
  await databases.admin`delete from tenant.rated_sums where tenant_id = ${of.tenantId}`;
  await databases.admin`delete from tenant.rated_contacts where tenant_id = ${of.tenantId}`;
  await databases.admin`update tenant.rated_months set summed = false where tenant_id = ${of.tenantId}`;
  expect(await draft(db)).toMatchObject([{ what: "written" }]);
  const lines = () => databases.admin`
    select l.stable_key, (l.detail->>'contacts')::int as contacts, (l.detail->>'records')::int as records from tenant.invoice_lines l
    where l.tenant_id = ${of.tenantId} and l.stable_key = 'talk/time@v1'`;
  expect([...(await lines())]).toEqual([{ stable_key: "talk/time@v1", contacts: 2, records: 2 }]);
  for (const step of [USE, { what: "rate" } as const]) await take(step);
  expect(await sumsOf(of)).toEqual([{ charge: true, records: 3, contacts: 2 }]);
  await draft(db);
  expect([...(await lines())]).toEqual([{ stable_key: "talk/time@v1", contacts: 2, records: 3 }]);
});

async function sumsOf(of: TestClient) {
  return [
    ...(await databases.admin`select charge_id is not null as charge, records::int, contacts::int from tenant.rated_sums
      where tenant_id = ${of.tenantId}`),
  ];
}
