import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "../../adapters/db/index.ts";
import { unreachable } from "../../domain/kernel/step.ts";
import { type Segment, usageKindOf, whereOf } from "../../domain/rating/allot.ts";
import type {
  CarrierTimeCharge,
  Charge,
  CommissionCharge,
  CommitmentCharge,
  HourClass,
  RecurringCharge,
  SlaCreditCharge,
  Tariff,
  Tier,
  UsageFilter,
} from "../../domain/rating/charge.ts";
import { minuteOf } from "../../domain/rating/usage.ts";
import { notHeldBack } from "./store.ts";

/**
 * The invoice once more, by plain SQL aggregates over usage and nothing of the rating engine: what a person with a
 * database and the contract in hand would compute. Divisions come last, so that numeric keeps every tie exact.
 */
export async function recomputedMinor(
  tx: TenantTx,
  segments: readonly Segment[],
  { decimals, timeZone }: { readonly decimals: number; readonly timeZone: string },
): Promise<bigint> {
  let total = 0n;
  for (const segment of segments) {
    const ofCharge = new Map<string, bigint>();
    for (const [at, charge] of segment.charges.entries()) {
      if (charge.model === "commitment" || charge.model === "sla_credit") continue;
      const rows = usageOf(tx, segment, { charge, earlier: segment.charges.slice(0, at), timeZone });
      const gross = await askMinor(
        tx,
        sql`with m as (select * from ${rows}) select ${minorOf(tx, charge, segment, decimals)} as minor`,
      );
      ofCharge.set(charge.code, gross + (await limitsMinor(tx, charge, gross, segment, decimals)));
    }
    total += bigSum([...ofCharge.values()]);
    for (const charge of segment.charges) total += await dependentMinor(tx, charge, ofCharge, segment, decimals);
  }
  return total;
}

function bigSum(values: readonly bigint[]): bigint {
  return values.reduce((a, b) => a + b, 0n);
}

async function askMinor(tx: TenantTx, query: SQL): Promise<bigint> {
  const [row] = await tx.execute<{ minor: string }>(sql`select (minor)::bigint::text as minor from (${query}) q`);
  return BigInt(row?.minor ?? 0);
}

function numeric(value: string | number | bigint): SQL {
  return sql`${String(value)}::numeric`;
}

/** What discount, cap and minimum add to a charge that came to `gross`. */
function limitsMinor(
  tx: TenantTx,
  { limits }: Charge,
  gross: bigint,
  { share }: Segment,
  decimals: number,
): Promise<bigint> {
  if (limits === undefined) return Promise.resolve(0n);
  const scale = numeric(10n ** BigInt(decimals));
  const bound = (text: string) =>
    sql`round(${numeric(text)} * ${numeric(share.days)} * ${scale} / ${numeric(share.of)})`;
  const net = sql`(${numeric(gross)} - round(${numeric(gross)} * ${numeric(limits.discountPercent ?? "0")} * 0.01))`;
  const capped = limits.maximum === undefined ? net : sql`least(${net}, ${bound(limits.maximum)})`;
  const raised = limits.minimum === undefined ? capped : sql`greatest(${capped}, ${bound(limits.minimum)})`;
  return askMinor(tx, sql`select ${raised} - ${numeric(gross)} as minor`);
}

/** Commitments and service-level credits: what they add to the other charges of their version. */
function dependentMinor(
  tx: TenantTx,
  charge: Charge,
  ofCharge: ReadonlyMap<string, bigint>,
  { share, serviceLevel, earlierMinor }: Segment,
  decimals: number,
): Promise<bigint> {
  const scale = numeric(10n ** BigInt(decimals));
  if (charge.model === "commitment" && charge.term !== undefined) {
    const earlier = earlierMinor?.[charge.code];
    if (earlier === undefined) return Promise.resolve(0n);
    const reached = numeric(earlier + bigSum([...ofCharge.values()]));
    return askMinor(tx, sql`select greatest(0, round(${numeric(charge.amount)} * ${scale}) - ${reached}) as minor`);
  }
  if (charge.model === "commitment") {
    const due = sql`round(${numeric(charge.amount)} * ${numeric(share.days)} * ${scale} / ${numeric(share.of)})`;
    return askMinor(tx, sql`select greatest(0, ${due} - ${numeric(bigSum([...ofCharge.values()]))}) as minor`);
  }
  if (charge.model !== "sla_credit" || serviceLevel === null || serviceLevel.counted === 0) return Promise.resolve(0n);
  const fee = bigSum([...ofCharge].filter(([code]) => charge.of?.includes(code) ?? true).map(([, minor]) => minor));
  const { within, counted } = serviceLevel;
  const cap = numeric(charge.capPercent);
  if (charge.steps !== undefined) {
    const below = sql`select coalesce(max(credit), 0) from jsonb_to_recordset(${JSON.stringify(charge.steps)}::jsonb)
      as s("belowPercent" numeric, "creditPercent" numeric), lateral (select s."creditPercent" as credit) c
      where 100 * ${numeric(within)} < s."belowPercent" * ${numeric(counted)}`;
    const missedAtAll = sql`100 * ${numeric(within)} < ${numeric(charge.targetPercent)} * ${numeric(counted)}`;
    const stepped = sql`case when ${missedAtAll} then least((${below}), ${cap}) else 0 end`;
    return askMinor(tx, sql`select -round(${numeric(fee)} * ${stepped} * 0.01) as minor`);
  }
  const missed = sql`ceil(greatest(0, (${numeric(charge.targetPercent)} * ${numeric(counted)} - 100 * ${numeric(within)}) / ${numeric(counted)}))`;
  const share100 = sql`least(${missed} * ${numeric(charge.perStartedPointPercent ?? "0")}, ${cap})`;
  return askMinor(tx, sql`select -round(${numeric(fee)} * ${share100} * 0.01) as minor`);
}

type Counted = { readonly charge: Charge; readonly earlier: readonly Charge[]; readonly timeZone: string };

/** What the charge counts in the segment, less what an earlier charge of the version has already taken. */
function usageOf(tx: TenantTx, segment: Segment, { charge, earlier, timeZone }: Counted): SQL {
  const kind = usageKindOf(charge);
  if (kind === null) return sql`(select 0::numeric as q, '{}'::jsonb as attrs where false) u`;
  const asks = (it: Charge) => matching(tx, it, timeZone);
  const taken = earlier.filter((it) => usageKindOf(it) === kind).map((it) => sql`and not (${asks(it)})`);
  return sql`(select u.quantity::numeric as q, u.attrs from tenant.usage u
    where u.tenant_id = ${tx.tenantId} and u.kind = ${kind} and ${counts(tx, segment)}
      and (${asks(charge)}) ${sql.join(taken, sql` `)}) u`;
}

/** Usage of the segment's days that no later row corrects. */
function counts(tx: TenantTx, { from, to }: Segment): SQL {
  return sql`u.occurred_at >= to_timestamp(${from}::numeric / 1000) and u.occurred_at < to_timestamp(${to}::numeric / 1000)
    and not (u.corrects_id is not null and u.quantity = 0)
    and u.id not in (select c.corrects_id from tenant.usage c where c.tenant_id = ${tx.tenantId} and c.corrects_id is not null and ${notHeldBack("c")})
    and ${notHeldBack("u")}`;
}

function matching(tx: TenantTx, charge: Charge, timeZone: string): SQL {
  if (charge.model === "milestone") {
    const codes = JSON.stringify(charge.milestones.map(({ code }) => code));
    return sql`coalesce(u.attrs->>'milestone' in (select jsonb_array_elements_text(${codes}::jsonb)), false)`;
  }
  const filter: UsageFilter = whereOf(charge) ?? {};
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
    ...among("state", filter.states),
    ...among("agents", filter.agents),
    ...(filter.minTalkS === undefined ? [] : [sql`coalesce((u.attrs->>'talkS')::numeric, 0) >= ${filter.minTalkS}`]),
    ...(filter.hours === undefined ? [] : [inHours(filter.hours, timeZone)]),
    ...(filter.queues === undefined
      ? []
      : [
          sql`exists (select from tenant.queues q where q.tenant_id = ${tx.tenantId} and q.id::text = u.attrs->>'queueId'
            and q.slug in (select jsonb_array_elements_text(${JSON.stringify(filter.queues)}::jsonb)))`,
        ]),
  ];
  return conditions.length === 0 ? sql`true` : sql.join(conditions, sql` and `);
}

function inHours({ from, to, weekdays }: HourClass, timeZone: string): SQL {
  const wall = sql`(u.occurred_at at time zone ${timeZone})`;
  const minute = sql`(extract(hour from ${wall}) * 60 + extract(minute from ${wall}))`;
  const [start, end] = [minuteOf(from), minuteOf(to)];
  const inTime =
    start <= end
      ? sql`(${minute} >= ${start} and ${minute} < ${end})`
      : sql`(${minute} >= ${start} or ${minute} < ${end})`;
  if (weekdays === undefined) return inTime;
  return sql`(${inTime} and extract(isodow from ${wall})::int in (select jsonb_array_elements_text(${JSON.stringify(weekdays)}::jsonb)::int))`;
}

type Rateable = Exclude<Charge, CommitmentCharge | SlaCreditCharge>;

/** Minor units of a charge over the rows `m`; each line's part is rounded by itself, as on the invoice. */
function minorOf(tx: TenantTx, charge: Rateable, segment: Segment, decimals: number): SQL {
  const { share, seatsPeak } = segment;
  const used = sql`(select coalesce(sum(q), 0) from m)`;
  const n = (value: string | number) => sql`${String(value)}::numeric`;
  const scale = n(`1${"0".repeat(decimals)}`);
  switch (charge.model) {
    case "seat_month": {
      const seats = Math.max(charge.minSeats, seatsPeak);
      return sql`round(${n(charge.price)} * ${n(seats)} * ${n(share.days)} * ${scale} / ${n(share.of)})`;
    }
    case "recurring":
      return recurringMinor(charge, segment, decimals);
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
      return commissionMinor(tx, charge, segment, decimals);
    case "graduated":
      return sql`(select coalesce(sum(round(greatest(least(${used}, coalesce(top, ${used})) - above, 0) * price * ${scale})
        + case when ${used} > above then round(flat * ${scale}) else 0 end), 0) from ${tierRows(charge.tiers)})`;
    case "volume":
      return sql`case when ${used} = 0 then 0 else (select round(${used} * price * ${scale}) + round(flat * ${scale})
        from ${tierRows(charge.tiers)} where top is null or ${used} <= top order by above limit 1) end`;
    case "day_rate": {
      const cap = charge.monthCap === undefined ? sql`null` : sql`(select max(q) from m) * ${n(charge.monthCap)}`;
      return sql`round(least(${used} * ${n(charge.price)}, ${cap}) * ${scale})`;
    }
    case "milestone":
      return sql`(select coalesce(sum(round(t.amount * ${scale} * (select coalesce(sum(q), 0) from m where m.attrs->>'milestone' = t.code))), 0)
        from jsonb_to_recordset(${JSON.stringify(charge.milestones)}::jsonb) as t(code text, amount numeric))`;
    case "fee": {
      if (charge.every === "once") return segment.begins ? sql`round(${n(charge.amount)} * ${scale})` : sql`0`;
      return sql`round(${n(charge.amount)} * ${n(share.days)} * ${scale} / ${n(share.of)})`;
    }
    default:
      return unreachable(charge);
  }
}

/** Held rather than used: the levels are measured beforehand, here they are only added up. */
function recurringMinor(charge: RecurringCharge, segment: Segment, decimals: number): SQL {
  const { share, begins, next } = segment;
  const scale = numeric(10n ** BigInt(decimals));
  const [price, per, least] = [numeric(charge.price), numeric(charge.per), numeric(charge.minCount)];
  const levels = segment.stocks?.[charge.of] ?? { days: [{ days: share.days, count: 0 }], next: 0 };
  const runs = sql`jsonb_to_recordset(${JSON.stringify(levels.days.map((run, at) => ({ ...run, at })))}::jsonb)
    as r(at int, days numeric, count numeric)`;
  if (charge.timing === "arrears") {
    const unitDays = sql`(select sum(days * greatest(count, ${least})) from ${runs})`;
    return sql`round(${unitDays} * ${price} * ${scale} / (${per} * ${numeric(share.of)}))`;
  }
  const paid = begins ? sql`0` : sql`(select greatest(count, ${least}) from ${runs} where at = 0)`;
  const rise = sql`((select max(greatest(count, ${least})) from ${runs}) - ${paid})`;
  const own = sql`round(${rise} * ${price} * ${numeric(share.days)} * ${scale} / (${per} * ${numeric(share.of)}))`;
  if (next === undefined || next === null) return own;
  const ahead = sql`greatest(${numeric(levels.next)}, ${least})`;
  return sql`${own} + round(${ahead} * ${price} * ${numeric(next.days)} * ${scale} / (${per} * ${numeric(next.of)}))`;
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

function commissionMinor(tx: TenantTx, { pay }: CommissionCharge, segment: Segment, decimals: number): SQL {
  const scale = numeric(10n ** BigInt(decimals));
  if (pay.by === "fixed") return sql`(select coalesce(round(sum(q) * ${pay.amount}::numeric * ${scale}), 0) from m)`;
  if (pay.by === "bands") {
    const contacts = sql`(select coalesce(sum(u.quantity), 0) from tenant.usage u
      where u.tenant_id = ${tx.tenantId} and u.kind = 'contact' and ${counts(tx, segment)})`;
    const wins = sql`(select coalesce(sum(q), 0) from m)`;
    const bands = JSON.stringify(pay.bands.map((band, at) => ({ at, top: band.upToPercent, amount: band.amount })));
    return sql`coalesce((select round(${wins} * t.amount * ${scale})
      from jsonb_to_recordset(${bands}::jsonb) as t(at int, top numeric, amount numeric)
      where t.top is null or ${wins} * 100 <= t.top * greatest(${contacts}, ${wins}, 1) order by t.at limit 1), 0)`;
  }
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
