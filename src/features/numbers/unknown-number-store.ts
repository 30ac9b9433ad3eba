import { sql } from "drizzle-orm";
import { iso, type OperatorTx } from "../../adapters/db/index.ts";
import type { HouseFact } from "../../domain/call/facts.ts";

/** Stores calls to numbers that are not in service. A call is one row, however often the carrier or the queue repeats it. */
export async function storeUnknownNumberCalls(tx: OperatorTx, facts: readonly HouseFact[]): Promise<void> {
  if (facts.length === 0) return;
  const rows = JSON.stringify(facts.map(({ at, body }) => ({ ...body, at: iso(at) })));
  await tx.execute(sql`
    insert into house.unknown_number_calls (account_sid, call_sid, tenant_id, to_number, another_tenants, called_at)
    select "accountSid", "callSid", "tenantId", "to", "anotherTenants", at
    from jsonb_to_recordset(${rows}::jsonb)
      as f("accountSid" text, "callSid" text, "tenantId" uuid, "to" text, "anotherTenants" boolean, at timestamptz)
    on conflict do nothing`);
}

/** How many calls came in on numbers not in service from this instant on. */
export async function countUnknownNumberCalls(tx: OperatorTx, since: number): Promise<number> {
  const rows = await tx.execute<{ calls: number }>(sql`
    select count(*)::int as calls from house.unknown_number_calls where called_at >= ${iso(since)}`);
  return rows[0]?.calls ?? 0;
}
