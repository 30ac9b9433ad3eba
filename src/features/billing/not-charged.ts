import { sql } from "drizzle-orm";
import { type TenantTx, withOperator, withTenant } from "../../adapters/db/index.ts";
import type { BillingContext } from "./run-contract.ts";
import type { NotChargedView } from "./schema.ts";
import { tenantsInService } from "./store.ts";

/** A list to look through, not an archive: the newest months of it. */
const SHOWN_MAX = 500;

/**
 * Drafts of every client with usage that no charge asks for, as their runs counted it, newest month first. Agreed as often as
 * forgotten, so it waits for nobody; but whoever reads of it in a run finds it here.
 */
export async function listNotCharged(ctx: BillingContext): Promise<NotChargedView[]> {
  const found: NotChargedView[] = [];
  for (const tenantId of await withOperator(ctx.operatorDb, tenantsInService)) {
    found.push(...(await withTenant(ctx.db, { tenantId, actor: ctx.actor }, notChargedRows)));
  }
  return found.toSorted((a, b) => (a.period < b.period ? 1 : a.period > b.period ? -1 : 0)).slice(0, SHOWN_MAX);
}

async function notChargedRows(tx: TenantTx): Promise<NotChargedView[]> {
  const rows = await tx.execute<{
    invoice: string;
    tenant: string;
    contract: string;
    zh: string;
    en: string;
    period: string;
    kinds: NotChargedView["kinds"] | string;
  }>(sql`
    select i.id as invoice, co.name as tenant, c.id as contract, c.name_zh as zh, c.name_en as en, to_char(i.period_start, 'YYYY-MM') as period,
      (select json_agg(json_build_object('kind', key, 'records', value) order by key) from jsonb_each(i.not_charged)) as kinds
    from tenant.invoices i
    join tenant.contracts c on c.tenant_id = i.tenant_id and c.id = i.contract_id
    join tenant.companies co on co.tenant_id = i.tenant_id
    where i.tenant_id = ${tx.tenantId} and i.status = 'draft' and i.not_charged <> '{}'::jsonb
    order by i.period_start desc, i.id limit ${SHOWN_MAX}`);
  return rows.map(({ invoice, tenant, contract, zh, en, period, kinds }) => ({
    tenantId: tx.tenantId,
    tenantName: tenant,
    contractId: contract,
    contract: { zh, en },
    invoiceId: invoice,
    period,
    kinds: typeof kinds === "string" ? (JSON.parse(kinds) as NotChargedView["kinds"]) : kinds,
  }));
}
