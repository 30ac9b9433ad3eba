import { sql } from "drizzle-orm";
import { iso, type TenantTx } from "../../adapters/db/index.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import { lcm, rational } from "../../domain/kernel/rational.ts";
import {
  adjustmentsOf,
  type BookedItem,
  type BookedLine,
  bookedTogether,
  isPricedTogether,
} from "../../domain/rating/adjustment.ts";
import type { RatedItem } from "../../domain/rating/behind.ts";
import type { RatedLine } from "../../domain/rating/line.ts";
import { type LineRule, ruleOfLine, usageBehind } from "./behind-line.ts";
import type { LateChange } from "./draft-lines.ts";
import type { FoundException } from "./exceptions-store.ts";
import type { BookedMonth, LateMonth } from "./late-months.ts";
import { rateLate } from "./rate-usage.ts";
import { ownMonth } from "./rated-month.ts";
import { type RatedTerms, ratedTerms } from "./rated-terms.ts";
import { type LineUsage, usageOfLines } from "./rated-totals.ts";
import { chargeRowOf, chargeRows } from "./rating-input.ts";
import { type Contract, cutoffNow } from "./store.ts";

/** A closed month as it is rated now. */
export type RatedAgain = {
  readonly terms: RatedTerms;
  /** Without the usage behind them. */
  readonly lines: readonly RatedLine[];
  readonly behind: ReadonlyMap<string, LineUsage>;
  readonly cutoff: Instant;
  readonly exceptions: readonly FoundException[];
};

/**
 * Rates a closed month again under the versions that billed it: what came late is rated, and the lines come from sums in the
 * database, so that nothing of the month is held in memory.
 */
export async function rateAgain(tx: TenantTx, contract: Contract, late: LateMonth): Promise<RatedAgain> {
  const terms = ratedTerms(contract, late.month, late.versions, late.segments);
  await rateLate(tx, terms);
  // Items count as of when they were rated, which was just now.
  const cutoff = await cutoffNow(tx);
  const own = await ownMonth(tx, terms, cutoff);
  const behind = await usageOfLines(tx, terms, own);
  return { terms, lines: own.rating.lines, behind, cutoff, exceptions: own.exceptions };
}

/**
 * What late and corrected usage makes of each line, with the usage whose part of it changes and no other. Usage that only
 * changes its price together with all of its line is told by a rule.
 */
export async function lateChanges(tx: TenantTx, booked: BookedMonth, rated: RatedAgain): Promise<LateChange[]> {
  const together = new Map(bookedTogether(booked.lines).map((line) => [line.key, line]));
  const lines = new Map(rated.lines.map((line) => [line.key, line]));
  const leaving = new Map<string, number>();
  for (const key of new Set([...lines.keys(), ...together.keys()])) {
    const [now, before] = [lines.get(key), together.get(key)];
    const rules: LineRule[] = [];
    for (const id of booked.rowsOfKey.get(key) ?? []) rules.push(await ruleOfLine(tx, id));
    const items = await changedItems(tx, rules, now === undefined ? null : ruleNow(rated, now), {
      byQuantity: now !== undefined && isPricedTogether(now),
    });
    leaving.set(key, items.contactsLeaving);
    if (now !== undefined) lines.set(key, { ...now, items: items.now });
    if (before !== undefined) together.set(key, { ...before, items: items.before } satisfies BookedLine);
  }
  return adjustmentsOf([...together.values()], [...lines.values()]).map((it) => {
    const usage = rated.behind.get(it.key);
    const listed = new Set(it.items.flatMap((item) => item.contactId ?? []));
    if (it.repriced === null || usage === undefined) return { ...it, contacts: listed.size, records: it.items.length };
    const gone = it.items.filter((item) => !lines.get(it.key)?.items.some((now) => now.usageId === item.usageId));
    return { ...it, contacts: usage.contacts + (leaving.get(it.key) ?? 0), records: usage.records + gone.length };
  });
}

/** The line as an invoice of this moment would keep it. Null where no event stands behind it. */
function ruleNow({ terms, behind, cutoff }: RatedAgain, line: RatedLine): LineRule | null {
  const usage = behind.get(line.key);
  if (usage === undefined || usage.behind === "none") return null;
  const { first, last } = usage;
  return {
    id: "",
    behind: usage.behind,
    den: usage.den.toString(),
    contract_id: terms.contract.id,
    charge_id: chargeRowOf(chargeRows(terms.versions), line),
    part: usage.part,
    from_at: iso(terms.month.from),
    to_at: iso(terms.month.to),
    cutoff: iso(cutoff),
    each_num: usage.eachNum?.toString() ?? null,
    first_at: first?.at ?? null,
    first_id: first?.id ?? null,
    first_quantity: first?.quantity ?? null,
    last_at: last?.at ?? null,
    last_id: last?.id ?? null,
    last_quantity: last?.quantity ?? null,
    as_of: null,
  };
}

type ChangeRow = {
  usage_id: string;
  contact_id: string | null;
  old_quantity: string | null;
  old_billed: string | null;
  old_num: string | null;
  new_quantity: string | null;
  new_billed: string | null;
  new_num: string | null;
  leaves: boolean;
};

/** Only records whose part differs leave the database. What was taken off a line again stands behind it no more. */
async function changedItems(
  tx: TenantTx,
  booked: readonly LineRule[],
  now: LineRule | null,
  { byQuantity }: { readonly byQuantity: boolean },
) {
  const den = [...booked, ...(now === null ? [] : [now])].reduce((all, rule) => lcm(all, BigInt(rule.den)), 1n);
  const parts = (rule: LineRule) =>
    sql`select usage_id, contact_id, quantity, billed_s, amount_num * ${(den / BigInt(rule.den)).toString()}::numeric as num
      from (${usageBehind(tx, rule, () => sql`true`)}) p`;
  const nothing = sql`select null::uuid as usage_id, null::uuid as contact_id, 0::bigint as quantity, null::int as billed_s, 0::numeric as num where false`;
  const differ = byQuantity
    ? sql`old.quantity is distinct from new.quantity`
    : sql`(old.quantity, coalesce(old.billed, 0), old.num) is distinct from (new.quantity, coalesce(new.billed, 0), new.num)`;
  const all = booked.length === 0 ? nothing : sql.join(booked.map(parts), sql` union all `);
  const rows = await tx.execute<ChangeRow>(sql`
    with old as (
      select usage_id, (array_agg(contact_id))[1] as contact_id, sum(quantity) as quantity, sum(billed_s) as billed, sum(num) as num
      from (${all}) a group by usage_id
      having count(*) = 1 or sum(quantity) <> 0 or sum(num) <> 0 or coalesce(sum(billed_s), 0) <> 0),
    new as (select usage_id, contact_id, quantity, billed_s as billed, num from (${now === null ? nothing : parts(now)}) b)
    select usage_id, coalesce(new.contact_id, old.contact_id) as contact_id,
      old.quantity::text as old_quantity, old.billed::text as old_billed, old.num::text as old_num,
      new.quantity::text as new_quantity, new.billed::text as new_billed, new.num::text as new_num,
      new.usage_id is null and not exists (select from new n where n.contact_id = old.contact_id) as leaves
    from old full join new using (usage_id) where ${differ}
    order by usage_id`);
  const before = new Map<string, BookedItem>();
  const after: RatedItem[] = [];
  for (const row of rows) {
    const { usage_id: usageId, contact_id: contactId } = row;
    const part = (quantity: string, billed: string | null, num: string | null) => ({
      contactId,
      quantity: Number(quantity),
      billedS: billed === null ? null : Number(billed),
      amount: rational(BigInt(num ?? 0), den),
    });
    if (row.old_quantity !== null) before.set(usageId, part(row.old_quantity, row.old_billed, row.old_num));
    if (row.new_quantity !== null) {
      after.push({ usageId, cost: null, ...part(row.new_quantity, row.new_billed, row.new_num) });
    }
  }
  const leaving = new Set(rows.flatMap((row) => (row.leaves ? (row.contact_id ?? []) : [])));
  return { before, now: after, contactsLeaving: leaving.size };
}
