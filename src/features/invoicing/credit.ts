import { and, eq, sql } from "drizzle-orm";
import { type Database, type TenantTx, withTenant } from "../../adapters/db/index.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import { assert } from "../../domain/kernel/step.ts";
import { type Fault, Refusal } from "../../domain/kernel/trouble.ts";
import { creditTaxMinor, type TaxCategory, taxGroupsOf } from "../../domain/rating/invoice-tax.ts";
import { audit } from "../audit/index.ts";
import { correctionsDue, type Invoice, localDate } from "../billing/index.ts";
import { post } from "../ledger/index.ts";
import { billingProfile, type Seller, sellerOf } from "../parties/index.ts";
import { type Shell, step, wrongState } from "./approve.ts";
import { requestFapiao } from "./fapiao.ts";
import { type CreditableLine, creditableLines, currencyOf, heldInvoice, personOf, servicesOf } from "./store.ts";
import { creditNoteLines, creditNotes, creditNoteTaxes } from "./tables.ts";

export type CreditRequest = {
  readonly invoiceId: string;
  readonly kind: "goodwill" | "dispute" | "correction" | "cancellation";
  readonly reason: string;
  /** Net of each line; null credits all that is left, or, as a correction, what the month no longer comes to. */
  readonly lines: readonly { readonly lineId: string; readonly netMinor: bigint }[] | null;
  /** The same key is the same note, however often it is asked for. */
  readonly requestKey: string;
};

type LineCredit = CreditableLine & { readonly netMinor: bigint };

/** Gives back part or all of a final invoice, under a number of its own. Cancelling is crediting all of it. */
export async function credit(
  shell: Shell & { readonly operatorDb: Database },
  request: CreditRequest,
): Promise<{ creditNoteId: string }> {
  const seller = await sellerOf(shell.operatorDb);
  const creditNoteId = await withTenant(shell.db, shell.scope, (tx) =>
    creditIn(tx, request, { seller, now: shell.now }),
  );
  return { creditNoteId };
}

/** In the caller's transaction: a dispute that is accepted and its note are one deed. */
export async function creditIn(
  tx: TenantTx,
  request: CreditRequest,
  { seller, now }: { readonly seller: Seller | null; readonly now: Instant },
): Promise<string> {
  const invoice = await heldInvoice(tx, request.invoiceId);
  const [known] = await tx
    .select({ id: creditNotes.id, invoiceId: creditNotes.invoiceId })
    .from(creditNotes)
    .where(and(eq(creditNotes.tenantId, tx.tenantId), eq(creditNotes.requestKey, request.requestKey)));
  if (known !== undefined) {
    if (known.invoiceId === invoice.id) return known.id;
    throw new Refusal("conflict", "request_key_taken", "this key has made a note for another invoice");
  }
  if (invoice.status !== "finalized") throw wrongState(invoice, "credited");
  assert(seller !== null, "a final invoice has a seller");
  const lines = await creditableLines(tx, invoice.id);
  const credits = await creditsOf(tx, invoice, lines, request);
  const noteId = await insertNote(tx, { invoice, request, credits, seller, now });
  await bookNote(tx, { invoice, credits, noteId, now });
  await closeWhenWhole(tx, invoice);
  await askForRedFapiao(tx, { invoice, noteId, now });
  await audit(
    tx,
    "credit_note_issued",
    { kind: "credit_note", id: noteId },
    { invoiceId: invoice.id, reason: request.reason },
  );
  return noteId;
}

/** Without lines a correction gives back what its month no longer comes to; any other note, all that is left. */
async function creditsOf(
  tx: TenantTx,
  invoice: Invoice,
  lines: readonly CreditableLine[],
  { kind, lines: wanted }: CreditRequest,
): Promise<LineCredit[]> {
  if (wanted !== null) return asked(lines, wanted);
  return kind === "correction" ? asked(lines, await correctionsDue(tx, invoice)) : allThatIsLeft(lines);
}

function allThatIsLeft(lines: readonly CreditableLine[]): LineCredit[] {
  const left = lines.map((line) => ({ ...line, netMinor: line.amountMinor - line.creditedMinor }));
  return left.filter((line) => line.netMinor !== 0n);
}

/** Each part must be of the line's own sign and no more than is left of it. */
function asked(
  lines: readonly CreditableLine[],
  wanted: readonly { readonly lineId: string; readonly netMinor: bigint }[],
): LineCredit[] {
  const faults: Fault[] = [];
  const seen = new Set<string>();
  const credits = wanted.flatMap(({ lineId, netMinor }, at) => {
    const line = lines.find((it) => it.id === lineId);
    const fault = (field: string, message: string) => faults.push({ path: `json.lines.${at}.${field}`, message });
    if (line === undefined) fault("lineId", "the invoice has no such line");
    else if (seen.has(lineId)) fault("lineId", "this line stands twice");
    else {
      seen.add(lineId);
      const left = line.amountMinor - line.creditedMinor;
      const within = left >= 0n ? netMinor > 0n && netMinor <= left : netMinor < 0n && netMinor >= left;
      if (within) return [{ ...line, netMinor }];
      fault("netMinor", `of this line ${left} can be credited`);
    }
    return [];
  });
  if (faults.length > 0) throw invalid(faults);
  return credits;
}

function invalid(faults: readonly Fault[]): Refusal {
  return new Refusal("invalid", "invalid_input", "something in the request is not as described", { faults });
}

async function insertNote(
  tx: TenantTx,
  what: {
    readonly invoice: Invoice;
    readonly request: CreditRequest;
    readonly credits: readonly LineCredit[];
    readonly seller: Seller;
    readonly now: Instant;
  },
): Promise<string> {
  const { invoice, request, credits, seller, now } = what;
  const netMinor = credits.reduce((sum, line) => sum + line.netMinor, 0n);
  if (credits.length === 0 || netMinor <= 0n) {
    throw invalid([{ path: "json.lines", message: "a credit note gives something back" }]);
  }
  const taxes = await taxesOf(tx, invoice, credits);
  const issuedOn = localDate(seller.timeZone, now);
  const [note] = await tx
    .insert(creditNotes)
    .values({
      tenantId: tx.tenantId,
      invoiceId: invoice.id,
      series: `${seller.creditPrefix}-${issuedOn.slice(0, 4)}`,
      // The database gives the number, in this transaction.
      number: 1,
      kind: request.kind,
      reason: request.reason,
      netMinor,
      taxMinor: taxes.reduce((sum, group) => sum + group.taxMinor, 0n),
      currency: invoice.currency,
      issuedOn,
      issuedBy: personOf(tx),
      issuedAt: now,
      requestKey: request.requestKey,
    })
    .returning({ id: creditNotes.id });
  assert(note !== undefined, "an inserted note has an id");
  const own = { tenantId: tx.tenantId, creditNoteId: note.id };
  await tx
    .insert(creditNoteLines)
    .values(credits.map(({ id, netMinor: net }) => ({ ...own, lineId: id, netMinor: net })));
  if (taxes.length > 0) await tx.insert(creditNoteTaxes).values(taxes.map((group) => ({ ...own, ...group })));
  return note.id;
}

/** Tax by group on all that is credited so far, less what earlier notes gave back; never more than the invoice has. */
async function taxesOf(tx: TenantTx, invoice: Invoice, credits: readonly LineCredit[]) {
  if (invoice.taxProfile === "none") return [];
  const before = await tx.execute<{
    category: TaxCategory;
    rate: string;
    base: string;
    tax: string;
    of_base: string;
  }>(sql`
    select t.category, t.rate, t.base_minor::text as of_base, coalesce(sum(c.base_minor), 0)::text as base, coalesce(sum(c.tax_minor), 0)::text as tax
    from tenant.invoice_taxes t
    left join (tenant.credit_note_taxes c join tenant.credit_notes n on n.tenant_id = c.tenant_id and n.id = c.credit_note_id)
      on c.tenant_id = t.tenant_id and n.invoice_id = t.invoice_id and c.category = t.category and c.rate = t.rate
    where t.tenant_id = ${tx.tenantId} and t.invoice_id = ${invoice.id} group by t.category, t.rate, t.base_minor`);
  return taxGroupsOf(credits).map(({ category, rate, baseMinor }) => {
    const known = before.find((it) => it.category === category && it.rate === rate);
    const [credited, creditedTax] = [BigInt(known?.base ?? 0), BigInt(known?.tax ?? 0)];
    const whole = BigInt(known?.of_base ?? 0);
    if (abs(credited + baseMinor) > abs(whole)) {
      const message = `lines taxed at ${rate} % come to ${whole} in all: credit their reductions too`;
      throw invalid([{ path: "json.lines", message }]);
    }
    const taxMinor = creditTaxMinor(
      { category, rate },
      { creditedMinor: credited, creditedTaxMinor: creditedTax },
      baseMinor,
    );
    return { category, rate, baseMinor, taxMinor };
  });
}

function abs(value: bigint): bigint {
  return value < 0n ? -value : value;
}

async function bookNote(
  tx: TenantTx,
  { invoice, credits, noteId, now }: { invoice: Invoice; credits: readonly LineCredit[]; noteId: string; now: Instant },
): Promise<void> {
  const [note] = await tx
    .select({ taxMinor: creditNotes.taxMinor })
    .from(creditNotes)
    .where(and(eq(creditNotes.tenantId, tx.tenantId), eq(creditNotes.id, noteId)));
  const event = {
    type: "credit_note_issued",
    id: noteId,
    currency: currencyOf(invoice),
    lines: servicesOf(credits),
    taxMinor: note?.taxMinor ?? 0n,
  } as const;
  await post(tx, { occurredAt: now, event });
}

/** An invoice whose notes come to all of it is credited: cancelled, with every number still in its place. */
async function closeWhenWhole(tx: TenantTx, invoice: Invoice): Promise<void> {
  const left = allThatIsLeft(await creditableLines(tx, invoice.id));
  if (left.length > 0) return;
  await step(tx, invoice.id, { status: "credited" });
  await audit(tx, "invoice_credited", { kind: "invoice", id: invoice.id });
}

/** Where a fapiao was asked for, a credit note needs a red one. */
async function askForRedFapiao(
  tx: TenantTx,
  { invoice, noteId, now }: { readonly invoice: Invoice; readonly noteId: string; readonly now: Instant },
): Promise<void> {
  const { tax } = await billingProfile(tx);
  if (invoice.taxProfile !== "cn_vat" || tax.profile !== "cn_vat" || tax.fapiao === undefined) return;
  await requestFapiao(tx, { invoiceId: invoice.id, creditNoteId: noteId, terms: tax.fapiao, now });
}
