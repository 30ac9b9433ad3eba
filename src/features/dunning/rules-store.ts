import { sql } from "drizzle-orm";
import { z } from "zod";
import type { OperatorTx, TenantTx } from "../../adapters/db/index.ts";
import type { DunningStep } from "../../domain/dunning/dunning.ts";
import { StepsSchema } from "./schema.ts";

/** Null where the house has never said otherwise. */
export async function houseRule(tx: OperatorTx): Promise<readonly DunningStep[] | null> {
  const [row] = await tx.execute<{ steps: string }>(sql`select steps::text as steps from house.dunning_rules limit 1`);
  return row === undefined ? null : stepsOf(row.steps);
}

/** Rules of single contracts, by contract. */
export async function ownRules(tx: TenantTx): Promise<Map<string, readonly DunningStep[]>> {
  const rows = await tx.execute<{ contract_id: string; steps: string }>(sql`
    select contract_id, steps::text as steps from tenant.dunning_rules where tenant_id = ${tx.tenantId} limit 500`);
  return new Map(rows.map((row) => [row.contract_id, stepsOf(row.steps)]));
}

export async function writeHouseRule(
  tx: OperatorTx,
  steps: readonly DunningStep[],
  by: string,
  at: string,
): Promise<void> {
  await tx.execute(sql`
    insert into house.dunning_rules (outsourcer_id, steps, changed_by, changed_at)
    select id, ${JSON.stringify(steps)}::jsonb, ${by}, ${at}::timestamptz from house.outsourcers order by id limit 1
    on conflict (outsourcer_id) do update set steps = excluded.steps, changed_by = excluded.changed_by, changed_at = excluded.changed_at`);
}

/** False where the contract is not the client's. */
export async function writeOwnRule(
  tx: TenantTx,
  contractId: string,
  steps: readonly DunningStep[],
  by: string,
  at: string,
): Promise<boolean> {
  const rows = await tx.execute(sql`
    insert into tenant.dunning_rules (tenant_id, contract_id, steps, changed_by, changed_at)
    select tenant_id, id, ${JSON.stringify(steps)}::jsonb, ${by}, ${at}::timestamptz from tenant.contracts
    where tenant_id = ${tx.tenantId} and id = ${contractId}
    on conflict (tenant_id, contract_id) do update set steps = excluded.steps, changed_by = excluded.changed_by, changed_at = excluded.changed_at
    returning contract_id`);
  return rows.length > 0;
}

function stepsOf(text: string): readonly DunningStep[] {
  return z.array(StepsSchema.element).parse(JSON.parse(text));
}
