import { and, asc, desc, eq, sql } from "drizzle-orm";
import { iso, type OperatorTx, type TenantTx } from "../../adapters/db/index.ts";
import { asId, type TenantId } from "../../domain/kernel/ids.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import type { Charge } from "../../domain/rating/charge.ts";
import { ChargeSchema } from "./contract-schema.ts";
import type { BillingMonth } from "./period.ts";
import { charges, contracts, invoices } from "./tables.ts";

export type Contract = typeof contracts.$inferSelect;
export type Invoice = typeof invoices.$inferSelect;
export type StoredCharge = { readonly id: string; readonly charge: Charge };
export type VersionInForce = {
  readonly version: number;
  readonly contentHash: string;
  /** The version's days within the month; `to` is not one of them. */
  readonly from: string;
  readonly to: string;
  /** True when its first day lies in the month. */
  readonly begins: boolean;
  /** Days of the month that follows in which it is in force, where it is on the first of them; 0 where it is over. */
  readonly daysOfNext: number;
  readonly charges: readonly StoredCharge[];
};

/** A version and its days in a month, as an invoice keeps them. */
export type FrozenVersion = {
  readonly version: number;
  readonly from: string;
  readonly to: string;
  readonly begins: boolean;
  readonly daysOfNext: number;
};

/** A client may have a few contracts; more than this is a fault of the set-up, not a month to bill. */
const CONTRACTS_MAX = 50;

export async function tenantsInService(tx: OperatorTx): Promise<TenantId[]> {
  const rows = await tx.execute<{ id: string }>(
    sql`select id from house.tenants where status <> 'closed' order by slug limit 10000`,
  );
  return rows.map((row) => asId<TenantId>(row.id));
}

export function contractsOf(tx: TenantTx): Promise<Contract[]> {
  return tx
    .select()
    .from(contracts)
    .where(eq(contracts.tenantId, tx.tenantId))
    .orderBy(contracts.slug)
    .limit(CONTRACTS_MAX);
}

/**
 * One run of a contract at a time, whichever month: late usage of one month stands on the invoice of another. Others wait,
 * then find it done. Approving takes the same lock. Freed with the transaction.
 */
export async function lockContract(tx: TenantTx, contractId: string): Promise<void> {
  const key = `billing:${tx.tenantId}:${contractId}`;
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`);
}

export async function versionsInForce(
  tx: TenantTx,
  contractId: string,
  month: BillingMonth,
): Promise<VersionInForce[]> {
  const range = `[${month.start},${month.end})`;
  const versions = await tx.execute<VersionRow>(sql`
    select version, content_hash, lower(valid) >= ${month.start}::date as begins,
      case when valid @> ${month.end}::date
        then least(coalesce(upper(valid), ${month.end}::date + ${month.daysOfNext}::int), ${month.end}::date + ${month.daysOfNext}::int)
          - ${month.end}::date else 0 end as "daysOfNext",
      to_char(lower(valid * ${range}::daterange), 'YYYY-MM-DD') as "from",
      to_char(upper(valid * ${range}::daterange), 'YYYY-MM-DD') as "to"
    from tenant.contract_versions
    where tenant_id = ${tx.tenantId} and contract_id = ${contractId} and valid && ${range}::daterange
    order by version`);
  return withCharges(tx, contractId, versions);
}

/** The versions that rated a month when it was billed, with the days they had then: what late usage of it is rated by. */
export async function versionsAsBilled(
  tx: TenantTx,
  contractId: string,
  billed: readonly FrozenVersion[],
): Promise<VersionInForce[]> {
  const hashes = await tx.execute<{ version: number; content_hash: string }>(sql`
    select version, content_hash from tenant.contract_versions
    where tenant_id = ${tx.tenantId} and contract_id = ${contractId}`);
  const rows = billed.map((it) => ({
    ...it,
    content_hash: hashes.find(({ version }) => version === it.version)?.content_hash ?? "",
  }));
  return withCharges(tx, contractId, rows);
}

type VersionRow = FrozenVersion & { content_hash: string };

async function withCharges(
  tx: TenantTx,
  contractId: string,
  versions: readonly VersionRow[],
): Promise<VersionInForce[]> {
  const rows = await tx
    .select()
    .from(charges)
    .where(and(eq(charges.tenantId, tx.tenantId), eq(charges.contractId, contractId)))
    .orderBy(asc(charges.version), asc(charges.position));
  return versions.map((version) => ({
    version: version.version,
    contentHash: version.content_hash,
    from: version.from,
    to: version.to,
    begins: version.begins,
    daysOfNext: version.daysOfNext,
    charges: rows
      .filter((row) => row.version === version.version)
      .map((row) => ({
        id: row.id,
        charge: ChargeSchema.parse({
          ...row.params,
          code: row.code,
          model: row.model,
          label: { zh: row.descriptionZh, en: row.descriptionEn },
        }),
      })),
  }));
}

/** Highest number of seats that were the client's on any one day, over all pools. */
export async function seatsPeak(tx: TenantTx, from: string, to: string): Promise<number> {
  const range = `[${from},${to})`;
  const [row] = await tx.execute<{ peak: number }>(sql`
    select coalesce(max(seats), 0)::int as peak from (
      select d.day, sum(s.guaranteed) as seats
      from (select distinct lower(valid * ${range}::daterange) as day from tenant.seat_entitlements
            where tenant_id = ${tx.tenantId} and valid && ${range}::daterange) d
      join tenant.seat_entitlements s on s.tenant_id = ${tx.tenantId} and s.valid @> d.day
      group by d.day) days`);
  return row?.peak ?? 0;
}

/** Usage in whose place a later row stands; both sets are small, so that a month is read against them at no cost. */
export function correctedUsage(tx: TenantTx, cutoff: Instant) {
  return sql`select c.corrects_id from tenant.usage c where c.tenant_id = ${tx.tenantId} and c.corrects_id is not null
    and c.received_at < ${iso(cutoff)}::timestamptz and ${notHeldBack("c")}`;
}

/** Usage that a person excluded, or that came too late and waits for one. */
export function usageKeptOff(tx: TenantTx) {
  return sql`select e.usage_id from tenant.usage_exceptions e where e.tenant_id = ${tx.tenantId} and e.usage_id is not null
    and (e.resolution = 'excluded' or (e.state = 'open' and e.reason = 'late'))`;
}

/** No exception keeps this usage off invoices; a correction that is kept off corrects nothing. */
export function notHeldBack(usage: "u" | "c") {
  const row = sql.raw(usage);
  return sql`not exists (select from tenant.usage_exceptions e where e.tenant_id = ${row}.tenant_id and e.usage_id = ${row}.id
    and (e.resolution = 'excluded' or (e.state = 'open' and e.reason = 'late')))`;
}

/** The instant before which usage must have been received to count in a run that starts now, by the database's clock. */
export async function cutoffNow(tx: TenantTx): Promise<Instant> {
  const [row] = await tx.execute<{ at: string }>(
    sql`select (extract(epoch from clock_timestamp()) * 1000)::bigint::text as at`,
  );
  return Number(row?.at) + 1;
}

export type UsageMark = {
  /** Usage rows of the month, corrections included. */
  readonly rows: number;
  /** Corrections of the month's usage, and exceptions that hold some of it back. */
  readonly rest: string;
};

/**
 * What of a month's usage may change, without reading its rows: usage is only ever added, so equal counts of rows, of
 * corrections and of exceptions that hold some back are the equal set.
 */
export async function usageMark(tx: TenantTx, month: BillingMonth, cutoff: Instant): Promise<UsageMark> {
  const inMonth = sql`u.tenant_id = ${tx.tenantId} and u.occurred_at >= ${iso(month.from)}::timestamptz
    and u.occurred_at < ${iso(month.to)}::timestamptz`;
  const [row] = await tx.execute<UsageMark>(sql`
    select (select count(*)::int from tenant.usage u where ${inMonth}) as rows, concat_ws(':',
      (select count(*) from tenant.usage c join tenant.usage u on u.tenant_id = c.tenant_id and u.id = c.corrects_id
        where c.tenant_id = ${tx.tenantId} and c.corrects_id is not null and c.received_at < ${iso(cutoff)}::timestamptz and ${inMonth}),
      (select coalesce(md5(string_agg(e.id::text || coalesce(e.resolution, e.state), ',' order by e.id)), '')
        from tenant.usage_exceptions e join tenant.usage u on u.tenant_id = e.tenant_id and u.id = e.usage_id
        where e.tenant_id = ${tx.tenantId} and ${inMonth}
          and (e.resolution in ('excluded', 'accepted') or (e.state = 'open' and e.reason = 'late')))) as rest`);
  return { rows: row?.rows ?? 0, rest: row?.rest ?? "" };
}

/** The month's invoice: the one that lives, or else the one that was cancelled last; never a discarded draft. */
export async function invoiceOfMonth(
  tx: TenantTx,
  contractId: string,
  month: BillingMonth,
): Promise<Invoice | undefined> {
  const [row] = await tx
    .select()
    .from(invoices)
    .where(
      and(
        eq(invoices.tenantId, tx.tenantId),
        eq(invoices.contractId, contractId),
        eq(invoices.periodStart, month.start),
        sql`${invoices.status} <> 'discarded'`,
      ),
    )
    .orderBy(sql`${invoices.status} = 'credited'`, desc(invoices.computedAt), desc(invoices.id))
    .limit(1);
  return row;
}

/** True when a person threw the month's last draft away: the house does not make it again by itself. */
export async function wasDiscarded(tx: TenantTx, contractId: string, month: BillingMonth): Promise<boolean> {
  const [row] = await tx.execute<{ status: string }>(sql`
    select status from tenant.invoices where tenant_id = ${tx.tenantId} and contract_id = ${contractId}
      and period_start = ${month.start}::date order by id desc limit 1`);
  return row?.status === "discarded";
}

/** Months of the contract that are still drafts: all of them are kept up to date. */
export async function draftMonths(tx: TenantTx, contractId: string): Promise<string[]> {
  const rows = await tx.execute<{ period: string }>(sql`
    select to_char(period_start, 'YYYY-MM') as period from tenant.invoices
    where tenant_id = ${tx.tenantId} and contract_id = ${contractId} and status = 'draft' order by 1 limit 120`);
  return rows.map((row) => row.period);
}
