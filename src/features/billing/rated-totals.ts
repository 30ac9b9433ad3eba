import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "../../adapters/db/index.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import { rational } from "../../domain/kernel/rational.ts";
import { chargeKey } from "../../domain/rating/allot.ts";
import { type Rating, type Reckoning, rateTotals, sourceKey } from "../../domain/rating/rate.ts";
import { type ChargeTotals, NO_USAGE, NOTHING, type Totals, together } from "../../domain/rating/totals.ts";
import { currencyOf } from "./priced-charges.ts";
import { contactsOfSegments } from "./rated-days.ts";
import { COUNTS_CONTACTS, countedItems, itemsOff, type MonthSums, type RatedSum, sumsOfMonth } from "./rated-sums.ts";
import type { RatedTerms } from "./rated-terms.ts";
import { cutoffNow } from "./store.ts";

export type MonthFromSums = {
  readonly rating: Pick<Rating, "currency" | "lines" | "totalMinor">;
  /** Rated items behind the month, charged or not, as of the cutoff. */
  readonly records: number;
  /** Records that no charge takes, by reason and kind. */
  readonly notCharged: readonly { readonly reason: string; readonly kind: string; readonly records: number }[];
  /** Items of each charge (`chargeKey`). */
  readonly totals: ReadonlyMap<string, ChargeTotals>;
  /** Contacts behind each charge's row, of usage that may have several records of one. */
  readonly contacts: ReadonlyMap<string, number>;
  /** The items themselves, as `r`, for who must look at some of them. */
  readonly counted: SQL;
};

/** The month's lines from the sums of its rated items: nothing of the month is in memory, and none of its items is read. */
export async function rateFromSums(tx: TenantTx, terms: RatedTerms, cutoff: Instant): Promise<MonthFromSums> {
  const { sums, counted, reckoning, totals } = await summed(tx, terms, cutoff);
  const rating = rateTotals(currencyOf(terms.contract.currency), terms.segments, reckoning);
  const notCharged = sums.rows.flatMap(({ reason, kind, records }) =>
    reason === null || kind === null || reason === "void" ? [] : [{ reason, kind, records }],
  );
  notCharged.sort((a, b) => byText(a.reason, b.reason) || byText(a.kind, b.kind));
  const records = [...totals.values()].reduce((sum, { all }) => sum + all.records, 0);
  const others = notCharged.reduce((sum, it) => sum + it.records, 0);
  return { rating, totals, notCharged, counted, contacts: sums.contacts, records: records + others };
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Sums of the month so far, without its lines: what is forecast from. */
export async function monthReckoning(tx: TenantTx, terms: RatedTerms): Promise<Reckoning> {
  return (await summed(tx, terms, await cutoffNow(tx))).reckoning;
}

async function summed(tx: TenantTx, terms: RatedTerms, cutoff: Instant) {
  const off = await itemsOff(tx, terms, cutoff);
  const sums = await sumsOfMonth(tx, terms, cutoff, off);
  const totals = chargeTotals(terms, sums);
  const contacts = await contactsOfSegments(tx, terms, cutoff, off);
  const reckoning: Reckoning = {
    totals: (key) => totals.get(key) ?? NO_USAGE,
    contacts: (segment) => contacts.get(segment) ?? 0,
  };
  return { sums, totals, reckoning, counted: countedItems(tx, terms, cutoff, off) };
}

function chargeTotals(terms: RatedTerms, { rows }: MonthSums): Map<string, ChargeTotals> {
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

function totalsOf(row: RatedSum, den: bigint): Totals {
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
  { rating, totals, contacts: contactsBehind, counted }: MonthFromSums,
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
      const contacts = line.model === "carrier_time" ? (contactsBehind.get(id) ?? 0) : records;
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
          ? await edgesOfOnes(tx, counted, range, of.all)
          : await edgesOf(tx, counted, range);
    found.set(line.key, {
      behind: "quantity",
      part: behind.key,
      eachNum: behind.each.num,
      den: behind.each.den,
      first: behind.above === 0n ? null : (edges?.first ?? null),
      last: upTo === null ? null : (edges?.last ?? null),
      records: edges?.records ?? within.records,
      used: (upTo ?? within.quantity) - behind.above,
      contacts: counts ? (edges?.records ?? within.records) : (edges?.contacts ?? contactsBehind.get(id) ?? 0),
    });
  }
  return found;
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
  counted: SQL,
  { id, above, upTo }: Range,
  { records: all }: Totals,
): Promise<Edges> {
  const at = async (before: bigint): Promise<Edge | null> => {
    const [row] = await tx.execute<{ at: string; id: string }>(sql`
      select r.occurred_at::text as at, r.usage_id as id from ${counted} and r.charge_id = ${id}::uuid
      order by r.occurred_at, r.usage_id offset ${before.toString()}::bigint limit 1`);
    return row === undefined ? null : { ...row, quantity: "1" };
  };
  const records = Number((upTo ?? BigInt(all)) - above);
  if (records <= 0) return { first: null, last: null, records: 0, contacts: 0 };
  const [first, last] = [await at(above), upTo === null ? null : await at(upTo - 1n)];
  return { first, last, records, contacts: records };
}

/** The records in which a charge's running quantity passes a line's bounds, and how many stand between. */
async function edgesOf(tx: TenantTx, counted: SQL, { id, above, upTo }: Range): Promise<Edges> {
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
      from ${counted} and r.charge_id = ${id}::uuid and r.quantity > 0
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
