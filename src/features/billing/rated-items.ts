import { type SQL, sql } from "drizzle-orm";
import { iso, type TenantTx } from "../../adapters/db/index.ts";
import type { Rational } from "../../domain/kernel/rational.ts";
import { assert } from "../../domain/kernel/step.ts";
import { chargesFor, type Unrated } from "../../domain/rating/allot.ts";
import type { Charge } from "../../domain/rating/charge.ts";
import type { UsageRecord } from "../../domain/rating/usage.ts";
import { acceptedUsage } from "./exceptions-store.ts";
import type { BillingMonth } from "./period.ts";
import { arrayLiteral, type Cell } from "./pg-array.ts";
import type { Priced } from "./priced-charges.ts";
import { addInserted } from "./rated-sums.ts";
import type { RatedTerms } from "./rated-terms.ts";
import { correctedUsage, usageKeptOff } from "./store.ts";
import type { UsageRow } from "./usage-rows.ts";

/** Records in memory at once: a few megabytes, whatever the month holds. */
export const PAGE_ROWS = 10_000;
/** The last instant that a date can hold here: whatever was received counts. */
const FOR_EVER = 253_402_300_799_000;
/** A transaction that stored usage may have begun this long before it could be seen. */
const COMMIT_SLACK = "1 hour";

export type Place = { readonly at: string; readonly id: string };
export type Progress = { readonly rated: number; readonly next: Place | null };
/**
 * What a pass looks at: what was received since the last run; every record of the month that is not rated yet; or, where
 * nothing was rated before, simply every record, without asking for each whether it is.
 */
export type Reach = { readonly since: string } | "all" | "fresh";

/**
 * Rates a page of the month's usage that this contract has not rated yet, in order of time. Repeated from `next` until it
 * is null, it has rated all of it; a page that was done stays done, so a run that was killed goes on where it stopped.
 */
export async function ratePage(tx: TenantTx, terms: RatedTerms, reach: Reach, after: Place | null): Promise<Progress> {
  const page = await usagePage(tx, terms, reach, after, reach === "fresh" ? "every" : "unrated");
  const rows = page.filter((row) => row.rated !== true);
  if (rows.length > 0) {
    const accepted = await acceptedUsage(tx, terms.month);
    await insertRated(tx, terms, ratedColumns(terms, rows, await terms.reader(tx), accepted));
  }
  const last = page.at(-1);
  const more = reach === "fresh" ? page.length === PAGE_ROWS : last?.full === true;
  return { rated: rows.length, next: more && last !== undefined ? { at: last.at, id: last.id } : null };
}

/**
 * A page of the month's usage in order of time: every record, `all` that count, or those that this contract has not rated yet
 * and the last looked at. What is rated is asked for a page at once: a look for each record costs PostgreSQL the whole table
 * each time where its statistics do not know the client yet.
 */
export async function usagePage(
  tx: TenantTx,
  { contract, month, usesHours }: RatedTerms,
  reach: Reach,
  after: Place | null,
  which: "unrated" | "every" | "all",
): Promise<readonly PageRow[]> {
  const wall = sql`u.occurred_at at time zone ${month.timeZone}`;
  const hours = usesHours
    ? sql`extract(hour from ${wall})::int * 60 + extract(minute from ${wall})::int as minute, extract(isodow from ${wall})::int as weekday`
    : sql`null as minute, null as weekday`;
  const received =
    reach === "all" || reach === "fresh"
      ? sql`true`
      : sql`u.received_at >= ${reach.since}::timestamptz - ${COMMIT_SLACK}::interval`;
  const rest = after === null ? sql`true` : sql`(u.occurred_at, u.id) > (${after.at}::timestamptz, ${after.id}::uuid)`;
  const counts =
    which === "all"
      ? sql`u.id not in (${correctedUsage(tx, FOR_EVER)}) and u.id not in (${usageKeptOff(tx)})`
      : sql`true`;
  const page = sql`
    select u.id, u.kind, u.quantity::text as quantity, u.contact_id, u.attrs::text as attrs, u.occurred_at::text as at,
      (extract(epoch from u.occurred_at) * 1000)::bigint::text as ms,
      u.corrects_id is not null as corrects, ${hours}
    from tenant.usage u
    where ${inMonth(tx, month)} and ${received} and ${rest} and ${counts}
    order by u.occurred_at, u.id limit ${PAGE_ROWS}`;
  if (which !== "unrated") return tx.execute<PageRow>(page);
  return tx.execute<PageRow>(sql`
    with page as materialized (select p.*, row_number() over () as nth from (${page}) p),
      known as materialized (select r.usage_id from tenant.rated_items r where r.tenant_id = ${tx.tenantId}
        and r.contract_id = ${contract.id} and r.usage_id = any(array(select id from page)))
    select p.*, p.id in (select usage_id from known) as rated, p.nth = ${PAGE_ROWS} as full from page p
    where p.id not in (select usage_id from known) or p.nth = ${PAGE_ROWS} order by p.nth`);
}

type PageRow = UsageRow & { readonly rated?: boolean; readonly full?: boolean };

export function inMonth(tx: TenantTx, month: Pick<BillingMonth, "from" | "to">): SQL {
  return sql`u.tenant_id = ${tx.tenantId} and u.occurred_at >= ${iso(month.from)}::timestamptz and u.occurred_at < ${iso(month.to)}::timestamptz`;
}

/** The rows as columns of the bulk write: each record with its charge and exact worth, or with the reason why not. */
function ratedColumns(
  terms: RatedTerms,
  rows: readonly UsageRow[],
  recordOf: (row: UsageRow) => UsageRecord,
  accepted: ReadonlySet<string>,
): Cell[][] {
  const columns: Cell[][] = Array.from({ length: 13 }, () => []);
  const chargeFor = chargesFor({ from: terms.month.from, to: terms.month.to }, terms.segments);
  for (const row of rows) {
    const record = recordOf(row);
    const voids = row.corrects && record.quantity === 0;
    const found = voids ? "void" : chargeFor(record);
    const waits = typeof found !== "string" && isWithoutValue(found.charge, record) && !accepted.has(row.id);
    const cells =
      typeof found === "string"
        ? reasonCells(found)
        : waits
          ? reasonCells("missing_sale")
          : chargedCells(terms.priced(found.segment, found.charge), record);
    const all: Cell[] = [row.id, row.kind, row.at, row.contact_id, ...cells];
    for (const [at, cell] of all.entries()) columns[at]?.push(cell);
  }
  return columns;
}

/** A percentage of a sale whose value is not known waits for a person: it is not billed at nothing. */
export function isWithoutValue(charge: Charge, { attributes }: UsageRecord): boolean {
  return charge.model === "commission" && charge.pay.by === "percent" && attributes.saleMinor === undefined;
}

function reasonCells(reason: Unrated["reason"] | "void" | "missing_sale"): Cell[] {
  return [null, reason, null, 0, null, null, null, null, null];
}

function chargedCells({ id, den, worth }: Priced, record: UsageRecord): Cell[] {
  const { key, quantity, billedS, costS, amount, cost, saleMinor } = worth(record);
  const over = (value: Rational | null) => (value === null ? null : wholeOver(value, den));
  return [id, null, key, quantity, billedS, costS, over(amount), over(cost), saleMinor];
}

function wholeOver({ num, den: own }: Rational, den: bigint): bigint {
  if (own === den) return num;
  const scaled = num * den;
  assert(scaled % own === 0n, "a worth is whole over its charge's denominator");
  return scaled / own;
}

/** A record that is rated already keeps what it has: a repeat writes nothing, and what is written is in the month's sums. */
async function insertRated(tx: TenantTx, terms: RatedTerms, columns: readonly (readonly Cell[])[]): Promise<void> {
  const types = [
    "uuid",
    "text",
    "timestamptz",
    "uuid",
    "uuid",
    "text",
    "text",
    "bigint",
    "int",
    "int",
    "numeric",
    "numeric",
    "bigint",
  ];
  const literals = columns.map((cells, at) => sql`${arrayLiteral(cells)}::${sql.raw(types[at] ?? "text")}[]`);
  await tx.execute(sql`
    with inserted as (insert into tenant.rated_items (tenant_id, contract_id, usage_id, kind, occurred_at, contact_id, charge_id,
      reason, part, quantity, billed_s, cost_s, amount_num, cost_num, sale_minor)
    select ${tx.tenantId}::uuid, ${terms.contract.id}::uuid, r.* from unnest(${sql.join(literals, sql`, `)}) as r
    on conflict do nothing returning *)${addInserted(tx, terms)}`);
}
