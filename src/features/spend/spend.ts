import { type Database, type TenantScope, type TenantTx, withTenant } from "../../adapters/db/index.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import { exactText, sum } from "../../domain/kernel/rational.ts";
import { chargeKey } from "../../domain/rating/allot.ts";
import { stepReached, usedUpAt } from "../../domain/rating/allowance.ts";
import { USAGE_UNITS } from "../../domain/rating/charge.ts";
import { type Assumption, forecastMonth } from "../../domain/rating/forecast.ts";
import { taxClassOf, taxGroupsOf } from "../../domain/rating/invoice-tax.ts";
import type { RatedLine } from "../../domain/rating/line.ts";
import { includedOf } from "../../domain/rating/package.ts";
import { rateTotals } from "../../domain/rating/rate.ts";
import { currencyOf, decimalsOf, localDate, type RunningMonth, runningMonths, safe } from "../billing/index.ts";
import { billingProfile, taxTermsOf } from "../parties/index.ts";
import { limitOf } from "./limit-store.ts";
import type { SpendView } from "./schema.ts";

/** Each contract's current month: so far, forecast, and what of its packages and its limit is used up. */
export function spendOf(db: Database, scope: TenantScope, now: Instant): Promise<SpendView[]> {
  return withTenant(db, scope, (tx) => spendIn(tx, now));
}

/** The same within a transaction that is open. */
export async function spendIn(tx: TenantTx, now: Instant): Promise<SpendView[]> {
  const found: SpendView[] = [];
  for (const running of await runningMonths(tx, now)) found.push(await shown(tx, running, now));
  return found;
}

async function shown(tx: TenantTx, running: RunningMonth, now: Instant): Promise<SpendView> {
  const { contract, month, segments, reckoning, lateMinor } = running;
  const currency = currencyOf(contract.currency);
  const soFar = rateTotals(currency, segments, reckoning);
  const forecast = forecastMonth(currency, segments, reckoning, now);
  const limitMinor = await limitOf(tx, contract.id);
  const soFarMinor = soFar.totalMinor + lateMinor;
  const taxMinor = forecast === null ? 0n : await taxMinorOf(tx, forecast.lines);
  return {
    contractId: contract.id,
    contract: { zh: contract.nameZh, en: contract.nameEn },
    period: month.key,
    periodStart: month.start,
    periodEnd: month.end,
    timeZone: month.timeZone,
    currency: contract.currency,
    decimals: decimalsOf(contract.currency),
    asOf: now,
    elapsedPercent: Math.round(((now - month.from) / (month.to - month.from)) * 100),
    invoiceId: running.invoiceId,
    soFarMinor: safe(soFarMinor),
    forecast:
      forecast === null
        ? null
        : {
            netMinor: safe(forecast.totalMinor + lateMinor),
            grossMinor: safe(forecast.totalMinor + lateMinor + taxMinor),
            assumes: forecast.assumes.map((it) => shownAssumption(it, running)),
          },
    lastMonthMinor: running.lastMonthMinor === null ? null : safe(running.lastMonthMinor),
    charges: chargesOf(soFar.lines, forecast?.lines ?? null),
    allowances: allowancesOf(running, { soFarMinor, limitMinor, now }),
    limitMinor: limitMinor === null ? null : safe(limitMinor),
  };
}

/** As an invoice over these lines would be taxed today. */
async function taxMinorOf(tx: TenantTx, lines: readonly RatedLine[]): Promise<bigint> {
  const { tax } = await billingProfile(tx);
  if (tax.profile === "none") return 0n;
  const terms = taxTermsOf(tax);
  const groups = taxGroupsOf(lines.map((line) => ({ ...taxClassOf(terms, line.code), netMinor: line.amountMinor })));
  return groups.reduce((total, group) => total + group.taxMinor, 0n);
}

/** One row a charge, over its versions; its lines stand on the draft. */
function chargesOf(soFar: readonly RatedLine[], forecast: readonly RatedLine[] | null): SpendView["charges"] {
  const codes = [...new Set([...soFar, ...(forecast ?? [])].map((line) => line.code))];
  return codes.map((code) => {
    const of = (lines: readonly RatedLine[]) => lines.filter((line) => line.code === code);
    const minor = (lines: readonly RatedLine[]) =>
      safe(of(lines).reduce((total, line) => total + line.amountMinor, 0n));
    const counted = of(soFar).filter((line) => line.behind.by !== "none");
    const known = of(soFar)[0] ?? of(forecast ?? [])[0];
    return {
      code,
      label: known?.label ?? { zh: code, en: code },
      quantity: counted.length === 0 ? null : exactText(sum(counted.map((line) => line.quantity))),
      unit: counted[0]?.unit ?? null,
      soFarMinor: minor(soFar),
      forecastMinor: forecast === null ? null : minor(forecast),
    };
  });
}

type Spent = { readonly soFarMinor: bigint; readonly limitMinor: bigint | null; readonly now: Instant };

/** Packages of the version in force today, and the limit that the client has set itself. */
function allowancesOf({ contract, month, segments, reckoning }: RunningMonth, spent: Spent): SpendView["allowances"] {
  const { now } = spent;
  const day = (at: Instant | null) => (at === null ? null : localDate(contract.timeZone, at));
  const found: SpendView["allowances"] = [];
  for (const segment of segments.filter((it) => it.from <= now && now < it.to)) {
    for (const charge of segment.charges) {
      if (charge.model !== "package") continue;
      const used = { used: reckoning.totals(chargeKey(segment, charge)).all.quantity, of: includedOf(charge, segment) };
      found.push({
        kind: "package",
        code: charge.code,
        label: charge.label,
        unit: USAGE_UNITS[charge.usage],
        used: Number(used.used),
        of: Number(used.of),
        step: stepReached(used),
        usedUpOn: day(usedUpAt(used, { from: segment.from, now, to: segment.to })),
      });
    }
  }
  if (spent.limitMinor !== null) {
    const used = { used: spent.soFarMinor, of: spent.limitMinor };
    found.push({
      kind: "limit",
      code: null,
      label: null,
      unit: null,
      used: safe(used.used),
      of: safe(used.of),
      step: stepReached(used),
      usedUpOn: day(usedUpAt(used, { from: month.from, now, to: month.to })),
    });
  }
  return found;
}

function shownAssumption(it: Assumption, { segments, month }: RunningMonth) {
  if (it.kind === "prices_change") return { kind: it.kind, on: localDate(month.timeZone, it.at) };
  if (it.kind !== "unseen_charges") return it;
  const charges = segments.flatMap((segment) => segment.charges);
  const labels = it.codes.map(
    (code) => charges.find((charge) => charge.code === code)?.label ?? { zh: code, en: code },
  );
  return { kind: it.kind, labels };
}
