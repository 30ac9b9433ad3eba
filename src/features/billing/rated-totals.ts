import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "../../adapters/db/index.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import { rational } from "../../domain/kernel/rational.ts";
import { chargeKey, type Segment } from "../../domain/rating/allot.ts";
import { type Rating, type Reckoning, rateTotals, sourceKey } from "../../domain/rating/rate.ts";
import { type ChargeTotals, NO_USAGE, NOTHING, type Totals, together } from "../../domain/rating/totals.ts";
import { arrayLiteral } from "./pg-array.ts";
import { currencyOf } from "./priced-charges.ts";
import type { RatedTerms } from "./rated-terms.ts";
import { correctedUsage, cutoffNow, usageKeptOff } from "./store.ts";
import { iso } from "./usage-rows.ts";

export type MonthFromSums = {
  readonly rating: Pick<Rating, "currency" | "lines" | "totalMinor">;
  /** Rated items behind the month, charged or not, as of the cutoff. */
  readonly records: number;
  /** Records that no charge takes, by reason and kind. */
  readonly notCharged: readonly { readonly reason: string; readonly kind: string; readonly records: number }[];
  /** Items of each charge (`chargeKey`). */
  readonly totals: ReadonlyMap<string, ChargeTotals>;
};

/** The month's lines from sums over its rated items: one pass of the database over them, and nothing of them in memory. */
export async function rateFromSums(tx: TenantTx, terms: RatedTerms, cutoff: Instant): Promise<MonthFromSums> {
  const { totals, reckoning } = await summed(tx, terms, cutoff);
  const notCharged = await tx.execute<{ reason: string; kind: string; records: number }>(sql`
    select r.reason, r.kind, count(*)::int as records from ${await counted(tx, terms, cutoff)} and r.charge_id is null and r.reason <> 'void' group by 1, 2 order by 1, 2`);
  const rating = rateTotals(currencyOf(terms.contract.currency), terms.segments, reckoning);
  const records = [...totals.values()].reduce((sum, { all }) => sum + all.records, 0);
  return { rating, totals, notCharged, records: records + notCharged.reduce((sum, it) => sum + it.records, 0) };
}

/** Sums of the month so far, without its lines: what is forecast from. */
export async function monthReckoning(tx: TenantTx, terms: RatedTerms): Promise<Reckoning> {
  return (await summed(tx, terms, await cutoffNow(tx))).reckoning;
}

async function summed(tx: TenantTx, terms: RatedTerms, cutoff: Instant) {
  const totals = await chargeTotals(tx, terms, cutoff);
  const contacts = await contactsOf(tx, terms, cutoff);
  const reckoning: Reckoning = {
    totals: (key) => totals.get(key) ?? NO_USAGE,
    contacts: (segment) => contacts.get(segment) ?? 0,
  };
  return { totals, reckoning };
}

/**
 * Rated items of the month that count as of the cutoff: neither corrected, nor void, nor kept off by a person. What does not
 * count is few and read first: as constants it lets PostgreSQL share the pass between processes, as sub-queries it would not.
 */
export async function counted(tx: TenantTx, { contract, month }: RatedTerms, cutoff: Instant): Promise<SQL> {
  const off = await tx.execute<{ id: string }>(
    sql`select x.id from (${correctedUsage(tx, cutoff)} union all ${usageKeptOff(tx)}) as x(id)`,
  );
  return sql`tenant.rated_items r where r.tenant_id = ${tx.tenantId} and r.contract_id = ${contract.id}
    and r.occurred_at >= ${iso(month.from)}::timestamptz and r.occurred_at < ${iso(month.to)}::timestamptz
    and r.rated_at < ${iso(cutoff)}::timestamptz and r.usage_id <> all(${arrayLiteral(off.map((row) => row.id))}::uuid[])`;
}

type SumRow = {
  charge_id: string;
  part: string | null;
  records: number;
  quantity: string;
  most: string;
  billed_s: string;
  cost_s: string;
  amount: string;
  cost: string;
  sale: string;
};

async function chargeTotals(tx: TenantTx, terms: RatedTerms, cutoff: Instant): Promise<Map<string, ChargeTotals>> {
  const rows = await tx.execute<SumRow>(sql`
    select r.charge_id, r.part, count(*)::int as records, sum(r.quantity)::text as quantity, max(r.quantity)::text as most,
      coalesce(sum(r.billed_s), 0)::text as billed_s, coalesce(sum(r.cost_s), 0)::text as cost_s,
      coalesce(sum(r.amount_num), 0)::text as amount, coalesce(sum(r.cost_num), 0)::text as cost,
      coalesce(sum(r.sale_minor), 0)::text as sale
    from ${await counted(tx, terms, cutoff)} and r.charge_id is not null group by r.charge_id, r.part`);
  const totals = new Map<string, ChargeTotals>();
  for (const segment of terms.segments) {
    for (const charge of segment.charges) {
      const { id, den } = terms.priced(segment, charge);
      const parts = rows.filter((row) => row.charge_id === id).map((row) => [row.part, totalsOf(row, den)] as const);
      if (parts.length === 0) continue;
      const all = parts.reduce((sum, [, part]) => together(sum, part), NOTHING);
      const byKey = new Map(parts.flatMap(([part, of]) => (part === null ? [] : [[part, of] as const])));
      totals.set(chargeKey(segment, charge), { all, byKey });
    }
  }
  return totals;
}

function totalsOf(row: SumRow, den: bigint): Totals {
  return {
    records: row.records,
    quantity: BigInt(row.quantity),
    most: Number(row.most),
    billedS: BigInt(row.billed_s),
    costS: BigInt(row.cost_s),
    amount: rational(BigInt(row.amount), den),
    cost: rational(BigInt(row.cost), den),
    saleMinor: BigInt(row.sale),
  };
}

/** Contacts of each version's days, whatever charges them; looked up only where a success rate is asked for. */
async function contactsOf(tx: TenantTx, terms: RatedTerms, cutoff: Instant): Promise<Map<Segment, number>> {
  const found = new Map<Segment, number>();
  for (const segment of terms.segments) {
    if (!segment.charges.some((it) => it.model === "commission" && it.pay.by === "bands")) continue;
    const [row] = await tx.execute<{ contacts: string }>(sql`
      select coalesce(sum(u.quantity), 0)::text as contacts from tenant.usage u where u.tenant_id = ${tx.tenantId} and u.kind = 'contact'
        and u.occurred_at >= ${iso(segment.from)}::timestamptz and u.occurred_at < ${iso(segment.to)}::timestamptz
        and u.received_at < ${iso(cutoff)}::timestamptz and u.id not in (${correctedUsage(tx, cutoff)}) and u.id not in (${usageKeptOff(tx)})`);
    found.set(segment, Number(row?.contacts ?? 0));
  }
  return found;
}

/** Where the usage behind a line begins and ends among the records of its charge, as a row of the line keeps it. */
export type LineUsage = {
  readonly behind: "none" | "own" | "quantity";
  readonly part: string | null;
  readonly eachNum: bigint | null;
  /** Denominator of the line and of its parts. */
  readonly den: bigint;
  readonly first: Edge | null;
  readonly last: Edge | null;
  readonly records: number;
  /** Their quantity, as used and not as charged. */
  readonly used: bigint;
  /** Contacts among them, each once. */
  readonly contacts: number;
};
type Edge = { readonly at: string; readonly id: string; readonly quantity: string };

/** The rule behind each line as boundaries in the database. Lines without a boundary cost no look. */
export async function usageOfLines(
  tx: TenantTx,
  terms: RatedTerms,
  { rating, totals }: MonthFromSums,
  cutoff: Instant,
): Promise<Map<string, LineUsage>> {
  const found = new Map<string, LineUsage>();
  for (const line of rating.lines) {
    const { behind } = line;
    const key = sourceKey(line);
    const of = totals.get(key) ?? NO_USAGE;
    const nothing = { part: null, eachNum: null, first: null, last: null, records: 0, used: 0n, contacts: 0 };
    if (behind.by === "none") {
      found.set(line.key, { ...nothing, behind: "none", den: line.exact.den });
      continue;
    }
    const { id, den } = terms.priced({ version: key.slice(key.lastIndexOf("@") + 1) }, line);
    if (behind.by === "own") {
      const { records, quantity: used } = of.all;
      const contacts = line.model === "carrier_time" ? await contactsBehind(tx, terms, id, cutoff) : records;
      found.set(line.key, { ...nothing, behind: "own", den, records, used, contacts });
      continue;
    }
    const within = behind.key === null ? of.all : (of.byKey.get(behind.key) ?? NOTHING);
    const upTo = behind.upTo !== null && behind.upTo < within.quantity ? behind.upTo : null;
    const range = { id, above: behind.above, upTo };
    const counts = COUNTS_CONTACTS.has(line.unit);
    const edges =
      behind.above === 0n && upTo === null
        ? null
        : counts && isOnes(of.all)
          ? await edgesOfOnes(tx, terms, range, of.all, cutoff)
          : await edgesOf(tx, terms, range, cutoff);
    found.set(line.key, {
      behind: "quantity",
      part: behind.key,
      eachNum: behind.each.num,
      den: behind.each.den,
      first: behind.above === 0n ? null : (edges?.first ?? null),
      last: upTo === null ? null : (edges?.last ?? null),
      records: edges?.records ?? within.records,
      used: (upTo ?? within.quantity) - behind.above,
      contacts: counts
        ? (edges?.records ?? within.records)
        : (edges?.contacts ?? (await contactsBehind(tx, terms, id, cutoff))),
    });
  }
  return found;
}

/** Units of which each record is another contact; of the rest contacts are counted. */
const COUNTS_CONTACTS: ReadonlySet<string> = new Set(["contact", "success"]);

/** A contact has several carrier legs, and other usage belongs to none. */
async function contactsBehind(tx: TenantTx, terms: RatedTerms, id: string, cutoff: Instant): Promise<number> {
  const [row] = await tx.execute<{ contacts: number }>(sql`
    select count(*)::int as contacts from (select r.contact_id from ${await counted(tx, terms, cutoff)} and r.charge_id = ${id}::uuid
      and r.contact_id is not null group by r.contact_id) as each`);
  return row?.contacts ?? 0;
}

type Edges = {
  readonly first: Edge | null;
  readonly last: Edge | null;
  readonly records: number;
  readonly contacts: number;
};
type Range = { readonly id: string; readonly above: bigint; readonly upTo: bigint | null };

/** Each record counts as one, as calls do: then the record at a quantity is found by its number. */
function isOnes({ records, quantity, most }: Totals): boolean {
  return most === 1 && quantity === BigInt(records);
}

/** What `edgesOf` finds, by two steps along the index instead of a running sum over the month. */
async function edgesOfOnes(
  tx: TenantTx,
  terms: RatedTerms,
  { id, above, upTo }: Range,
  { records: all }: Totals,
  cutoff: Instant,
): Promise<Edges> {
  const of = await counted(tx, terms, cutoff);
  const at = async (before: bigint): Promise<Edge | null> => {
    const [row] = await tx.execute<{ at: string; id: string }>(sql`
      select r.occurred_at::text as at, r.usage_id as id from ${of} and r.charge_id = ${id}::uuid
      order by r.occurred_at, r.usage_id offset ${before.toString()}::bigint limit 1`);
    return row === undefined ? null : { ...row, quantity: "1" };
  };
  const records = Number((upTo ?? BigInt(all)) - above);
  if (records <= 0) return { first: null, last: null, records: 0, contacts: 0 };
  const [first, last] = [await at(above), upTo === null ? null : await at(upTo - 1n)];
  return { first, last, records, contacts: records };
}

/** The records in which a charge's running quantity passes a line's bounds, and how many stand between. */
async function edgesOf(tx: TenantTx, terms: RatedTerms, { id, above, upTo }: Range, cutoff: Instant): Promise<Edges> {
  const top = upTo === null ? sql`null::bigint` : sql`${upTo.toString()}::bigint`;
  const bottom = sql`${above.toString()}::bigint`;
  const [row] = await tx.execute<{
    first_at: string | null;
    first_id: string | null;
    first_quantity: string | null;
    last_at: string | null;
    last_id: string | null;
    last_quantity: string | null;
    records: number;
    contacts: number;
  }>(sql`
    with run as (
      select r.occurred_at, r.usage_id, r.contact_id, r.quantity, sum(r.quantity) over (order by r.occurred_at, r.usage_id
        rows unbounded preceding) as after
      from ${await counted(tx, terms, cutoff)} and r.charge_id = ${id}::uuid and r.quantity > 0
    ), inside as (
      select occurred_at, usage_id, contact_id, least(after, coalesce(${top}, after)) - greatest(after - quantity, ${bottom}) as quantity,
        after - quantity <= ${bottom} as is_first, after >= ${top} as is_last
      from run where after > ${bottom} and after - quantity < coalesce(${top}, after)
    )
    select count(*)::int as records, count(distinct contact_id)::int as contacts,
      max(occurred_at::text) filter (where is_first) as first_at, max(usage_id::text) filter (where is_first) as first_id,
      max(quantity::text) filter (where is_first) as first_quantity,
      max(occurred_at::text) filter (where is_last) as last_at, max(usage_id::text) filter (where is_last) as last_id,
      max(quantity::text) filter (where is_last) as last_quantity
    from inside`);
  const edge = (
    at: string | null | undefined,
    usageId: string | null | undefined,
    quantity: string | null | undefined,
  ) => (at && usageId && quantity ? { at, id: usageId, quantity } : null);
  return {
    first: edge(row?.first_at, row?.first_id, row?.first_quantity),
    last: edge(row?.last_at, row?.last_id, row?.last_quantity),
    records: row?.records ?? 0,
    contacts: row?.contacts ?? 0,
  };
}
