import { and, eq } from "drizzle-orm";
import {
  type Actor,
  type Database,
  DatabaseOutage,
  type TenantTx,
  withOperator,
  withTenant,
} from "../../adapters/db/index.ts";
import { daysBetween } from "../../domain/kernel/calendar-days.ts";
import { isCurrency } from "../../domain/kernel/currency.ts";
import type { TenantId } from "../../domain/kernel/ids.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import { assert } from "../../domain/kernel/step.ts";
import type { Segment } from "../../domain/rating/allot.ts";
import { canonicalText, type Rating, rateMonth } from "../../domain/rating/rate.ts";
import { type BillingMonth, billingMonth, localDate, monthAt, monthBefore, startOfDay } from "./period.ts";
import { earlierOfTerms, stocksOf } from "./stocks.ts";
import {
  type Contract,
  contractsOf,
  cutoffNow,
  type Invoice,
  invoiceOfMonth,
  lockMonth,
  seatsPeak,
  serviceLevel,
  tenantsInService,
  usageDigest,
  usageOf,
  type VersionInForce,
  versionsInForce,
} from "./store.ts";
import { invoices } from "./tables.ts";
import { type LineToWrite, touchHeader, writeLines } from "./write-draft.ts";

export type BillingContext = {
  /** Under the app role: tenants' rows. */
  readonly db: Database;
  /** Under the operator role: the register of tenants. */
  readonly operatorDb: Database;
  readonly actor: Actor;
  readonly now: Instant;
};

export type RunOutcome = {
  readonly tenantId: TenantId;
  readonly contractId: string;
  readonly invoiceId: string | null;
  /**
   * `closed`: the invoice is no longer a draft. `no_terms`: no version was in force on any day of the month. `failed`: this
   * contract could not be rated, and `why` says what must be mended; other contracts are not held up by it.
   */
  readonly what: "written" | "unchanged" | "closed" | "no_terms" | "failed";
  readonly why: string | null;
  readonly totalMinor: bigint;
  readonly currency: string;
  readonly lines: number;
  readonly unrated: Rating["unrated"];
};

/** Grows when the same input may give another outcome, or lines that say more: old drafts are then written again. */
export const ENGINE_VERSION = 3;
/** A month that has just ended is refreshed this long, for facts that come late. */
const LATE_DAYS = 5;
/** A reason is for a line in a list; the whole of a parse error belongs in the log. */
const WHY_LENGTH_MAX = 500;

/**
 * Drafts the invoices of a month, for one client or for all. A pure function of contract, usage and period stands behind
 * it: running it twice, or twice at once, gives the same rows, and a run with nothing new writes nothing.
 */
export async function runMonth(
  ctx: BillingContext,
  input: { readonly tenantId?: TenantId | undefined; readonly period: string },
): Promise<RunOutcome[]> {
  const tenants =
    input.tenantId === undefined ? await withOperator(ctx.operatorDb, tenantsInService) : [input.tenantId];
  const outcomes: RunOutcome[] = [];
  for (const tenantId of tenants) {
    const contracts = await withTenant(ctx.db, { tenantId, actor: ctx.actor }, contractsOf);
    for (const contract of contracts) outcomes.push(await parked(ctx, tenantId, contract, input.period));
  }
  return outcomes;
}

/**
 * Brings the drafts of the current month up to date, and of the last one while late facts may still come. Cheap where
 * nothing is new, so it runs every minute and after usage was written.
 */
export async function refreshDrafts(ctx: BillingContext, tenantId?: TenantId): Promise<RunOutcome[]> {
  const tenants = tenantId === undefined ? await withOperator(ctx.operatorDb, tenantsInService) : [tenantId];
  const outcomes: RunOutcome[] = [];
  for (const id of tenants) {
    const contracts = await withTenant(ctx.db, { tenantId: id, actor: ctx.actor }, contractsOf);
    for (const contract of contracts) {
      for (const period of openMonths(contract.timeZone, ctx.now)) {
        outcomes.push(await parked(ctx, id, contract, period));
      }
    }
  }
  return outcomes;
}

function openMonths(timeZone: string, now: Instant): string[] {
  const current = monthAt(timeZone, now);
  const dayOfMonth = Number(localDate(timeZone, now).slice(8));
  return dayOfMonth <= LATE_DAYS ? [monthBefore(current), current] : [current];
}

/** A contract that cannot be rated is parked with its reason; only an outage, which would hit them all, ends the run. */
async function parked(
  ctx: BillingContext,
  tenantId: TenantId,
  contract: Contract,
  period: string,
): Promise<RunOutcome> {
  try {
    return await runContract(ctx, tenantId, contract, period);
  } catch (error) {
    if (error instanceof DatabaseOutage || !(error instanceof Error)) throw error;
    const why = error.message.slice(0, WHY_LENGTH_MAX);
    const { id: contractId, currency } = contract;
    return {
      tenantId,
      contractId,
      currency,
      invoiceId: null,
      what: "failed",
      why,
      totalMinor: 0n,
      lines: 0,
      unrated: [],
    };
  }
}

/** One contract's month is one transaction. */
function runContract(ctx: BillingContext, tenantId: TenantId, contract: Contract, period: string): Promise<RunOutcome> {
  const month = billingMonth(contract.timeZone, period);
  return withTenant(ctx.db, { tenantId, actor: ctx.actor }, async (tx) => {
    await lockMonth(tx, contract.id, month);
    const versions = await versionsInForce(tx, contract.id, month);
    const known = await invoiceOfMonth(tx, contract.id, month);
    const outcome = (what: RunOutcome["what"], invoice: Invoice | undefined): RunOutcome => ({
      tenantId,
      contractId: contract.id,
      invoiceId: invoice?.id ?? null,
      what,
      why: null,
      totalMinor: invoice?.totalMinor ?? 0n,
      currency: contract.currency,
      lines: 0,
      unrated: [],
    });
    if (known !== undefined && known.status !== "draft") return outcome("closed", known);
    if (versions.length === 0) return outcome("no_terms", known);
    const cutoff = await cutoffNow(tx);
    const segments = await segmentsOf(tx, contract.id, versions, month);
    const digest = await usageDigest(tx, month, cutoff);
    const inputHash = await sha256(inputText(contract, month, versions, segments, digest));
    if (known?.inputHash === inputHash) return outcome("unchanged", known);
    return draft(tx, { contract, month, versions, segments, cutoff, inputHash, known });
  });
}

type DraftInput = {
  readonly contract: Contract;
  readonly month: BillingMonth;
  readonly versions: readonly VersionInForce[];
  readonly segments: readonly Segment[];
  readonly cutoff: Instant;
  readonly inputHash: string;
  readonly known: Invoice | undefined;
};

async function draft(tx: TenantTx, input: DraftInput): Promise<RunOutcome> {
  const { contract, month, cutoff, inputHash, known } = input;
  const usage = await usageOf(tx, month, cutoff);
  const rating = rate(
    contract,
    month,
    input.segments,
    usage.map((it) => it.record),
  );
  const outputHash = await sha256(canonicalText(rating));
  const header = { inputHash, outputHash, cutoff, totalMinor: rating.totalMinor, engineVersion: ENGINE_VERSION };
  const outcome = (invoiceId: string): RunOutcome => ({
    tenantId: tx.tenantId,
    contractId: contract.id,
    invoiceId,
    what: "written",
    why: null,
    totalMinor: rating.totalMinor,
    currency: contract.currency,
    lines: rating.lines.length,
    unrated: rating.unrated,
  });
  if (known?.outputHash === outputHash && known.engineVersion === ENGINE_VERSION) {
    await touchHeader(tx, known.id, inputHash, cutoff);
    return outcome(known.id);
  }
  const invoiceId = known === undefined ? await insertInvoice(tx, input, header) : known.id;
  if (known !== undefined) {
    await tx
      .update(invoices)
      .set({ ...header, computedAt: cutoff })
      .where(and(eq(invoices.tenantId, tx.tenantId), eq(invoices.id, known.id)));
  }
  await writeLines(
    tx,
    invoiceId,
    linesToWrite(rating, input.versions),
    new Map(usage.map((it) => [it.record.id, it.rowId])),
  );
  return outcome(invoiceId);
}

type Header = { inputHash: string; outputHash: string; cutoff: Instant; totalMinor: bigint; engineVersion: number };

async function insertInvoice(tx: TenantTx, { contract, month }: DraftInput, header: Header): Promise<string> {
  const [row] = await tx
    .insert(invoices)
    .values({
      tenantId: tx.tenantId,
      contractId: contract.id,
      periodStart: month.start,
      periodEnd: month.end,
      timeZone: contract.timeZone,
      currency: contract.currency,
      ...header,
    })
    .returning({ id: invoices.id });
  assert(row !== undefined, "an inserted invoice has an id");
  return row.id;
}

export function rate(
  contract: Contract,
  month: BillingMonth,
  segments: readonly Segment[],
  usage: Parameters<typeof rateMonth>[0]["usage"],
): Rating {
  assert(isCurrency(contract.currency), `the contract's currency ${contract.currency} is a known one`);
  return rateMonth({ currency: contract.currency, period: { from: month.from, to: month.to }, segments, usage });
}

/** The month cut by the versions in force, each with its own days, instants and seats. */
export async function segmentsOf(
  tx: TenantTx,
  contractId: string,
  versions: readonly VersionInForce[],
  month: BillingMonth,
): Promise<Segment[]> {
  const segments: Segment[] = [];
  for (const version of versions) {
    const [from, to] = [startOfDay(version.from, month.timeZone), startOfDay(version.to, month.timeZone)];
    const charges = version.charges.map((it) => it.charge);
    segments.push({
      version: `v${version.version}`,
      from,
      to,
      share: { days: daysBetween(version.from, version.to), of: month.days },
      seatsPeak: await seatsPeak(tx, version.from, version.to),
      begins: version.begins,
      serviceLevel: version.charges.some((it) => it.charge.model === "sla_credit")
        ? await serviceLevel(tx, from, to)
        : null,
      charges,
      stocks: await stocksOf(tx, charges, { from: version.from, to: version.to, timeZone: month.timeZone }),
      next: version.daysOfNext === 0 ? null : { days: version.daysOfNext, of: month.daysOfNext },
      earlierMinor: await earlierOfTerms(tx, contractId, charges, { monthStart: month.start, monthEnd: month.end }),
    });
  }
  return segments;
}

function linesToWrite(rating: Rating, versions: readonly VersionInForce[]): LineToWrite[] {
  const chargeIds = new Map<string, string>(
    versions.flatMap((version) =>
      version.charges.map((it) => [`${it.charge.code}@v${version.version}`, it.id] as const),
    ),
  );
  return rating.lines.map((line, position) => {
    const chargeId = chargeIds.get(`${line.code}@${line.key.slice(line.key.lastIndexOf("@") + 1)}`);
    assert(chargeId !== undefined, `line ${line.key} comes from a charge of the contract`);
    return { line, chargeId, position };
  });
}

function inputText(
  contract: Contract,
  month: BillingMonth,
  versions: readonly VersionInForce[],
  segments: readonly Segment[],
  digest: string,
): string {
  const terms = versions.map((version, at) => [
    version.version,
    version.contentHash,
    version.from,
    version.to,
    segments[at]?.seatsPeak,
    segments[at]?.serviceLevel,
    segments[at]?.stocks,
    segments[at]?.next,
    Object.entries(segments[at]?.earlierMinor ?? {}).map(([code, minor]) => [code, minor.toString()]),
  ]);
  return JSON.stringify([ENGINE_VERSION, contract.id, contract.currency, contract.timeZone, month.key, terms, digest]);
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
