import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { testClient } from "../../../test/support/billing-client.ts";
import { useDatabase } from "../../../test/support/database.ts";
import { connect, type Database } from "../../adapters/db/index.ts";
import { asId, type UserId } from "../../domain/kernel/ids.ts";
import type { Charges } from "./contract-schema.ts";
import { discardDraft, keepDraft, readContract } from "./contracts.ts";

const databases = useDatabase();
const actor = { kind: "user", userId: asId<UserId>(randomUUID()) } as const;
let db: Database;
let operatorDb: Database;
beforeAll(() => {
  db = connect(databases.urls.app, { max: 2 });
  operatorDb = connect(databases.urls.operator, { max: 1 });
});
afterAll(async () => {
  await db.close();
  await operatorDb.close();
});

test("BIL-6 a draft that somebody kept meanwhile is not thrown away unseen; one that is gone already is no matter", async () => {
  const ctx = { db, operatorDb, actor, now: Date.parse("2026-11-20T00:00:00Z") };
  const { tenantId, contractId } = await testClient(databases.admin);
  const scope = { tenantId, actor };
  const keep = async (price: string): Promise<number> => {
    const label = { zh: "接听", en: "Calls" };
    const charges: Charges = [{ code: "calls", label, model: "unit", usage: "contact", price, per: 1, baseCount: 0 }];
    return (await keepDraft(ctx, scope, contractId, { validFrom: "2026-12-01", charges, card: null })).savedAt;
  };
  const mine = await keep("3.10");
  const theirs = await keep("3.20");
  const discarding = discardDraft(ctx, scope, contractId, mine);
  await expect(discarding).rejects.toMatchObject({ kind: "conflict", code: "changed_meanwhile" });
  expect((await readContract(ctx, scope, contractId)).draft?.savedAt).toBe(theirs);
  await discardDraft(ctx, scope, contractId, theirs);
  await discardDraft(ctx, scope, contractId, theirs);
  expect((await readContract(ctx, scope, contractId)).draft).toBeNull();
});
