import { sql } from "drizzle-orm";
import { type Database, type TenantScope, type TenantTx, withTenant } from "../../adapters/db/index.ts";
import type { LocalDate } from "../../domain/kernel/calendar-days.ts";
import { CURRENCY_DECIMALS, isCurrency } from "../../domain/kernel/currency.ts";
import { assert } from "../../domain/kernel/step.ts";
import { safe } from "./amounts.ts";
import type { RevenueReport } from "./schema.ts";

/** Services of one client, at most: charges of all versions of its contracts. */
const SERVICES_MAX = 2_000;

/**
 * What was earned between two days, both included, by service: revenue less credits for missed service levels. The name
 * and model are those of the newest charge with that code; a service that no charge names is the ledger's own.
 */
export function revenueByService(
  db: Database,
  scope: TenantScope,
  { from, to }: { readonly from: LocalDate; readonly to: LocalDate },
): Promise<RevenueReport> {
  return withTenant(db, scope, async (tx) => {
    const rows = await serviceRows(tx, from, to);
    const items = rows.map((row) => {
      assert(isCurrency(row.currency), `${row.currency} is a currency that was booked in`);
      return {
        service: row.service,
        label: row.zh === null || row.en === null ? null : { zh: row.zh, en: row.en },
        model: row.model,
        currency: row.currency,
        decimals: CURRENCY_DECIMALS[row.currency],
        earnedMinor: safe(row.earned),
        slaCreditMinor: safe(row.sla),
        netMinor: safe(BigInt(row.earned) - BigInt(row.sla)),
      };
    });
    return { from, to, items };
  });
}

function serviceRows(tx: TenantTx, from: LocalDate, to: LocalDate) {
  return tx.execute<{
    service: string;
    currency: string;
    model: string | null;
    zh: string | null;
    en: string | null;
    earned: string;
    sla: string;
  }>(sql`
    select a.subject as service, a.currency, c.model, c.description_zh as zh, c.description_en as en,
      coalesce(sum(d.credit_minor - d.debit_minor) filter (where a.kind = 'revenue'), 0)::text as earned,
      coalesce(sum(d.debit_minor - d.credit_minor) filter (where a.kind = 'sla_credit'), 0)::text as sla
    from tenant.ledger_accounts a
    join tenant.ledger_days d on d.tenant_id = a.tenant_id and d.account_id = a.id
    left join lateral (
      select ch.model, ch.description_zh, ch.description_en from tenant.charges ch
      where ch.tenant_id = a.tenant_id and ch.code = a.subject order by ch.version desc, ch.id desc limit 1) c on true
    where a.tenant_id = ${tx.tenantId} and a.kind in ('revenue', 'sla_credit')
      and d.booked_on between ${from}::date and ${to}::date
    group by 1, 2, 3, 4, 5 order by 2, 1 limit ${SERVICES_MAX}`);
}
