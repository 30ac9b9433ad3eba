import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "../../adapters/db/index.ts";
import { unreachable } from "../../domain/kernel/step.ts";
import type {
  CarrierTimeCharge,
  Charge,
  CommissionCharge,
  Tariff,
  Tier,
  UsageFilter,
} from "../../domain/rating/charge.ts";
import { type Segment, usageKindOf } from "../../domain/rating/rate.ts";

/**
 * The invoice once more, by plain SQL aggregates over usage and nothing of the rating engine: what a person with a
 * database and the contract in hand would compute. Divisions come last, so that numeric keeps every tie exact.
 */
export async function recomputedMinor(tx: TenantTx, segments: readonly Segment[], decimals: number): Promise<bigint> {
  let total = 0n;
  for (const segment of segments) {
    for (const [at, charge] of segment.charges.entries()) {
      const rows = usageOf(tx, segment, charge, segment.charges.slice(0, at));
      const [row] = await tx.execute<{ minor: string }>(sql`
        with m as (select * from ${rows}) select (${minorOf(charge, segment, decimals)})::bigint::text as minor`);
      total += BigInt(row?.minor ?? 0);
    }
  }
  return total;
}

/** What the charge counts in the segment, less what an earlier charge of the version has already taken. */
function usageOf(tx: TenantTx, segment: Segment, charge: Charge, earlier: readonly Charge[]): SQL {
  const kind = usageKindOf(charge);
  if (kind === null) return sql`(select 0::numeric as q, '{}'::jsonb as attrs where false) u`;
  const taken = earlier
    .filter((it) => usageKindOf(it) === kind)
    .map((it) => sql`and not (${matching(tx, whereOf(it))})`);
  return sql`(select u.quantity::numeric as q, u.attrs from tenant.usage u
    where u.tenant_id = ${tx.tenantId} and u.kind = ${kind}
      and u.occurred_at >= to_timestamp(${segment.from}::numeric / 1000) and u.occurred_at < to_timestamp(${segment.to}::numeric / 1000)
      and not (u.corrects_id is not null and u.quantity = 0)
      and u.id not in (select c.corrects_id from tenant.usage c where c.tenant_id = ${tx.tenantId} and c.corrects_id is not null)
      and (${matching(tx, whereOf(charge))}) ${sql.join(taken, sql` `)}) u`;
}

function whereOf(charge: Charge): UsageFilter {
  return charge.model === "seat_month" ? {} : (charge.where ?? {});
}

function matching(tx: TenantTx, filter: UsageFilter): SQL {
  const among = (attribute: string, allowed: readonly string[] | undefined) =>
    allowed === undefined
      ? []
      : [
          sql`coalesce(u.attrs->>${attribute} in (select jsonb_array_elements_text(${JSON.stringify(allowed)}::jsonb)), false)`,
        ];
  const conditions = [
    ...among("outcome", filter.outcomes),
    ...among("number", filter.numbers),
    ...among("direction", filter.directions),
    ...among("party", filter.parties),
    ...among("disposition", filter.dispositions),
    ...(filter.minTalkS === undefined ? [] : [sql`coalesce((u.attrs->>'talkS')::numeric, 0) >= ${filter.minTalkS}`]),
    ...(filter.queues === undefined
      ? []
      : [
          sql`exists (select from tenant.queues q where q.tenant_id = ${tx.tenantId} and q.id::text = u.attrs->>'queueId'
            and q.slug in (select jsonb_array_elements_text(${JSON.stringify(filter.queues)}::jsonb)))`,
        ]),
  ];
  return conditions.length === 0 ? sql`true` : sql.join(conditions, sql` and `);
}

/** Minor units of a charge over the rows `m`; each line's part is rounded by itself, as on the invoice. */
function minorOf(charge: Charge, { share, seatsPeak }: Segment, decimals: number): SQL {
  const used = sql`(select coalesce(sum(q), 0) from m)`;
  const n = (value: string | number) => sql`${String(value)}::numeric`;
  const scale = n(`1${"0".repeat(decimals)}`);
  switch (charge.model) {
    case "seat_month": {
      const seats = Math.max(charge.minSeats, seatsPeak);
      return sql`round(${n(charge.price)} * ${n(seats)} * ${n(share.days)} * ${scale} / ${n(share.of)})`;
    }
    case "unit": {
      const counted = sql`greatest(${used} * ${n(share.of)}, ${n(charge.baseCount)} * ${n(share.days)})`;
      return sql`round(${counted} * ${n(charge.price)} * ${scale} / (${n(charge.per)} * ${n(share.of)}))`;
    }
    case "package": {
      const included = sql`ceil(${n(charge.included)} * ${n(share.days)} / ${n(share.of)})`;
      return sql`round(${n(charge.fee)} * ${n(share.days)} * ${scale} / ${n(share.of)})
        + round(greatest(${used} - ${included}, 0) * ${n(charge.overflow)} * ${scale})`;
    }
    case "carrier_time":
      return sql`(select coalesce(round(sum(${sellTimes6000(charge)}) * ${scale} / 6000), 0) from m)`;
    case "commission":
      return commissionMinor(charge, decimals);
    case "graduated":
      return sql`(select coalesce(sum(round(greatest(least(${used}, coalesce(top, ${used})) - above, 0) * price * ${scale})
        + case when ${used} > above then round(flat * ${scale}) else 0 end), 0) from ${tierRows(charge.tiers)})`;
    case "volume":
      return sql`case when ${used} = 0 then 0 else (select round(${used} * price * ${scale}) + round(flat * ${scale})
        from ${tierRows(charge.tiers)} where top is null or ${used} <= top order by above limit 1) end`;
    default:
      return unreachable(charge);
  }
}

/** A call's price times 6000: sixty for the minute, a hundred for the percentage. */
function sellTimes6000({ buy, sell }: CarrierTimeCharge): SQL {
  if (sell.by === "tariff") return sql`100 * ${priceTimes60(sell)}`;
  const minutes = sql`100 * ${sell.perMinute ?? "0"}::numeric * ${billed(buy)}`;
  const marked = sql`${priceTimes60(buy)} * (100 + ${sell.percent}::numeric) + ${minutes}`;
  return sql`case when q = 0 then 0 else greatest(${marked}, 6000 * ${sell.minCharge ?? "0"}::numeric) end`;
}

function priceTimes60(tariff: Tariff): SQL {
  const whole = sql`60 * ${tariff.connectFee ?? "0"}::numeric + ${tariff.perMinute}::numeric * ${billed(tariff)}`;
  const raised = sql`greatest(${whole}, 60 * ${tariff.minCharge ?? "0"}::numeric)`;
  const capped = tariff.maxCharge === undefined ? raised : sql`least(${raised}, 60 * ${tariff.maxCharge}::numeric)`;
  return sql`(case when q = 0 then 0 else ${capped} end)`;
}

function billed({ firstS, nextS }: Tariff): SQL {
  const over = sql`${firstS}::numeric + ceil((q - ${firstS}::numeric) / ${nextS}::numeric) * ${nextS}::numeric`;
  return sql`(case when q = 0 then 0 when q <= ${firstS}::numeric then ${firstS}::numeric else ${over} end)`;
}

function commissionMinor({ pay }: CommissionCharge, decimals: number): SQL {
  const scale = sql`${`1${"0".repeat(decimals)}`}::numeric`;
  if (pay.by === "fixed") return sql`(select coalesce(round(sum(q) * ${pay.amount}::numeric * ${scale}), 0) from m)`;
  const sale = sql`coalesce((attrs->>'saleMinor')::numeric, 0)`;
  const raised = sql`greatest(${sale} * ${pay.percent}::numeric * 0.01, ${pay.minEach ?? "0"}::numeric * ${scale})`;
  const each = pay.maxEach === undefined ? raised : sql`least(${raised}, ${pay.maxEach}::numeric * ${scale})`;
  return sql`(select coalesce(round(sum(case when ${sale} = 0 then 0 else ${each} end)), 0) from m)`;
}

function tierRows(tiers: readonly Tier[]): SQL {
  const rows = tiers.map((tier, at) => ({
    above: at === 0 ? "0" : (tiers[at - 1]?.upTo ?? "0"),
    top: tier.upTo,
    price: tier.price,
    flat: tier.flat ?? "0",
  }));
  return sql`jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as t(above numeric, top numeric, price numeric, flat numeric)`;
}
