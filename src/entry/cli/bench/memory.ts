import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import WebSocket from "ws";
import { freePorts } from "../ports.ts";
import { startWorker } from "../workerd.ts";
import { exactly, type Figure } from "./measure.ts";

const SEATS = 2_000;
const WAITING = 20_000;
/** Clients one seat answers for. */
const CLIENTS_A_SEAT = 5;
const SEAT_BYTES = 1_024;
const CONTACT_BYTES = 300;
/** The runtime answers at once or not at all. */
const ANSWER_MS = 30_000;

/**
 * What a seat and a waiting contact hold of memory, in a pool as it comes out of its messages: the difference that they
 * make to the heap of workerd, whose pointers take half of what they take in Node.
 */
export async function benchMemory(log: (line: string) => void): Promise<Figure[]> {
  log("memory: a seat, a waiting contact");
  return await inWorkerd(async (hold) => {
    const empty = await hold({ seats: 0, waiting: 0 });
    const seated = await hold({ seats: SEATS, waiting: 0 });
    const full = await hold({ seats: 0, waiting: WAITING });
    // Each pool costs something of its own, whatever is in it: what one more empty pair adds.
    const pools = (await hold({ seats: 0, waiting: 0 })) - full;
    const seat = (seated - empty - pools) / SEATS;
    const contact = (full - seated - pools) / WAITING;
    return [
      row("memory.seat", `memory of a seat that is ready for ${CLIENTS_A_SEAT} clients`, SEAT_BYTES, seat, SEATS),
      row("memory.contact", "memory of a waiting contact", CONTACT_BYTES, contact, WAITING),
    ];
  });
}

/** Has the Worker hold more, and tells the bytes in use when all that nobody holds is gone. */
type Hold = (more: { readonly seats: number; readonly waiting: number }) => Promise<number>;

async function inWorkerd<T>(measure: (hold: Hold) => Promise<T>): Promise<T> {
  const stateDir = mkdtempSync(join(tmpdir(), "callhouse-bench-"));
  const [port = 0, inspectorPort = 0] = await freePorts(2);
  const name = "callhouse-bench-memory";
  const configPath = "src/entry/cli/bench-memory/wrangler.toml";
  const worker = await startWorker({
    name,
    configPath,
    port,
    inspection: { port: inspectorPort, flags: "--expose-gc" },
    variables: {},
    hyperdrives: {},
    stateDir,
    log: () => undefined,
  });
  const inspector = new WebSocket(`ws://127.0.0.1:${inspectorPort}/core:user:${name}`);
  try {
    await new Promise((open, fail) => inspector.once("open", open).once("error", fail));
    return await measure(async ({ seats, waiting }) => {
      const answer = await fetch(`${worker.url}/?seats=${seats}&each=${CLIENTS_A_SEAT}&waiting=${waiting}`);
      if (!answer.ok) throw new Error(`The Worker could not hold the pools: ${answer.status} ${await answer.text()}`);
      return await heapInUse(inspector);
    });
  } finally {
    inspector.terminate();
    await worker.stop();
    rmSync(stateDir, { recursive: true, force: true });
  }
}

function heapInUse(inspector: WebSocket): Promise<number> {
  return new Promise((known, fail) => {
    const late = setTimeout(() => fail(new Error("workerd does not say what it holds")), ANSWER_MS);
    inspector.once("message", (data) => {
      clearTimeout(late);
      known(JSON.parse(data.toString()).result.usedSize);
    });
    inspector.send(JSON.stringify({ id: 1, method: "Runtime.getHeapUsage" }));
  });
}

function row(id: string, what: string, most: number, bytes: number, samples: number): Figure {
  return {
    id,
    what,
    against: "nothing",
    gate: { at: "most", value: most },
    aim: null,
    unit: "bytes",
    measured: exactly(bytes),
    samples,
    beside: {},
  };
}
