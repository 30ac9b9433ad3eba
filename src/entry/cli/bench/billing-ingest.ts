import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import postgres from "postgres";
import { connect, type Database, withTenant } from "../../../adapters/db/index.ts";
import type { TenantId } from "../../../domain/kernel/ids.ts";
import { type NewUsage, storeUsage } from "../../../features/billing/index.ts";
import { rateNewUsage } from "../../../features/billing/rate-new-usage.ts";
import type { DatabaseUrls } from "../roles.ts";
import { benchClient, PERIOD, usageOfContacts } from "./billing-stage.ts";
import { bootstrap, type Figure, inTurn, quantile } from "./measure.ts";

const PAIRS = 6;
/** Contacts of one pair: each is some three records. */
const CONTACTS = 8_000;
/** A loop of single rows is slow enough to tell from fewer. */
const SINGLE_ROWS = 1_500;
const BATCH = 5_000;
/** The slope: so many contacts, doubled so often. */
const SLOPE_CONTACTS = 500;
const DOUBLINGS = 6;
const SLOPE_ROUNDS = 7;

type Urls = Pick<DatabaseUrls, "owner" | "app" | "operator">;

/** Usage stored and rated exactly once, against one row a statement, and against COPY of the very rows that came of it. */
export async function benchIngest(urls: Urls, log: (line: string) => void): Promise<Figure[]> {
  log("B6, B7: usage stored and rated, against single rows and against COPY");
  const db = connect(urls.app, { max: 2 });
  const owner = postgres(urls.owner, { max: 1, onnotice: () => {} });
  try {
    await owner.unsafe(`create schema if not exists bench;
      create table bench.usage (like tenant.usage including all);
      create table bench.rated_items (like tenant.rated_items including all)`);
    let seed = 0;
    const next = () => usageOfContacts(CONTACTS, ++seed);
    const ours = async () => ingest(db, await benchClient(urls), next());
    await ours();
    const single = await inTurn(PAIRS, ours, async () => singleRows(owner, await storedRows(urls, db, next())));
    const copied = await inTurn(PAIRS, ours, async () => copy(owner, await storedRows(urls, db, next())));
    const slope = await slopeOf(urls, db);
    return [
      rate("B6", "usage stored and rated, exactly once", "the same rows by single-row INSERTs", 10, single),
      rate("B7", "usage stored and rated, exactly once", "COPY of the same rows, same indexes", 0.25, copied),
      slope,
    ];
  } finally {
    await db.close();
    await owner.end();
  }
}

type Rates = { readonly ours: readonly number[]; readonly theirs: readonly number[] };

function rate(id: string, what: string, against: string, least: number, { ours, theirs }: Rates): Figure {
  const ratios = ours.map((value, at) => value / (theirs[at] ?? Number.NaN));
  return {
    id,
    what,
    against,
    gate: { at: "least", value: least },
    aim: null,
    unit: "×",
    measured: bootstrap(ratios),
    samples: ratios.length,
    beside: { recordsPerS: Math.round(quantile(ours, 0.5)), againstPerS: Math.round(quantile(theirs, 0.5)) },
  };
}

/** Records a second: stored as the consumer stores them, then rated as a run rates them. */
async function ingest(db: Database, tenantId: TenantId, usage: readonly NewUsage[]): Promise<number> {
  const startedMs = performance.now();
  await storeAndRate(db, tenantId, usage);
  return (usage.length * 1000) / (performance.now() - startedMs);
}

export async function storeAndRate(db: Database, tenantId: TenantId, usage: readonly NewUsage[]): Promise<void> {
  const scope = { tenantId, actor: { kind: "system", name: "bench" } } as const;
  for (let at = 0; at < usage.length; at += BATCH) {
    await withTenant(db, scope, (tx) => storeUsage(tx, usage.slice(at, at + BATCH)));
  }
  const rated = await rateNewUsage(db, scope, PERIOD);
  if (rated !== usage.length) throw new Error(`${rated} of ${usage.length} records were rated`);
}

/** The very rows that came of it, one statement and one commit each, into twins of both tables. */
async function singleRows(owner: postgres.Sql, { usage, items }: Copied): Promise<number> {
  const values = (text: string) => text.split("\n").slice(0, SINGLE_ROWS).map(cellsOf);
  const [usageRows, itemRows] = [values(usage), values(items)];
  const insert = (table: string, rows: readonly (readonly (string | null)[])[]) => {
    const places = (rows[0] ?? []).map((_, at) => `$${at + 1}`).join(", ");
    return (cells: readonly (string | null)[]) =>
      owner.unsafe(`insert into bench.${table} values (${places})`, [...cells], { prepare: true });
  };
  const [usageInsert, itemInsert] = [insert("usage", usageRows), insert("rated_items", itemRows)];
  const startedMs = performance.now();
  for (const [at, cells] of usageRows.entries()) {
    await usageInsert(cells);
    await itemInsert(itemRows[at] ?? []);
  }
  return (usageRows.length * 1000) / (performance.now() - startedMs);
}

/** A line of COPY's text form; none of our columns holds what would need more than this. */
function cellsOf(line: string): (string | null)[] {
  return line.split("\t").map((cell) => (cell === "\\N" ? null : cell.replaceAll("\\\\", "\\")));
}

type Copied = { readonly records: number; readonly usage: string; readonly items: string };

/** What storing and rating made of the usage, as COPY would read it. */
async function storedRows(urls: Urls, db: Database, usage: readonly NewUsage[]): Promise<Copied> {
  const tenantId = await benchClient(urls);
  await storeAndRate(db, tenantId, usage);
  const app = postgres(urls.app, { max: 1, onnotice: () => {} });
  try {
    await app`select set_config('app.tenant_id', ${tenantId}, false)`;
    const text = async (table: string) => {
      const stream = await app.unsafe(`copy (select * from tenant.${table}) to stdout`).readable();
      const chunks: Buffer[] = [];
      for await (const chunk of stream) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks).toString("utf8");
    };
    return { records: usage.length, usage: await text("usage"), items: await text("rated_items") };
  } finally {
    await app.end();
  }
}

async function copy(owner: postgres.Sql, { records, usage, items }: Copied): Promise<number> {
  const startedMs = performance.now();
  await pipeline(Readable.from([usage]), await owner`copy bench.usage from stdin`.writable());
  await pipeline(Readable.from([items]), await owner`copy bench.rated_items from stdin`.writable());
  return (records * 1000) / (performance.now() - startedMs);
}

/** How time grows with records, as the slope of its logarithm over theirs: 1 is in proportion. */
async function slopeOf(urls: Urls, db: Database): Promise<Figure> {
  const slopes: number[] = [];
  for (let round = 0; round < SLOPE_ROUNDS; round++) {
    const points: { readonly x: number; readonly y: number }[] = [];
    for (let doubling = 0; doubling <= DOUBLINGS; doubling++) {
      const usage = usageOfContacts(SLOPE_CONTACTS * 2 ** doubling, 1000 + round * 100 + doubling);
      const tenantId = await benchClient(urls);
      const startedMs = performance.now();
      await storeAndRate(db, tenantId, usage);
      points.push({ x: Math.log2(usage.length), y: Math.log2(performance.now() - startedMs) });
    }
    slopes.push(slope(points));
  }
  return {
    id: "B7.slope",
    what: `time of ingest over records, ${DOUBLINGS} doublings, as a slope of logarithms`,
    against: "in proportion: 1",
    gate: { at: "within", value: 0.95, most: 1.05 },
    aim: null,
    unit: "slope",
    measured: bootstrap(slopes),
    samples: slopes.length,
    beside: {},
  };
}

/** By least squares. */
function slope(points: readonly { readonly x: number; readonly y: number }[]): number {
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const [mx, my] = [mean(points.map((it) => it.x)), mean(points.map((it) => it.y))];
  const above = points.reduce((sum, { x, y }) => sum + (x - mx) * (y - my), 0);
  return above / points.reduce((sum, { x }) => sum + (x - mx) ** 2, 0);
}
