import { sql } from "drizzle-orm";
import postgres from "postgres";
import { connect, type Database, withTenant } from "../../../adapters/db/index.ts";
import type { TenantId } from "../../../domain/kernel/ids.ts";
import { explainLine } from "../../../features/billing/explain.ts";
import { storeUsage } from "../../../features/billing/index.ts";
import { rateNewUsage } from "../../../features/billing/rate-new-usage.ts";
import { runMonth } from "../../../features/billing/run-month.ts";
import { getInvoice, lineContacts } from "../../../features/billing/views.ts";
import type { DatabaseUrls } from "../roles.ts";
import { benchClient, PERIOD, usageOfContacts } from "./billing-stage.ts";
import { bootstrap, exactly, type Figure, quantile } from "./measure.ts";

/** With its legs and sales, a little more than a million records. */
const MILLION_CONTACTS = 313_000;
const CONTACTS = 100_000;
const RUNS = 7;
const FULL_RUNS = 3;
const BATCH = 5_000;

type Urls = Pick<DatabaseUrls, "owner" | "app" | "operator">;
type Stage = { readonly db: Database; readonly operatorDb: Database; readonly owner: postgres.Sql };
const ACTOR = { kind: "system", name: "bench" } as const;

/** Months drafted from what is rated, rated anew, and opened line by line. */
export async function benchDrafts(urls: Urls, log: (line: string) => void): Promise<Figure[]> {
  const stage = {
    db: connect(urls.app, { max: 2 }),
    operatorDb: connect(urls.operator, { max: 1 }),
    owner: postgres(urls.owner, { max: 1, onnotice: () => {} }),
  };
  try {
    log("B8: 100,000 contacts rated and drafted");
    const full: number[] = [];
    for (let run = 0; run < FULL_RUNS; run++) {
      const tenantId = await loaded(urls, stage, CONTACTS, 50 + run);
      full.push(await seconds(async () => drafted(stage, tenantId)));
      log(`B8: ${CONTACTS} contacts in ${(full.at(-1) ?? 0).toFixed(1)} s`);
    }
    log("B8: a month of a million records");
    const tenantId = await loaded(urls, stage, MILLION_CONTACTS, 99);
    const first = await seconds(() => drafted(stage, tenantId));
    log(`B8: a million records rated and drafted in ${first.toFixed(1)} s`);
    await stage.owner`vacuum analyze tenant.usage`;
    await stage.owner`vacuum analyze tenant.rated_items`;
    const drafts = await draftRatios(stage, tenantId);
    const unchanged = await unchangedRuns(stage, tenantId);
    const opened = await openedLines(stage, tenantId);
    const again = await seconds(() => ratedAgain(stage, tenantId));
    const groupByS = quantile(drafts.theirs, 0.5) / 1000;
    return [
      draftFigure(drafts, first),
      told("B8.again", "1,000,000 records rated from scratch", { seconds: again, wantedS: 60 }, groupByS),
      told(
        "B8.contacts",
        "100,000 contacts rated and drafted, p95",
        { seconds: quantile(full, 0.95), wantedS: 10 },
        groupByS,
      ),
      told(
        "B8.unchanged",
        "a run with nothing new, nothing written, p95",
        { seconds: unchanged, wantedS: 1 },
        groupByS,
      ),
      told(
        "B8.opened",
        "a page of the contacts behind a line, p95",
        { seconds: opened.contacts, wantedS: 0.2 },
        groupByS,
      ),
      told("B8.explain", "a line of the million explained, p95", { seconds: opened.explained, wantedS: 0.2 }, groupByS),
    ];
  } finally {
    await stage.db.close();
    await stage.operatorDb.close();
    await stage.owner.end();
  }
}

type Drafts = Awaited<ReturnType<typeof draftRatios>>;

function draftFigure({ ours, theirs, ratios }: Drafts, firstS: number): Figure {
  return {
    id: "B8",
    what: "a month of 1,000,000 rated items drafted",
    against: "one GROUP BY over the same table",
    gate: { at: "most", value: 3 },
    aim: null,
    unit: "× time",
    measured: bootstrap(ratios),
    samples: ratios.length,
    beside: {
      draftMs: Math.round(quantile(ours, 0.5)),
      groupByMs: Math.round(quantile(theirs, 0.5)),
      firstS: rounded(firstS),
    },
  };
}

type Wall = { readonly seconds: number; readonly wantedS: number };

/** Told and not gated, for a clock is another on every machine: beside it what was wanted, and the same GROUP BY for scale. */
function told(id: string, what: string, { seconds, wantedS }: Wall, groupByS: number): Figure {
  return {
    id,
    what,
    against: "the GROUP BY of B8",
    gate: null,
    aim: null,
    unit: "× time",
    measured: exactly(seconds / groupByS),
    samples: 1,
    beside: { seconds: rounded(seconds), wantedS },
  };
}

function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return (performance.now() - startedMs) / 1000;
}

/** A client with so many contacts stored and nothing rated. */
async function loaded(urls: Urls, { db, owner }: Stage, contacts: number, seed: number): Promise<TenantId> {
  const tenantId = await benchClient(urls);
  const usage = usageOfContacts(contacts, seed);
  const scope = { tenantId, actor: ACTOR };
  for (let at = 0; at < usage.length; at += BATCH) {
    await withTenant(db, scope, (tx) => storeUsage(tx, usage.slice(at, at + BATCH)));
  }
  await owner`analyze tenant.usage`;
  return tenantId;
}

async function drafted(stage: Stage, tenantId: TenantId, what = "written") {
  const ctx = { ...stage, actor: ACTOR, now: Date.UTC(2026, 9, 31) };
  const [outcome] = await runMonth(ctx, { tenantId, period: PERIOD });
  if (outcome?.what !== what)
    throw new Error(`the month was ${outcome?.what}, not ${what}: ${outcome?.failure?.detail}`);
  return outcome;
}

/** Each draft is brought about by one contact more; the yardstick reads the same table just after. */
async function draftRatios(stage: Stage, tenantId: TenantId) {
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (let run = 0; run < RUNS; run++) {
    const scope = { tenantId, actor: ACTOR };
    await withTenant(stage.db, scope, (tx) => storeUsage(tx, usageOfContacts(1, 10_000 + run)));
    await rateNewUsage(stage.db, scope, PERIOD);
    ours.push((await seconds(() => drafted(stage, tenantId))) * 1000);
    theirs.push((await seconds(() => grouped(stage.db, tenantId))) * 1000);
  }
  return { ours, theirs, ratios: ours.map((ms, at) => ms / (theirs[at] ?? Number.NaN)) };
}

function grouped(db: Database, tenantId: TenantId) {
  return withTenant(db, { tenantId, actor: ACTOR }, (tx) =>
    tx.execute(sql`select charge_id, count(*), sum(quantity), sum(amount_num) from tenant.rated_items
      where tenant_id = ${tenantId} group by charge_id`),
  );
}

async function unchangedRuns(stage: Stage, tenantId: TenantId): Promise<number> {
  const wal = async () => {
    const [row] = await stage.owner<{ at: string }[]>`select pg_current_wal_insert_lsn()::text as at`;
    return row?.at;
  };
  const took: number[] = [];
  let still = 0;
  for (let run = 0; run < RUNS; run++) {
    const before = await wal();
    took.push(await seconds(() => drafted(stage, tenantId, "unchanged")));
    if (before === (await wal())) still += 1;
  }
  // The server writes now and then by itself; a run that wrote would move the log each time.
  if (still === 0) throw new Error("a run with nothing new has written something");
  return quantile(took, 0.95);
}

/** The first page and one far inside of every line with usage behind it. */
async function openedLines(stage: Stage, tenantId: TenantId) {
  const scope = { tenantId, actor: ACTOR };
  const outcome = await drafted(stage, tenantId, "unchanged");
  const invoiceId = outcome.invoiceId ?? "";
  const { items } = await getInvoice(stage.db, scope, invoiceId);
  const [contacts, explained]: [number[], number[]] = [[], []];
  for (const line of items.filter((it) => it.contacts > 0)) {
    for (const cursor of [null, `${Date.UTC(2026, 9, 20)}_00000000-0000-0000-0000-000000000000`]) {
      for (let round = 0; round < RUNS; round++) {
        const query = { invoiceId, lineId: line.id, limit: 50, cursor };
        contacts.push(await seconds(() => lineContacts(stage.db, scope, query, "house")));
        explained.push(await seconds(() => explainLine(stage.db, scope, query)));
      }
    }
  }
  return { contacts: quantile(contacts, 0.95), explained: quantile(explained, 0.95) };
}

/** As after a change of terms: what was rated is forgotten, and every record is rated and drafted anew. */
async function ratedAgain(stage: Stage, tenantId: TenantId): Promise<void> {
  const scope = { tenantId, actor: ACTOR };
  await withTenant(stage.db, scope, (tx) =>
    tx.execute(sql`update tenant.rated_months set terms_hash = repeat('0', 64) where tenant_id = ${tenantId}`),
  );
  await rateNewUsage(stage.db, scope, PERIOD);
}
