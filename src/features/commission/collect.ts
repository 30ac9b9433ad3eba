import { type Actor, type Database, withOperator, withTenant } from "../../adapters/db/index.ts";
import type { TenantId } from "../../domain/kernel/ids.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import { tenantsOfHouse } from "../ledger/index.ts";
import { collectWrapUps } from "./record.ts";

/** Takes in the sales that agents recorded at wrap-up, of every client; returns how many of each that had any. */
export async function collectSales(ctx: {
  readonly db: Database;
  readonly operatorDb: Database;
  readonly actor: Actor;
  readonly now: Instant;
}): Promise<{ tenantId: TenantId; sales: number }[]> {
  const done: { tenantId: TenantId; sales: number }[] = [];
  for (const tenantId of await withOperator(ctx.operatorDb, tenantsOfHouse)) {
    const sales = await withTenant(ctx.db, { tenantId, actor: ctx.actor }, (tx) => collectWrapUps(tx, ctx.now));
    if (sales > 0) done.push({ tenantId, sales });
  }
  return done;
}
