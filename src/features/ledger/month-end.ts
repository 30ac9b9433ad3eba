import { sql } from "drizzle-orm";
import { iso, type TenantTx, withOperator, withTenant } from "../../adapters/db/index.ts";
import { addDays, type LocalDate } from "../../domain/kernel/calendar-days.ts";
import { isCurrency } from "../../domain/kernel/currency.ts";
import type { TenantId } from "../../domain/kernel/ids.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import { assert } from "../../domain/kernel/step.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import { keyOf, type LedgerEvent, type ServiceAmount } from "../../domain/ledger/events.ts";
import { type HouseContext, tenantsOfHouse } from "./balances.ts";
import { post, reverse } from "./post.ts";

/** Contracts of one client with a bill for one month, at most. */
const CONTRACTS_MAX = 50;
/** Drafts take in late facts for five days (features/billing); the month is then as whole as it will be for the books. */
export const CLOSE_AFTER_DAYS = 5;

export type Accrual = {
  readonly tenantId: TenantId;
  readonly contractId: string;
  readonly txnId: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly fresh: boolean;
};

/**
 * Revenue of a month that no invoice had claimed by its last day: accrued on that day, reversed on the first of the next,
 * where the invoice then books it for good. Once for each contract and month, as the bill stands at that time; a repeat
 * finds what is booked and books nothing, whatever has become of the bill since. Refuses `month_not_over`.
 */
export async function accrueMonth(tx: TenantTx, period: string, occurredAt: Instant): Promise<Accrual[]> {
  if (!(await isOver(tx, period, occurredAt))) {
    throw new Refusal("conflict", "month_not_over", `${period} is not over on the client's calendar`);
  }
  const done: Accrual[] = [];
  for (const bill of await billsOf(tx, `${period}-01`)) done.push(await accrue(tx, bill, period, occurredAt));
  return done;
}

/** Each client's last month, once its days of grace are over; cheap when all is accrued. */
export async function accrueLastMonths(ctx: HouseContext & { readonly now: Instant }): Promise<Accrual[]> {
  const done: Accrual[] = [];
  for (const tenantId of await withOperator(ctx.operatorDb, tenantsOfHouse)) {
    done.push(
      ...(await withTenant(ctx.db, { tenantId, actor: ctx.actor }, async (tx) => {
        const period = await monthToAccrue(tx, ctx.now);
        return period === null || !(await isOwed(tx, period)) ? [] : accrueMonth(tx, period, ctx.now);
      })),
    );
  }
  return done.filter((accrual) => accrual.fresh);
}

export async function isOver(tx: TenantTx, period: string, now: Instant): Promise<boolean> {
  const [row] = await tx.execute<{ month: string }>(sql`
    select to_char(${iso(now)}::timestamptz at time zone c.time_zone, 'YYYY-MM') as month
    from tenant.companies c where c.tenant_id = ${tx.tenantId}`);
  return row === undefined || row.month > period;
}

/** Last month on the client's calendar, when this one is past its days of grace; null before. */
export async function monthToAccrue(tx: TenantTx, now: Instant): Promise<string | null> {
  const [row] = await tx.execute<{ day: number; last: string }>(sql`
    select extract(day from l.at)::int as day, to_char(l.at - interval '1 month', 'YYYY-MM') as last
    from (select date_trunc('day', ${iso(now)}::timestamptz at time zone c.time_zone) as at
      from tenant.companies c where c.tenant_id = ${tx.tenantId}) l`);
  return row === undefined || row.day <= CLOSE_AFTER_DAYS ? null : row.last;
}

/** Whether a bill of the month is not accrued yet: one look by index, because it is asked every minute. */
async function isOwed(tx: TenantTx, period: string): Promise<boolean> {
  const rows = await tx.execute(sql`
    select 1 from tenant.invoices i
    where i.tenant_id = ${tx.tenantId} and i.period_start = ${`${period}-01`}::date and i.status not in ('discarded', 'credited')
      and (i.issued_on is null or i.issued_on >= i.period_end)
      and not exists (select from tenant.ledger_txns t where t.tenant_id = i.tenant_id
        and t.idempotency_key = 'revenue_accrued:' || i.contract_id::text || ':' || ${period}) limit 1`);
  return rows.length > 0;
}

type Bill = {
  readonly contract_id: string;
  readonly currency: string;
  readonly end: string;
  readonly lines: unknown;
};

/** Bills of the month that were not final by its last day and are not cancelled. */
function billsOf(tx: TenantTx, start: LocalDate): Promise<Bill[]> {
  return tx.execute<Bill>(sql`
    select i.contract_id, i.currency, to_char(i.period_end, 'YYYY-MM-DD') as "end",
      coalesce(jsonb_agg(jsonb_build_object('service', c.code, 'amount', l.amount_minor::text, 'sla', c.model = 'sla_credit')
        order by l.position) filter (where l.id is not null), '[]') as lines
    from tenant.invoices i
    left join tenant.invoice_lines l on l.tenant_id = i.tenant_id and l.invoice_id = i.id
    left join tenant.charges c on c.tenant_id = l.tenant_id and c.id = l.charge_id
    where i.tenant_id = ${tx.tenantId} and i.period_start = ${start}::date and i.status not in ('discarded', 'credited')
      and (i.issued_on is null or i.issued_on >= i.period_end)
    group by i.tenant_id, i.id order by i.contract_id limit ${CONTRACTS_MAX}`);
}

async function accrue(tx: TenantTx, bill: Bill, period: string, occurredAt: Instant): Promise<Accrual> {
  assert(isCurrency(bill.currency), `${bill.currency} is a currency that was billed in`);
  const lines = linesOf(bill.lines);
  const event: LedgerEvent = {
    type: "revenue_accrued",
    id: `${bill.contract_id}:${period}`,
    currency: bill.currency,
    lines,
  };
  const about = { tenantId: tx.tenantId, contractId: bill.contract_id, currency: bill.currency };
  const known = await accruedBefore(tx, keyOf(event));
  if (known !== null) return { ...about, ...known, fresh: false };
  const { txnId, fresh } = await post(tx, { event, occurredAt, bookedOn: addDays(bill.end, -1) });
  await reverse(tx, { txnId, occurredAt, bookedOn: bill.end });
  return { ...about, txnId, amountMinor: lines.reduce((sum, line) => sum + line.amountMinor, 0n), fresh };
}

function linesOf(stored: unknown): ServiceAmount[] {
  const rows: unknown = typeof stored === "string" ? JSON.parse(stored) : stored;
  assert(Array.isArray(rows), "lines come as a list");
  return rows.map(({ service, amount, sla }: { service: string; amount: string; sla: boolean }) => ({
    service,
    amountMinor: BigInt(amount),
    slaCredit: sla,
  }));
}

async function accruedBefore(tx: TenantTx, key: string): Promise<{ txnId: string; amountMinor: bigint } | null> {
  const [row] = await tx.execute<{ id: string; amount: string }>(sql`
    select t.id, coalesce(sum(case when d.kind = 'accrued_revenue' then e.amount_minor else -e.amount_minor end), 0)::text as amount
    from tenant.ledger_txns t
    left join tenant.ledger_entries e on e.tenant_id = t.tenant_id and e.txn_id = t.id
    left join tenant.ledger_accounts d on d.tenant_id = e.tenant_id and d.id = e.debit_account
    where t.tenant_id = ${tx.tenantId} and t.idempotency_key = ${key} group by t.id`);
  return row === undefined ? null : { txnId: row.id, amountMinor: BigInt(row.amount) };
}
