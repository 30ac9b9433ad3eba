import type { Reconciliation } from "../../../features/billing/index.ts";
import { type CarrierBook, doubleBookings } from "./carrier-book.ts";
import type { PortalToday } from "./portal-watch.ts";
import type { ClientRecords } from "./records.ts";

/** What a Contact object says of itself at the end of the day. */
export type Standing = { readonly stage: string; readonly facts: number; readonly unsent: number };

export type Evidence = {
  readonly book: CarrierBook;
  readonly clients: readonly ClientEvidence[];
  /** By contact id; null where the object knows of no contact. */
  readonly standings: ReadonlyMap<string, Standing | null>;
  /** What the simulated agents saw for themselves. */
  readonly agentsAnswered: number;
  readonly agentsDoubleBooked: readonly string[];
  readonly placed: number;
  /** Desks lost their sockets in between, so agents may have missed a conversation that was over at once. */
  readonly faults: boolean;
};

export type ClientEvidence = {
  readonly slug: string;
  readonly accountSid: string;
  readonly records: ClientRecords;
  readonly today: PortalToday | null;
  readonly board: PortalToday | null;
  readonly foreignFrames: number;
  readonly month: Reconciliation | null;
};

export type Verdict = {
  readonly calls: number;
  readonly answered: number;
  readonly abandoned: number;
  readonly voicemail: number;
  /** Taken by a number outside the house. */
  readonly transferredOut: number;
  readonly doubleBooked: number;
  readonly lostCalls: number;
  readonly factsExpected: number;
  readonly factsStored: number;
  readonly carrierSeconds: number;
  readonly billedSeconds: number;
  readonly crossTenantRows: number;
  /** Every inequality in words; the day fails when there is one. */
  readonly mismatches: readonly string[];
};

/** Compares carrier, facts, records, live numbers, usage and invoices of one day. Pure: evidence in, verdict out. */
export function reconcile(evidence: Evidence): Verdict {
  const contacts = evidence.clients.flatMap(({ records }) => [...records.contacts.values()]);
  const outcome = (name: string) => contacts.filter((contact) => contact.outcome === name).length;
  const known = new Set(contacts.map(({ id }) => id));
  const lost = [...evidence.book.arrivals.keys()].filter((id) => !known.has(id));
  const doubled = [...doubleBookings(evidence.book.legs), ...evidence.agentsDoubleBooked];
  const facts = factCounts(evidence);
  return {
    calls: evidence.book.arrivals.size,
    answered: outcome("answered"),
    abandoned: outcome("abandoned"),
    voicemail: outcome("voicemail"),
    transferredOut: outcome("transferred_out"),
    doubleBooked: doubled.length,
    lostCalls: lost.length + Math.max(0, evidence.placed - evidence.book.arrivals.size),
    factsExpected: facts.expected,
    factsStored: facts.stored,
    carrierSeconds: evidence.book.seconds,
    billedSeconds: sum(evidence.clients, ({ month }) => month?.billedSeconds ?? 0),
    crossTenantRows: sum(evidence.clients, foreignOf(evidence)),
    mismatches: [
      ...lost.map(
        (id) => `the carrier had call ${evidence.book.arrivals.get(id)?.sid}, the records have no contact ${id}`,
      ),
      ...doubled,
      ...facts.mismatches,
      ...evidence.clients.flatMap((client) => unfinished(client)),
      ...evidence.clients.flatMap((client) => legMismatches(client, evidence.book)),
      ...evidence.clients.flatMap((client) => liveMismatches(client)),
      ...evidence.clients.flatMap((client) => moneyMismatches(client, evidence.book)),
      ...answeredMismatches(evidence),
    ],
  };
}

/** Facts that the objects say they have told, against those stored: every number from 1 to the last, once. */
function factCounts({ clients, standings }: Evidence): { expected: number; stored: number; mismatches: string[] } {
  const mismatches: string[] = [];
  let stored = 0;
  const told = new Map<string, number>();
  for (const { records } of clients) {
    for (const [id, { stored: count, last }] of records.facts) {
      stored += count;
      told.set(id, count);
      if (count !== last) mismatches.push(`contact ${id} has ${count} facts stored, the last is number ${last}`);
    }
  }
  let expected = 0;
  for (const [id, standing] of standings) {
    expected += standing?.facts ?? 0;
    if (standing === null) mismatches.push(`contact ${id} is not known to its own object`);
    else if (standing.facts !== (told.get(id) ?? 0)) {
      mismatches.push(
        `contact ${id} told ${standing.facts} facts, ${told.get(id) ?? 0} are stored (${standing.unsent} unsent)`,
      );
    }
  }
  return { expected, stored, mismatches };
}

function unfinished({ slug, records }: ClientEvidence): string[] {
  return [...records.contacts.values()].flatMap((contact) => {
    if (contact.outcome === null) return [`${slug}: contact ${contact.id} never ended`];
    if (contact.answeredAt !== null && !contact.wrappedUp)
      return [`${slug}: contact ${contact.id} was never wrapped up`];
    return [];
  });
}

/** Leg by leg: the same legs, each with the carrier's own seconds. */
function legMismatches({ slug, accountSid, records }: ClientEvidence, book: CarrierBook): string[] {
  const booked = new Map(book.legs.filter((leg) => leg.accountSid === accountSid).map((leg) => [leg.sid, leg]));
  const found: string[] = [];
  for (const [sid, leg] of booked) {
    const row = records.legs.get(sid);
    if (row === undefined) found.push(`${slug}: leg ${sid} (${leg.status}, ${leg.seconds} s) is not in the records`);
    else if (row.seconds !== leg.seconds)
      found.push(`${slug}: leg ${sid} is ${leg.seconds} s at the carrier, ${row.seconds} s here`);
  }
  for (const sid of records.legs.keys()) {
    if (!booked.has(sid)) found.push(`${slug}: leg ${sid} is in the records, the carrier knows no such leg`);
  }
  return found;
}

const COUNTED = ["offered", "answered", "abandoned", "withinTarget"] as const;
const NOTHING = { offered: 0, answered: 0, abandoned: 0, withinTarget: 0 };

/**
 * The live board counted as facts went by, the portal's page when it was asked; the records are counted now. For the day that
 * each shows they must be the same numbers, also when the run went across the client's midnight.
 */
function liveMismatches(client: ClientEvidence): string[] {
  return [...shownMismatches(client, "portal", client.today), ...shownMismatches(client, "live board", client.board)];
}

function shownMismatches({ slug, records }: ClientEvidence, where: string, shown: PortalToday | null): string[] {
  if (shown === null) return [`${slug}: the ${where} gave no numbers`];
  const prefix = `${shown.day} `;
  const known = [...records.queueCounts.keys()].filter((key) => key.startsWith(prefix));
  const queues = new Set([
    ...known.map((key) => key.slice(prefix.length)),
    ...shown.queues.map(({ queueId }) => queueId),
  ]);
  const found: string[] = [];
  for (const queueId of queues) {
    const counted = records.queueCounts.get(prefix + queueId) ?? NOTHING;
    const told = shown.queues.find((queue) => queue.queueId === queueId) ?? NOTHING;
    for (const what of COUNTED) {
      if (told[what] === counted[what]) continue;
      found.push(
        `${slug}: the ${where} shows ${told[what]} ${what} in queue ${queueId}, the records come to ${counted[what]}`,
      );
    }
  }
  return found;
}

function moneyMismatches({ slug, accountSid, records, month }: ClientEvidence, book: CarrierBook): string[] {
  const seconds = sum(
    book.legs.filter((leg) => leg.accountSid === accountSid),
    (leg) => leg.seconds,
  );
  const found: string[] = [];
  if (records.usageSeconds !== seconds) {
    found.push(`${slug}: the carrier counts ${seconds} s, usage has ${records.usageSeconds} s`);
  }
  if (month === null) return [...found, `${slug}: no invoice was drafted`];
  if (month.billedSeconds !== seconds)
    found.push(`${slug}: the carrier counts ${seconds} s, ${month.billedSeconds} s stand on the invoice`);
  return [...found, ...month.mismatches.map((one) => `${slug}: ${one.what}: expected ${one.expected}, got ${one.got}`)];
}

/** Agents never see a conversation that is not recorded; and they see each one, unless their sockets were cut. */
function answeredMismatches({ clients, agentsAnswered, faults }: Evidence): string[] {
  const answered = sum(
    clients,
    ({ records }) => [...records.contacts.values()].filter((c) => c.answeredAt !== null).length,
  );
  if (answered === agentsAnswered || (faults && agentsAnswered < answered)) return [];
  return [`agents saw ${agentsAnswered} conversations, the records have ${answered}`];
}

function foreignOf({ clients }: Evidence): (client: ClientEvidence) => number {
  const account = new Map(clients.map((client) => [client.records.tenantId as string, client.accountSid]));
  return ({ records, foreignFrames, accountSid }) =>
    records.foreignRows + foreignFrames + (account.get(records.tenantId) === accountSid ? 0 : 1);
}

function sum<T>(list: readonly T[], of: (one: T) => number): number {
  return list.reduce((total, one) => total + of(one), 0);
}
