import { withTenant } from "../../adapters/db/index.ts";
import type { TenantId } from "../../domain/kernel/ids.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import { type BillingContext, runContract } from "./run-contract.ts";
import { contractsOf } from "./store.ts";
import { getInvoice } from "./views.ts";
import { contractIdOf } from "./views-store.ts";

/**
 * Bills a month anew whose invoice was cancelled: a draft that names the one it takes the place of, from the usage and terms
 * of now. Refused while the month has an invoice that stands. Who asks has made the draft and does not approve it.
 */
export async function reissueInvoice(
  ctx: BillingContext,
  { tenantId, invoiceId }: { readonly tenantId: TenantId; readonly invoiceId: string },
): Promise<{ invoiceId: string }> {
  const scope = { tenantId, actor: ctx.actor };
  const invoice = await getInvoice(ctx.db, scope, invoiceId);
  if (invoice.status !== "credited") {
    throw new Refusal(
      "conflict",
      "wrong_state",
      `the invoice is ${invoice.status}; only a cancelled one is billed anew`,
    );
  }
  const contract = await withTenant(ctx.db, scope, async (tx) => {
    const id = await contractIdOf(tx, invoiceId);
    return (await contractsOf(tx)).find((it) => it.id === id);
  });
  if (contract === undefined) throw new Refusal("not_found", "contract_not_found", "there is no such contract");
  const asked = { tenantId, contract, period: invoice.period, asked: true, reissue: true };
  const outcome = await runContract(ctx, asked);
  if (outcome.what === "closed") {
    throw new Refusal("conflict", "month_billed", "the month has an invoice already that stands");
  }
  if (outcome.invoiceId === null) {
    throw new Refusal("conflict", "no_terms", "no version of the contract was in force in that month");
  }
  return { invoiceId: outcome.invoiceId };
}
