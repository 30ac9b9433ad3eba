import { afterAll, beforeAll, expect, test } from "vitest";
import { testClient } from "../../../test/support/billing-client.ts";
import { useDatabase } from "../../../test/support/database.ts";
import { connect, type Database } from "../../adapters/db/index.ts";
import { expirePrepaid } from "./prepaid.ts";

const databases = useDatabase();
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

test("BIL-8 however many credits a client has spent, none hides an older one that is still worth money", async () => {
  const { tenantId } = await testClient(databases.admin);
  await databases.admin`
    insert into tenant.prepaid_credits (tenant_id, currency, amount_minor, bought_on, expires_on, reference, created_at)
    values (${tenantId}, 'CNY', 500, '2024-01-01', '2026-12-01', 'old', now())`;
  await databases.admin`
    with spent as (
      insert into tenant.prepaid_credits (tenant_id, currency, amount_minor, bought_on, reference, created_at)
      select ${tenantId}, 'CNY', 100, '2025-01-01', 'spent-' || n, now() from generate_series(1, 1000) n returning tenant_id, id)
    select count(*) from spent`;
  await databases.admin`
    insert into tenant.prepaid_draws (tenant_id, credit_id, kind, amount_minor, drawn_at)
    select tenant_id, id, 'expiry', 100, now() from tenant.prepaid_credits where tenant_id = ${tenantId} and reference <> 'old'`;
  const actor = { kind: "system", name: "test" } as const;
  expect(await expirePrepaid({ db, operatorDb, actor, now: Date.parse("2026-12-02T00:00:00Z") })).toBe(1);
  const [row] = await databases.admin`
    select d.amount_minor::int as amount from tenant.prepaid_draws d join tenant.prepaid_credits c on c.id = d.credit_id
    where d.tenant_id = ${tenantId} and c.reference = 'old'`;
  expect(row?.amount).toBe(500);
});
