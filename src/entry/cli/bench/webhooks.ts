import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePorts } from "../ports.ts";
import { startWorker } from "../workerd.ts";
import { CallTraffic, type CallWires } from "./call-traffic.ts";
import { Load, type Round, type Wire } from "./load.ts";
import { bootstrap, exactly, type Figure, inTurn, quantile } from "./measure.ts";
import type { Standing } from "./worker.ts";

/** As in production: what signatures are made over has no port. */
const PUBLIC_URL = "https://callhouse.example.com";
/** Requests under way at once. */
const CONCURRENCY = 32;
const PAIRS = 9;
/** Acknowledging takes so short that many short pairs see the same machine, and a few disturbed ones do not count. */
const NOTICE_PAIRS = 61;
const NOTICES = 400;
const CALLS = 320;
/** Longer than the queue's own patience (one second) before it delivers what it has. */
const DRAIN_LIMIT_MS = 20_000;
const DRAIN_POLL_MS = 100;

type Figures = readonly Figure[];

/** B1, B2 and B3: the product's own routes and objects in workerd, beside their yardsticks in the same process. */
export async function benchWebhooks(wanted: ReadonlySet<string>, log: (line: string) => void): Promise<Figures> {
  const stateDir = mkdtempSync(join(tmpdir(), "callhouse-bench-"));
  const [port = 0, directPort = 0] = await freePorts(2);
  const sealKey = randomBytes(32).toString("base64");
  const url = `http://127.0.0.1:${directPort}`;
  const worker = await startWorker({
    name: "callhouse-bench",
    configPath: "src/entry/cli/bench/wrangler.toml",
    port,
    directPort,
    variables: { PUBLIC_URL, SEAL_KEY: sealKey, INTERNAL_KEY: "internal-key-of-the-bench" },
    hyperdrives: {},
    stateDir,
    log: (line) => log(`worker: ${line}`),
  });
  const load = await Load.open(directPort, CONCURRENCY);
  try {
    const traffic = await CallTraffic.open(PUBLIC_URL, `127.0.0.1:${directPort}`, sealKey);
    await post(url, "/bench/publish", traffic.published);
    return [
      ...(wanted.has("B1") ? [await acknowledge(load, traffic, log)] : []),
      ...(wanted.has("B2") || wanted.has("B3") ? await callsAgainstBare(url, load, traffic, log) : []),
    ].filter(({ id }) => wanted.has(id.slice(0, 2)));
  } finally {
    load.close();
    await worker.stop();
    rmSync(stateDir, { recursive: true, force: true });
  }
}

async function acknowledge(load: Load, traffic: CallTraffic, log: (line: string) => void): Promise<Figure> {
  log("B1: verify, parse, acknowledge");
  const notices = traffic.notices(NOTICES);
  const hellos = traffic.hello(NOTICES);
  await inTurn(
    8,
    () => load.run(notices, 204),
    () => load.run(hellos, 200),
  );
  const { ours, theirs } = await inTurn(
    NOTICE_PAIRS,
    () => load.run(notices, 204),
    () => load.run(hellos, 200),
  );
  return {
    id: "B1",
    what: "webhook: verify, parse, acknowledge",
    against: "Hono hello-world",
    gate: { at: "least", value: 0.5 },
    aim: 0.65,
    ...ratio(ours, theirs),
  };
}

/** What one group of calls did: each list's requests per second in its phase. */
type Group = { readonly [phase in "arrival" | "again" | "key" | "keyAgain" | "queue"]: Round };
type BareGroup = { readonly first: Round; readonly second: Round };

/**
 * Between two measurements everything the product still owes is delivered (queue, live board, pool), so that neither side
 * pays for the other's leftovers; what it does while its own measurement runs, it pays for.
 */
async function callsAgainstBare(
  url: string,
  load: Load,
  traffic: CallTraffic,
  log: (line: string) => void,
): Promise<Figures> {
  log("B2, B3: a caller's first two webhooks, and each again");
  let newFacts = 0;
  const wiresOf = (calls: readonly CallWires[], which: "arrival" | "key" | "queue" | "hangUp" | "bare"): Wire[] =>
    calls.map((call) => call[which]);
  const ours = async (): Promise<Group> => {
    const calls = await traffic.calls(CALLS);
    const already = (await standing(url, [])).delivered;
    const arrival = await load.run(wiresOf(calls, "arrival"), 200);
    const afterArrival = await drained(url, calls, already);
    const again = await load.run(wiresOf(calls, "arrival"), 200);
    newFacts += (await drained(url, calls, already)) - afterArrival;
    const key = await load.run(wiresOf(calls, "key"), 200);
    const afterKey = await drained(url, calls, already);
    const keyAgain = await load.run(wiresOf(calls, "key"), 200);
    newFacts += (await drained(url, calls, already)) - afterKey;
    const queue = await load.run(wiresOf(calls, "queue"), 200);
    await drained(url, calls, already);
    await load.run(wiresOf(calls, "hangUp"), 204);
    await drained(url, calls, already);
    return { arrival, again, key, keyAgain, queue };
  };
  const theirs = async (): Promise<BareGroup> => {
    const bare = wiresOf(await traffic.calls(CALLS), "bare");
    return { first: await load.run(bare, 200), second: await load.run(bare, 200) };
  };
  await inTurn(2, ours, theirs);
  const groups = await inTurn(PAIRS, ours, theirs);
  return callFigures(groups.ours, groups.theirs, newFacts);
}

function callFigures(ours: readonly Group[], bare: readonly BareGroup[], newFacts: number): Figures {
  const each = <Name extends string>(list: readonly Record<Name, Round>[], name: Name) => list.map((it) => it[name]);
  const [arrivals, keys] = [each(ours, "arrival"), each(ours, "key")];
  const half = { gate: { at: "least", value: 0.5 }, aim: 0.8 } as const;
  const whole = { gate: { at: "least", value: 1 }, aim: 1.5 } as const;
  return [
    {
      id: "B2",
      what: "a caller's key: verify, object, durable facts, TwiML",
      against: "bare object, one insert",
      ...half,
      ...ratio(keys, each(bare, "second")),
    },
    {
      id: "B2.first",
      what: "a call's first webhook, its object made",
      against: "bare object made, one insert",
      ...half,
      ...ratio(arrivals, each(bare, "first")),
    },
    {
      id: "B2.queue",
      what: "a caller's key that enters the queue, the pool told",
      against: "bare object, one insert",
      gate: null,
      aim: 0.5,
      ...ratio(each(ours, "queue"), each(bare, "second")),
    },
    {
      id: "B3",
      what: "a caller's key again",
      against: "its first delivery",
      ...whole,
      ...ratio(each(ours, "keyAgain"), keys),
    },
    {
      id: "B3.first",
      what: "a call's first webhook again",
      against: "its first delivery",
      ...whole,
      ...ratio(each(ours, "again"), arrivals),
    },
    {
      id: "B3.facts",
      what: "facts that repeats added",
      against: "none",
      gate: { at: "most", value: 0 },
      aim: null,
      unit: "facts",
      measured: exactly(newFacts),
      samples: PAIRS + 2,
      beside: { repeats: 2 * CALLS * (PAIRS + 2) },
    },
  ];
}

function ratio(ours: readonly Round[], theirs: readonly Round[]) {
  const ratios = ours.map((round, pair) => round.perSecond / (theirs[pair]?.perSecond ?? Number.NaN));
  const middle = (rounds: readonly Round[], of: keyof Round) =>
    quantile(
      rounds.map((round) => round[of]),
      0.5,
    );
  return {
    unit: "×",
    measured: bootstrap(ratios),
    samples: ratios.length,
    beside: {
      oursPerSecond: middle(ours, "perSecond"),
      theirsPerSecond: middle(theirs, "perSecond"),
      oursP50Ms: middle(ours, "p50Ms"),
      oursP99Ms: middle(ours, "p99Ms"),
      theirsP50Ms: middle(theirs, "p50Ms"),
      theirsP99Ms: middle(theirs, "p99Ms"),
    },
  } as const;
}

/** Waits until these calls owe nothing and all their facts came out of the queue; answers how many there are. */
async function drained(url: string, calls: readonly CallWires[], already: number): Promise<number> {
  const until = performance.now() + DRAIN_LIMIT_MS;
  for (;;) {
    const { facts, owed, delivered } = await standing(url, calls);
    if (owed === 0 && delivered - already >= facts) return facts;
    if (performance.now() > until)
      throw new Error(`not drained: ${owed} owed, ${delivered - already} of ${facts} facts`);
    await new Promise((done) => setTimeout(done, DRAIN_POLL_MS));
  }
}

async function standing(url: string, calls: readonly CallWires[]): Promise<Standing> {
  const names = calls.map(({ tenantId, contactId }) => ({ tenantId, contactId }));
  return (await post(url, "/bench/standing", names)).json() as Promise<Standing>;
}

async function post(url: string, path: string, body: unknown): Promise<Response> {
  const response = await fetch(url + path, { method: "POST", body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response;
}
