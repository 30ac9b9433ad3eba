import { type Actor, type Database, nextPlace, placeAfter, withOperator, withTenant } from "../../adapters/db/index.ts";
import type { TenantId } from "../../domain/kernel/ids.ts";
import { add, decimalText, exactText, type Rational, subtract, ZERO } from "../../domain/kernel/rational.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import { tenantsOfHouse } from "../ledger/index.ts";
import { costOf } from "./agent-time.ts";
import { hourCosts, type Stay, staysFor } from "./agent-time-store.ts";
import type { Amounts, Grouping, HouseMargin, MarginReport, MarginRow } from "./schema.ts";
import { clientMonth, groupOfContacts, labelsOf, linePartsOf } from "./store.ts";

export type MarginContext = { readonly db: Database; readonly operatorDb: Database; readonly actor: Actor };

/** Decimals for reading: a hundredth of the smallest unit of most currencies. */
const SHOWN_DECIMALS = 4;
/** Sorts behind every id: what belongs to none comes last. */
const NONE = "~";

type Sum = { sell: Rational; carrier: Rational; agent: Rational; ms: number };
const nothing = (): Sum => ({ sell: ZERO, carrier: ZERO, agent: ZERO, ms: 0 });

/**
 * A client's month: what its bills sell, less what the carrier charges for the same usage and what agents' time on it
 * costs. Every grouping adds up to the same total exactly, because nothing is rounded before it is shown.
 */
export async function marginReport(
  ctx: MarginContext,
  tenantId: TenantId,
  query: { readonly period: string; readonly by: Grouping; readonly cursor: string | null; readonly limit: number },
): Promise<MarginReport> {
  const { period, by } = query;
  const scope = { tenantId, actor: ctx.actor };
  const client = await withTenant(ctx.db, scope, (tx) => clientMonth(tx, period));
  if (client === undefined) throw new Refusal("not_found", "tenant_not_found", "there is no such client");
  const { stays, hour } = await withOperator(ctx.operatorDb, async (tx) => ({
    stays: await staysFor(tx, tenantId, client.from, client.to),
    hour: await hourCosts(tx, client.currency),
  }));
  const place = placeAfter(query.cursor, ["key"])?.[0] ?? "";
  return withTenant(ctx.db, scope, async (tx) => {
    const groupOf = await groupOfContacts(tx, by, client.from, client.to);
    const groups = new Map<string, Sum>();
    const at = (key: string | null) => {
      const sum = groups.get(key ?? NONE) ?? nothing();
      groups.set(key ?? NONE, sum);
      return sum;
    };
    for (const part of await linePartsOf(tx, period, by)) {
      const sum = at(part.key);
      sum.sell = add(sum.sell, part.sell);
      sum.carrier = add(sum.carrier, part.buy);
    }
    for (const stay of stays) {
      const sum = at(keyOfStay(stay, by, groupOf));
      sum.agent = add(sum.agent, costOf(stay, hour));
      sum.ms += stay.ms;
    }
    const sorted = [...groups].toSorted(([a], [b]) => (a < b ? -1 : 1));
    const rest = sorted.filter(([key]) => key > place);
    const page = rest.slice(0, query.limit);
    const labels = await labelsOf(
      tx,
      by,
      page.flatMap(([key]) => (key === NONE ? [] : [key])),
    );
    const total = sorted.reduce((all, [, sum]) => plus(all, sum), nothing());
    const last = page.at(-1);
    return {
      tenantId,
      period,
      currency: client.currency,
      by,
      agentCostKnown: stays.every((stay) => hour(stay.agentId) !== null),
      total: { ...amountsOf(total), agentS: secondsOf(total) },
      items: page.map(
        ([key, sum]): MarginRow => ({
          key: key === NONE ? null : key,
          label: labels.get(key) ?? null,
          ...amountsOf(sum),
          agentS: secondsOf(sum),
        }),
      ),
      next: nextPlace(rest.length > query.limit, last && [last[0]]),
    };
  });
}

/** Every client's month in a line of its own: currencies differ, so nothing is added up across them. */
export async function houseMargin(ctx: MarginContext, period: string): Promise<HouseMargin> {
  const items: HouseMargin["items"] = [];
  for (const tenantId of await withOperator(ctx.operatorDb, tenantsOfHouse)) {
    const client = await withTenant(ctx.db, { tenantId, actor: ctx.actor }, (tx) => clientMonth(tx, period));
    // Registered, and not set up yet.
    if (client === undefined) continue;
    const report = await marginReport(ctx, tenantId, { period, by: "contract", cursor: null, limit: 1 });
    const { currency, agentCostKnown, total } = report;
    items.push({ tenantId, tenantName: client.name, currency, agentCostKnown, ...total });
  }
  return { period, items };
}

/** A line and a contract are of many contacts, and time is spent on a contact: there it stands under none. */
function keyOfStay(stay: Stay, by: Grouping, groupOf: ReadonlyMap<string, string | null>): string | null {
  if (by === "agent") return stay.agentId;
  if (by === "contact") return stay.contactId;
  return stay.contactId === null ? null : (groupOf.get(stay.contactId) ?? null);
}

function plus(a: Sum, b: Sum): Sum {
  return {
    sell: add(a.sell, b.sell),
    carrier: add(a.carrier, b.carrier),
    agent: add(a.agent, b.agent),
    ms: a.ms + b.ms,
  };
}

function amountsOf({ sell, carrier, agent }: Sum): Amounts {
  const all = { sell, carrierCost: carrier, agentCost: agent, margin: subtract(sell, add(carrier, agent)) };
  const text = (write: (value: Rational) => string) => ({
    sell: write(all.sell),
    carrierCost: write(all.carrierCost),
    agentCost: write(all.agentCost),
    margin: write(all.margin),
  });
  return { ...text(exactText), shown: text((value) => decimalText(value, SHOWN_DECIMALS)) };
}

function secondsOf({ ms }: Sum): number {
  return Math.round(ms / 1_000);
}
