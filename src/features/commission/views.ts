import { type SQL, sql } from "drizzle-orm";
import { nextPlace, placeAfter, type TenantTx } from "../../adapters/db/index.ts";
import { CURRENCY_DECIMALS, isCurrency } from "../../domain/kernel/currency.ts";
import { assert } from "../../domain/kernel/step.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import { safe } from "../ledger/index.ts";
import type { CommissionMoveView, SaleDetail, SaleView, Standing, StatementDetail, StatementView } from "./schema.ts";

/** Rows of one page, at most. */
export const PAGE_MAX = 200;
const EVENTS_MAX = 1_000;

const ms = (column: string) => sql.raw(`(extract(epoch from ${column}) * 1000)::bigint::text`);
const only = (given: string | null | undefined, condition: (value: string) => SQL) =>
  given === null || given === undefined ? sql`true` : condition(given);

export type SaleQuery = {
  readonly stage: string | null;
  readonly agentId: string | null;
  readonly ref: string | null;
  readonly returned: boolean | null;
  readonly cursor: string | null;
  readonly limit: number;
};

/** Sales, newest first; those that nobody has called sold yet come last. */
export async function listSales(tx: TenantTx, query: SaleQuery): Promise<{ items: SaleView[]; next: string | null }> {
  const place = placeAfter(query.cursor, ["instant", "id"]);
  const soldMs = sql`coalesce((extract(epoch from s.sold_at) * 1000)::bigint, 0)`;
  const rows = await saleRows(
    tx,
    sql`${only(query.stage, (stage) => sql`s.stage = ${stage}`)} and ${only(query.agentId, (id) => sql`s.agent_id = ${id}`)}
      and ${only(query.ref, (ref) => sql`s.ref = ${ref}`)}
      and ${query.returned === null ? sql`true` : sql`(s.returned_minor > 0 or s.is_returned) = ${query.returned}`}
      and ${place === null ? sql`true` : sql`(${soldMs}, s.id) < (${place[0]}::bigint, ${place[1]}::uuid)`}
      order by ${soldMs} desc, s.id desc limit ${query.limit + 1}`,
  );
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  return { items: page, next: nextPlace(rows.length > query.limit, last && [last.soldAt ?? 0, last.saleId]) };
}

/** One sale with everything that was said of it and every step of its commission. */
export async function readSale(tx: TenantTx, saleId: string): Promise<SaleDetail> {
  const [sale] = await saleRows(tx, sql`s.id = ${saleId} limit 1`);
  if (sale === undefined) throw new Refusal("not_found", "sale_not_found", "there is no such sale");
  const events = await tx.execute<{
    source: string;
    source_event_id: string;
    kind: SaleDetail["events"][number]["kind"];
    at: string;
    received: string;
    amount: string | null;
    corrects: string | null;
    is_void: boolean;
  }>(sql`
    select source, source_event_id, kind, ${ms("occurred_at")} as at, ${ms("received_at")} as received, amount_minor::text as amount,
      corrects, is_void
    from tenant.sale_events where tenant_id = ${tx.tenantId} and sale_id = ${saleId} order by occurred_at, id limit ${EVENTS_MAX}`);
  return {
    ...sale,
    events: events.map((row) => ({
      source: row.source,
      sourceEventId: row.source_event_id,
      kind: row.kind,
      occurredAt: Number(row.at),
      receivedAt: Number(row.received),
      amountMinor: row.amount === null ? null : safe(row.amount),
      corrects: row.corrects,
      isVoid: row.is_void,
    })),
    moves: await moveRows(tx, sql`m.sale_id = ${saleId} order by m.id limit ${EVENTS_MAX}`),
  };
}

async function saleRows(tx: TenantTx, which: SQL): Promise<SaleView[]> {
  const rows = await tx.execute<{
    id: string;
    ref: string;
    contact_id: string | null;
    agent_id: string | null;
    agent: string | null;
    currency: string;
    sold: string | null;
    stage: SaleView["stage"];
    amount: string;
    returned: string;
    is_returned: boolean;
    supplier: string | null;
    courier: string | null;
    dealer: string | null;
  }>(sql`
    select s.id, s.ref, s.contact_id, s.agent_id, a.name as agent, s.currency, ${ms("s.sold_at")} as sold, s.stage,
      s.amount_minor::text as amount, s.returned_minor::text as returned, s.is_returned, s.supplier, s.courier, s.dealer
    from tenant.sales s left join house.agents a on a.id = s.agent_id
    where s.tenant_id = ${tx.tenantId} and ${which}`);
  return rows.map((row) => ({
    saleId: row.id,
    ref: row.ref,
    contactId: row.contact_id,
    agentId: row.agent_id,
    agentName: row.agent,
    currency: row.currency,
    decimals: decimalsOf(row.currency),
    soldAt: row.sold === null ? null : Number(row.sold),
    stage: row.stage,
    amountMinor: safe(row.amount),
    returnedMinor: safe(row.returned),
    isReturned: row.is_returned,
    supplier: row.supplier,
    courier: row.courier,
    dealer: row.dealer,
  }));
}

async function moveRows(tx: TenantTx, which: SQL): Promise<CommissionMoveView[]> {
  const rows = await tx.execute<{
    id: string;
    sale_id: string;
    ref: string;
    sold: string | null;
    sale: string;
    beneficiary: CommissionMoveView["beneficiary"];
    agent_id: string | null;
    kind: CommissionMoveView["kind"];
    amount: string;
    version: number;
    booked_on: string;
    txn_id: string;
  }>(sql`
    select m.id, m.sale_id, s.ref, ${ms("s.sold_at")} as sold, s.amount_minor::text as sale, m.beneficiary, m.agent_id, m.kind,
      (case when starts_with(m.kind, 'clawed') then -m.amount_minor else m.amount_minor end)::text as amount, p.version,
      to_char(m.booked_on, 'YYYY-MM-DD') as booked_on, m.txn_id
    from tenant.commission_moves m
    join tenant.sales s on s.tenant_id = m.tenant_id and s.id = m.sale_id
    join tenant.commission_plans p on p.tenant_id = m.tenant_id and p.id = m.plan_id
    where m.tenant_id = ${tx.tenantId} and ${which}`);
  return rows.map((row) => ({
    moveId: row.id,
    saleId: row.sale_id,
    saleRef: row.ref,
    soldAt: row.sold === null ? null : Number(row.sold),
    saleMinor: safe(row.sale),
    beneficiary: row.beneficiary,
    agentId: row.agent_id,
    kind: row.kind,
    amountMinor: safe(row.amount),
    planVersion: row.version,
    bookedOn: row.booked_on,
    txnId: row.txn_id,
  }));
}

export type StatementQuery = {
  readonly period: string | null;
  readonly status: string | null;
  readonly agentId: string | null;
  readonly cursor: string | null;
  readonly limit: number;
};

/** Statements of one client, newest month first. */
export async function listStatements(
  tx: TenantTx,
  query: StatementQuery,
): Promise<{ items: StatementView[]; next: string | null }> {
  const place = placeAfter(query.cursor, ["month", "id"]);
  const rows = await statementRows(
    tx,
    sql`${only(query.period, (period) => sql`s.period_start = ${`${period}-01`}::date`)}
      and ${only(query.status, (status) => sql`s.status = ${status}`)} and ${only(query.agentId, (id) => sql`s.agent_id = ${id}`)}
      and ${place === null ? sql`true` : sql`(s.period_start, s.id) < (${`${place[0]}-01`}::date, ${place[1]}::uuid)`}
      order by s.period_start desc, s.id desc limit ${query.limit + 1}`,
  );
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  return { items: page, next: nextPlace(rows.length > query.limit, last && [last.period, last.statementId]) };
}

/** A statement with its steps; with `agentId`, only that agent's own. Undefined where there is none. */
export async function readStatement(
  tx: TenantTx,
  query: {
    readonly statementId: string;
    readonly agentId: string | null;
    readonly cursor: string | null;
    readonly limit: number;
  },
): Promise<StatementDetail | undefined> {
  const [statement] = await statementRows(
    tx,
    sql`s.id = ${query.statementId} and ${only(query.agentId, (id) => sql`s.agent_id = ${id}`)} limit 1`,
  );
  if (statement === undefined) return undefined;
  const place = placeAfter(query.cursor, ["id"]);
  const moves = await moveRows(
    tx,
    sql`m.statement_id = ${query.statementId} and ${only(place?.[0], (id) => sql`m.id > ${id}::uuid`)} order by m.id limit ${query.limit + 1}`,
  );
  const page = moves.slice(0, query.limit);
  return {
    ...statement,
    items: page,
    next: nextPlace(moves.length > query.limit, page.at(-1) && [page.at(-1)?.moveId ?? ""]),
  };
}

async function statementRows(tx: TenantTx, which: SQL): Promise<StatementView[]> {
  const rows = await tx.execute<{
    id: string;
    company: string;
    beneficiary: StatementView["beneficiary"];
    agent_id: string | null;
    agent: string | null;
    period: string;
    currency: string;
    opening: string;
    earned: string;
    clawed: string;
    closing: string;
    payable: string;
    status: StatementView["status"];
    prepared: string;
    approved: string | null;
    paid: string | null;
    payment_ref: string | null;
  }>(sql`
    select s.id, co.name as company, s.beneficiary, s.agent_id, a.name as agent, to_char(s.period_start, 'YYYY-MM') as period, s.currency,
      s.opening_minor::text as opening, s.earned_minor::text as earned, s.clawed_back_minor::text as clawed,
      s.closing_minor::text as closing, s.payable_minor::text as payable, s.status, ${ms("s.prepared_at")} as prepared,
      ${ms("s.approved_at")} as approved, ${ms("s.paid_at")} as paid, s.payment_ref
    from tenant.commission_statements s
    join tenant.companies co on co.tenant_id = s.tenant_id
    left join house.agents a on a.id = s.agent_id
    where s.tenant_id = ${tx.tenantId} and ${which}`);
  return rows.map((row) => ({
    statementId: row.id,
    tenantId: tx.tenantId,
    tenantName: row.company,
    beneficiary: row.beneficiary,
    agentId: row.agent_id,
    agentName: row.agent,
    period: row.period,
    currency: row.currency,
    decimals: decimalsOf(row.currency),
    openingMinor: safe(row.opening),
    earnedMinor: safe(row.earned),
    clawedBackMinor: safe(row.clawed),
    closingMinor: safe(row.closing),
    payableMinor: safe(row.payable),
    status: row.status,
    preparedAt: Number(row.prepared),
    approvedAt: row.approved === null ? null : Number(row.approved),
    paidAt: row.paid === null ? null : Number(row.paid),
    paymentRef: row.payment_ref,
  }));
}

/** What is an agent's and on no statement yet. */
export async function standingOfAgent(tx: TenantTx, agentId: string): Promise<Standing["items"]> {
  const rows = await tx.execute<{ company: string; currency: string; pending: string; unstated: string }>(sql`
    select co.name as company, m.currency,
      coalesce(sum(case m.kind when 'accrued' then m.amount_minor when 'confirmed' then -m.amount_minor
        when 'clawed_back_pending' then -m.amount_minor else 0 end), 0)::text as pending,
      coalesce(sum(case m.kind when 'confirmed' then m.amount_minor when 'clawed_back_payable' then -m.amount_minor else 0 end)
        filter (where m.statement_id is null), 0)::text as unstated
    from tenant.commission_moves m join tenant.companies co on co.tenant_id = m.tenant_id
    where m.tenant_id = ${tx.tenantId} and m.agent_id = ${agentId} group by 1, 2 order by 2`);
  return rows.map((row) => ({
    tenantId: tx.tenantId,
    tenantName: row.company,
    currency: row.currency,
    decimals: decimalsOf(row.currency),
    pendingMinor: safe(row.pending),
    unstatedMinor: safe(row.unstated),
  }));
}

function decimalsOf(currency: string): number {
  assert(isCurrency(currency), `${currency} is a currency that was booked in`);
  return CURRENCY_DECIMALS[currency];
}
