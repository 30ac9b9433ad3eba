import { and, eq, sql } from "drizzle-orm";
import { z } from "zod";
import { actorId, type TenantTx, withOperator, withTenant } from "../../adapters/db/index.ts";
import type { TenantId } from "../../domain/kernel/ids.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import { audit } from "../audit/index.ts";
import { localDate, monthAt } from "./period.ts";
import type { BillingContext } from "./run-contract.ts";
import { parked } from "./run-month.ts";
import type { ExceptionView } from "./schema.ts";
import { contractsOf, tenantsInService } from "./store.ts";
import { usage, usageExceptions } from "./tables.ts";
import { type NewUsage, storeUsage } from "./usage-store.ts";

/** A work list, not an archive: the oldest of them are shown, the rest follow when those are done. */
const SHOWN_MAX = 500;

/** Usage of every client that waits for a person, oldest first. */
export async function listExceptions(
  ctx: BillingContext,
  filter: { readonly state: "open" | "resolved"; readonly tenantId?: TenantId | undefined },
): Promise<ExceptionView[]> {
  const tenants =
    filter.tenantId === undefined ? await withOperator(ctx.operatorDb, tenantsInService) : [filter.tenantId];
  const found: ExceptionView[] = [];
  for (const tenantId of tenants) {
    const scope = { tenantId, actor: ctx.actor };
    found.push(...(await withTenant(ctx.db, scope, (tx) => exceptionRows(tx, filter.state))));
  }
  return found.toSorted((a, b) => a.openedAt - b.openedAt).slice(0, SHOWN_MAX);
}

async function exceptionRows(tx: TenantTx, state: "open" | "resolved", id?: string): Promise<ExceptionView[]> {
  const rows = await tx.execute<{
    id: string;
    tenant: string;
    usage_id: string | null;
    contact_id: string | null;
    source: string;
    event: string;
    kind: string;
    at: string;
    quantity: string | null;
    reason: ExceptionView["reason"];
    state: "open" | "resolved";
    resolution: ExceptionView["resolution"];
    note: string | null;
    opened: string;
    resolved: string | null;
  }>(sql`
    select e.id, co.name as tenant, e.usage_id, coalesce(u.contact_id::text, e.detail->>'contactId') as contact_id, e.source,
      e.source_event_id as event, e.kind, (extract(epoch from e.occurred_at) * 1000)::bigint::text as at,
      coalesce(u.quantity::text, e.detail->>'quantity') as quantity, e.reason, e.state, e.resolution, e.note,
      (extract(epoch from e.opened_at) * 1000)::bigint::text as opened,
      (extract(epoch from e.resolved_at) * 1000)::bigint::text as resolved
    from tenant.usage_exceptions e
    join tenant.companies co on co.tenant_id = e.tenant_id
    left join tenant.usage u on u.tenant_id = e.tenant_id and u.id = e.usage_id
    where e.tenant_id = ${tx.tenantId} and ${id === undefined ? sql`e.state = ${state}` : sql`e.id = ${id}`}
    order by e.opened_at, e.id limit ${SHOWN_MAX}`);
  return rows.map((row) => ({
    id: row.id,
    tenantId: tx.tenantId,
    tenantName: row.tenant,
    usageId: row.usage_id,
    contactId: row.contact_id,
    source: `${row.source}:${row.event}`,
    kind: row.kind,
    occurredAt: Number(row.at),
    quantity: row.quantity === null ? null : Number(row.quantity),
    reason: row.reason,
    state: row.state,
    resolution: row.resolution,
    note: row.note,
    openedAt: Number(row.opened),
    resolvedAt: row.resolved === null ? null : Number(row.resolved),
  }));
}

export type Resolution =
  /** What was wrong may have been put right: run its month again and see. */
  | { readonly what: "retry" }
  /** Bill it in spite of it: late usage, a sale at its minimum, the rival as a correction of what was first. */
  | { readonly what: "accept"; readonly note?: string | undefined }
  /** Bill it nowhere, and say why. */
  | { readonly what: "exclude"; readonly note: string };

type Found = typeof usageExceptions.$inferSelect;

/** Decides what becomes of usage that waits, then brings the drafts up to date. */
export async function resolveException(
  ctx: BillingContext,
  { tenantId, exceptionId }: { readonly tenantId: TenantId; readonly exceptionId: string },
  resolution: Resolution,
): Promise<ExceptionView> {
  const scope = { tenantId, actor: ctx.actor };
  const found = await withTenant(ctx.db, scope, async (tx) => {
    const exception = await openOne(tx, exceptionId);
    if (resolution.what !== "retry") await settle(tx, exception, resolution);
    return exception;
  });
  for (const contract of await withTenant(ctx.db, scope, contractsOf)) {
    const months = new Set([monthAt(contract.timeZone, found.occurredAt), monthAt(contract.timeZone, ctx.now)]);
    for (const period of [...months].sort()) await parked(ctx, { tenantId, contract, period, asked: false });
  }
  return withTenant(ctx.db, scope, async (tx) => {
    const [now] = await exceptionRows(tx, "open", exceptionId);
    if (now === undefined) throw notFound();
    return now;
  });
}

async function openOne(tx: TenantTx, exceptionId: string): Promise<Found> {
  const [row] = await tx
    .select()
    .from(usageExceptions)
    .where(and(eq(usageExceptions.tenantId, tx.tenantId), eq(usageExceptions.id, exceptionId)))
    .for("update");
  if (row === undefined) throw notFound();
  if (row.state !== "open") throw new Refusal("conflict", "exception_resolved", `it was ${row.resolution} already`);
  return row;
}

function notFound(): Refusal {
  return new Refusal("not_found", "exception_not_found", "there is no such exception");
}

const ACCEPTABLE: ReadonlySet<string> = new Set(["late", "missing_sale", "rival"]);

async function settle(
  tx: TenantTx,
  exception: Found,
  resolution: Exclude<Resolution, { what: "retry" }>,
): Promise<void> {
  const accepted = resolution.what === "accept";
  if (accepted && !ACCEPTABLE.has(exception.reason)) {
    throw new Refusal(
      "conflict",
      "not_acceptable",
      "this cannot be billed as it is: mend its cause and retry, or exclude it",
    );
  }
  if (accepted && exception.reason === "rival") await storeRival(tx, exception);
  await tx
    .update(usageExceptions)
    .set({
      state: "resolved",
      resolution: accepted ? "accepted" : "excluded",
      note: resolution.note ?? null,
      // By the clock that cutoffs are taken from, so that a run says of any instant what was kept off then.
      resolvedAt: sql`clock_timestamp()`,
      resolvedBy: tx.actor.kind === "user" ? actorId(tx.actor) : null,
    })
    .where(and(eq(usageExceptions.tenantId, tx.tenantId), eq(usageExceptions.id, exception.id)));
  await noteHand(tx, exception);
  const verdict = accepted ? "usage_accepted" : "usage_excluded";
  const detail = { reason: exception.reason, note: resolution.note ?? null };
  await audit(tx, verdict, { kind: "usage_exception", id: exception.id }, detail);
}

/** Whoever decides what is billed has a hand in the drafts that it may stand on, and approves none of them. */
async function noteHand(tx: TenantTx, { occurredAt }: Found): Promise<void> {
  if (tx.actor.kind !== "user") return;
  const person = actorId(tx.actor);
  await tx.execute(sql`
    update tenant.invoices set prepared_by = array_append(prepared_by, ${person}::uuid)
    where tenant_id = ${tx.tenantId} and status = 'draft' and period_end > ${localDate("UTC", occurredAt)}::date
      and not ${person}::uuid = any (prepared_by)`);
}

const RivalSchema = z.object({
  quantity: z.int().nonnegative(),
  contactId: z.string().nullish(),
  attrs: z.record(z.string(), z.unknown()).default({}),
  payloadHash: z.string(),
});

/** The rival takes the place of what was first: a correction is a new row. */
async function storeRival(tx: TenantTx, { source, sourceEventId, kind, occurredAt, detail }: Found): Promise<void> {
  const { payloadHash, contactId, ...rival } = RivalSchema.parse(
    typeof detail === "string" ? JSON.parse(detail) : detail,
  );
  const [first] = await tx
    .select({ id: usage.id })
    .from(usage)
    .where(and(eq(usage.tenantId, tx.tenantId), eq(usage.source, source), eq(usage.sourceEventId, sourceEventId)));
  if (first === undefined) throw new Refusal("conflict", "rival_alone", "what it rivals is not there");
  await storeUsage(tx, [
    {
      ...rival,
      source: "correction",
      sourceEventId: `${source}:${sourceEventId}:${payloadHash.slice(0, 16)}`,
      // Kinds come from our own facts and were checked there.
      kind: kind as NewUsage["kind"],
      occurredAt,
      contactId: contactId ?? null,
      correctsId: first.id,
    },
  ]);
}
