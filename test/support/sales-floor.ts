import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect } from "vitest";
import { connect, type Database, type TenantTx, withTenant } from "../../src/adapters/db/index.ts";
import { asId, type UserId } from "../../src/domain/kernel/ids.ts";
import { collectSales } from "../../src/features/commission/collect.ts";
import { importEvents } from "../../src/features/commission/import.ts";
import { addPlan } from "../../src/features/commission/plans.ts";
import type { PlanInput, SaleEventInput } from "../../src/features/commission/schema.ts";
import { trialBalance } from "../../src/features/ledger/balances.ts";
import { type TestClient, testClient } from "./billing-client.ts";
import type { TestDatabase } from "./database.ts";

export const NOW = Date.parse("2026-11-20T10:00:00Z");
export const DECEMBER = Date.parse("2026-12-02T10:00:00Z");
export const JANUARY = Date.parse("2027-01-02T10:00:00Z");
export const clerk = asId<UserId>(randomUUID());
export const chief = asId<UserId>(randomUUID());
const SYSTEM = { kind: "system", name: "test" } as const;

export const PLAN: PlanInput = {
  beneficiary: "agent",
  from: "2026-01-01",
  terms: { pay: { by: "percent", percent: "2.5" }, accrueOn: "sold", payableOn: "delivered" },
};

export const saleEvent = (kind: SaleEventInput["kind"], more: Partial<SaleEventInput> = {}): SaleEventInput => ({
  sourceEventId: `${kind}-1`,
  sale: "order-1",
  kind,
  occurredAt: "2026-11-06T10:00:00Z",
  ...more,
});

/** A floor that sells: clients with an agent, a plan and a call in which something may be sold. */
export function useSalesFloor(databases: TestDatabase) {
  const open: { db?: Database; operatorDb?: Database } = {};
  beforeAll(() => {
    open.db = connect(databases.urls.app, { max: 4 });
    open.operatorDb = connect(databases.urls.operator, { max: 1 });
  });
  afterAll(async () => {
    await open.db?.close();
    await open.operatorDb?.close();
  });
  const dbs = () => {
    if (open.db === undefined || open.operatorDb === undefined) throw new Error("the floor is open only inside tests");
    return { db: open.db, operatorDb: open.operatorDb };
  };
  const as = <T>(client: TestClient, userId: UserId, work: (tx: TenantTx) => Promise<T>) =>
    withTenant(dbs().db, { tenantId: client.tenantId, actor: { kind: "user", userId } }, work);
  return {
    dbs,
    as,
    seller: (plan: PlanInput | null = PLAN) => seller(databases, as, plan),
    tell: (client: TestClient, events: SaleEventInput[], now = NOW) =>
      as(client, clerk, (tx) => importEvents(tx, { source: "shop", events }, "client", now)),
    collect: (now = NOW) => collectSales({ ...dbs(), actor: SYSTEM, now }),
    async balances(client: TestClient): Promise<Record<string, number>> {
      const { accounts, totals } = await trialBalance(dbs().db, { tenantId: client.tenantId, actor: SYSTEM }, null);
      expect(totals.every((total) => total.balanced)).toBe(true);
      return Object.fromEntries(accounts.map((it) => [it.kind, it.balanceMinor]));
    },
  };
}

type As = <T>(client: TestClient, userId: UserId, work: (tx: TenantTx) => Promise<T>) => Promise<T>;

async function seller(databases: TestDatabase, as: As, plan: PlanInput | null) {
  const client = await testClient(databases.admin);
  const [agentId, contactId] = [randomUUID(), randomUUID()];
  await databases.admin`insert into house.agents (id, pool_id, slug, name)
    values (${agentId}, ${client.poolId}, ${`a${agentId.slice(0, 8)}`}, '李娜 Li Na')`;
  await client.contact({ id: contactId, at: "2026-11-05T02:00:00Z" });
  await databases.admin`update tenant.contacts set agent_id = ${agentId} where tenant_id = ${client.tenantId}`;
  if (plan !== null) await as(client, clerk, (tx) => addPlan(tx, plan));
  const wrapUp = (saleMinor?: number) =>
    client.use({
      event: `${contactId}:9`,
      kind: "success",
      at: "2026-11-05T02:05:00Z",
      contactId,
      attrs: { disposition: "order", ...(saleMinor === undefined ? {} : { saleMinor }) },
    });
  return { ...client, agentId, contactId, wrapUp };
}
