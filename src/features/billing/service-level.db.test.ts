import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestClient, testClient } from "../../../test/support/billing-client.ts";
import { useDatabase } from "../../../test/support/database.ts";
import { connect, type Database, withTenant } from "../../adapters/db/index.ts";
import { FORMULAS } from "../../domain/sla/attainment.ts";
import { ChargesSchema } from "./contract-schema.ts";
import { serviceLevel } from "./service-level.ts";

const databases = useDatabase();
let db: Database;
let client: TestClient;
const [FROM, TO] = [Date.parse("2026-11-01T00:00:00Z"), Date.parse("2026-12-01T00:00:00Z")];

/** How many contacts, how they left the queue (its target: 20 s; short: under 5 s), and after what wait. */
const LEFT = [
  { of: 4, outcome: "answered", waitedMs: 20_000, inTime: true, short: false },
  { of: 2, outcome: "answered", waitedMs: 20_001, inTime: false, short: false },
  { of: 3, outcome: "abandoned", waitedMs: 10_000, inTime: true, short: false },
  { of: 1, outcome: "abandoned", waitedMs: 30_000, inTime: false, short: false },
  { of: 2, outcome: "abandoned", waitedMs: 2_000, inTime: true, short: true },
  { of: 1, outcome: "flowed_out", waitedMs: 10_000, inTime: true, short: false },
  { of: 1, outcome: "flowed_out", waitedMs: 40_000, inTime: false, short: false },
] as const;

beforeAll(async () => {
  db = connect(databases.urls.app);
  client = await testClient(databases.admin);
  const stay = async (queuedAt: string, left: Omit<(typeof LEFT)[number], "of">) => {
    const contactId = randomUUID();
    // The call came to the house before the month began: what counts is when it was offered to the queue.
    await client.contact({ id: contactId, at: "2026-10-31T23:59:00Z" });
    await client.stay({ contactId, at: queuedAt, ...left });
  };
  for (const { of, ...left } of LEFT) {
    for (let n = 0; n < of; n += 1) await stay(n === 0 ? "2026-11-01T00:00:00Z" : "2026-11-30T23:59:59.999Z", left);
  }
  for (const outside of ["2026-10-31T23:59:59.999Z", "2026-12-01T00:00:00Z"]) await stay(outside, LEFT[0]);
});
afterAll(async () => {
  await db.close();
});

test.each([
  ["SL-1", 4, 6],
  ["SL-2", 9, 12],
  ["SL-3", 4, 12],
  ["SL-4", 4, 10],
  ["SL-5", 4, 14],
  ["SL-6", 4, 6],
  ["SL-7", 10, 14],
  ["SL-8", 4, 7],
] as const)("BIL-10 by %s the month measures %i of %i", async (formula, within, counted) => {
  const scope = { tenantId: client.tenantId, actor: { kind: "system", name: "test" } } as const;
  expect(await withTenant(db, scope, (tx) => serviceLevel(tx, FROM, TO, formula))).toEqual({ within, counted });
});

const credit = (code: string, formula?: string) => ({
  code,
  label: { zh: code, en: code },
  model: "sla_credit",
  targetPercent: "80",
  perStartedPointPercent: "1",
  capPercent: "10",
  ...(formula === undefined ? {} : { formula }),
});

test("BIL-10 a version names one formula of eight; what names none has the usual one", () => {
  for (const formula of FORMULAS) expect(ChargesSchema.safeParse([credit("a", formula)]).success).toBe(true);
  expect(ChargesSchema.safeParse([credit("a"), credit("b", "SL-4")]).success).toBe(true);
  const two = ChargesSchema.safeParse([credit("a"), credit("b", "SL-8")]);
  expect(two.error?.issues.map((issue) => issue.path.join("."))).toEqual(["0.formula", "1.formula"]);
  expect(ChargesSchema.safeParse([credit("a", "SL-9")]).error?.issues[0]?.path).toEqual([0, "formula"]);
});
