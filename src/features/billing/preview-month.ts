import { type Database, type TenantScope, type TenantTx, withTenant } from "../../adapters/db/index.ts";
import { exactText } from "../../domain/kernel/rational.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import type { Charge } from "../../domain/rating/charge.ts";
import { contractWarnings } from "../../domain/rating/warnings.ts";
import { billingMonth } from "./period.ts";
import { rate, segmentsOf } from "./rating-input.ts";
import type { Preview } from "./schema.ts";
import { contractsOf, cutoffNow, usageOf, type VersionInForce, versionsInForce } from "./store.ts";
import { decimalsOf, safe } from "./views-store.ts";

/**
 * What a month would have come to under other charges, over the same usage, days and seats and by the same engine as an
 * invoice; nothing is written. Without charges it is the contract as it stands, and equals the invoice to the minor unit.
 */
export async function previewMonth(
  db: Database,
  scope: TenantScope,
  input: { readonly period: string; readonly charges: readonly Charge[] | null },
): Promise<Preview> {
  return withTenant(db, scope, async (tx) => {
    const [contract] = await contractsOf(tx);
    if (contract === undefined) throw new Refusal("not_found", "contract_not_found", "this client has no contract");
    const month = billingMonth(contract.timeZone, input.period);
    const versions = await versionsOf(tx, contract.id, month, input.charges);
    const segments = await segmentsOf(tx, contract.id, versions, month);
    const usage = await usageOf(tx, month, await cutoffNow(tx));
    const rating = rate(
      contract,
      month,
      segments,
      usage.map((it) => it.record),
    );
    return {
      currency: contract.currency,
      decimals: decimalsOf(contract.currency),
      period: month.key,
      totalMinor: safe(rating.totalMinor),
      lines: rating.lines.map((line) => ({
        key: line.key,
        label: line.label,
        code: line.code,
        model: line.model,
        component: line.component,
        quantity: exactText(line.quantity),
        unit: line.unit,
        unitPrice: line.unitPrice === null ? null : exactText(line.unitPrice),
        amountMinor: safe(line.amountMinor),
        exact: exactText(line.exact),
        detail: { ...line.detail },
      })),
      unrated: rating.unrated.length,
      warnings: segments.flatMap((segment) => contractWarnings(segment.charges)),
    };
  });
}

/** Other charges are tried as if they had been in force the whole month. */
async function versionsOf(
  tx: TenantTx,
  contractId: string,
  month: ReturnType<typeof billingMonth>,
  charges: readonly Charge[] | null,
): Promise<VersionInForce[]> {
  if (charges === null) return versionsInForce(tx, contractId, month);
  const tried = charges.map((charge) => ({ id: charge.code, charge }));
  return [
    {
      version: 0,
      contentHash: "",
      from: month.start,
      to: month.end,
      begins: true,
      daysOfNext: month.daysOfNext,
      charges: tried,
    },
  ];
}
