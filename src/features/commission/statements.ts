import { sql } from "drizzle-orm";
import { actorId, iso, type TenantTx } from "../../adapters/db/index.ts";
import { debtToCarry, statementOf } from "../../domain/commission/statement.ts";
import { type Currency, isCurrency } from "../../domain/kernel/currency.ts";
import type { AgentId } from "../../domain/kernel/ids.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import { assert } from "../../domain/kernel/step.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import type { Beneficiary } from "../../domain/ledger/events.ts";
import { post } from "../ledger/index.ts";
import { beneficiaryOf } from "./evaluate.ts";

/** Beneficiaries of one client in one month, at most: its agents and the house. */
const BENEFICIARIES_MAX = 5_000;

type Due = {
  readonly beneficiary: "agent" | "house";
  readonly agent_id: AgentId | null;
  readonly currency: string;
  readonly earned: string;
  readonly clawed: string;
  readonly opening: string;
};

/**
 * Statements of a month, one for each beneficiary with something new or something carried. All steps booked by the
 * month's end and on no statement yet are on it, so what came late for an approved month is on the next. Preparing again
 * takes in what is new; approved ones are left as they are. Refuses `month_not_over` and `earlier_not_approved`.
 */
export async function prepareStatements(tx: TenantTx, period: string, now: Instant): Promise<number> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`statements:${tx.tenantId}`}, 0))`);
  await refuseTooEarly(tx, period, now);
  const start = `${period}-01`;
  // A prepared one is made anew: its steps are free again, and whoever prepares it now stands for it.
  await tx.execute(sql`
    update tenant.commission_moves m set statement_id = null from tenant.commission_statements s
    where m.tenant_id = ${tx.tenantId} and s.tenant_id = m.tenant_id and s.id = m.statement_id
      and s.period_start = ${start}::date and s.status = 'prepared'`);
  const due = await dueOf(tx, start);
  let prepared = 0;
  for (const one of due) prepared += await prepareOne(tx, one, start, now);
  return prepared;
}

async function prepareOne(tx: TenantTx, one: Due, start: string, now: Instant): Promise<number> {
  const { openingMinor, earnedMinor, clawedBackMinor } = statementOf(BigInt(one.opening), [
    { kind: "confirmed", amountMinor: BigInt(one.earned) },
    { kind: "clawed_back_payable", amountMinor: BigInt(one.clawed) },
  ]);
  const [row] = await tx.execute<{ id: string }>(sql`
    insert into tenant.commission_statements as s (tenant_id, beneficiary, agent_id, currency, period_start, opening_minor,
      earned_minor, clawed_back_minor, prepared_by, prepared_at)
    values (${tx.tenantId}, ${one.beneficiary}, ${one.agent_id}::uuid, ${one.currency}, ${start}::date, ${openingMinor.toString()}::bigint,
      ${earnedMinor.toString()}::bigint, ${clawedBackMinor.toString()}::bigint, ${who(tx)}, ${iso(now)}::timestamptz)
    on conflict (tenant_id, beneficiary, agent_id, currency, period_start) do update set
      opening_minor = excluded.opening_minor, earned_minor = excluded.earned_minor, clawed_back_minor = excluded.clawed_back_minor,
      prepared_by = excluded.prepared_by, prepared_at = excluded.prepared_at
    where s.status = 'prepared' returning id`);
  // Approved already: what is new waits for the next month.
  if (row === undefined) return 0;
  await tx.execute(sql`
    update tenant.commission_moves set statement_id = ${row.id}
    where tenant_id = ${tx.tenantId} and statement_id is null and beneficiary = ${one.beneficiary}
      and agent_id is not distinct from ${one.agent_id}::uuid and currency = ${one.currency}
      and kind in ('confirmed', 'clawed_back_payable') and booked_on < ${start}::date + interval '1 month'`);
  return 1;
}

/** Everybody with new steps, with a debt from the last statement, or with a prepared statement of the month. */
function dueOf(tx: TenantTx, start: string): Promise<Due[]> {
  return tx.execute<Due>(sql`
    with news as (
      select beneficiary, agent_id, currency,
        coalesce(sum(amount_minor) filter (where kind = 'confirmed'), 0) as earned,
        coalesce(sum(amount_minor) filter (where kind = 'clawed_back_payable'), 0) as clawed
      from tenant.commission_moves
      where tenant_id = ${tx.tenantId} and statement_id is null and kind in ('confirmed', 'clawed_back_payable')
        and booked_on < ${start}::date + interval '1 month'
      group by 1, 2, 3),
    last as (
      select distinct on (beneficiary, agent_id, currency) beneficiary, agent_id, currency, closing_minor - payable_minor as opening
      from tenant.commission_statements where tenant_id = ${tx.tenantId} and period_start < ${start}::date
      order by beneficiary, agent_id, currency, period_start desc),
    of_month as (
      select beneficiary, agent_id, currency from tenant.commission_statements
      where tenant_id = ${tx.tenantId} and period_start = ${start}::date and status = 'prepared'),
    everybody as (
      select beneficiary, agent_id, currency from news
      union select beneficiary, agent_id, currency from last where opening <> 0
      union select beneficiary, agent_id, currency from of_month)
    select e.beneficiary, e.agent_id, e.currency, coalesce(n.earned, 0)::text as earned, coalesce(n.clawed, 0)::text as clawed,
      coalesce(l.opening, 0)::text as opening
    from everybody e
    left join news n on n.beneficiary = e.beneficiary and n.agent_id is not distinct from e.agent_id and n.currency = e.currency
    left join last l on l.beneficiary = e.beneficiary and l.agent_id is not distinct from e.agent_id and l.currency = e.currency
    order by 1, 2, 3 limit ${BENEFICIARIES_MAX}`);
}

async function refuseTooEarly(tx: TenantTx, period: string, now: Instant): Promise<void> {
  const [row] = await tx.execute<{ month: string; earlier: string | null }>(sql`
    select to_char(${iso(now)}::timestamptz at time zone c.time_zone, 'YYYY-MM') as month,
      (select to_char(min(s.period_start), 'YYYY-MM') from tenant.commission_statements s where s.tenant_id = c.tenant_id
        and s.status = 'prepared' and s.period_start < ${`${period}-01`}::date) as earlier
    from tenant.companies c where c.tenant_id = ${tx.tenantId}`);
  if (row === undefined) throw new Refusal("not_found", "tenant_not_found", "there is no such client");
  if (row.month <= period) {
    throw new Refusal("conflict", "month_not_over", `${period} is not over on the client's calendar`);
  }
  if (row.earlier !== null) {
    throw new Refusal("conflict", "earlier_not_approved", `approve the statements of ${row.earlier} first`);
  }
}

type Locked = {
  readonly id: string;
  readonly beneficiary: "agent" | "house";
  readonly agent_id: AgentId | null;
  readonly currency: string;
  readonly status: "prepared" | "approved" | "paid";
  readonly opening: string;
  readonly closing: string;
  readonly payable: string;
  readonly prepared_by: string;
};

/**
 * Approves a prepared statement; another person than the one who prepared it. What the beneficiary owes at its close is
 * shown in the book as owed to the house. Refuses `statement_not_found`, `not_prepared`, `four_eyes`.
 */
export async function approveStatement(tx: TenantTx, statementId: string, now: Instant): Promise<void> {
  const statement = await locked(tx, statementId);
  if (statement.status !== "prepared") {
    throw new Refusal("conflict", "not_prepared", `the statement is ${statement.status}`);
  }
  if (statement.prepared_by === who(tx)) {
    throw new Refusal("forbidden", "four_eyes", "another person must approve what you prepared");
  }
  await tx.execute(sql`
    update tenant.commission_statements set status = 'approved', approved_by = ${who(tx)}, approved_at = ${iso(now)}::timestamptz
    where tenant_id = ${tx.tenantId} and id = ${statementId}`);
  const amountMinor = debtToCarry(BigInt(statement.closing), -BigInt(statement.opening));
  const { currency, to } = nameOf(statement);
  if (amountMinor !== 0n) {
    const event = { type: "commission_debt_carried", id: statementId, currency, to, amountMinor } as const;
    await post(tx, { event, occurredAt: now });
  }
}

/**
 * Marks an approved statement paid, by the bank's reference, and books the payment. Doing it again with the same reference
 * changes nothing. Refuses `not_approved`, `nothing_to_pay`, `paid_differently`.
 */
export async function payStatement(
  tx: TenantTx,
  { statementId, paymentRef }: { readonly statementId: string; readonly paymentRef: string },
  now: Instant,
): Promise<void> {
  const statement = await locked(tx, statementId);
  if (statement.status === "paid") return refuseOtherReference(tx, statementId, paymentRef);
  if (statement.status !== "approved") {
    throw new Refusal("conflict", "not_approved", "a statement is paid after another person has approved it");
  }
  if (BigInt(statement.payable) === 0n) {
    throw new Refusal("conflict", "nothing_to_pay", "nothing is owed; a debt is carried to the next statement");
  }
  const { currency, to } = nameOf(statement);
  const event = {
    type: "commission_paid",
    id: statementId,
    currency,
    to,
    amountMinor: BigInt(statement.payable),
  } as const;
  await post(tx, { event, occurredAt: now });
  await tx.execute(sql`
    update tenant.commission_statements set status = 'paid', paid_by = ${who(tx)}, paid_at = ${iso(now)}::timestamptz, payment_ref = ${paymentRef}
    where tenant_id = ${tx.tenantId} and id = ${statementId}`);
}

async function refuseOtherReference(tx: TenantTx, statementId: string, paymentRef: string): Promise<void> {
  const rows = await tx.execute(
    sql`select 1 from tenant.commission_statements where tenant_id = ${tx.tenantId} and id = ${statementId} and payment_ref = ${paymentRef}`,
  );
  if (rows.length === 0) {
    throw new Refusal("conflict", "paid_differently", "the statement was paid under another reference");
  }
}

async function locked(tx: TenantTx, statementId: string): Promise<Locked> {
  const [row] = await tx.execute<Locked>(sql`
    select id, beneficiary, agent_id, currency, status, opening_minor::text as opening, closing_minor::text as closing,
      payable_minor::text as payable, prepared_by
    from tenant.commission_statements where tenant_id = ${tx.tenantId} and id = ${statementId} for update`);
  if (row === undefined) throw new Refusal("not_found", "statement_not_found", "there is no such statement");
  return row;
}

function nameOf({ beneficiary, agent_id, currency }: Locked): { currency: Currency; to: Beneficiary } {
  assert(isCurrency(currency), `${currency} is a currency that was booked in`);
  return { currency, to: beneficiaryOf({ beneficiary, agentId: agent_id }) };
}

function who(tx: TenantTx): string {
  return `${tx.actor.kind}:${actorId(tx.actor)}`;
}
