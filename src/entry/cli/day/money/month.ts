import { connect, withTenant } from "../../../../adapters/db/index.ts";
import { asId, type TenantId } from "../../../../domain/kernel/ids.ts";
import type { InvoiceView } from "../../../../features/billing/schema.ts";
import type { Stack } from "../../stack.ts";
import type { CarrierBook } from "../carrier-book.ts";
import {
  finalizeMonth,
  payCommission,
  publishContracts,
  recordUsage,
  runMonth,
  tellLateReturn,
  tellSales,
} from "./billing.ts";
import { compareMoney, type MoneyFigures } from "./compare.ts";
import { VERSIONS, type Version } from "./contracts.ts";
import { type Closing, clientEvidence, houseEvidence, monthFaults, readClosing, readPreviews } from "./evidence.ts";
import { HAND_USAGE, LATE_USAGE, NEXT_USAGE } from "./hand-usage.ts";
import { bureau, insist, type Office, openOffice, until } from "./office.ts";
import {
  Bank,
  compareWithBureau,
  creditCorrections,
  creditPart,
  payByCard,
  payByTransfer,
  payTooMuch,
  refundPart,
} from "./paying.ts";
import { rowsOfMonths } from "./usage-records.ts";

export type MonthOptions = { readonly seed: number; readonly faults: boolean; readonly log: (line: string) => void };

/** The day's own month, and the one in which what came late of it is billed. */
const MONTH = "2026-11";
const NEXT = "2026-12";
/** Past the days of grace of each month, so that the house has closed its books by itself. */
const CLOSED = Date.UTC(2026, 11, 7, 9);
const CLOSED_NEXT = Date.UTC(2027, 0, 7, 9);

/** Before the first call: the contracts by which the day is charged. */
export async function agreeTerms(stack: Stack, log: (line: string) => void): Promise<void> {
  await publishContracts(await openOffice(stack, log));
}

/**
 * The month of which the day was one: the house's clock goes to its end, and everything that people, clients, the bureau
 * and the bank do about its money is done through their own doors; then its late usage, on the invoices of the month after.
 */
export async function runMoney(
  stack: Stack,
  book: CarrierBook,
  options: MonthOptions,
): Promise<MoneyFigures & { readonly mismatches: readonly string[] }> {
  const bank = new Bank();
  options.log("money: the month is over; its invoices are made, approved and sent");
  await stack.restart(CLOSED);
  const office = await openOffice(stack, options.log);
  if (options.faults) await misbehave(office, options.seed);
  const { final, closing } = await closeMonth(office, options.faults);
  await payMonth(office, final, bank);
  options.log("money: usage and returns come late");
  await recordUsage(office, LATE_USAGE);
  await tellLateReturn(office);
  for (const client of office.clients) {
    const invoice = final.get(client.slug);
    if (invoice !== undefined && client.slug === "harbourlight") await creditCorrections(office, client, invoice.id);
  }
  options.log("money: the month after, with what came late");
  await stack.restart(CLOSED_NEXT);
  const later = await openOffice(stack, options.log);
  await settleNext(later, bank);
  await allDelivered(later);
  return compareMoney({
    ...(await gatherEvidence(later, { book, closing })),
    bank: bank.balances(),
    secondRun: await runAgain(later),
  });
}

/** The bureau's last pause before it tries an event again is a minute. */
const DELIVERED_MS = 90_000;

/** An event that only met faults so far is still to come: books are compared once the bureau has nothing more to tell. */
async function allDelivered(office: Office): Promise<void> {
  const ledger = () => bureau<{ readonly waiting: number }>(office, "GET", "/sandbox/ledger");
  await until("the bureau's last event", DELIVERED_MS, async () => ((await ledger()).waiting === 0 ? true : null));
}

/** The bureau doubles, reverses, loses and delays its messages, invents some, and breaks down after it has done its work. */
async function misbehave(office: Office, seed: number): Promise<void> {
  await bureau(office, "PUT", "/sandbox/faults", {
    seed,
    http500Before: 0.08,
    http500After: 0.12,
    http429: 0.05,
    reverse: 0.4,
    duplicate: 0.4,
    lose: 0.25,
    delay: 0.2,
    delayMs: 800,
    unknown: 0.3,
    early: 0.2,
  });
}

async function closeMonth(
  office: Office,
  faults: boolean,
): Promise<{ final: ReadonlyMap<string, InvoiceView>; closing: Closing }> {
  await tellSales(office, true);
  await recordUsage(office, HAND_USAGE);
  // Killed while the runs are on their way: what was asked for is found again.
  await runMonth(office, MONTH, faults ? () => office.stack.restart() : undefined);
  const again = await runMonth(office, MONTH);
  const changed = again.filter(({ outcome }) => outcome !== "unchanged");
  if (changed.length > 0) throw new Error(`a second run of ${MONTH} was ${changed.map((it) => it.outcome).join(", ")}`);
  const previews = await readPreviews(office, MONTH);
  const final = await finalizeMonth(office, MONTH);
  return { final, closing: await readClosing(office, MONTH, previews) };
}

/** A card, a transfer; a credit note before and a refund after a card payment, and the rest by transfer. */
async function payMonth(office: Office, final: ReadonlyMap<string, InvoiceView>, bank: Bank): Promise<void> {
  const on = "2026-12-07";
  for (const client of office.clients) {
    const invoice = final.get(client.slug);
    if (invoice === undefined) continue;
    office.log(`money: ${client.slug} pays ${invoice.number}`);
    if (client.slug === "qingchuan-tv") await payByTransfer(office, client, { invoice, bank, on });
    else if (client.slug === "hearthline") await payByCard(office, client, invoice);
    else {
      await creditPart(office, client, invoice);
      await payByCard(office, client, invoice);
      await refundPart(office, client, REFUND_MINOR);
      await payByTransfer(office, client, { invoice, bank, on });
    }
  }
}

const REFUND_MINOR = 2_000;
const OVERPAID_MINOR = 500;

/** The month after is invoiced and paid, and the agents' commission with what was taken back. */
async function settleNext(office: Office, bank: Bank): Promise<void> {
  const on = "2027-01-07";
  await recordUsage(office, NEXT_USAGE);
  await runMonth(office, NEXT);
  const final = await finalizeMonth(office, NEXT);
  for (const client of office.clients) {
    const invoice = final.get(client.slug);
    if (invoice === undefined) continue;
    office.log(`money: ${client.slug} pays ${invoice.number}`);
    if (client.slug === "hearthline") await payTooMuch(office, client, { invoice, bank, on }, OVERPAID_MINOR);
    else await payByCard(office, client, invoice);
  }
  for (const period of [MONTH, NEXT]) {
    for (const [currency, minor] of await payCommission(office, period)) bank.move(currency, -minor);
  }
  await compareWithBureau(office);
}

async function gatherEvidence(
  office: Office,
  { book, closing }: { readonly book: CarrierBook; readonly closing: Closing },
) {
  const periods = [MONTH, NEXT];
  const faults = await monthFaults(office, periods);
  const clients = [];
  for (const client of office.clients) {
    const months = faults.get(client.tenantId) ?? [];
    clients.push(await clientEvidence(office, client, { book, closing, months, periods }));
  }
  const agreed = Object.entries(VERSIONS).flatMap(([slug, versions]) =>
    versions.flatMap(({ charges }) =>
      charges.map((charge) => ({ slug, model: charge.model, usage: neededBy(charge) })),
    ),
  );
  return { clients, agreed, ...(await houseEvidence(office)) };
}

/** A package has its fee and a base count its top-up; other charges of usage need some. */
function neededBy(charge: Version["charges"][number]): string | null {
  if (charge.model === "commission") return "success";
  if (charge.model === "carrier_time") return "carrier_leg";
  return "usage" in charge && charge.model !== "package" ? charge.usage : null;
}

/** Both months once more, all clients: nothing may happen. */
async function runAgain(office: Office): Promise<{ outcomes: readonly string[]; rowsChanged: boolean }> {
  const periods = [MONTH, NEXT];
  const before = await rowTexts(office, periods);
  const outcomes: string[] = [];
  for (const period of periods) {
    const run = () => office.preparer.post<{ items: { what: string }[] }>("/api/billing/runs", { period });
    outcomes.push(...(await insist(run)).items.map(({ what }) => what));
  }
  return { outcomes, rowsChanged: (await rowTexts(office, periods)) !== before };
}

async function rowTexts({ stack, clients }: Office, periods: readonly string[]): Promise<string> {
  const db = connect(stack.databaseUrls.app, { max: 1 });
  try {
    const texts: string[] = [];
    for (const { tenantId } of clients) {
      const scope = { tenantId: asId<TenantId>(tenantId), actor: { kind: "system", name: "day" } as const };
      texts.push(await withTenant(db, scope, (tx) => rowsOfMonths(tx, periods)));
    }
    return texts.join();
  } finally {
    await db.close();
  }
}
