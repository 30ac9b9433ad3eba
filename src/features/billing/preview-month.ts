import { type Database, type TenantScope, type TenantTx, withTenant } from "../../adapters/db/index.ts";
import { exactText } from "../../domain/kernel/rational.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import { chargeKey, chargesFor } from "../../domain/rating/allot.ts";
import type { Charge } from "../../domain/rating/charge.ts";
import { rateTotals } from "../../domain/rating/rate.ts";
import { type ChargeTotals, NO_USAGE, NOTHING, withWorth } from "../../domain/rating/totals.ts";
import { contractWarnings } from "../../domain/rating/warnings.ts";
import type { Worth } from "../../domain/rating/worth.ts";
import { acceptedUsage } from "./exceptions-store.ts";
import { billingMonth } from "./period.ts";
import { currencyOf } from "./priced-charges.ts";
import { isWithoutValue, PAGE_ROWS, type Place, usagePage } from "./rated-items.ts";
import { type RatedTerms, ratedTerms } from "./rated-terms.ts";
import { segmentsOf } from "./rating-input.ts";
import type { Preview } from "./schema.ts";
import { contractsOf, type VersionInForce, versionsInForce } from "./store.ts";
import type { UsageRow } from "./usage-rows.ts";
import { decimalsOf, safe } from "./views-store.ts";

/**
 * What a month would have come to under other charges, over the same usage, days and seats and by the same engine as an
 * invoice; nothing is written. Without charges it is the contract as it stands, and equals the invoice to the minor unit.
 */
export async function previewMonth(
  db: Database,
  scope: TenantScope,
  input: {
    readonly period: string;
    readonly charges: readonly Charge[] | null;
    readonly contractId?: string | undefined;
  },
): Promise<Preview> {
  return withTenant(db, scope, async (tx) => {
    const contract = (await contractsOf(tx)).find((it) => input.contractId === undefined || it.id === input.contractId);
    if (contract === undefined) throw new Refusal("not_found", "contract_not_found", "there is no such contract");
    const month = billingMonth(contract.timeZone, input.period);
    const versions = await versionsOf(tx, contract.id, month, input.charges);
    const segments = await segmentsOf(tx, contract.id, versions, month);
    const read = await readUsage(tx, ratedTerms(contract, month, versions, segments));
    const rating = rateTotals(currencyOf(contract.currency), segments, {
      totals: (key) => read.totals.get(key) ?? NO_USAGE,
      contacts: (segment) => read.contacts.get(segment.version) ?? 0,
    });
    return {
      currency: contract.currency,
      decimals: decimalsOf(contract.currency),
      period: month.key,
      totalMinor: safe(rating.totalMinor),
      lines: rating.lines.map((line) => ({
        key: line.key,
        label: line.label,
        code: line.code,
        model: line.model,
        component: line.component,
        quantity: exactText(line.quantity),
        unit: line.unit,
        unitPrice: line.unitPrice === null ? null : exactText(line.unitPrice),
        amountMinor: safe(line.amountMinor),
        exact: exactText(line.exact),
        detail: { ...line.detail },
      })),
      unrated: read.unrated,
      warnings: segments.flatMap((segment) => contractWarnings(segment.charges)),
    };
  });
}

/** Other charges are tried as if they had been in force the whole month. */
async function versionsOf(
  tx: TenantTx,
  contractId: string,
  month: ReturnType<typeof billingMonth>,
  charges: readonly Charge[] | null,
): Promise<VersionInForce[]> {
  if (charges === null) return versionsInForce(tx, contractId, month);
  const tried = charges.map((charge) => ({ id: charge.code, charge }));
  return [
    {
      version: 0,
      contentHash: "",
      from: month.start,
      to: month.end,
      begins: true,
      daysOfNext: month.daysOfNext,
      charges: tried,
    },
  ];
}

type Read = {
  readonly totals: Map<string, ChargeTotals>;
  readonly contacts: Map<string, number>;
  readonly unrated: number;
};

/** The month's usage under the terms, a page in memory at a time and nothing of it kept. */
async function readUsage(tx: TenantTx, terms: RatedTerms): Promise<Read> {
  const recordOf = await terms.reader(tx);
  const accepted = await acceptedUsage(tx, terms.month);
  const chargeFor = chargesFor({ from: terms.month.from, to: terms.month.to }, terms.segments);
  const totals = new Map<string, ChargeTotals>();
  const contacts = new Map<string, number>();
  let unrated = 0;
  let after: Place | null = null;
  do {
    const rows: readonly UsageRow[] = await usagePage(tx, terms, "all", after, "all");
    for (const row of rows) {
      const record = recordOf(row);
      if (row.corrects && record.quantity === 0) continue;
      const within = terms.segments.find((it) => record.occurredAt >= it.from && record.occurredAt < it.to);
      if (within !== undefined && record.kind === "contact") {
        contacts.set(within.version, (contacts.get(within.version) ?? 0) + record.quantity);
      }
      const found = chargeFor(record);
      if (typeof found === "string" || (isWithoutValue(found.charge, record) && !accepted.has(row.id))) {
        unrated += 1;
        continue;
      }
      const key = chargeKey(found.segment, found.charge);
      totals.set(key, withRecord(totals.get(key), terms.priced(found.segment, found.charge).worth(record)));
    }
    const last = rows.at(-1);
    after = rows.length < PAGE_ROWS || last === undefined ? null : { at: last.at, id: last.id };
  } while (after !== null);
  return { totals, contacts, unrated };
}

function withRecord(before: ChargeTotals = NO_USAGE, worth: Worth): ChargeTotals {
  const { key } = worth;
  const byKey =
    key === null ? before.byKey : new Map(before.byKey).set(key, withWorth(before.byKey.get(key) ?? NOTHING, worth));
  return { all: withWorth(before.all, worth), byKey };
}
