import { sql } from "drizzle-orm";
import type { TenantTx } from "../../adapters/db/index.ts";
import type { Currency } from "../../domain/kernel/currency.ts";
import { roundHalfAwayFromZero, times } from "../../domain/kernel/rational.ts";
import { priceOfCall } from "../../domain/rating/call-time.ts";
import { itemsOfParcel } from "../../domain/settlement/parcels.ts";
import { type Item, microsOfMinor } from "../../domain/settlement/statement.ts";
import { type DatedTerms, type Party, termsOn } from "./terms.ts";

/** Deeds of one partner taken into a statement at once: a month of a big carrier account. */
const DEEDS_MAX = 200_000;
const MICROS_PER_MAJOR = 1_000_000n;

/** A line as it will be written. `sourceKey` names our deed for ever. */
export type NewLine = {
  readonly item: Item;
  readonly ref: string;
  readonly occurredAt: string | null;
  readonly sourceKey: string;
  readonly termsVersion: number | null;
  readonly quantity: number | null;
  readonly micros: bigint;
  readonly carriesId: string | null;
};

/**
 * Our side of a partner's month: deeds up to its end that stand on no statement yet, so that what came late for an
 * accepted month is on the next. Deeds on days without terms are left for when there are some.
 */
export async function ourLines(
  tx: TenantTx,
  party: Party,
  dated: readonly DatedTerms[],
  end: string,
): Promise<NewLine[]> {
  const fresh =
    party.kind === "carrier" ? await legLines(tx, party, dated, end) : await parcelLines(tx, party, dated, end);
  return [...fresh, ...(await takenBack(tx, party)), ...(await endedDisputes(tx, party))];
}

/** Legs of calls that went over this carrier, at its tariff of their day. */
async function legLines(tx: TenantTx, party: Party, dated: readonly DatedTerms[], end: string): Promise<NewLine[]> {
  const rows = await tx.execute<{ sid: string; seconds: string; at: string; day: string }>(sql`
    select u.attrs->>'callSid' as sid, u.quantity::text as seconds, to_json(u.occurred_at)#>>'{}' as at,
      to_char(u.occurred_at at time zone co.time_zone, 'YYYY-MM-DD') as day
    from tenant.usage u
    join tenant.contacts c on c.tenant_id = u.tenant_id and c.id = u.contact_id and c.carrier = ${party.slug}
    join tenant.companies co on co.tenant_id = u.tenant_id
    where u.tenant_id = ${tx.tenantId} and u.kind = 'carrier_leg' and u.attrs->>'callSid' is not null and u.quantity > 0
      and u.occurred_at < (${end}::date::timestamp at time zone co.time_zone)
      and not exists (select from tenant.usage x where x.tenant_id = u.tenant_id and x.corrects_id = u.id)
      and not exists (select from tenant.settlement_lines l where l.tenant_id = u.tenant_id and l.party_id = ${party.id}
        and l.source_key = 'leg:' || (u.attrs->>'callSid'))
    order by u.occurred_at, u.id limit ${DEEDS_MAX}`);
  return rows.flatMap((row) => {
    const on = termsOn(dated, row.day);
    if (on === undefined || on.terms.tariff === null) return [];
    const price = priceOfCall(Number(row.seconds), on.terms.tariff);
    return [
      {
        item: "carrier_rate",
        ref: row.sid,
        occurredAt: row.at,
        sourceKey: `leg:${row.sid}`,
        termsVersion: on.version,
        quantity: price.billedS,
        micros: roundHalfAwayFromZero(times(price.amount, MICROS_PER_MAJOR)),
        carriesId: null,
      } as const,
    ];
  });
}

/** Deliveries and returns of sales that name this partner. */
async function parcelLines(tx: TenantTx, party: Party, dated: readonly DatedTerms[], end: string): Promise<NewLine[]> {
  const column = sql.raw(`s.${party.kind}`);
  const rows = await tx.execute<{
    id: string;
    kind: "delivered" | "returned";
    ref: string;
    at: string;
    day: string;
    amount: string;
    currency: Currency;
    delivered: boolean;
  }>(sql`
    select e.id, e.kind, s.ref, to_json(e.occurred_at)#>>'{}' as at, s.currency,
      to_char(e.occurred_at at time zone co.time_zone, 'YYYY-MM-DD') as day,
      coalesce(e.amount_minor, s.amount_minor)::text as amount,
      exists (select from tenant.sale_events d where d.tenant_id = e.tenant_id and d.sale_id = e.sale_id and d.kind = 'delivered'
        and not d.is_void and not exists (select from tenant.sale_events x where x.tenant_id = d.tenant_id and x.source = d.source
          and x.corrects = d.source_event_id)) as delivered
    from tenant.sale_events e
    join tenant.sales s on s.tenant_id = e.tenant_id and s.id = e.sale_id and ${column} = ${party.slug}
    join tenant.companies co on co.tenant_id = e.tenant_id
    where e.tenant_id = ${tx.tenantId} and e.kind in ('delivered', 'returned') and not e.is_void
      and e.occurred_at < (${end}::date::timestamp at time zone co.time_zone)
      and not exists (select from tenant.sale_events x where x.tenant_id = e.tenant_id and x.source = e.source and x.corrects = e.source_event_id)
      and not exists (select from tenant.settlement_lines l where l.tenant_id = e.tenant_id and l.party_id = ${party.id}
        and starts_with(l.source_key, 'sale:' || e.id::text || ':'))
    order by e.occurred_at, e.id limit ${DEEDS_MAX}`);
  return rows.flatMap((row) => {
    const on = termsOn(dated, row.day);
    if (on === undefined) return [];
    const micros = microsOfMinor(BigInt(row.amount), row.currency);
    return itemsOfParcel({ kind: row.kind, micros, wasDelivered: row.delivered }, on.terms).map(
      (it): NewLine => ({
        ...it,
        ref: row.ref,
        occurredAt: row.at,
        sourceKey: `sale:${row.id}:${it.item}`,
        termsVersion: on.version,
        quantity: null,
        carriesId: null,
      }),
    );
  });
}

/** Lines on accepted statements whose sale event was corrected since: taken back by their opposite. */
async function takenBack(tx: TenantTx, party: Party): Promise<NewLine[]> {
  const rows = await tx.execute<{
    source_key: string;
    item: Item;
    ref: string;
    at: string;
    micros: string;
    version: number | null;
  }>(sql`
    select l.source_key, l.item, l.ref, to_json(l.occurred_at)#>>'{}' as at, l.ours_micros::text as micros, l.terms_version as version
    from tenant.settlement_lines l
    join tenant.sale_events e on e.tenant_id = l.tenant_id and starts_with(l.source_key, 'sale:' || e.id::text || ':')
    where l.tenant_id = ${tx.tenantId} and l.party_id = ${party.id} and starts_with(l.source_key, 'sale:')
      and exists (select from tenant.sale_events x where x.tenant_id = e.tenant_id and x.source = e.source and x.corrects = e.source_event_id)
      and not exists (select from tenant.settlement_lines b where b.tenant_id = l.tenant_id and b.party_id = l.party_id
        and b.source_key = 'back:' || l.source_key)
    order by l.id limit ${DEEDS_MAX}`);
  return rows.map((row) => ({
    item: row.item,
    ref: row.ref,
    occurredAt: row.at,
    sourceKey: `back:${row.source_key}`,
    termsVersion: row.version,
    quantity: null,
    micros: -BigInt(row.micros),
    carriesId: null,
  }));
}

/** Lines that were held back by a dispute which has ended: what was agreed comes in now. */
async function endedDisputes(tx: TenantTx, party: Party): Promise<NewLine[]> {
  const rows = await tx.execute<{
    id: string;
    item: Item;
    ref: string;
    at: string | null;
    micros: string;
    version: number | null;
  }>(sql`
    select l.id, l.item, l.ref, to_json(l.occurred_at)#>>'{}' as at, l.terms_version as version,
      coalesce(case l.decision when 'accept_ours' then l.ours_micros else l.theirs_micros end, 0)::text as micros
    from tenant.settlement_lines l
    join tenant.settlement_statements s on s.tenant_id = l.tenant_id and s.id = l.statement_id
    where l.tenant_id = ${tx.tenantId} and l.party_id = ${party.id} and s.status <> 'draft' and l.decision in ('accept_ours', 'accept_theirs')
      and l.decided_at > s.accepted_at
      and not exists (select from tenant.settlement_lines c where c.tenant_id = l.tenant_id and c.carries_id = l.id)
    order by l.id limit ${DEEDS_MAX}`);
  return rows.map((row) => ({
    item: row.item,
    ref: row.ref,
    occurredAt: row.at,
    sourceKey: `carried:${row.id}`,
    termsVersion: row.version,
    quantity: null,
    micros: BigInt(row.micros),
    carriesId: row.id,
  }));
}
