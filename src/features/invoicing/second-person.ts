import { sql } from "drizzle-orm";
import { z } from "zod";
import {
  actorId,
  type Database,
  iso,
  type TenantScope,
  type TenantTx,
  withOperator,
  withTenant,
} from "../../adapters/db/index.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import { audit } from "../audit/index.ts";
import { type BillingContext, numberText, safe, tenantsInService } from "../billing/index.ts";
import { type Seller, sellerOf } from "../parties/index.ts";
import type { Shell } from "./approve.ts";
import { type CreditRequest, creditIn } from "./credit.ts";
import type { DeedRequestView } from "./schema.ts";
import { notFound, personOf } from "./store.ts";
import { type WriteOffRequest, writeOffIn } from "./write-off.ts";

/** What can be asked for: both take money off a final invoice. */
export type Deed =
  | { readonly what: "credit"; readonly request: CreditRequest }
  | { readonly what: "write_off"; readonly request: WriteOffRequest };

type HouseShell = Shell & { readonly operatorDb: Database };

/** Requests of one invoice, and those that wait, shown at once. */
const ROWS_MAX = 500;

/** Ends a rehearsal: its transaction comes to nothing, its number goes back. */
class Rehearsed extends Error {
  readonly grossMinor: bigint;
  constructor(grossMinor: bigint) {
    super("rehearsed");
    this.grossMinor = grossMinor;
  }
}

/**
 * Asks for a credit note or a write-off. It is carried out at once and taken back in the same breath, so that what cannot be
 * done is refused to who asks and not to who decides. The same key asked again is the same request.
 */
export async function askFor(shell: HouseShell, deed: Deed): Promise<{ requestId: string }> {
  const { db, scope, now } = shell;
  const { invoiceId, reason, requestKey } = deed.request;
  const known = await withTenant(db, scope, (tx) => byKey(tx, requestKey));
  if (known !== null) {
    if (known.invoice_id === invoiceId) return { requestId: known.id };
    throw new Refusal("conflict", "request_key_taken", "this key has asked for something of another invoice");
  }
  const grossMinor = await rehearse(shell, deed);
  return withTenant(db, scope, async (tx) => {
    const person = personOf(tx);
    if (person === null) throw new Refusal("forbidden", "person_needed", "a person asks for it, another one does it");
    const [row] = await tx.execute<{ id: string }>(sql`
      insert into tenant.deed_requests (tenant_id, invoice_id, what, request_key, wanted, gross_minor, reason, asked_by, asked_at)
      values (${tx.tenantId}, ${invoiceId}, ${deed.what}, ${requestKey}, ${wantedText(deed)}::jsonb, ${grossMinor.toString()}::bigint,
        ${reason}, ${person}, ${iso(now)}::timestamptz)
      on conflict (tenant_id, request_key) do nothing returning id`);
    const requestId = row?.id ?? (await byKey(tx, requestKey))?.id;
    if (requestId === undefined) throw notFound("request");
    await audit(tx, `${deed.what}_asked`, { kind: "invoice", id: invoiceId }, { requestId, reason });
    return { requestId };
  });
}

async function rehearse(shell: HouseShell, deed: Deed): Promise<bigint> {
  const seller = await sellerOf(shell.operatorDb);
  try {
    return await withTenant(shell.db, shell.scope, async (tx) => {
      const doneId = await perform(tx, shell, deed, seller);
      throw new Rehearsed(await grossOf(tx, deed.what, doneId));
    });
  } catch (error) {
    if (error instanceof Rehearsed) return error.grossMinor;
    throw error;
  }
}

/** Another person does it, or anybody sends it back with the reason; who asked may take it back so too. */
export async function decideRequest(
  shell: HouseShell,
  requestId: string,
  { what, decision }: { readonly what: "approve" | "refuse"; readonly decision: string | null },
): Promise<{ doneId: string | null }> {
  const seller = await sellerOf(shell.operatorDb);
  return withTenant(shell.db, shell.scope, async (tx) => {
    const request = await heldRequest(tx, requestId);
    const person = personOf(tx);
    if (person === null) throw new Refusal("forbidden", "person_needed", "a person decides");
    if (request.state === "done" && what === "approve") return { doneId: request.done_id };
    if (request.state !== "asked") {
      throw new Refusal("conflict", "request_decided", `the request is ${request.state} already`);
    }
    if (what === "approve" && request.asked_by === person) {
      throw new Refusal("conflict", "four_eyes", "you asked for this; somebody else does it");
    }
    const doneId = what === "approve" ? await perform(tx, shell, deedOf(request), seller) : null;
    const state = what === "approve" ? "done" : "refused";
    await tx.execute(sql`
      update tenant.deed_requests set state = ${state}, decided_by = ${person}, decision = ${decision}, done_id = ${doneId},
        decided_at = ${iso(shell.now)}::timestamptz
      where tenant_id = ${tx.tenantId} and id = ${requestId}`);
    await audit(tx, `${request.what}_${state}`, { kind: "invoice", id: request.invoice_id }, { requestId, decision });
    return { doneId };
  });
}

function perform(tx: TenantTx, { now }: Shell, deed: Deed, seller: Seller | null): Promise<string> {
  return deed.what === "credit" ? creditIn(tx, deed.request, { seller, now }) : writeOffIn(tx, deed.request, now);
}

async function grossOf(tx: TenantTx, what: Deed["what"], id: string): Promise<bigint> {
  const [row] = await tx.execute<{ minor: string }>(
    what === "credit"
      ? sql`select gross_minor::text as minor from tenant.credit_notes where tenant_id = ${tx.tenantId} and id = ${id}`
      : sql`select amount_minor::text as minor from tenant.write_offs where tenant_id = ${tx.tenantId} and id = ${id}`,
  );
  return BigInt(row?.minor ?? 0);
}

type RequestRow = {
  readonly id: string;
  readonly invoice_id: string;
  readonly what: Deed["what"];
  readonly wanted: unknown;
  readonly state: DeedRequestView["state"];
  readonly asked_by: string;
  readonly done_id: string | null;
};

async function byKey(tx: TenantTx, requestKey: string): Promise<RequestRow | null> {
  const [row] = await tx.execute<RequestRow>(
    sql`select * from tenant.deed_requests where tenant_id = ${tx.tenantId} and request_key = ${requestKey}`,
  );
  return row ?? null;
}

async function heldRequest(tx: TenantTx, id: string): Promise<RequestRow> {
  const [row] = await tx.execute<RequestRow>(
    sql`select * from tenant.deed_requests where tenant_id = ${tx.tenantId} and id = ${id} for update`,
  );
  if (row === undefined) throw notFound("request");
  return row;
}

/** Amounts as text: JSON knows no whole numbers as large as ours may be. */
const Minor = z.string().transform(BigInt);
const WantedSchema = z.discriminatedUnion("what", [
  z.object({
    what: z.literal("credit"),
    request: z.object({
      invoiceId: z.string(),
      kind: z.enum(["goodwill", "dispute", "correction", "cancellation"]),
      reason: z.string(),
      lines: z.array(z.object({ lineId: z.string(), netMinor: Minor })).nullable(),
      requestKey: z.string(),
    }),
  }),
  z.object({
    what: z.literal("write_off"),
    request: z.object({
      invoiceId: z.string(),
      amountMinor: Minor.nullable(),
      reason: z.string(),
      requestKey: z.string(),
    }),
  }),
]);

function wantedText(deed: Deed): string {
  return JSON.stringify(deed, (_, value: unknown) => (typeof value === "bigint" ? value.toString() : value));
}

function deedOf({ wanted }: RequestRow): Deed {
  return WantedSchema.parse(typeof wanted === "string" ? JSON.parse(wanted) : wanted);
}

/** Requests of one invoice, newest first; for the house's eyes. */
export function requestsOf(db: Database, scope: TenantScope, invoiceId: string): Promise<DeedRequestView[]> {
  return withTenant(db, scope, async (tx) => {
    const [invoice] = await tx.execute(
      sql`select 1 from tenant.invoices where tenant_id = ${tx.tenantId} and id = ${invoiceId}`,
    );
    if (invoice === undefined) throw notFound("invoice");
    return shownRequests(tx, sql`r.invoice_id = ${invoiceId}`);
  });
}

/** What waits for a second person, of every client: one transaction each, because no transaction sees two. */
export async function waitingRequests(ctx: BillingContext): Promise<DeedRequestView[]> {
  const found: DeedRequestView[] = [];
  for (const tenantId of await withOperator(ctx.operatorDb, tenantsInService)) {
    const scope = { tenantId, actor: ctx.actor };
    found.push(...(await withTenant(ctx.db, scope, (tx) => shownRequests(tx, sql`r.state = 'asked'`))));
  }
  return found.toSorted((a, b) => a.askedAt - b.askedAt);
}

async function shownRequests(tx: TenantTx, which: ReturnType<typeof sql>): Promise<DeedRequestView[]> {
  const me = tx.actor.kind === "user" ? actorId(tx.actor) : null;
  const rows = await tx.execute<
    Omit<DeedRequestView, "tenantId" | "grossMinor" | "askedAt" | "mine"> & { gross: string; at: string; by: string }
  >(sql`
    select r.id, r.invoice_id as "invoiceId", ${numberText("i")} as number, i.currency, r.what, r.state, r.reason, r.decision,
      r.gross_minor::text as gross, r.asked_by as by, (extract(epoch from r.asked_at) * 1000)::bigint::text as at
    from tenant.deed_requests r join tenant.invoices i on i.tenant_id = r.tenant_id and i.id = r.invoice_id
    where r.tenant_id = ${tx.tenantId} and ${which} order by r.asked_at desc, r.id limit ${ROWS_MAX}`);
  return rows.map(({ gross, at, by, ...row }) => ({
    ...row,
    tenantId: tx.tenantId,
    grossMinor: safe(gross),
    askedAt: Number(at),
    mine: by === me,
  }));
}
