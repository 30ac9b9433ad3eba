import { connect } from "../../../adapters/db/index.ts";
import { asId } from "../../../domain/kernel/ids.ts";
import { reconcileMonth } from "../../../features/billing/index.ts";
import { castFrom } from "../floor/cast.ts";
import { signIn } from "../floor/house-client.ts";
import type { RobotAgent } from "../floor/robot-agent.ts";
import { bootStack, type Stack } from "../stack.ts";
import { readSetup } from "../tenant-files.ts";
import { type CarrierBook, readCarrierBook } from "./carrier-book.ts";
import { type Driven, driveDay } from "./drive.ts";
import type { MoneyFigures } from "./money/compare.ts";
import { agreeTerms, runMoney } from "./money/month.ts";
import { type PortalWatch, watchPortal } from "./portal-watch.ts";
import { type ClientEvidence, reconcile, type Standing, type Verdict } from "./reconcile.ts";
import { readAgentTime, readRecords } from "./records.ts";

export type DayOptions = {
  readonly calls: number;
  readonly seed: number;
  readonly speed: number;
  readonly faults: boolean;
  readonly dataDir: string;
  readonly log: (line: string) => void;
};

export type DayReport = Omit<Verdict, "mismatches"> & {
  readonly mismatches: number;
  /** The month around the day, from contracts to money in the bank. */
  readonly money: MoneyFigures & { readonly mismatches: number };
  readonly invoices: readonly { tenant: string; currency: string; totalMinor: number; lines: number }[];
  readonly offerP50Ms: number;
  readonly offerP99Ms: number;
  readonly webhookP99Ms: number;
  readonly evictions: number;
  readonly wallSeconds: number;
  readonly mismatchList: readonly string[];
};

/** A Wednesday, 13:10 in London and 21:10 in Shanghai; the repairers in Seattle open fifty minutes later, at six. */
const DAY_STARTS = Date.UTC(2026, 10, 18, 13, 10);
const PERIOD = "2026-11";
const BILLING_EMAIL = "billing@callhouse.example";

/** Boots the house, drives the day through it, waits until nothing moves, and compares everything with everything. */
export async function runDay(options: DayOptions): Promise<DayReport> {
  const startedAt = Date.now();
  const stack = await bootStack({
    dataDir: options.dataDir,
    clock: { originMs: DAY_STARTS, speed: options.speed },
    durable: false,
    console: false,
    log: options.log,
    ...(process.env.DATABASE_URL === undefined ? {} : { databaseUrl: process.env.DATABASE_URL }),
  });
  try {
    await agreeTerms(stack, options.log);
    const watches = await watchPortals(stack);
    const driven = await driveDay(stack, castFrom(stack.applied, stack.now), options);
    options.log("the last call is over; waiting for facts and records");
    const standings = await untilSettled(stack, await readCarrierBook(stack.host));
    // Only now: a leg that was asked for as its caller went may have come and gone since the carrier fell silent.
    const book = await readCarrierBook(stack.host);
    const clients = await gather(stack, watches);
    const verdict = reconcile({ ...witnesses(driven), faults: options.faults, book, clients, standings });
    const webhookP99Ms = await webhookP99(stack);
    const money = await runMoney(stack, book, options);
    return { ...reportOf(verdict, driven, clients, money), webhookP99Ms, wallSeconds: secondsSince(startedAt) };
  } finally {
    await stack.stop();
  }
}

async function watchPortals(stack: Stack): Promise<Map<string, PortalWatch>> {
  const watches = new Map<string, PortalWatch>();
  for (const { slug, admins } of readSetup().tenants) {
    const foreign = stack.applied.tenants.filter((tenant) => tenant.slug !== slug).map(({ tenantId }) => tenantId);
    const [admin] = admins;
    if (admin === undefined) continue;
    watches.set(slug, await watchPortal(stack.host, { email: admin.email, password: stack.password }, foreign));
  }
  return watches;
}

const SETTLE_POLL_MS = 2_000;
const SETTLE_DEADLINE_MS = 120_000;

/** Waits until every contact has ended and every fact it told is stored; what is not so by then is told as unequal. */
async function untilSettled(stack: Stack, book: CarrierBook): Promise<Map<string, Standing | null>> {
  const deadline = Date.now() + SETTLE_DEADLINE_MS;
  for (let before = "none"; ; ) {
    const standings = await readStandings(stack, book);
    const moving = [...standings.values()].filter((one) => one !== null && (one.stage !== "ended" || one.unsent > 0));
    const expected = [...standings.values()].reduce((total, one) => total + (one?.facts ?? 0), 0);
    // Recordings are fetched after a call is over and add a fact: only what has stopped growing is settled.
    // Agents' time becomes usage after their facts are stored.
    const time = await agentTime(stack);
    const now = `${expected}:${time.facts}`;
    const still = moving.length === 0 && now === before && time.untold === 0;
    if ((still && (await factsStored(stack)) === expected) || Date.now() > deadline) return standings;
    before = now;
    await new Promise((resolve) => setTimeout(resolve, SETTLE_POLL_MS));
  }
}

async function readStandings(stack: Stack, book: CarrierBook): Promise<Map<string, Standing | null>> {
  const tenantOf = new Map(stack.applied.tenants.map(({ account, tenantId }) => [account.accountSid, tenantId]));
  const standings = new Map<string, Standing | null>();
  for (const [contactId, leg] of book.arrivals) {
    standings.set(contactId, await stack.standing(tenantOf.get(leg.accountSid) ?? "", contactId));
  }
  return standings;
}

async function agentTime(stack: Stack) {
  const db = connect(stack.databaseUrls.operator, { max: 1 });
  try {
    return await readAgentTime(db);
  } finally {
    await db.close();
  }
}

async function factsStored(stack: Stack): Promise<number> {
  const db = connect(stack.databaseUrls.app, { max: 1 });
  try {
    let stored = 0;
    for (const { tenantId } of stack.applied.tenants) {
      const { facts } = await readRecords(db, tenantId);
      for (const { stored: count } of facts.values()) stored += count;
    }
    return stored;
  } finally {
    await db.close();
  }
}

/** Runs the month through the billing administrator's own door, then reads what each client's records have come to. */
async function gather(stack: Stack, watches: ReadonlyMap<string, PortalWatch>): Promise<ClientEvidence[]> {
  const billing = await signIn(stack.host, BILLING_EMAIL, stack.password);
  await billing.post("/api/billing/runs", { period: PERIOD });
  const db = connect(stack.databaseUrls.app, { max: 1 });
  const operatorDb = connect(stack.databaseUrls.operator, { max: 1 });
  try {
    const context = { db, operatorDb, actor: { kind: "system", name: "day" } as const, now: stack.now() };
    const months = await reconcileMonth(context, { period: PERIOD });
    const clients: ClientEvidence[] = [];
    for (const { slug, tenantId, account } of stack.applied.tenants) {
      const watch = watches.get(slug);
      clients.push({
        slug,
        accountSid: account.accountSid,
        records: await readRecords(db, asId(tenantId)),
        today: (await watch?.today()) ?? null,
        board: watch?.board() ?? null,
        foreignFrames: watch?.foreignFrames() ?? 0,
        month: months.find((one) => one.tenantId === tenantId) ?? null,
      });
      watch?.close();
    }
    return clients;
  } finally {
    await db.close();
    await operatorDb.close();
  }
}

function witnesses({ agents, placed }: Driven): {
  agentsAnswered: number;
  agentsDoubleBooked: string[];
  placed: number;
} {
  return {
    placed,
    agentsAnswered: agents.reduce((total, { witness }) => total + witness.answered, 0),
    agentsDoubleBooked: agents.flatMap(({ witness }) => witness.doubleBooked),
  };
}

function reportOf(
  { mismatches, ...verdict }: Verdict,
  driven: Driven,
  clients: readonly ClientEvidence[],
  money: Awaited<ReturnType<typeof runMoney>>,
): Omit<DayReport, "webhookP99Ms" | "wallSeconds"> {
  const offers = driven.agents.flatMap(({ witness }: RobotAgent) => witness.offerDelaysMs).sort((a, b) => a - b);
  const problems = driven.agents.flatMap(({ witness }) => witness.problems);
  const mismatchList = [...driven.notPlaced, ...problems, ...mismatches, ...money.mismatches];
  return {
    ...verdict,
    mismatches: mismatchList.length,
    money: { ...money, mismatches: money.mismatches.length },
    invoices: clients.map(({ slug, month }) => ({
      tenant: slug,
      currency: month?.currency ?? "",
      totalMinor: Number(month?.totalMinor ?? 0n),
      lines: month?.lines ?? 0,
    })),
    offerP50Ms: percentile(offers, 0.5),
    offerP99Ms: percentile(offers, 0.99),
    evictions: driven.evictions,
    mismatchList,
  };
}

function secondsSince(startedAt: number): number {
  return Math.round((Date.now() - startedAt) / 1_000);
}

/** Real milliseconds from the carrier's request to the house's answer, as the carrier saw them. */
async function webhookP99(stack: Stack): Promise<number> {
  const response = await fetch(`${stack.sandboxUrl}/sandbox/health`);
  const { webhooks } = (await response.json()) as { webhooks: { p99Ms: number } };
  return webhooks.p99Ms;
}

/** Nearest rank; 0 for an empty list. The list is sorted. */
function percentile(sorted: readonly number[], share: number): number {
  const at = Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1);
  return Math.round(sorted[Math.max(0, at)] ?? 0);
}
