import { type Actor, actorId, type Database, type TenantTx, withTenant } from "../../adapters/db/index.ts";
import type { TenantId } from "../../domain/kernel/ids.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import { assert } from "../../domain/kernel/step.ts";
import { billingProfile } from "../parties/index.ts";
import { type DraftInput, draftMonth } from "./draft-month.ts";
import { lateLimit, openUnbillable } from "./exceptions-store.ts";
import { closingHash, lateMonths } from "./late-months.ts";
import { type BillingMonth, billingMonth } from "./period.ts";
import { isWhole, rateUsage } from "./rate-usage.ts";
import { rateRest } from "./rated-month.ts";
import { type RatedTerms, ratedTerms } from "./rated-terms.ts";
import { ENGINE_VERSION, segmentsOf, sha256 } from "./rating-input.ts";
import type { RunFailure } from "./run-failure.ts";
import {
  type Contract,
  cutoffNow,
  invoiceOfMonth,
  lockContract,
  type UsageMark,
  usageMark,
  type VersionInForce,
  versionsInForce,
  wasDiscarded,
} from "./store.ts";

export type BillingContext = {
  /** Under the app role: tenants' rows. */
  readonly db: Database;
  /** Under the operator role: the register of tenants. */
  readonly operatorDb: Database;
  readonly actor: Actor;
  readonly now: Instant;
};

export type RunOptions = {
  readonly period: string;
  /** Somebody asked for this very month: then a draft that was thrown away is made anew. */
  readonly asked: boolean;
  /** The month's invoice was cancelled: make the one that takes its place. */
  readonly reissue?: boolean | undefined;
};

export type RunOutcome = {
  readonly tenantId: TenantId;
  readonly contractId: string;
  readonly invoiceId: string | null;
  /**
   * `closed`: the invoice is no longer a draft. `no_terms`: no version was in force on any day of the month. `failed`: this
   * contract could not be rated, and `failure` says why; other contracts are not held up by it.
   */
  readonly what: "written" | "unchanged" | "closed" | "no_terms" | "failed";
  readonly failure: RunFailure | null;
  readonly totalMinor: bigint;
  readonly currency: string;
  readonly lines: number;
  /** Usage that no charge of the contract asks for, by kind. */
  readonly notCharged: { readonly [kind: string]: number };
  /** Usage that waits for a person since this run. */
  readonly exceptions: number;
  readonly inputHash: string | null;
  readonly outputHash: string | null;
  readonly cutoff: Instant | null;
  readonly usageRows: number;
};

type Behind = { readonly behind: RatedTerms };
type Asked = RunOptions & { readonly tenantId: TenantId; readonly contract: Contract };

/**
 * The draft of one contract's month is one transaction: killed anywhere, it leaves what was there before. Usage that is not
 * rated yet is rated first, a page a transaction, and what came meanwhile with the draft.
 */
export async function runContract(ctx: BillingContext, asked: Asked): Promise<RunOutcome> {
  const scope = { tenantId: asked.tenantId, actor: ctx.actor };
  const attempt = (last: boolean) => withTenant(ctx.db, scope, (tx) => attemptRun(tx, ctx, asked, last));
  const first = await attempt(false);
  if (!("behind" in first)) return first;
  const lock = (tx: TenantTx) => lockContract(tx, asked.contract.id);
  await rateUsage({ db: ctx.db, scope, lock }, first.behind);
  const second = await attempt(true);
  assert(!("behind" in second), "the last attempt rates what is left by itself");
  return second;
}

async function attemptRun(
  tx: TenantTx,
  ctx: BillingContext,
  { tenantId, contract, ...options }: Asked,
  last: boolean,
): Promise<RunOutcome | Behind> {
  const month = billingMonth(contract.timeZone, options.period);
  await lockContract(tx, contract.id);
  const found = await invoiceOfMonth(tx, contract.id, month);
  const replaced = found?.status === "credited" && options.reissue === true ? found : undefined;
  const known = replaced === undefined ? found : undefined;
  const outcome = (what: RunOutcome["what"], more: Partial<RunOutcome> = {}): RunOutcome => ({
    ...failedOutcome(tenantId, contract, null),
    invoiceId: known?.id ?? null,
    totalMinor: known?.totalMinor ?? 0n,
    what,
    ...more,
  });
  if (known !== undefined && known.status !== "draft") return outcome("closed");
  if (known === undefined && !options.asked && (await wasDiscarded(tx, contract.id, month))) return outcome("closed");
  const read = await readMonth(tx, ctx, { contract, month, known, replacesId: replaced?.id ?? null });
  const { exceptions } = read;
  if (read.versions.length === 0) return outcome("no_terms", { exceptions });
  const seen = await sealed(read);
  if (known !== undefined && known.notCharged !== null && known.inputHash === seen.inputHash) {
    const { outputHash, notCharged } = known;
    return outcome("unchanged", { ...tellOf(seen), outputHash, notCharged, exceptions });
  }
  const terms = ratedTerms(contract, month, read.versions, read.segments);
  const whole = await isWhole(tx, terms, read.mark.rows);
  if (!whole && !last) return { behind: terms };
  const input = whole ? seen : await sealed(await withRest(tx, read, terms));
  const hand = ctx.actor.kind === "user" ? actorId(ctx.actor) : null;
  const drafted = await draftMonth(tx, input, terms, hand);
  return outcome("written", { ...drafted, ...tellOf(input), exceptions: exceptions + drafted.exceptions });
}

/** Usage that came while the run was on its way is rated here; what comes after it is the next run's. */
async function withRest(tx: TenantTx, read: ReadMonth, terms: RatedTerms): Promise<ReadMonth> {
  const rows = await rateRest(tx, terms);
  return { ...read, mark: { ...read.mark, rows }, cutoff: await cutoffNow(tx) };
}

function tellOf({ inputHash, cutoff, usageRows }: DraftInput) {
  return { inputHash, cutoff, usageRows };
}

type ReadMonth = Omit<DraftInput, "inputHash" | "closing" | "usageRows"> & {
  readonly mark: UsageMark;
  readonly exceptions: number;
};

/** All that decides the draft, read before anything is written. */
async function readMonth(
  tx: TenantTx,
  ctx: BillingContext,
  what: Pick<DraftInput, "contract" | "month" | "known" | "replacesId">,
): Promise<ReadMonth> {
  const { contract, month, known } = what;
  const profile = await billingProfile(tx);
  const versions = await versionsInForce(tx, contract.id, month);
  const cutoff = await cutoffNow(tx);
  const limit = lateLimit(contract, profile.lateMonths, ctx.now);
  const exceptions = await openUnbillable(tx, { contract, month, covered: fills(versions, month), limit, cutoff });
  const segments = await segmentsOf(tx, contract.id, versions, month);
  const mark = await usageMark(tx, month, cutoff);
  const late = await lateMonths(tx, { contract, before: month, limit, cutoff, draft: known ?? null });
  return { ...what, profile, versions, segments, late, cutoff, mark, exceptions };
}

/** With its hash, which tells whether there is anything to do. */
async function sealed({ mark, exceptions: _, ...read }: ReadMonth): Promise<DraftInput> {
  const { contract, month, profile, versions, segments, late } = read;
  const closing = await closingHash({ versions, segments }, mark);
  const text = JSON.stringify([
    ENGINE_VERSION,
    contract.id,
    contract.currency,
    contract.timeZone,
    month.key,
    closing,
    profile.tax,
    profile.corrections,
    late.map((it) => [it.month.key, it.hash]),
  ]);
  return { ...read, inputHash: await sha256(text), closing, usageRows: mark.rows };
}

/** Versions follow one another without overlap, so they fill the month when their days add up to it. */
function fills(versions: readonly VersionInForce[], month: BillingMonth): boolean {
  const [first, last] = [versions[0], versions.at(-1)];
  const seamless = versions.every((version, at) => at === 0 || versions[at - 1]?.to === version.from);
  return first?.from === month.start && last?.to === month.end && seamless;
}

export function failedOutcome(tenantId: TenantId, { id, currency }: Contract, failure: RunFailure | null): RunOutcome {
  return {
    tenantId,
    contractId: id,
    invoiceId: null,
    what: "failed",
    failure,
    totalMinor: 0n,
    currency,
    lines: 0,
    notCharged: {},
    exceptions: 0,
    inputHash: null,
    outputHash: null,
    cutoff: null,
    usageRows: 0,
  };
}
