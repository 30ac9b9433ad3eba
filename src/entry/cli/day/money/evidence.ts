import { connect, withOperator, withTenant } from "../../../../adapters/db/index.ts";
import { asId, type TenantId } from "../../../../domain/kernel/ids.ts";
import { type BillingContext, reconcileMonth } from "../../../../features/billing/index.ts";
import type { Preview } from "../../../../features/billing/schema.ts";
import type { LedgerTxnPage, TrialBalance } from "../../../../features/ledger/schema.ts";
import type { CarrierBook } from "../carrier-book.ts";
import { invoicesOf } from "./billing.ts";
import type { Book, FinalInvoice, KindCounts, MoneyClient, MoneyEvidence } from "./compare.ts";
import { bureau, type Client, everyPage, type Office } from "./office.ts";
import { documentOf, paymentsOf } from "./paying.ts";
import { agentSecondsOf, kindCounts, serviceLevelOf } from "./usage-records.ts";

/** The month as it stood when its invoices had just become final, before anything came late. */
export type Closing = {
  readonly kinds: ReadonlyMap<string, readonly KindCounts[]>;
  readonly agentSeconds: ReadonlyMap<string, number>;
  readonly levels: ReadonlyMap<string, MoneyClient["level"]>;
  readonly previews: ReadonlyMap<string, { readonly previewMinor: number; readonly draftMinor: number }>;
};

/** What the contract editor's preview says of the month, beside its draft: they must be the same number. */
export async function readPreviews(office: Office, period: string): Promise<Closing["previews"]> {
  const found = new Map<string, { previewMinor: number; draftMinor: number }>();
  const drafts = await invoicesOf(office, period);
  for (const { slug, path, contractId, tenantId } of office.clients) {
    const preview = await office.preparer.post<Preview>(`${path}/contracts/${contractId}/previews`, { period });
    const draft = drafts.find((one) => one.tenantId === tenantId);
    found.set(slug, { previewMinor: preview.totalMinor, draftMinor: draft?.totalMinor ?? 0 });
  }
  return found;
}

export async function readClosing(office: Office, period: string, previews: Closing["previews"]): Promise<Closing> {
  const kinds = new Map<string, readonly KindCounts[]>();
  const agentSeconds = new Map<string, number>();
  const levels = new Map<string, MoneyClient["level"]>();
  await withDatabases(office, async ({ db, operatorDb, actor }) => {
    for (const { slug, tenantId } of office.clients) {
      agentSeconds.set(slug, await withOperator(operatorDb, (tx) => agentSecondsOf(tx, tenantId, period)));
      await withTenant(db, { tenantId: asId<TenantId>(tenantId), actor }, async (tx) => {
        kinds.set(slug, await kindCounts(tx, period));
        levels.set(slug, await serviceLevelOf(tx, period));
      });
    }
  });
  return { kinds, agentSeconds, levels, previews };
}

/** Call records, usage, lines and a computation by SQL alone, of each month; in words where they are not the same. */
export async function monthFaults(office: Office, periods: readonly string[]): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  await withDatabases(office, async (ctx) => {
    for (const period of periods) {
      for (const { tenantId, mismatches } of await reconcileMonth(ctx, { period })) {
        const told = mismatches.map(
          ({ what, expected, got }) => `${period}: ${what}: expected ${expected}, got ${got}`,
        );
        found.set(tenantId, [...(found.get(tenantId) ?? []), ...told]);
      }
    }
  });
  return found;
}

async function withDatabases<T>({ stack }: Office, work: (ctx: BillingContext) => Promise<T>): Promise<T> {
  const db = connect(stack.databaseUrls.app, { max: 1 });
  const operatorDb = connect(stack.databaseUrls.operator, { max: 1 });
  try {
    return await work({ db, operatorDb, actor: { kind: "system", name: "day" }, now: stack.now() });
  } finally {
    await db.close();
    await operatorDb.close();
  }
}

export async function clientEvidence(
  office: Office,
  client: Client,
  given: {
    readonly book: CarrierBook;
    readonly closing: Closing;
    readonly months: readonly string[];
    readonly periods: readonly string[];
  },
): Promise<MoneyClient> {
  const { slug, currency, accountSid } = client;
  const { closing, book, months, periods } = given;
  const legs = book.legs.filter((leg) => leg.accountSid === accountSid);
  const documents = await documentsOf(office, client, periods);
  return {
    slug,
    currency,
    carrierSeconds: legs.reduce((sum, { seconds }) => sum + seconds, 0),
    agentSeconds: closing.agentSeconds.get(slug) ?? 0,
    kinds: closing.kinds.get(slug) ?? [],
    months,
    ...(closing.previews.get(slug) ?? { previewMinor: 0, draftMinor: 0 }),
    level: closing.levels.get(slug) ?? { within: 0, counted: 0 },
    ...documents,
    payments: await paymentsOf(office, client),
    book: await bookOf(office, client),
  };
}

async function documentsOf(
  office: Office,
  client: Client,
  periods: readonly string[],
): Promise<Pick<MoneyClient, "invoices" | "notes">> {
  const invoices: FinalInvoice[] = [];
  const notes: { number: string; grossMinor: number }[] = [];
  for (const period of periods) {
    for (const { id, tenantId } of await invoicesOf(office, period)) {
      if (tenantId !== client.tenantId) continue;
      const { invoice, openMinor, paidMinor, creditNotes } = await documentOf(office, client, id);
      notes.push(...creditNotes.map(({ number, grossMinor }) => ({ number, grossMinor })));
      const amounts = invoice.items.map(({ kind, amountMinor }) => ({ kind, amountMinor }));
      invoices.push({
        period,
        status: invoice.status,
        number: invoice.number ?? "",
        netMinor: invoice.totalMinor,
        taxMinor: invoice.taxMinor,
        grossMinor: invoice.grossMinor,
        linesMinor: sum(amounts),
        lateMinor: sum(amounts.filter(({ kind }) => kind === "adjustment")),
        openMinor,
        paidMinor,
        creditedMinor: creditNotes.reduce((all, note) => all + note.grossMinor, 0),
        models: [...new Set(invoice.items.map(({ model }) => model))],
      });
    }
  }
  return { invoices, notes };
}

function sum(lines: readonly { readonly amountMinor: number }[]): number {
  return lines.reduce((all, { amountMinor }) => all + amountMinor, 0);
}

/** The client's book, from the trial balance and, for the receivable, from every transaction that ever touched it. */
async function bookOf({ preparer }: Office, { path, currency }: Client): Promise<Book> {
  const { accounts, totals } = await preparer.get<TrialBalance>(`${path}/ledger/trial-balance`);
  const balance: { [kind: string]: number } = {};
  for (const account of accounts) balance[account.kind] = (balance[account.kind] ?? 0) + account.balanceMinor;
  const receivable: { [event: string]: number } = {};
  for (const txn of await everyPage<LedgerTxnPage["items"][number]>(preparer, `${path}/ledger/transactions`)) {
    for (const { debit, credit, amountMinor } of txn.entries) {
      const moved = (debit.kind === "receivable" ? amountMinor : 0) - (credit.kind === "receivable" ? amountMinor : 0);
      if (moved !== 0) receivable[txn.event] = (receivable[txn.event] ?? 0) + moved;
    }
  }
  const own = totals.filter((one) => one.currency === currency);
  const foreign = totals.filter((one) => one.currency !== currency).length;
  if (foreign > 0) throw new Error(`${path}: the book has entries in a currency that the client is not billed in`);
  return {
    debitMinor: own.reduce((all, one) => all + one.debitMinor, 0),
    creditMinor: own.reduce((all, one) => all + one.creditMinor, 0),
    receivable,
    balance,
  };
}

export async function houseEvidence(office: Office): Promise<Pick<MoneyEvidence, "bureau" | "openExceptions">> {
  const ledger = await bureau<MoneyEvidence["bureau"]>(office, "GET", "/sandbox/ledger");
  const { items } = await office.preparer.get<{ items: readonly unknown[] }>("/api/billing/exceptions");
  return { bureau: ledger, openExceptions: items.length };
}
