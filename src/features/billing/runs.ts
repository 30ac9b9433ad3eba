import { and, eq, sql } from "drizzle-orm";
import { actorId, iso, type TenantTx, withOperator, withTenant } from "../../adapters/db/index.ts";
import { asId, type TenantId, type UserId } from "../../domain/kernel/ids.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import { billingMonth } from "./period.ts";
import { ENGINE_VERSION } from "./rating-input.ts";
import type { BillingContext, RunOutcome } from "./run-contract.ts";
import type { RunFailure } from "./run-failure.ts";
import { parked } from "./run-month.ts";
import type { RunView } from "./schema.ts";
import { type Contract, contractsOf, tenantsInService } from "./store.ts";
import { invoiceRuns } from "./tables.ts";

/** A run that was asked for so long ago and is not done was lost on its way, or with who worked on it: it is sent again. */
const LOST_AFTER_MS = 10 * 60_000;
const SHOWN_MAX = 1_000;

/** One contract's month on its way to be drafted: what travels through the queue. */
export type RunMessage = { readonly v: 1; readonly tenantId: TenantId; readonly runId: string };

/**
 * Asks for a month's drafts, of one client or of all: a row for each contract, to be worked off one by one. Returns the
 * messages to send; one that is lost is found again by `lostRuns`.
 */
export async function startRuns(
  ctx: BillingContext,
  input: { readonly period: string; readonly batchId: string; readonly tenantId?: TenantId | undefined },
): Promise<RunMessage[]> {
  const tenants =
    input.tenantId === undefined ? await withOperator(ctx.operatorDb, tenantsInService) : [input.tenantId];
  const messages: RunMessage[] = [];
  for (const tenantId of tenants) {
    const runs = await withTenant(ctx.db, { tenantId, actor: ctx.actor }, (tx) => queueRuns(tx, ctx, input));
    messages.push(...runs.map((runId): RunMessage => ({ v: 1, tenantId, runId })));
  }
  return messages;
}

/** The same batch asked for again finds its rows and adds none. */
async function queueRuns(
  tx: TenantTx,
  ctx: BillingContext,
  { period, batchId }: { readonly period: string; readonly batchId: string },
): Promise<string[]> {
  const rows = (await contractsOf(tx)).map((contract) => {
    const month = billingMonth(contract.timeZone, period);
    return {
      tenantId: tx.tenantId,
      batchId,
      contractId: contract.id,
      periodStart: month.start,
      periodEnd: month.end,
      requestedBy: tx.actor.kind === "user" ? actorId(tx.actor) : null,
      requestedAt: ctx.now,
    };
  });
  if (rows.length === 0) return [];
  await tx.insert(invoiceRuns).values(rows).onConflictDoNothing();
  const queued = await tx
    .select({ id: invoiceRuns.id })
    .from(invoiceRuns)
    .where(
      and(eq(invoiceRuns.tenantId, tx.tenantId), eq(invoiceRuns.batchId, batchId), eq(invoiceRuns.state, "queued")),
    );
  return queued.map((row) => row.id);
}

/** How a run ended; the failure's detail is for the log. */
type Performed = { readonly state: "done" | "failed"; readonly failure: RunFailure | null };

/**
 * Works off one run. Delivered twice, or to two at once, it drafts the same invoice and the row says the same; killed at any
 * point, it is begun again and ends in the same bytes, because the draft is one transaction and what was rated stays rated.
 */
export async function performRun(ctx: BillingContext, { tenantId, runId }: RunMessage): Promise<Performed> {
  const scope = { tenantId, actor: ctx.actor };
  const run = await withTenant(ctx.db, scope, (tx) => begin(tx, runId, ctx.now));
  if (run === null) return { state: "done", failure: null };
  const { contract, period, requestedBy } = run;
  // Who asked for it has made the draft: it is their hand, not the queue's.
  const actor = requestedBy === null ? ctx.actor : ({ kind: "user", userId: asId<UserId>(requestedBy) } as const);
  const outcome = await parked({ ...ctx, actor }, { tenantId, contract, period, asked: requestedBy !== null });
  const state = await withTenant(ctx.db, scope, (tx) => finish(tx, runId, outcome, ctx.now));
  return { state, failure: outcome.failure };
}

type Begun = { readonly contract: Contract; readonly period: string; readonly requestedBy: string | null };

/** Null when it is done already, or nobody's. */
async function begin(tx: TenantTx, runId: string, now: number): Promise<Begun | null> {
  const where = and(eq(invoiceRuns.tenantId, tx.tenantId), eq(invoiceRuns.id, runId));
  const [run] = await tx.select().from(invoiceRuns).where(where).for("update");
  const contract = (await contractsOf(tx)).find((it) => it.id === run?.contractId);
  if (run === undefined || contract === undefined || run.state === "done") return null;
  await tx
    .update(invoiceRuns)
    .set({ state: "running", startedAt: now, finishedAt: null, attempts: run.attempts + 1, failure: null, error: null })
    .where(where);
  return { contract, period: run.periodStart.slice(0, 7), requestedBy: run.requestedBy };
}

async function finish(tx: TenantTx, runId: string, outcome: RunOutcome, now: number): Promise<"done" | "failed"> {
  const state = outcome.what === "failed" ? "failed" : "done";
  await tx
    .update(invoiceRuns)
    .set({
      state,
      outcome: outcome.what,
      finishedAt: now,
      failure: outcome.failure?.reason ?? null,
      error: outcome.failure?.detail ?? null,
      engineVersion: ENGINE_VERSION,
      cutoff: outcome.cutoff,
      inputHash: outcome.inputHash,
      outputHash: outcome.outputHash,
      invoiceId: outcome.invoiceId,
      lines: outcome.lines,
      usageRows: outcome.usageRows,
      notCharged: outcome.notCharged,
      exceptions: outcome.exceptions,
    })
    .where(and(eq(invoiceRuns.tenantId, tx.tenantId), eq(invoiceRuns.id, runId)));
  return state;
}

/** A run that failed is asked for again, once its cause is mended. */
export function retryRun(ctx: BillingContext, tenantId: TenantId, runId: string): Promise<RunMessage> {
  return withTenant(ctx.db, { tenantId, actor: ctx.actor }, async (tx) => {
    const where = and(eq(invoiceRuns.tenantId, tx.tenantId), eq(invoiceRuns.id, runId));
    const [run] = await tx.select().from(invoiceRuns).where(where).for("update");
    if (run === undefined) throw new Refusal("not_found", "run_not_found", "there is no such run");
    if (run.state !== "failed") throw new Refusal("conflict", "run_not_failed", `the run is ${run.state}`);
    await tx.update(invoiceRuns).set({ state: "queued", requestedAt: ctx.now, finishedAt: null }).where(where);
    return { v: 1, tenantId, runId };
  });
}

/** Runs whose message or worker was lost, of every client. */
export async function lostRuns(ctx: BillingContext): Promise<RunMessage[]> {
  const found: RunMessage[] = [];
  const before = iso(ctx.now - LOST_AFTER_MS);
  for (const tenantId of await withOperator(ctx.operatorDb, tenantsInService)) {
    const rows = await withTenant(ctx.db, { tenantId, actor: ctx.actor }, (tx) =>
      tx.execute<{ id: string }>(sql`
        select id from tenant.invoice_runs where tenant_id = ${tx.tenantId} and state in ('queued', 'running')
          and coalesce(started_at, requested_at) < ${before}::timestamptz order by requested_at limit ${SHOWN_MAX}`),
    );
    found.push(...rows.map(({ id }): RunMessage => ({ v: 1, tenantId, runId: id })));
  }
  return found;
}

/** Runs of every client for a month, newest first; how many stand in which state is the progress. */
export async function listRuns(
  ctx: BillingContext,
  filter: { readonly period?: string | undefined; readonly batchId?: string | undefined },
): Promise<{ items: RunView[]; progress: { [state in RunView["state"]]: number } }> {
  const items: RunView[] = [];
  for (const tenantId of await withOperator(ctx.operatorDb, tenantsInService)) {
    items.push(...(await withTenant(ctx.db, { tenantId, actor: ctx.actor }, (tx) => runRows(tx, filter))));
  }
  const progress = { queued: 0, running: 0, done: 0, failed: 0 };
  for (const { state } of items) progress[state] += 1;
  return { items: items.toSorted((a, b) => b.requestedAt - a.requestedAt).slice(0, SHOWN_MAX), progress };
}

async function runRows(
  tx: TenantTx,
  { period, batchId }: { readonly period?: string | undefined; readonly batchId?: string | undefined },
): Promise<RunView[]> {
  const rows = await tx.execute<
    Omit<RunView, "tenantId" | "requestedAt" | "notCharged" | "contract"> & {
      zh: string;
      en: string;
      requested: string;
      not_charged: unknown;
    }
  >(sql`
    select r.id, r.batch_id as "batchId", co.name as "tenantName", c.name_zh as zh, c.name_en as en, r.state, r.outcome, r.failure,
      to_char(r.period_start, 'YYYY-MM') as period, (extract(epoch from r.requested_at) * 1000)::bigint::text as requested,
      (extract(epoch from r.finished_at) * 1000)::float8 as "finishedAt", r.attempts, r.invoice_id as "invoiceId", r.lines,
      r.usage_rows::float8 as "usageRows", r.exceptions, r.not_charged, r.input_hash as "inputHash", r.output_hash as "outputHash"
    from tenant.invoice_runs r
    join tenant.contracts c on c.tenant_id = r.tenant_id and c.id = r.contract_id
    join tenant.companies co on co.tenant_id = r.tenant_id
    where r.tenant_id = ${tx.tenantId}
      and ${period === undefined ? sql`true` : sql`r.period_start = ${`${period}-01`}::date`}
      and ${batchId === undefined ? sql`true` : sql`r.batch_id = ${batchId}`}
    order by r.requested_at desc, r.id limit ${SHOWN_MAX}`);
  return rows.map(({ zh, en, requested, not_charged, ...row }) => ({
    ...row,
    tenantId: tx.tenantId,
    contract: { zh, en },
    requestedAt: Number(requested),
    // Counts by kind, as the run wrote them.
    notCharged: (typeof not_charged === "string" ? JSON.parse(not_charged) : not_charged) as RunView["notCharged"],
  }));
}
