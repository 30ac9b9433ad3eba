import type { ChargeModel } from "../../../../domain/rating/charge.ts";

/** Quantities of one kind of usage, told by each station on its way to the bill. */
export type KindCounts = {
  readonly kind: string;
  /** Records that count in the month, and their quantity. */
  readonly records: number;
  readonly used: number;
  /** Of them, what was rated under a charge, and what no charge asks for. */
  readonly rated: number;
  readonly notCharged: number;
  /** Records that have been looked at by no rating. */
  readonly unrated: number;
  /** What stands behind the lines of the month's invoice. */
  readonly behindLines: number;
};

export type FinalInvoice = {
  readonly period: string;
  readonly status: string;
  readonly number: string;
  readonly netMinor: number;
  readonly taxMinor: number;
  readonly grossMinor: number;
  readonly linesMinor: number;
  /** What late usage of an earlier month adds or takes. */
  readonly lateMinor: number;
  readonly openMinor: number;
  readonly paidMinor: number;
  readonly creditedMinor: number;
  readonly models: readonly string[];
};

export type Book = {
  /** Both sides of every account, in the client's currency. */
  readonly debitMinor: number;
  readonly creditMinor: number;
  /** What stood on the receivable account by each kind of deed, signed as what the client owes. */
  readonly receivable: { readonly [event: string]: number };
  /** Balances by kind of account. */
  readonly balance: { readonly [kind: string]: number };
};

export type MoneyClient = {
  readonly slug: string;
  readonly currency: string;
  /** By the carrier's own book. */
  readonly carrierSeconds: number;
  /** This client's parts of the agents' states of the month, by the house's own record. */
  readonly agentSeconds: number;
  readonly kinds: readonly KindCounts[];
  /** What the records, the usage and a computation by SQL alone say of each month, where it is not what is billed. */
  readonly months: readonly string[];
  /** The month by the editor's preview, before it was approved, and by its draft. */
  readonly previewMinor: number;
  readonly draftMinor: number;
  /** Contacts that count for the service level, and those within the target. */
  readonly level: { readonly within: number; readonly counted: number };
  readonly invoices: readonly FinalInvoice[];
  readonly notes: readonly { readonly number: string; readonly grossMinor: number }[];
  readonly payments: readonly {
    readonly method: string;
    readonly amountMinor: number;
    readonly allocatedMinor: number;
    readonly refundedMinor: number;
  }[];
  readonly book: Book;
};

export type MoneyEvidence = {
  readonly clients: readonly MoneyClient[];
  /** Charges of the published contracts, each with the kind of usage without which it has no line; null where it always has. */
  readonly agreed: readonly { readonly slug: string; readonly model: ChargeModel; readonly usage: string | null }[];
  /** The bureau's own balance transactions, and events it could not deliver. */
  readonly bureau: {
    readonly entries: readonly { readonly currency: string; readonly amount: number; readonly fee: number }[];
    readonly waiting: number;
  };
  /** The bank's own balance by currency. */
  readonly bank: ReadonlyMap<string, number>;
  /** What a second run of the closed months did, and whether any row was written by it. */
  readonly secondRun: { readonly outcomes: readonly string[]; readonly rowsChanged: boolean };
  readonly openExceptions: number;
};

type ByCurrency = { readonly [currency: string]: number };

export type MoneyFigures = {
  readonly models: readonly string[];
  readonly usage: number;
  readonly rated: number;
  readonly invoices: number;
  readonly invoicedMinor: ByCurrency;
  readonly ledgerMinor: ByCurrency;
  readonly stripeMinor: ByCurrency;
  readonly bankMinor: ByCurrency;
  readonly lateMinor: ByCurrency;
  readonly creditedMinor: ByCurrency;
  /** Debits less credits over every book: zero. */
  readonly trialBalance: number;
};

/** Compares carrier, usage, rated items, invoices, book, bureau and bank of the month. Pure: evidence in, verdict out. */
export function compareMoney(evidence: MoneyEvidence): MoneyFigures & { readonly mismatches: readonly string[] } {
  const { clients, bureau, bank } = evidence;
  const sums = (of: (client: MoneyClient) => number) => byCurrency(clients, of);
  const kept = (kind: string) => (client: MoneyClient) => client.book.balance[kind] ?? 0;
  const billed = new Set(clients.flatMap(({ invoices }) => invoices.flatMap(({ models }) => models)));
  const usage = clients.flatMap(({ kinds }) => kinds);
  return {
    models: [...billed].toSorted(),
    usage: total(usage, ({ records }) => records),
    rated: total(usage, ({ records, unrated }) => records - unrated),
    invoices: total(clients, ({ invoices }) => invoices.length),
    invoicedMinor: sums(({ invoices }) => total(invoices, ({ grossMinor }) => grossMinor)),
    ledgerMinor: sums(({ book }) => book.receivable.invoice_finalized ?? 0),
    stripeMinor: Object.fromEntries(bureauTotals(bureau.entries)),
    bankMinor: Object.fromEntries(bank),
    lateMinor: sums(({ invoices }) => total(invoices, ({ lateMinor }) => lateMinor)),
    creditedMinor: sums(({ notes }) => total(notes, ({ grossMinor }) => grossMinor)),
    trialBalance: total(clients, ({ book }) => Math.abs(book.debitMinor - book.creditMinor)),
    mismatches: [
      ...clients.flatMap((client) => [...usageFaults(client), ...invoiceFaults(client), ...bookFaults(client)]),
      ...unbilled(evidence, billed),
      ...unequalSums("stripe holds", bureauTotals(bureau.entries), sums(kept("stripe_clearing"))),
      ...unequalSums("stripe's fees", feesOf(bureau.entries), sums(kept("payment_fees"))),
      ...unequalSums("the bank has", bank, sums(kept("cash"))),
      ...(bureau.waiting === 0 ? [] : [`the bureau could not deliver ${bureau.waiting} events`]),
      ...numberGaps(clients.flatMap(({ invoices, notes }) => [...invoices, ...notes].map(({ number }) => number))),
      ...secondRunFaults(evidence),
      ...(evidence.openExceptions === 0 ? [] : [`${evidence.openExceptions} usage records still wait for a person`]),
    ],
  };
}

/** Carrier seconds are usage, usage is rated, and what is rated stands behind the lines; kind by kind. */
function usageFaults(client: MoneyClient): string[] {
  const { slug, kinds, months, previewMinor, draftMinor } = client;
  const secondsOf = (wanted: string) => kinds.find(({ kind }) => kind === wanted)?.used ?? 0;
  const found = kinds.flatMap(({ kind, used, rated, notCharged, unrated, behindLines }) => [
    ...unequal(`${slug}: ${kind} rated or charged by nothing`, used, rated + notCharged),
    ...unequal(`${slug}: ${kind} records that nothing rated`, 0, unrated),
    ...unequal(`${slug}: ${kind} behind invoice lines`, rated, behindLines),
  ]);
  return [
    ...unequal(`${slug}: carrier seconds in usage`, client.carrierSeconds, secondsOf("carrier_leg")),
    ...unequal(`${slug}: agents' seconds in usage`, client.agentSeconds, secondsOf("agent_time")),
    ...found,
    ...months.map((one) => `${slug}: ${one}`),
    ...unequal(`${slug}: preview and draft of the month`, previewMinor, draftMinor),
  ];
}

function invoiceFaults({ slug, invoices, notes, payments }: MoneyClient): string[] {
  const credited = total(invoices, (one) => one.creditedMinor);
  const allocated = total(payments, ({ allocatedMinor }) => allocatedMinor);
  return [
    ...invoices.flatMap((one) => {
      const of = `${slug}: invoice ${one.number}`;
      return [
        ...(["finalized", "credited"].includes(one.status) ? [] : [`${of} is ${one.status}`]),
        ...unequal(`${of}: lines`, one.netMinor, one.linesMinor),
        ...unequal(`${of}: net and tax`, one.grossMinor, one.netMinor + one.taxMinor),
        ...unequal(`${of}: open`, one.grossMinor - one.creditedMinor - one.paidMinor, one.openMinor),
        ...unequal(`${of}: still open`, 0, one.openMinor),
      ];
    }),
    ...unequal(
      `${slug}: credit notes and what invoices say was credited`,
      total(notes, (note) => note.grossMinor),
      credited,
    ),
    ...unequal(
      `${slug}: payments allocated and invoices paid`,
      allocated,
      total(invoices, (one) => one.paidMinor),
    ),
  ];
}

/** The book says of the client what its documents say, and both sides of it are equal. */
function bookFaults({ slug, invoices, notes, payments, book }: MoneyClient): string[] {
  const { receivable, balance } = book;
  const free = total(payments, (one) => one.amountMinor - one.allocatedMinor - one.refundedMinor);
  return [
    ...unequal(`${slug}: debits and credits`, book.debitMinor, book.creditMinor),
    ...unequal(
      `${slug}: invoices and the receivable they made`,
      total(invoices, ({ grossMinor }) => grossMinor),
      receivable.invoice_finalized ?? 0,
    ),
    ...unequal(
      `${slug}: credit notes and the receivable they took back`,
      total(notes, ({ grossMinor }) => grossMinor),
      -(receivable.credit_note_issued ?? 0),
    ),
    ...unequal(
      `${slug}: open on documents and receivable`,
      total(invoices, ({ openMinor }) => openMinor),
      balance.receivable ?? 0,
    ),
    ...unequal(`${slug}: money nobody claimed and client credit`, free, balance.client_credit ?? 0),
  ];
}

/** Every model that was agreed has a line, where there was something to charge: a day without a sale pays no commission. */
function unbilled({ agreed, clients }: MoneyEvidence, billed: ReadonlySet<string>): string[] {
  const due = ({ slug, model, usage }: MoneyEvidence["agreed"][number]) => {
    const client = clients.find((one) => one.slug === slug);
    if (client === undefined) return true;
    if (model === "sla_credit") return client.level.within < client.level.counted;
    return usage === null || client.kinds.some(({ kind, rated }) => kind === usage && rated > 0);
  };
  const models = new Set(agreed.filter(due).map(({ model }) => model));
  return [...models].filter((model) => !billed.has(model)).map((model) => `no invoice has a line of ${model}`);
}

/** Numbers run from 1 without a gap in each series, `CH-2026-000017`. */
export function numberGaps(numbers: readonly string[]): string[] {
  const series = Map.groupBy(numbers, (number) => number.slice(0, number.lastIndexOf("-")));
  return [...series].flatMap(([name, all]) => {
    const taken = all.map((number) => Number(number.slice(number.lastIndexOf("-") + 1))).toSorted((a, b) => a - b);
    return taken.every((number, at) => number === at + 1) ? [] : [`series ${name} has numbers ${taken.join(", ")}`];
  });
}

function secondRunFaults({ secondRun }: MoneyEvidence): string[] {
  const wrote = secondRun.outcomes.filter((what) => what !== "closed" && what !== "unchanged");
  return [
    ...wrote.map((what) => `a second run of a closed month was ${what}`),
    ...(secondRun.rowsChanged ? ["a second run of a closed month changed rows"] : []),
  ];
}

type BureauEntry = MoneyEvidence["bureau"]["entries"][number];

/** What the bureau holds for the house: charges less refunds less its fees. */
function bureauTotals(entries: readonly BureauEntry[]): Map<string, number> {
  return summed(entries, ({ amount, fee }) => amount - fee);
}

function feesOf(entries: readonly BureauEntry[]): Map<string, number> {
  return summed(entries, ({ fee }) => fee);
}

function summed(entries: readonly BureauEntry[], of: (entry: BureauEntry) => number): Map<string, number> {
  const sums = new Map<string, number>();
  for (const entry of entries) {
    const currency = entry.currency.toUpperCase();
    sums.set(currency, (sums.get(currency) ?? 0) + of(entry));
  }
  return sums;
}

function byCurrency(clients: readonly MoneyClient[], of: (client: MoneyClient) => number): ByCurrency {
  const sums: { [currency: string]: number } = {};
  for (const client of clients) sums[client.currency] = (sums[client.currency] ?? 0) + of(client);
  return sums;
}

function unequalSums(what: string, theirs: ReadonlyMap<string, number>, ours: ByCurrency): string[] {
  const currencies = new Set([...theirs.keys(), ...Object.keys(ours)]);
  return [...currencies].flatMap((it) => unequal(`${what} ${it}`, theirs.get(it) ?? 0, ours[it] ?? 0));
}

function unequal(what: string, expected: number, got: number): string[] {
  return expected === got ? [] : [`${what}: expected ${expected}, got ${got}`];
}

function total<T>(list: readonly T[], of: (one: T) => number): number {
  return list.reduce((sum, one) => sum + of(one), 0);
}
