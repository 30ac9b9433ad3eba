import type { InvoiceView } from "../../../../features/billing/schema.ts";
import type { InvoiceDocument } from "../../../../features/invoicing/schema.ts";
import type { PaymentDetail, PaymentView, RemittanceView } from "../../../../features/payments/schema.ts";
import { type Client, insist, type Office, until } from "./office.ts";

/** What the house's bank would say: money that came and went, by currency, in minor units. Kept by the clients' banks. */
export class Bank {
  readonly #balance = new Map<string, number>();
  #lines = 0;

  /** A line of the statement about money that came in. */
  transfer(on: string, currency: string, amountMinor: number, payer: string, reference: string): string {
    this.move(currency, amountMinor);
    this.#lines += 1;
    const amount = (amountMinor / 100).toFixed(2);
    return `${on},${amount},${currency},"${payer}","${reference}",B${this.#lines}`;
  }

  move(currency: string, amountMinor: number): void {
    this.#balance.set(currency, (this.#balance.get(currency) ?? 0) + amountMinor);
  }

  balances(): ReadonlyMap<string, number> {
    return this.#balance;
  }
}

const HEAD = "date,amount,currency,payer,reference,id";

export function documentOf({ preparer }: Office, { path }: Client, invoiceId: string): Promise<InvoiceDocument> {
  return preparer.get<InvoiceDocument>(`${path}/invoices/${invoiceId}/document`);
}

const SETTLE_DEADLINE_MS = 90_000;
const GOOD_CARD = "4242424242424242";
const DECLINED_CARD = "4000000000000002";

/**
 * The client pays by card at the page it is sent to; its first card is declined. The house hears of it by the bureau's
 * messages, or, where those are lost, when it compares its book with the bureau's.
 */
export async function payByCard(office: Office, client: Client, { id }: InvoiceView): Promise<void> {
  const ask = () => client.admin.post<{ payUrl: string }>(`/api/portal/invoices/${id}/payment-requests`, {});
  const { payUrl } = await insist(ask);
  const card = (number: string) =>
    insist(() => fetch(payUrl, { method: "POST", body: new URLSearchParams({ card: number }) }));
  const declined = await card(DECLINED_CARD);
  if (declined.status !== 402) throw new Error(`${client.slug}: a bad card was answered ${declined.status}`);
  const paid = await card(GOOD_CARD);
  if (!paid.ok) throw new Error(`${client.slug}: a good card was answered ${paid.status}`);
  await until(`${client.slug}'s card payment to arrive`, SETTLE_DEADLINE_MS, async () => {
    if ((await documentOf(office, client, id)).openMinor === 0) return true;
    await compareWithBureau(office);
    return null;
  });
}

/** What cron does four times an hour, now. */
export async function compareWithBureau({ stack }: Office): Promise<void> {
  await insist(async () => {
    const response = await fetch(`${stack.appUrl}/internal/payments/reconcile`, {
      method: "POST",
      headers: { authorization: `Bearer ${stack.keys.internalKey}` },
    });
    if (!response.ok) throw new Error(`payments were not compared: ${response.status}`);
  });
}

/** The client transfers what is open and names the number: nobody has to decide. Importing the file twice is once. */
export async function payByTransfer(
  office: Office,
  client: Client,
  { invoice, bank, on }: { readonly invoice: InvoiceView; readonly bank: Bank; readonly on: string },
): Promise<void> {
  const { openMinor, invoice: shown } = await documentOf(office, client, invoice.id);
  const line = bank.transfer(on, client.currency, openMinor, client.slug, `Invoice ${shown.number}`);
  const csv = `${HEAD}\n${line}\n`;
  const first = await importFile(office, csv);
  const again = await importFile(office, csv);
  if (first.matched !== 1 || again.added !== 0) {
    throw new Error(
      `${client.slug}: the transfer matched ${first.matched} times, and was ${again.added} times new again`,
    );
  }
}

/** A transfer that says little and is more than what is open: a person decides, and the rest stays the client's. */
export async function payTooMuch(
  office: Office,
  client: Client,
  { invoice, bank, on }: { readonly invoice: InvoiceView; readonly bank: Bank; readonly on: string },
  extraMinor: number,
): Promise<void> {
  const { openMinor } = await documentOf(office, client, invoice.id);
  const line = bank.transfer(on, client.currency, openMinor + extraMinor, "treasury", "services");
  await importFile(office, `${HEAD}\n${line}\n`);
  const { items } = await office.preparer.get<{ items: RemittanceView[] }>("/api/billing/remittances?state=open");
  const waiting = items.find(
    ({ amountMinor, currency }) => currency === client.currency && amountMinor === openMinor + extraMinor,
  );
  if (waiting === undefined) throw new Error(`${client.slug}: the unclear transfer does not wait for a person`);
  const choice = { tenantId: client.tenantId, invoiceIds: [invoice.id] };
  await office.preparer.post(`/api/billing/remittances/${waiting.id}/match`, choice);
}

function importFile({ preparer }: Office, csv: string): Promise<{ added: number; matched: number }> {
  return insist(() => preparer.post<{ added: number; matched: number }>("/api/billing/remittances", { csv }));
}

export async function paymentsOf({ preparer }: Office, { path }: Client): Promise<PaymentDetail[]> {
  const { items } = await preparer.get<{ items: PaymentView[] }>(`${path}/payments`);
  return Promise.all(items.map(({ id }) => preparer.get<PaymentDetail>(`${path}/payments/${id}`)));
}

/** Part of a card payment goes back, so that its invoice is open again by as much. */
export async function refundPart(office: Office, client: Client, amountMinor: number): Promise<void> {
  const [payment] = (await paymentsOf(office, client)).filter(({ method }) => method === "stripe");
  if (payment === undefined) throw new Error(`${client.slug} has no card payment to refund`);
  const asked = { requestKey: `refund-${client.slug}`, amountMinor, reason: "two shifts were not worked" };
  const refunds = `${client.path}/payments/${payment.id}`;
  await insist(() => office.preparer.post(`${refunds}/refunds`, asked));
  await until(`${client.slug}'s refund to be settled`, SETTLE_DEADLINE_MS, async () => {
    const { refunds: made } = await office.preparer.get<PaymentDetail>(refunds);
    if (made.length === 1 && made[0]?.state === "succeeded") return true;
    await compareWithBureau(office);
    return null;
  });
}

/** Part of a line is given back for good will; the same request twice is one note. */
export async function creditPart(office: Office, client: Client, invoice: InvoiceView): Promise<void> {
  const line = invoice.items.find(({ model, amountMinor }) => model === "fee" && amountMinor > CREDIT_MINOR);
  if (line === undefined) throw new Error(`${client.slug}: no fee to credit`);
  const asked = {
    kind: "goodwill",
    reason: "an hour in which the lines were down",
    lines: [{ lineId: line.id, netMinor: CREDIT_MINOR }],
    requestKey: `goodwill-${client.slug}`,
  };
  const [first, again] = [
    await askAndDo(office, client, invoice.id, asked),
    await askAndDo(office, client, invoice.id, asked),
  ];
  if (first !== again) throw new Error(`${client.slug}: one request made two credit notes`);
}

/** One person asks for the note, another one does it; the answer is the note. */
async function askAndDo(office: Office, client: Client, invoiceId: string, asked: object): Promise<string> {
  const notes = `${client.path}/invoices/${invoiceId}/credit-notes`;
  const { requestId } = await office.preparer.post<{ requestId: string }>(notes, asked);
  const decision = `${client.path}/deed-requests/${requestId}/decision`;
  const { doneId } = await office.approver.post<{ doneId: string }>(decision, { what: "approve" });
  return doneId;
}

const CREDIT_MINOR = 5_000;

/** What late corrections took off a final month, given back on the month's own invoice where the client's terms say so. */
export async function creditCorrections(office: Office, client: Client, invoiceId: string): Promise<number> {
  const { correctionMinor } = await documentOf(office, client, invoiceId);
  if (correctionMinor <= 0) return 0;
  const asked = {
    kind: "correction",
    reason: "late corrections of the month",
    lines: null,
    requestKey: `correction-${client.slug}`,
  };
  await askAndDo(office, client, invoiceId, asked);
  return correctionMinor;
}
