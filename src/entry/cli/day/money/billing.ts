import type { InvoiceSummary, InvoiceView, RunView } from "../../../../features/billing/schema.ts";
import { AGENT_PLAN, VERSIONS } from "./contracts.ts";
import type { HandUsage } from "./hand-usage.ts";
import { type Client, everyPage, insist, type Office, until } from "./office.ts";

/** Before the first call: what the clients have agreed, through the contract editor's door. */
export async function publishContracts({ preparer, clients }: Office): Promise<void> {
  for (const { slug, path, contractId } of clients) {
    for (const version of VERSIONS[slug] ?? []) {
      await preparer.post(`${path}/contracts/${contractId}/versions`, { ...version, card: null });
    }
    if (slug === AGENT_PLAN.client) await preparer.post(`${path}/commission/plans`, AGENT_PLAN.plan);
  }
}

export async function recordUsage(
  { preparer, clients }: Office,
  usage: { readonly [client: string]: readonly HandUsage[] },
): Promise<void> {
  for (const { slug, path } of clients) {
    for (const event of usage[slug] ?? []) {
      const recorded = () => preparer.post<{ stored: boolean }>(`${path}/usage`, event);
      await insist(recorded);
      // Told twice, as by somebody who was not sure: it must stand once.
      if ((await insist(recorded)).stored) throw new Error(`${slug}: usage ${event.key} was stored twice`);
    }
  }
}

const RUNS_DEADLINE_MS = 90_000;

/**
 * The month's drafts through the queue, all clients at once. `disturb` happens while they are being made: killed there,
 * the runs are found again and end in the same invoices.
 */
export async function runMonth(
  { preparer, clients }: Office,
  period: string,
  disturb: () => Promise<void> = async () => {},
): Promise<readonly RunView[]> {
  const batchId = crypto.randomUUID();
  await preparer.post("/api/billing/run-batches", { period, batchId });
  await disturb();
  return until(`the runs of ${period}`, RUNS_DEADLINE_MS, async () => {
    const { items } = await insist(() => preparer.get<{ items: RunView[] }>(`/api/billing/runs?batchId=${batchId}`));
    const failed = items.find(({ state }) => state === "failed");
    if (failed !== undefined) throw new Error(`${failed.tenantName}: the run failed: ${failed.failure}`);
    return items.length === clients.length && items.every(({ state }) => state === "done") ? items : null;
  });
}

export async function invoicesOf({ preparer }: Office, period: string): Promise<InvoiceSummary[]> {
  const { items } = await preparer.get<{ items: InvoiceSummary[] }>(`/api/billing/invoices?period=${period}`);
  return items;
}

export function readInvoice({ preparer }: Office, client: Client, invoiceId: string): Promise<InvoiceView> {
  return preparer.get<InvoiceView>(`${client.path}/invoices/${invoiceId}`);
}

/** Looked at and approved by the second person, then made final by the first. Finalising twice is once. */
export async function finalizeMonth(office: Office, period: string): Promise<Map<string, InvoiceView>> {
  const final = new Map<string, InvoiceView>();
  for (const client of office.clients) {
    const [draft] = (await invoicesOf(office, period)).filter(({ tenantId }) => tenantId === client.tenantId);
    if (draft === undefined) throw new Error(`${client.slug}: no draft of ${period}`);
    const { outputHash } = await readInvoice(office, client, draft.id);
    const invoice = `${client.path}/invoices/${draft.id}`;
    await office.approver.post(`${invoice}/approval`, { outputHash });
    const first = await office.preparer.post<{ number: number }>(`${invoice}/finalization`, {});
    const again = await office.preparer.post<{ number: number; fresh: boolean }>(`${invoice}/finalization`, {});
    if (again.fresh || again.number !== first.number) throw new Error(`${client.slug}: ${period} was made final twice`);
    final.set(client.slug, await readInvoice(office, client, draft.id));
  }
  return final;
}

type SaleRow = {
  readonly saleId: string;
  readonly ref: string;
  readonly contactId: string | null;
  readonly isReturned: boolean;
};

/** Values of sales in minor units: small ones whose commission is raised to the minimum, large ones that are capped. */
const SALE_MINOR = [4_900, 19_900, 129_900, 399_900, 59_900] as const;

/**
 * The client tells what its sales were worth and that they were delivered; one in four comes back whole, one in six in
 * part. The value of a sale is known only from here: until then its commission waits.
 */
export async function tellSales(office: Office, tellReturns: boolean): Promise<number> {
  let returned = 0;
  for (const client of office.clients) {
    const sales = (await everyPage<SaleRow>(office.preparer, `${client.path}/sales`)).toReversed();
    const events = sales.flatMap(({ ref }, at) => {
      const amountMinor = SALE_MINOR[at % SALE_MINOR.length] ?? 0;
      const about = (kind: string, day: string, more: object = {}) => ({
        sourceEventId: `${ref}:${kind}`,
        sale: ref,
        kind,
        occurredAt: `${day}T12:00:00Z`,
        ...more,
      });
      const life = [about("confirmed", "2026-11-20", { amountMinor }), about("delivered", "2026-11-25")];
      const back = at % 4 === 1 ? [about("returned", "2026-12-02")] : [];
      const part = at % 6 === 2 ? [about("returned", "2026-12-02", { amountMinor: Math.floor(amountMinor / 3) })] : [];
      return tellReturns ? [...life, ...back, ...part] : life;
    });
    returned += events.filter(({ kind }) => kind === "returned").length;
    for (let at = 0; at < events.length; at += PART) {
      const told = { source: "shop", events: events.slice(at, at + PART) };
      const { refused } = await insist(() => client.admin.post<{ refused: number }>("/api/portal/sales/events", told));
      if (refused > 0) throw new Error(`${client.slug}: ${refused} sale events were refused`);
    }
  }
  return returned;
}

/** Events of one request, at most as many as the house takes. */
const PART = 400;

/** After the month is final one more sale comes back at each client: its commission is taken back on the next invoice. */
export async function tellLateReturn(office: Office): Promise<number> {
  let told = 0;
  for (const client of office.clients) {
    const sales = await everyPage<SaleRow>(office.preparer, `${client.path}/sales`);
    const kept = sales.find(({ isReturned }) => !isReturned);
    if (kept === undefined) continue;
    const event = {
      sourceEventId: `${kept.ref}:late`,
      sale: kept.ref,
      kind: "returned",
      occurredAt: "2026-12-07T12:00:00Z",
    };
    await insist(() => client.admin.post("/api/portal/sales/events", { source: "shop", events: [event] }));
    told += 1;
  }
  return told;
}

type Statement = { readonly statementId: string; readonly payableMinor: number; readonly status: string };

/** The agents' commission of a month: prepared by one, approved by another, paid from the bank. Returns what was paid. */
export async function payCommission(office: Office, period: string): Promise<Map<string, number>> {
  const paid = new Map<string, number>();
  for (const client of office.clients) {
    await office.preparer.post(`${client.path}/commission/statements`, { period });
    const list = `/api/billing/commission/statements?tenantId=${client.tenantId}&period=${period}`;
    for (const { statementId, payableMinor, status } of await everyPage<Statement>(office.preparer, list)) {
      if (status !== "prepared") continue;
      const decide = (decision: string, more: object = {}) => ({ statementId, decision, ...more });
      await office.approver.post(`${client.path}/commission/decisions`, decide("approve"));
      if (payableMinor <= 0) continue;
      const paymentRef = `pay-${statementId.slice(-12)}`;
      await office.preparer.post(`${client.path}/commission/decisions`, decide("pay", { paymentRef }));
      paid.set(client.currency, (paid.get(client.currency) ?? 0) + payableMinor);
    }
  }
  return paid;
}
