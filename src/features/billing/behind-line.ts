import { type SQL, sql } from "drizzle-orm";
import { placeAfter, type TenantTx } from "../../adapters/db/index.ts";
import { assert } from "../../domain/kernel/step.ts";
import type { LineUsage } from "./rated-totals.ts";

/** What a row of an invoice's line says of the usage behind it; null where that is not by quantity. */
export type BehindRow = {
  readonly behind: "listed" | "repriced" | LineUsage["behind"];
  readonly part: string | null;
  readonly each_num: string | null;
  readonly first_at: string | null;
  readonly first_id: string | null;
  readonly first_quantity: string | null;
  readonly last_at: string | null;
  readonly last_id: string | null;
  readonly last_quantity: string | null;
  /** Where the usage is that of an earlier month: as of when. */
  readonly as_of: string | null;
};

/** A line's rule, with the bounds of its month. */
export type LineRule = BehindRow & {
  readonly id: string;
  readonly den: string;
  readonly contract_id: string;
  readonly charge_id: string;
  readonly from_at: string;
  readonly to_at: string;
  readonly cutoff: string;
};

export async function ruleOfLine(tx: TenantTx, lineId: string): Promise<LineRule> {
  const [rule] = await tx.execute<LineRule>(sql`
    select l.id, l.behind, l.exact_den::text as den, i.contract_id, l.charge_id, l.part, coalesce(l.as_of, i.cutoff)::text as cutoff,
      l.each_num::text, l.first_at::text, l.first_id, l.first_quantity::text, l.last_at::text, l.last_id, l.last_quantity::text, l.as_of::text,
      (coalesce(l.original_start, i.period_start)::timestamp at time zone i.time_zone)::text as from_at,
      (coalesce(l.original_start + interval '1 month', i.period_end)::timestamp at time zone i.time_zone)::text as to_at
    from tenant.invoice_lines l join tenant.invoices i on i.tenant_id = l.tenant_id and i.id = l.invoice_id
    where l.tenant_id = ${tx.tenantId} and l.id = ${lineId}::uuid`);
  assert(rule !== undefined, "the line was found before what is behind it is asked for");
  return rule;
}

/** A usage record in the list of a line's usage: where the list goes on. */
export type UsagePlace = { readonly turn: Turn; readonly at: string | number; readonly id: string };

/** Usage that a line lists comes first, then usage that it names by rule. Only corrections of a price have both. */
export type Turn = 0 | 1;

export function turnsOf(line: Pick<LineRule, "behind">): readonly Turn[] {
  return line.behind === "repriced" ? [0, 1] : [0];
}

/** A place as text for who asks for the next page, and back. */
export function cursorOf({ turn, at, id }: UsagePlace): string {
  return `${turn}_${at}_${id}`;
}
export function placeFrom(cursor: string | null): UsagePlace | null {
  const place = placeAfter(cursor, ["turn", "instant", "id"]);
  return place === null ? null : { turn: place[0] === "1" ? 1 : 0, at: place[1], id: place[2] };
}

/** After a place, by the order that every list of usage has. For `also` of `usageBehind`. */
export const afterPlace = (place: UsagePlace | null) => (id: SQL) =>
  place === null
    ? sql`true`
    : sql`(r.occurred_at, ${id}) > (to_timestamp(${place.at}::numeric / 1000), ${place.id}::uuid)`;

type Also = (id: SQL) => SQL;

/**
 * One line of `tenant.line_usage`, with everything that the line says as constants: the view must find the line and its
 * month anew for each record, and without fresh statistics PostgreSQL then reads the whole charge for each. Here an index
 * gives a page in order, and one record by its key. `also` is told the column that holds the usage's id; `r` has the rest.
 */
export function usageBehind(tx: TenantTx, line: LineRule, also: Also): SQL {
  return sql.join(
    turnsOf(line).map((turn) => usageInTurn(tx, line, turn, also)),
    sql` union all `,
  );
}

/**
 * A page of the usage behind a line, in order and after a place: what a turn lacks to the limit comes from the next. `page`
 * asks for one turn, told as a relation whose rows are to be ordered and cut.
 */
export async function pageOfTurns<Row>(
  tx: TenantTx,
  line: LineRule,
  { limit, after }: { readonly limit: number; readonly after: UsagePlace | null },
  page: (usage: SQL, turn: Turn, limit: number) => Promise<readonly Row[]>,
): Promise<(Row & { readonly turn: Turn })[]> {
  const found: (Row & { readonly turn: Turn })[] = [];
  for (const turn of turnsOf(line)) {
    if (found.length >= limit || (after !== null && turn < after.turn)) continue;
    const rest = afterPlace(after?.turn === turn ? after : null);
    const rows = await page(usageInTurn(tx, line, turn, rest), turn, limit - found.length);
    found.push(...rows.map((row) => ({ ...row, turn })));
  }
  return found;
}

function usageInTurn(tx: TenantTx, line: LineRule, turn: Turn, also: Also): SQL {
  if (turn === 0 && line.behind !== "own" && line.behind !== "quantity") {
    return sql`select s.usage_id, r.occurred_at, r.contact_id, s.quantity, s.billed_s, s.amount_num, 0 as turn
      from tenant.invoice_line_sources s join tenant.usage r on r.tenant_id = s.tenant_id and r.id = s.usage_id
      where s.tenant_id = ${tx.tenantId} and s.line_id = ${line.id}::uuid and ${also(sql`s.usage_id`)}`;
  }
  if (turn === 1) {
    return sql`select r.usage_id, r.occurred_at, r.contact_id, 0::bigint as quantity, null::int as billed_s,
        r.quantity * ${line.each_num}::numeric as amount_num, 1 as turn
      from tenant.rated_items r where ${ruled(tx, line)} and ${also(sql`r.usage_id`)}
        and r.usage_id not in (select s.usage_id from tenant.invoice_line_sources s
          where s.tenant_id = ${tx.tenantId} and s.line_id = ${line.id}::uuid)`;
  }
  const own = line.behind === "own";
  const quantity = own ? sql`r.quantity` : ofQuantity(line);
  const billed = own ? sql`r.billed_s` : sql`null::int`;
  const amount = own ? sql`coalesce(r.amount_num, 0)` : sql`${quantity} * ${line.each_num}::numeric`;
  return sql`select r.usage_id, r.occurred_at, r.contact_id, ${quantity} as quantity, ${billed} as billed_s, ${amount} as amount_num, 0 as turn
    from tenant.rated_items r where ${ruled(tx, line)} and ${also(sql`r.usage_id`)}`;
}

/** The first and the last record may stand behind the line with a part of their quantity. */
function ofQuantity({ first_id, first_quantity, last_id, last_quantity }: LineRule): SQL {
  if (first_id === null && last_id === null) return sql`r.quantity`;
  return sql`case r.usage_id when ${first_id}::uuid then ${first_quantity}::bigint when ${last_id}::uuid then ${last_quantity}::bigint
    else r.quantity end`;
}

function ruled(tx: TenantTx, line: LineRule): SQL {
  const { first_at, first_id, last_at, last_id } = line;
  const from =
    first_id === null ? sql`true` : sql`(r.occurred_at, r.usage_id) >= (${first_at}::timestamptz, ${first_id}::uuid)`;
  const to =
    last_id === null ? sql`true` : sql`(r.occurred_at, r.usage_id) <= (${last_at}::timestamptz, ${last_id}::uuid)`;
  const part = line.part === null ? sql`true` : sql`r.part = ${line.part}`;
  const cutoff = sql`${line.cutoff}::timestamptz`;
  const waited = sql`(e.reason = 'late' and (e.state = 'open' or e.resolved_at >= ${cutoff}))`;
  const heldBack = sql`(e.resolution = 'excluded' and e.resolved_at < ${cutoff} or ${waited})`;
  return sql`r.tenant_id = ${tx.tenantId} and r.contract_id = ${line.contract_id}::uuid and r.charge_id = ${line.charge_id}::uuid
    and r.occurred_at >= ${line.from_at}::timestamptz and r.occurred_at < ${line.to_at}::timestamptz
    and r.rated_at < ${cutoff} and ${from} and ${to} and ${part}
    and r.usage_id not in (select c.corrects_id from tenant.usage c where c.tenant_id = ${tx.tenantId} and c.corrects_id is not null
      and c.received_at < ${cutoff} and not exists (select from tenant.usage_exceptions e
        where e.tenant_id = c.tenant_id and e.usage_id = c.id and ${heldBack}))
    and r.usage_id not in (select e.usage_id from tenant.usage_exceptions e where e.tenant_id = ${tx.tenantId}
      and e.usage_id is not null and ${heldBack})`;
}

/** A line told by a rule says what stands behind it; sums of it are asked of the parts only where they are few. */
const SUMMED_MAX = 10_000;

/** Sums of everything behind a line: added up from its parts, or, of very many, as they were added up for the draft. */
export async function sumBehind(tx: TenantTx, line: LineRule) {
  const [told] = await tx.execute<{ records: number; quantity: string; num: string; repriced: string }>(sql`
    select coalesce((l.detail->>'records')::int, 0) as records, coalesce(l.detail->>'usedQuantity', '0') as quantity, l.exact_num::text as num,
      coalesce(l.detail->>'repricedQuantity', '0') as repriced
    from tenant.invoice_lines l where l.tenant_id = ${tx.tenantId} and l.id = ${line.id}::uuid`);
  assert(told !== undefined, "the line was found before its sums are asked for");
  if ((line.behind === "own" || line.behind === "quantity") && told.records > SUMMED_MAX) {
    const num = line.each_num === null ? BigInt(told.num) : BigInt(told.quantity) * BigInt(line.each_num);
    return { records: told.records, quantity: Number(told.quantity), num };
  }
  if (line.behind === "repriced" && told.records > SUMMED_MAX) {
    const listed = await sumOf(
      tx,
      usageInTurn(tx, line, 0, () => sql`true`),
    );
    return { ...listed, records: told.records, num: listed.num + BigInt(told.repriced) * BigInt(line.each_num ?? 0) };
  }
  return sumOf(
    tx,
    usageBehind(tx, line, () => sql`true`),
  );
}

async function sumOf(tx: TenantTx, usage: SQL) {
  const [row] = await tx.execute<{ records: number; quantity: string; num: string }>(sql`
    select count(*)::int as records, coalesce(sum(s.quantity), 0)::text as quantity, coalesce(sum(s.amount_num), 0)::text as num
    from (${usage}) s`);
  assert(row !== undefined, "sums are one row");
  return { records: row.records, quantity: Number(row.quantity), num: BigInt(row.num) };
}
