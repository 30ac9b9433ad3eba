import { exactText, subtract } from "../kernel/rational.ts";
import { usageKindOf, whereOf } from "./allot.ts";
import { bothSides } from "./call-time.ts";
import type { CarrierTimeCharge, Charge } from "./charge.ts";
import { tierRanges } from "./tiers.ts";
import { volumeCliffs } from "./volume.ts";

/** What a person should look at before a contract is signed; none of it is forbidden. Amounts are exact text. */
export type ContractWarning =
  /** One more than `at` makes the whole cheaper. */
  | { readonly kind: "volume_cliff"; readonly code: string; readonly at: string }
  /** The carrier bills in coarser steps than the client is billed in. */
  | { readonly kind: "increments_coarser"; readonly code: string; readonly buy: string; readonly sell: string }
  /** A call of this length is sold for less than it costs. */
  | { readonly kind: "negative_margin"; readonly code: string; readonly seconds: number; readonly margin: string }
  /** An earlier charge takes all that this one counts. */
  | { readonly kind: "never_charged"; readonly code: string; readonly takenBy: string };

/** Past ten minutes increments no longer decide a call's margin: what loses money there loses it before. */
const CALL_SECONDS_MAX = 600;

export function contractWarnings(charges: readonly Charge[]): ContractWarning[] {
  return charges.flatMap((charge, at) => [
    ...shadows(charge, charges.slice(0, at)),
    ...(charge.model === "volume" ? cliffs(charge.code, charge.tiers) : []),
    ...(charge.model === "carrier_time" ? carrierWarnings(charge) : []),
  ]);
}

function cliffs(code: string, tiers: Parameters<typeof tierRanges>[0]): ContractWarning[] {
  return volumeCliffs(tierRanges(tiers)).map((at) => ({ kind: "volume_cliff", code, at: exactText(at) }));
}

function carrierWarnings(charge: CarrierTimeCharge): ContractWarning[] {
  const { code, buy, sell } = charge;
  const coarser = sell.by === "tariff" && (buy.firstS > sell.firstS || buy.nextS > sell.nextS);
  const steps = ({ firstS, nextS }: { readonly firstS: number; readonly nextS: number }) => `${firstS}/${nextS}`;
  const warnings: ContractWarning[] = coarser
    ? [{ kind: "increments_coarser", code, buy: steps(buy), sell: steps(sell) }]
    : [];
  for (let seconds = 1; seconds <= CALL_SECONDS_MAX; seconds++) {
    const price = bothSides(charge, seconds);
    const margin = subtract(price.sell, price.buy);
    if (margin.num >= 0n) continue;
    return [...warnings, { kind: "negative_margin", code, seconds, margin: exactText(margin) }];
  }
  return warnings;
}

/** A charge without a filter takes all of its kind, so what follows it on the same kind is never asked. */
function shadows(charge: Charge, earlier: readonly Charge[]): ContractWarning[] {
  const kind = usageKindOf(charge);
  if (kind === null || kind === "milestone") return [];
  const taker = earlier.find((it) => usageKindOf(it) === kind && takesAll(it));
  return taker === undefined ? [] : [{ kind: "never_charged", code: charge.code, takenBy: taker.code }];
}

function takesAll(charge: Charge): boolean {
  const filter = whereOf(charge);
  return filter === undefined || Object.values(filter).every((condition) => condition === undefined);
}
