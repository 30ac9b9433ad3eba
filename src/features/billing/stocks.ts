import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "../../adapters/db/index.ts";
import { unreachable } from "../../domain/kernel/step.ts";
import type { Charge, Stock } from "../../domain/rating/charge.ts";
import type { StockLevels, Stocks } from "../../domain/rating/line.ts";

/** Bytes in what a contract calls a megabyte. */
const BYTES_A_MB = 1_000_000;

export type LocalDays = {
  readonly from: string;
  /** Not one of them. */
  readonly to: string;
  readonly timeZone: string;
};

/** Levels of everything the charges pay by the month, day by day on the client's calendar; nothing else is looked up. */
export async function stocksOf(tx: TenantTx, charges: readonly Charge[], days: LocalDays): Promise<Stocks> {
  const wanted = new Set(charges.flatMap((charge) => (charge.model === "recurring" ? [charge.of] : [])));
  const found: { [stock in Stock]?: StockLevels } = {};
  for (const stock of wanted) found[stock] = await levelsOf(tx, stock, days);
  return found;
}

async function levelsOf(tx: TenantTx, stock: Stock, { from, to, timeZone }: LocalDays): Promise<StockLevels> {
  const rows = await tx.execute<{ day: string; count: number }>(sql`
    select to_char(d.day, 'YYYY-MM-DD') as day, (${levelOn(tx, stock, { from, to, timeZone })})::int as count
    from generate_series(${from}::date, ${to}::date, interval '1 day') as g, lateral (select g::date as day) d
    order by d.day`);
  const days = rows.slice(0, -1);
  const runs: { days: number; count: number }[] = [];
  for (const { count } of days) {
    const last = runs.at(-1);
    if (last?.count === count) last.days += 1;
    else runs.push({ days: 1, count });
  }
  return { days: runs, next: rows.at(-1)?.count ?? 0 };
}

/** How many there were on the day `d.day`. */
function levelOn(tx: TenantTx, stock: Stock, { from, to, timeZone }: LocalDays): SQL {
  const start = (date: SQL) => sql`((${date})::timestamp at time zone ${timeZone})`;
  switch (stock) {
    case "seat":
    case "burst_seat": {
      const column = stock === "seat" ? sql`s.guaranteed` : sql`s.burst`;
      return sql`select coalesce(sum(${column}), 0) from tenant.seat_entitlements s
        where s.tenant_id = ${tx.tenantId} and s.valid @> d.day`;
    }
    case "number":
      return sql`select count(*) from tenant.numbers n where n.tenant_id = ${tx.tenantId}
        and n.in_service_from < ${start(sql`d.day + 1`)} and (n.retired_at is null or n.retired_at >= ${start(sql`d.day`)})`;
    case "agent":
      return sql`select count(distinct u.attrs->>'agentId') from tenant.usage u
        where u.tenant_id = ${tx.tenantId} and u.kind = 'agent_time' and u.attrs->>'agents' = 'dedicated'
          and u.occurred_at >= ${start(sql`${from}::date`)} and u.occurred_at < ${start(sql`${to}::date`)}`;
    case "recording":
      return sql`select ceil(coalesce(sum(r.bytes), 0)::numeric / ${BYTES_A_MB}) from tenant.recordings r
        where r.tenant_id = ${tx.tenantId} and r.stored_at < ${start(sql`d.day + 1`)}`;
    case "agreed":
      return sql`select 0`;
    default:
      return unreachable(stock);
  }
}

/** What earlier months of each term came to that ends with this month: invoices that stand, without tax. */
export async function earlierOfTerms(
  tx: TenantTx,
  contractId: string,
  charges: readonly Charge[],
  { monthStart, monthEnd }: { readonly monthStart: string; readonly monthEnd: string },
): Promise<{ [code: string]: bigint }> {
  const earlier: { [code: string]: bigint } = {};
  for (const charge of charges) {
    if (charge.model !== "commitment" || charge.term === undefined) continue;
    const { from, months } = charge.term;
    const [row] = await tx.execute<{ ends: boolean; minor: string }>(sql`
      select (${from}::date + make_interval(months => ${months}))::date = ${monthEnd}::date as ends,
        (select coalesce(sum(i.total_minor), 0)::text from tenant.invoices i
          where i.tenant_id = ${tx.tenantId} and i.contract_id = ${contractId} and i.status not in ('discarded', 'credited')
            and i.period_start >= ${from}::date and i.period_start < ${monthStart}::date) as minor`);
    if (row?.ends) earlier[charge.code] = BigInt(row.minor);
  }
  return earlier;
}
