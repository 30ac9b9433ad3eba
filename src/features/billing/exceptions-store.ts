import { type SQL, sql } from "drizzle-orm";
import { iso, type TenantTx } from "../../adapters/db/index.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import type { ExceptionReason } from "../../domain/rating/exceptions.ts";
import { type BillingMonth, billingMonth, monthAt, monthsBefore } from "./period.ts";
import { type Contract, correctedUsage } from "./store.ts";

/** Usage is looked at again for so long before the last run: its transaction may have taken that long to commit. */
const COMMIT_SLACK = "1 hour";

/** An exception about stored usage, by the row of that usage. */
export type FoundException = { readonly rowId: string; readonly reason: ExceptionReason };

/** Opens what is not open yet. Returns how many were new. */
export async function openExceptions(tx: TenantTx, found: readonly FoundException[], at: Instant): Promise<number> {
  if (found.length === 0) return 0;
  const rows = await tx.execute(sql`
    insert into tenant.usage_exceptions (tenant_id, usage_id, source, source_event_id, kind, occurred_at, reason, opened_at)
    select u.tenant_id, u.id, u.source, u.source_event_id, u.kind, u.occurred_at, r.reason, ${iso(at)}::timestamptz
    from jsonb_to_recordset(${JSON.stringify(found)}::jsonb) as r("rowId" uuid, reason text)
    join tenant.usage u on u.tenant_id = ${tx.tenantId} and u.id = r."rowId"
    on conflict (tenant_id, source, source_event_id, reason) do nothing returning id`);
  return rows.length;
}

/** The first instant from which late usage is still rated by itself. */
export function lateLimit(contract: Contract, lateMonths: number, now: Instant): BillingMonth {
  return billingMonth(contract.timeZone, monthsBefore(monthAt(contract.timeZone, now), lateMonths));
}

type Scan = {
  readonly contract: Contract;
  readonly month: BillingMonth;
  /** Versions of the contract fill the month: then no usage of it is without a contract. */
  readonly covered: boolean;
  readonly limit: BillingMonth;
  readonly cutoff: Instant;
};

/**
 * Looks at what came since the contract's last run and cannot be billed by itself: of a closed month beyond the limit, of a
 * month that was never billed, of a day without any contract. Cheap where nothing of the kind came.
 */
export async function openUnbillable(tx: TenantTx, scan: Scan): Promise<number> {
  const { contract, month, limit, cutoff } = scan;
  const until = scan.covered ? month.from : month.to;
  const day = sql`(u.occurred_at at time zone ${month.timeZone})::date`;
  const rows = await tx.execute(sql`
    insert into tenant.usage_exceptions (tenant_id, usage_id, source, source_event_id, kind, occurred_at, reason, opened_at)
    select tenant_id, id, source, source_event_id, kind, occurred_at, reason, ${iso(cutoff)}::timestamptz from (
      select u.*, case
        when not exists (select from tenant.contract_versions v where v.tenant_id = u.tenant_id and v.valid @> ${day}) then 'no_contract'
        when u.occurred_at >= ${iso(month.from)}::timestamptz then null
        when not exists (${invoiceOfDay(day, sql`i.status not in ('discarded', 'credited')`)}) then 'period_not_billed'
        when u.occurred_at < ${iso(limit.from)}::timestamptz
          and not exists (${invoiceOfDay(day, sql`i.status = 'draft'`)}) then 'late'
        end as reason
      from tenant.usage u
      where u.tenant_id = ${tx.tenantId} and u.occurred_at < ${iso(until)}::timestamptz
        and u.received_at < ${iso(cutoff)}::timestamptz and u.received_at >= ${lastRun(tx, contract)}
        and not exists (select from tenant.line_usage s where s.tenant_id = u.tenant_id and s.usage_id = u.id)
        and not exists (select from tenant.usage_exceptions e where e.tenant_id = u.tenant_id and e.usage_id = u.id)) found
    where reason is not null
    on conflict (tenant_id, source, source_event_id, reason) do nothing returning id`);
  return rows.length;
}

function invoiceOfDay(day: SQL, status: SQL): SQL {
  return sql`select from tenant.invoices i where i.tenant_id = u.tenant_id and i.period_start <= ${day} and i.period_end > ${day} and ${status}`;
}

function lastRun(tx: TenantTx, { id }: Contract): SQL {
  return sql`(select coalesce(max(i.cutoff) - ${COMMIT_SLACK}::interval, '-infinity') from tenant.invoices i
    where i.tenant_id = ${tx.tenantId} and i.contract_id = ${id})`;
}

/** What a later run has charged after all waits no longer, nor does what a correction has taken the place of. */
export async function resolveRated(tx: TenantTx, at: Instant): Promise<void> {
  await tx.execute(sql`
    update tenant.usage_exceptions e set state = 'resolved', resolution = 'rated', resolved_at = ${iso(at)}::timestamptz
    where e.tenant_id = ${tx.tenantId} and e.state = 'open' and e.reason <> 'late' and e.usage_id is not null
      and exists (select from tenant.line_usage s where s.tenant_id = e.tenant_id and s.usage_id = e.usage_id)`);
  await tx.execute(sql`
    update tenant.usage_exceptions e set state = 'resolved', resolution = 'corrected', resolved_at = ${iso(at)}::timestamptz
    where e.tenant_id = ${tx.tenantId} and e.state = 'open' and e.reason <> 'late'
      and e.usage_id in (${correctedUsage(tx, at)})`);
}

/** Usage of a month that a person wants rated in spite of what is wrong with it. */
export async function acceptedUsage(tx: TenantTx, month: BillingMonth): Promise<Set<string>> {
  const rows = await tx.execute<{ usage_id: string }>(sql`
    select usage_id from tenant.usage_exceptions where tenant_id = ${tx.tenantId} and resolution = 'accepted'
      and usage_id is not null and occurred_at >= ${iso(month.from)}::timestamptz and occurred_at < ${iso(month.to)}::timestamptz`);
  return new Set(rows.map((row) => row.usage_id));
}

/** Months with usage that was accepted though it came too late. */
export async function acceptedMonths(tx: TenantTx, timeZone: string): Promise<Set<string>> {
  const rows = await tx.execute<{ period: string }>(sql`
    select distinct to_char(occurred_at at time zone ${timeZone}, 'YYYY-MM') as period from tenant.usage_exceptions
    where tenant_id = ${tx.tenantId} and resolution = 'accepted' and reason = 'late'`);
  return new Set(rows.map((row) => row.period));
}
