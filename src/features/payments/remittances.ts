import { sql } from "drizzle-orm";
import { iso, type OperatorTx, withOperator, withTenant } from "../../adapters/db/index.ts";
import { type Currency, isCurrency } from "../../domain/kernel/currency.ts";
import { asId, type TenantId } from "../../domain/kernel/ids.ts";
import { assert } from "../../domain/kernel/step.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import { matchRemittance, type OpenInvoice, type Suggestion } from "../../domain/payments/remittance.ts";
import { knownCurrency, type PaymentsContext, scopeOf, who } from "./context.ts";
import { finalInvoice, invoiceMoney } from "./invoices-store.ts";
import { receive } from "./receive.ts";
import { tenantsOf } from "./reconcile.ts";

export type NewRemittance = {
  readonly bookedOn: string;
  readonly currency: Currency;
  readonly amountMinor: bigint;
  readonly payer: string;
  readonly reference: string;
  /** The bank's own id of the line, where its statements have one. */
  readonly bankId: string | null;
};

export type RemittanceState = "open" | "matched" | "ignored";

export type Remittance = Omit<NewRemittance, "bankId"> & {
  readonly id: string;
  readonly state: RemittanceState;
  readonly tenantId: string | null;
  readonly paymentId: string | null;
  readonly exact: boolean;
  readonly note: string | null;
};

export type NamedSuggestion = Suggestion & { readonly tenantName: string; readonly numbers: readonly string[] };
export type ReadRemittance = Remittance & { readonly suggestions: readonly NamedSuggestion[] };
export type Imported = { readonly added: number; readonly known: number; readonly matched: number };

const LIST_MAX = 300;

/**
 * Lines of a bank statement. A line that is known already adds nothing. One whose reference names invoices of one client
 * that together owe exactly its amount becomes a payment at once; every other waits for a person, with suggestions.
 */
export async function importRemittances(ctx: PaymentsContext, lines: readonly NewRemittance[]): Promise<Imported> {
  const keys = await keysOf(lines);
  let added = 0;
  await withOperator(ctx.operatorDb, async (tx) => {
    for (const [at, line] of lines.entries()) added += await insertLine(tx, ctx, line, keys[at] ?? "");
  });
  const open = await openInvoices(ctx);
  const waiting = await withOperator(ctx.operatorDb, (tx) => remittanceRows(tx, { state: "open" }));
  let matched = 0;
  for (const remittance of waiting) {
    const { exact } = matchRemittance(remittance, open.invoices);
    if (exact === null) continue;
    await becomePayment(ctx, remittance, exact, true);
    // Paid now, and no candidate for the next line.
    const paid = new Set(exact.invoices.map((it) => it.invoiceId));
    open.invoices = open.invoices.filter((it) => !paid.has(it.invoiceId));
    matched += 1;
  }
  return { added, known: lines.length - added, matched };
}

export async function listRemittances(ctx: PaymentsContext, state: RemittanceState): Promise<ReadRemittance[]> {
  const rows = await withOperator(ctx.operatorDb, (tx) => remittanceRows(tx, { state }));
  if (state !== "open" || rows.length === 0) return rows.map((row) => ({ ...row, suggestions: [] }));
  const { invoices, clients, numbers } = await openInvoices(ctx);
  return rows.map((row) => ({
    ...row,
    suggestions: matchRemittance(row, invoices).suggestions.map((it) => ({
      ...it,
      tenantName: clients.get(it.tenantId) ?? "",
      numbers: it.invoices.map(({ invoiceId }) => numbers.get(invoiceId) ?? ""),
    })),
  }));
}

/** A person says whose money it is and which invoices it pays; with none named it stays the client's credit. */
export async function confirmRemittance(
  ctx: PaymentsContext,
  id: string,
  choice: { readonly tenantId: TenantId; readonly invoiceIds: readonly string[] },
): Promise<Remittance> {
  const remittance = await oneRemittance(ctx, id);
  if (remittance.state !== "open") throw new Refusal("conflict", "remittance_decided", "this line is decided already");
  const invoices = choice.invoiceIds.map((invoiceId) => ({ invoiceId, amountMinor: 0n }));
  await becomePayment(ctx, remittance, { tenantId: choice.tenantId, invoices, because: [] }, false);
  return oneRemittance(ctx, id);
}

/** No client's payment: interest, a refund, the house's own transfer. The note says what it is. */
export async function ignoreRemittance(ctx: PaymentsContext, id: string, note: string): Promise<Remittance> {
  await oneRemittance(ctx, id);
  const decided = await withOperator(ctx.operatorDb, (tx) =>
    tx.execute<{ id: string }>(sql`
      update house.bank_remittances set state = 'ignored', note = ${note}, decided_by = ${who(ctx.actor)}, decided_at = ${iso(ctx.now)}::timestamptz
      where id = ${id} and state = 'open' returning id`),
  );
  if (decided.length === 0) throw new Refusal("conflict", "remittance_decided", "this line is decided already");
  return oneRemittance(ctx, id);
}

/**
 * The payment first, in the client's own transaction, under the line's id as its source: broken off in between, the line
 * stays open and the next try finds the payment there.
 */
async function becomePayment(ctx: PaymentsContext, it: Remittance, to: Suggestion, exact: boolean): Promise<void> {
  const tenantId = asId<TenantId>(to.tenantId);
  const named = to.invoices.map(({ invoiceId }) => invoiceId);
  const { currency, amountMinor, payer, reference, bookedOn } = it;
  const { paymentId } = await withTenant(ctx.db, scopeOf(ctx, tenantId), async (tx) => {
    for (const id of named) await finalInvoice(tx, id);
    const payment = {
      method: "bank_transfer",
      source: `bank:${it.id}`,
      currency,
      amountMinor,
      payer,
      reference,
      receivedOn: bookedOn,
      receivedAt: ctx.now,
    } as const;
    return receive(tx, payment, { named, onlyNamed: true }, ctx.now);
  });
  await withOperator(ctx.operatorDb, (tx) =>
    tx.execute(sql`
      update house.bank_remittances set state = 'matched', tenant_id = ${tenantId}, payment_id = ${paymentId}, exact = ${exact},
        decided_by = ${who(ctx.actor)}, decided_at = ${iso(ctx.now)}::timestamptz
      where id = ${it.id} and state = 'open'`),
  );
}

type Open = {
  invoices: readonly OpenInvoice[];
  readonly clients: Map<string, string>;
  readonly numbers: Map<string, string>;
};

/** What all clients still owe: one transaction each, because no transaction sees two. */
async function openInvoices(ctx: PaymentsContext): Promise<Open> {
  const invoices: OpenInvoice[] = [];
  const clients = new Map<string, string>();
  const numbers = new Map<string, string>();
  for (const tenantId of await tenantsOf(ctx)) {
    await withTenant(ctx.db, scopeOf(ctx, tenantId), async (tx) => {
      const [company] = await tx.execute<Record<string, string | null>>(sql`
        select c.name, c.name_zh, c.name_en, b.buyer ->> 'nameZh' as buyer_zh, b.buyer ->> 'nameEn' as buyer_en
        from tenant.companies c left join tenant.billing_profiles b on b.tenant_id = c.tenant_id where c.tenant_id = ${tx.tenantId}`);
      if (company === undefined) return;
      clients.set(tenantId, String(company.name));
      const names = [...new Set(Object.values(company).filter((name) => name !== null && name !== ""))] as string[];
      for (const { id: invoiceId, name, series, number, currency, openMinor } of await invoiceMoney(tx, {
        openOnly: true,
      })) {
        numbers.set(invoiceId, name);
        invoices.push({ tenantId, invoiceId, series, number, currency, openMinor, names });
      }
    });
  }
  return { invoices, clients, numbers };
}

async function oneRemittance(ctx: PaymentsContext, id: string): Promise<Remittance> {
  const [found] = await withOperator(ctx.operatorDb, (tx) => remittanceRows(tx, { id }));
  if (found === undefined) throw new Refusal("not_found", "remittance_not_found", "there is no such line");
  return found;
}

async function remittanceRows(
  tx: OperatorTx,
  asked: { readonly state?: RemittanceState; readonly id?: string },
): Promise<Remittance[]> {
  const rows = await tx.execute<Record<string, unknown>>(sql`
    select id, booked_on::text as booked_on, currency, amount_minor::text as amount, payer, reference, state, tenant_id, payment_id, exact, note
    from house.bank_remittances
    where ${asked.state === undefined ? sql`true` : sql`state = ${asked.state}`} and ${asked.id === undefined ? sql`true` : sql`id = ${asked.id}`}
    order by booked_on desc, id desc limit ${LIST_MAX}`);
  return rows.map((row) => ({
    id: String(row.id),
    bookedOn: String(row.booked_on),
    currency: knownCurrency(String(row.currency)),
    amountMinor: BigInt(String(row.amount)),
    payer: String(row.payer),
    reference: String(row.reference),
    state: String(row.state) as RemittanceState, // a CHECK says so
    tenantId: row.tenant_id === null ? null : String(row.tenant_id),
    paymentId: row.payment_id === null ? null : String(row.payment_id),
    exact: row.exact === true,
    note: row.note === null ? null : String(row.note),
  }));
}

async function insertLine(tx: OperatorTx, ctx: PaymentsContext, line: NewRemittance, key: string): Promise<number> {
  assert(isCurrency(line.currency), "a line's currency was parsed");
  const rows = await tx.execute(sql`
    insert into house.bank_remittances (line_key, booked_on, currency, amount_minor, payer, reference, imported_by, imported_at)
    values (${key}, ${line.bookedOn}::date, ${line.currency}, ${line.amountMinor.toString()}::bigint, ${line.payer}, ${line.reference},
      ${who(ctx.actor)}, ${iso(ctx.now)}::timestamptz)
    on conflict (line_key) do nothing returning id`);
  return rows.length;
}

/** Two equal transfers on one day are two lines of one statement: each counts how often it stood there before. */
async function keysOf(lines: readonly NewRemittance[]): Promise<string[]> {
  const seen = new Map<string, number>();
  return Promise.all(
    lines.map(async ({ bankId, bookedOn, currency, amountMinor, payer, reference }) => {
      const content = JSON.stringify([bookedOn, currency, amountMinor.toString(), payer, reference]);
      const before = seen.get(content) ?? 0;
      seen.set(content, before + 1);
      const text = bankId === null ? `${content}#${before}` : `bank ${bankId}`;
      const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
      return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    }),
  );
}
