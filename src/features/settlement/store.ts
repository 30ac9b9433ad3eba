import { type SQL, sql } from "drizzle-orm";
import { nextPlace, placeAfter, type TenantTx } from "../../adapters/db/index.ts";
import { CURRENCY_DECIMALS, isCurrency } from "../../domain/kernel/currency.ts";
import { assert } from "../../domain/kernel/step.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import { agreementOn, type Item, type StatementLine, totalsOf } from "../../domain/settlement/statement.ts";
import { safe } from "../ledger/index.ts";
import { incompleteFiles } from "./files-store.ts";
import type { SettlementDetail, SettlementLineView, SettlementView } from "./schema.ts";

export const PAGE_MAX = 200;

const ms = (column: string) => sql.raw(`(extract(epoch from ${column}) * 1000)::bigint::text`);

/**
 * A statement's lines for its totals, added up by the database where they agree in all that decides: a month of a carrier
 * is a handful of rows.
 */
export async function linesForTotals(tx: TenantTx, statementId: string): Promise<StatementLine[]> {
  const rows = await tx.execute<{
    item: StatementLine["item"];
    state: StatementLine["state"];
    decision: StatementLine["decision"];
    ours: string | null;
    theirs: string | null;
    open: number;
  }>(sql`
    select item, state, decision, sum(ours_micros)::text as ours, sum(theirs_micros)::text as theirs, count(*)::int as open
    from tenant.settlement_lines where tenant_id = ${tx.tenantId} and statement_id = ${statementId}
    group by item, state, decision`);
  return rows.flatMap(({ open, ours, theirs, ...line }) => {
    const whole = {
      ...line,
      oursMicros: ours === null ? null : BigInt(ours),
      theirsMicros: theirs === null ? null : BigInt(theirs),
    };
    // Only the number of those that are open or disputed counts, so they are told one by one.
    return agreementOn(whole).is === "agreed" ? [whole] : Array.from({ length: open }, () => whole);
  });
}

export type SettlementQuery = {
  readonly period: string | null;
  readonly status: string | null;
  readonly partyId: string | null;
  readonly cursor: string | null;
  readonly limit: number;
  /** Only statements that the client may read: those it is itself the supplier of, once accepted. */
  readonly ownOnly: boolean;
};

export async function listStatements(
  tx: TenantTx,
  query: SettlementQuery,
): Promise<{ items: SettlementView[]; next: string | null }> {
  const place = placeAfter(query.cursor, ["month", "id"]);
  const only = (given: string | null, condition: (value: string) => SQL) =>
    given === null ? sql`true` : condition(given);
  const rows = await statementRows(
    tx,
    sql`${only(query.period, (period) => sql`s.period_start = ${`${period}-01`}::date`)}
      and ${only(query.status, (status) => sql`s.status = ${status}`)} and ${only(query.partyId, (id) => sql`s.party_id = ${id}`)}
      and ${ownOrAll(query.ownOnly)}
      and ${place === null ? sql`true` : sql`(s.period_start, s.id) < (${`${place[0]}-01`}::date, ${place[1]}::uuid)`}
      order by s.period_start desc, s.id desc limit ${query.limit + 1}`,
  );
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  return { items: page, next: nextPlace(rows.length > query.limit, last && [last.period, last.statementId]) };
}

export type DetailQuery = {
  readonly statementId: string;
  readonly state: string | null;
  /** `open`: lines that need a decision; `disputed`: lines that are held back. */
  readonly standing: "open" | "disputed" | null;
  readonly cursor: string | null;
  readonly limit: number;
  readonly ownOnly: boolean;
};

export async function readSettlement(tx: TenantTx, query: DetailQuery): Promise<SettlementDetail> {
  const [statement] = await statementRows(tx, sql`s.id = ${query.statementId} and ${ownOrAll(query.ownOnly)} limit 1`);
  if (statement === undefined) throw new Refusal("not_found", "statement_not_found", "there is no such statement");
  const place = placeAfter(query.cursor, ["id"]);
  const standing =
    query.standing === null
      ? sql`true`
      : query.standing === "disputed"
        ? sql`l.decision = 'dispute'`
        : sql`l.decision is null and l.state in ('only_ours', 'only_theirs', 'differs')`;
  const rows = await lineRows(
    tx,
    sql`l.statement_id = ${query.statementId} and ${standing} and ${query.state === null ? sql`true` : sql`l.state = ${query.state}`}
      and ${place === null ? sql`true` : sql`l.id > ${place[0]}::uuid`} order by l.id limit ${query.limit + 1}`,
  );
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  return { ...statement, items: page, next: nextPlace(rows.length > query.limit, last && [last.lineId]) };
}

function ownOrAll(ownOnly: boolean): SQL {
  return ownOnly ? sql`p.is_client and s.status <> 'draft'` : sql`true`;
}

async function lineRows(tx: TenantTx, which: SQL): Promise<SettlementLineView[]> {
  const rows = await tx.execute<{
    id: string;
    item: SettlementLineView["item"];
    ref: string;
    at: string | null;
    state: SettlementLineView["state"];
    ours: string | null;
    theirs: string | null;
    quantity: string | null;
    theirs_quantity: string | null;
    version: number | null;
    decision: SettlementLineView["decision"];
    reason: string | null;
    contact_id: string | null;
    sale_id: string | null;
  }>(sql`
    select l.id, l.item, l.ref, ${ms("l.occurred_at")} as at, l.state, l.ours_micros::text as ours, l.theirs_micros::text as theirs,
      l.quantity::text as quantity, l.theirs_quantity::text as theirs_quantity, l.terms_version as version, l.decision, l.reason,
      g.contact_id, sa.id as sale_id
    from tenant.settlement_lines l
    left join tenant.contact_legs g on g.tenant_id = l.tenant_id and l.item = 'carrier_rate' and g.call_sid = l.ref
    left join tenant.sales sa on sa.tenant_id = l.tenant_id and l.item <> 'carrier_rate' and sa.ref = l.ref
    where l.tenant_id = ${tx.tenantId} and ${which}`);
  const whole = (text: string | null) => (text === null ? null : safe(text));
  return rows.map((row) => {
    const oursMicros = row.ours === null ? null : BigInt(row.ours);
    const theirsMicros = row.theirs === null ? null : BigInt(row.theirs);
    const agreement = agreementOn({
      item: row.item,
      state: row.state,
      decision: row.decision,
      oursMicros,
      theirsMicros,
    });
    return {
      lineId: row.id,
      item: row.item,
      ref: row.ref,
      occurredAt: row.at === null ? null : Number(row.at),
      state: row.state,
      oursMicros: whole(row.ours),
      theirsMicros: whole(row.theirs),
      oursQuantity: whole(row.quantity),
      theirsQuantity: whole(row.theirs_quantity),
      termsVersion: row.version,
      decision: row.decision,
      reason: row.reason,
      agreedMicros: agreement.is === "agreed" ? safe(agreement.micros) : null,
      contactId: row.contact_id,
      saleId: row.sale_id,
    };
  });
}

async function statementRows(tx: TenantTx, which: SQL): Promise<SettlementView[]> {
  const rows = await tx.execute<{
    id: string;
    company: string;
    party_id: string;
    kind: SettlementView["party"]["kind"];
    slug: string;
    name: string;
    period: string;
    currency: string;
    status: SettlementView["status"];
    sums: unknown;
    opening: string;
    closing: string | null;
    settled: string;
    payment_ref: string | null;
    accepted: string | null;
    settled_at: string | null;
  }>(sql`
    select s.id, co.name as company, p.id as party_id, p.kind, p.slug, p.name, to_char(s.period_start, 'YYYY-MM') as period, s.currency,
      s.status, s.sums, s.opening_minor::text as opening, s.closing_minor::text as closing, s.settled_minor::text as settled, s.payment_ref,
      ${ms("s.accepted_at")} as accepted, ${ms("s.settled_at")} as settled_at
    from tenant.settlement_statements s
    join tenant.settlement_parties p on p.tenant_id = s.tenant_id and p.id = s.party_id
    join tenant.companies co on co.tenant_id = s.tenant_id
    where s.tenant_id = ${tx.tenantId} and ${which}`);
  const views: SettlementView[] = [];
  for (const row of rows) {
    const { currency } = row;
    assert(isCurrency(currency), `${currency} is a currency that partners are settled in`);
    const totals = totalsOf(BigInt(row.opening), await linesForTotals(tx, row.id), currency);
    views.push({
      statementId: row.id,
      tenantId: tx.tenantId,
      tenantName: row.company,
      party: { partyId: row.party_id, kind: row.kind, slug: row.slug, name: row.name },
      period: row.period,
      currency,
      decimals: CURRENCY_DECIMALS[currency],
      status: row.status,
      openingMinor: safe(row.opening),
      // An accepted one keeps its word: a dispute that ends later is in the next statement.
      sums: row.status === "draft" ? totals.sums.map(sumView) : storedSums(row.sums),
      closingMinor: safe(row.closing ?? totals.closingMinor),
      settledMinor: safe(row.settled),
      incomplete: await incompleteFiles(tx, row.id),
      lines: { ...(await countsOf(tx, row.id)), open: totals.open, disputed: totals.disputed },
      paymentRef: row.payment_ref,
      acceptedAt: row.accepted === null ? null : Number(row.accepted),
      settledAt: row.settled_at === null ? null : Number(row.settled_at),
    });
  }
  return views;
}

function sumView({ item, amountMinor }: { readonly item: Item; readonly amountMinor: bigint | string }) {
  return { item, amountMinor: safe(amountMinor) };
}

function storedSums(stored: unknown): SettlementView["sums"] {
  const rows: { item: Item; amountMinor: string }[] = typeof stored === "string" ? JSON.parse(stored) : stored;
  return rows.map(sumView);
}

async function countsOf(tx: TenantTx, statementId: string) {
  const [row] = await tx.execute<{
    all: number;
    matched: number;
    onlyOurs: number;
    onlyTheirs: number;
    differs: number;
  }>(sql`
    select count(*)::int as all, count(*) filter (where state = 'matched')::int as matched,
      count(*) filter (where state = 'only_ours')::int as "onlyOurs", count(*) filter (where state = 'only_theirs')::int as "onlyTheirs",
      count(*) filter (where state = 'differs')::int as differs
    from tenant.settlement_lines where tenant_id = ${tx.tenantId} and statement_id = ${statementId}`);
  return row ?? { all: 0, matched: 0, onlyOurs: 0, onlyTheirs: 0, differs: 0 };
}
