import { type SQL, sql } from "drizzle-orm";
import { iso, type TenantTx } from "../../adapters/db/index.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import type { Segment } from "../../domain/rating/allot.ts";
import { type BillingMonth, localDate } from "./period.ts";
import { arrayLiteral } from "./pg-array.ts";
import { correctedUsage, usageKeptOff } from "./store.ts";

/** A contract's month, as far as its contacts by day are found by it. */
type DayedMonth = {
  readonly contract: { readonly id: string };
  readonly month: Pick<BillingMonth, "start" | "from" | "to" | "timeZone">;
};
type DayedTerms = DayedMonth & { readonly segments: readonly Segment[]; readonly usesContacts: boolean };

/** Rows of one month in a table that has its contract and first day. */
function ofMonth(tx: TenantTx, { contract, month }: DayedMonth): SQL {
  return sql`tenant_id = ${tx.tenantId} and contract_id = ${contract.id} and period_start = ${month.start}::date`;
}

/** Contacts of rated items by day; `items` is what comes after `from`, as `i`. */
function daysOf(tx: TenantTx, { month }: DayedMonth, items: SQL): SQL {
  return sql`select (u.occurred_at at time zone ${month.timeZone})::date as day, sum(u.quantity)::bigint as contacts
    from ${items} join tenant.usage u on u.tenant_id = ${tx.tenantId} and u.id = i.usage_id where i.kind = 'contact' group by 1`;
}

function itemsOfMonth(tx: TenantTx, { contract, month }: DayedMonth): SQL {
  return sql`(select r.usage_id, r.kind from tenant.rated_items r where r.tenant_id = ${tx.tenantId} and r.contract_id = ${contract.id}
    and r.occurred_at >= ${iso(month.from)}::timestamptz and r.occurred_at < ${iso(month.to)}::timestamptz) i`;
}

/** Adds the contacts of rated items to their days; `items` is what comes after `from`, as `i`. */
function keepDays(tx: TenantTx, of: DayedMonth, items: SQL): SQL {
  return sql`insert into tenant.rated_days as d (tenant_id, contract_id, period_start, day, contacts)
    select ${tx.tenantId}::uuid, ${of.contract.id}::uuid, ${of.month.start}::date, n.* from (${daysOf(tx, of, items)}) n
    on conflict (tenant_id, contract_id, period_start, day) do update set contacts = d.contacts + excluded.contacts`;
}

/** Part of the statement that inserts items and returns them as `inserted`; nothing where no charge asks for contacts. */
export function addInsertedDays(tx: TenantTx, of: DayedTerms): SQL {
  return of.usesContacts ? sql`, days as (${keepDays(tx, of, sql`inserted i`)})` : sql``;
}

/** Adds up the contacts of a month that was rated before they were kept by day. Costs one pass over its items. */
export async function sumDaysOnce(tx: TenantTx, of: DayedTerms): Promise<void> {
  if (!of.usesContacts) return;
  const [month] = await tx.execute<{ days_summed: boolean }>(sql`
    select days_summed from tenant.rated_months where ${ofMonth(tx, of)} for update`);
  if (month === undefined || month.days_summed) return;
  await forgetDays(tx, of);
  await tx.execute(keepDays(tx, of, itemsOfMonth(tx, of)));
  await tx.execute(sql`update tenant.rated_months set days_summed = true where ${ofMonth(tx, of)}`);
}

export async function forgetDays(tx: TenantTx, of: DayedMonth): Promise<void> {
  await tx.execute(sql`delete from tenant.rated_days where ${ofMonth(tx, of)}`);
}

/**
 * Contacts of each version's days, whatever charges them; looked up only where a success rate is asked for. From the sums
 * by day, less the few that do not count as of the cutoff (`off`); where those are not kept or are younger, from usage.
 */
export async function contactsOfSegments(
  tx: TenantTx,
  terms: DayedTerms,
  cutoff: Instant,
  off: readonly string[],
): Promise<Map<Segment, number>> {
  if (!terms.usesContacts) return new Map();
  const days = await daysKept(tx, terms, cutoff);
  if (days === null) return contactsAddedUp(tx, terms, cutoff);
  const gone = sql`(select usage_id, 'contact' as kind from unnest(${arrayLiteral(off)}::uuid[]) as o(usage_id)
    join tenant.usage g on g.tenant_id = ${tx.tenantId} and g.id = o.usage_id and g.kind = 'contact') i`;
  const lost = off.length === 0 ? [] : await dayRows(tx, daysOf(tx, terms, gone));
  const found = new Map<Segment, number>();
  for (const segment of terms.segments) {
    const from = localDate(terms.month.timeZone, segment.from);
    const to = localDate(terms.month.timeZone, segment.to);
    const within = (rows: readonly DayRow[]) =>
      rows.reduce((sum, { day, contacts }) => sum + (day >= from && day < to ? Number(contacts) : 0), 0);
    found.set(segment, within(days) - within(lost));
  }
  return found;
}

/** The same from usage itself. Costs one pass over the month's contacts. */
export async function contactsAddedUp(
  tx: TenantTx,
  { segments }: Pick<DayedTerms, "segments">,
  cutoff: Instant,
): Promise<Map<Segment, number>> {
  const found = new Map<Segment, number>();
  for (const segment of segments) {
    const [row] = await tx.execute<{ contacts: string }>(sql`
      select coalesce(sum(u.quantity), 0)::text as contacts from tenant.usage u where u.tenant_id = ${tx.tenantId} and u.kind = 'contact'
        and u.occurred_at >= ${iso(segment.from)}::timestamptz and u.occurred_at < ${iso(segment.to)}::timestamptz
        and u.received_at < ${iso(cutoff)}::timestamptz and u.id not in (${correctedUsage(tx, cutoff)}) and u.id not in (${usageKeptOff(tx)})`);
    found.set(segment, Number(row?.contacts ?? 0));
  }
  return found;
}

/** How many days of the month have other contacts than its items, or 0; for who reconciles: it reads every item. */
export async function daysAstray(tx: TenantTx, of: DayedMonth): Promise<number> {
  const kept = sql`select day, contacts from tenant.rated_days where ${ofMonth(tx, of)} and contacts > 0`;
  const summed = sql`select day, contacts from (${daysOf(tx, of, itemsOfMonth(tx, of))}) i where contacts > 0`;
  const [row] = await tx.execute<{ astray: number }>(sql`
    select (select count(*)::int from (((${kept}) except (${summed})) union all ((${summed}) except (${kept}))) a) as astray
    from tenant.rated_months where ${ofMonth(tx, of)} and days_summed`);
  return row?.astray ?? 0;
}

type DayRow = { readonly day: string; readonly contacts: string };

async function daysKept(tx: TenantTx, of: DayedMonth, cutoff: Instant): Promise<DayRow[] | null> {
  // In one statement, so that no run can add between the question and the sums.
  const rows = await tx.execute<DayRow & { usable: boolean }>(sql`
    select d.day::text, d.contacts::text, usable from (
      select days_summed and summed and last_rated_at < ${iso(cutoff)}::timestamptz as usable from tenant.rated_months
      where ${ofMonth(tx, of)}) m
    left join (select * from tenant.rated_days where ${ofMonth(tx, of)}) d on true`);
  return rows[0]?.usable === true ? rows.filter((row) => row.day !== null) : null;
}

async function dayRows(tx: TenantTx, days: SQL): Promise<DayRow[]> {
  return [...(await tx.execute<DayRow>(sql`select day::text, contacts::text from (${days}) d`))];
}
