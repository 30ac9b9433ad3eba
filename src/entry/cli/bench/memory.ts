import { randomUUID } from "node:crypto";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { AgentId, BrandId, ContactId, QueueId, ReservationId, TenantId } from "../../../domain/kernel/ids.ts";
import { asId } from "../../../domain/kernel/ids.ts";
import {
  type Chance,
  createPool,
  type Pool,
  type PoolConfig,
  shareParts,
  step,
  type Ticket,
} from "../../../domain/routing/index.ts";
import { exactly, type Figure } from "./measure.ts";

const SEATS = 2_000;
const WAITING = 20_000;
const CLIENTS = 100;
/** Clients one seat answers for. */
const CLIENTS_A_SEAT = 5;
const SEAT_BYTES_AIM = 1_024;
const CONTACT_BYTES_AIM = 300;
const NOW = 1_764_000_000_000;

/**
 * What a seat and a waiting contact hold of memory, in a pool as it comes out of its messages. Told and not judged: a
 * pointer takes twice as much here as in workerd, which does not say how much it has in use.
 */
export function benchMemory(log: (line: string) => void): Figure[] {
  log("memory: a seat, a waiting contact");
  const clients = Array.from({ length: CLIENTS }, () => ({
    tenantId: asId<TenantId>(randomUUID()),
    brandId: asId<BrandId>(randomUUID()),
    queueId: asId<QueueId>(randomUUID()),
  }));
  const texts = Array.from({ length: SEATS }, (_, seat) => JSON.stringify(profile(clients, seat)));
  const tickets = Array.from({ length: WAITING }, (_, call) => JSON.stringify(ticket(clients, call)));
  // One call of each client first: queues and classes are the clients', not the seats'.
  const waiting = openPool(clients, []);
  const before = heapBytes();
  const pool = openPool(clients, texts);
  const seats = (heapBytes() - before) / SEATS;
  const full = heapBytes();
  for (const text of tickets) wait(waiting, JSON.parse(text));
  const contacts = (heapBytes() - full) / WAITING;
  const kept = pool.agents.size + waiting.tickets.size + texts.length + tickets.length;
  return [
    row("memory.seat", `memory of a seat that is ready for ${CLIENTS_A_SEAT} clients`, SEAT_BYTES_AIM, seats, kept),
    row("memory.contact", "memory of a waiting contact", CONTACT_BYTES_AIM, contacts, kept),
  ];
}

type Client = { readonly tenantId: TenantId; readonly brandId: BrandId; readonly queueId: QueueId };

function openPool(clients: readonly Client[], profiles: readonly string[]): Pool {
  const config: PoolConfig = {
    poolId: asId("pool"),
    version: 1,
    timeZone: "UTC",
    agents: profiles.map((text) => JSON.parse(text)),
    tenants: [],
    brands: clients.map(({ tenantId, brandId }) => ({ id: brandId, tenantId, name: "Brand", color: "#123456" })),
  };
  const pool = createPool(shareParts(config));
  for (let client = 0; client < clients.length; client++) {
    const first = ticket(clients, client);
    wait(pool, first);
    step(pool, { type: "withdraw", contactId: first.contactId, why: "left", attempt: null }, NOW, CHANCE);
  }
  for (const agentId of [...pool.agents.keys()]) {
    step(pool, { type: "device_joined", agentId, deviceId: asMessage(randomUUID()) }, NOW, CHANCE);
    step(pool, { type: "set_state", agentId, to: "ready", reason: null }, NOW, CHANCE);
  }
  return pool;
}

/** Text as it comes out of a message: in one piece, which text that was put together in this process is not. */
function asMessage(text: string): string {
  return JSON.parse(JSON.stringify(text));
}

function profile(clients: readonly Client[], seat: number) {
  const brands = Array.from({ length: CLIENTS_A_SEAT }, (_, at) => clients[(seat + at * 7) % CLIENTS]?.brandId);
  return { agentId: asId<AgentId>(randomUUID()), name: `Agent ${seat}`, skills: { zh: 1, en: 2 }, brands };
}

function ticket(clients: readonly Client[], call: number): Ticket {
  const { tenantId, brandId, queueId } = clients[call % CLIENTS] as Client; // a remainder of its length
  return {
    contactId: asId<ContactId>(randomUUID()),
    tenantId,
    brand: { id: brandId, name: "Brand", color: "#123456", greeting: "Hello" },
    queue: {
      id: queueId,
      poolId: asId("pool"),
      name: "Queue",
      priority: 0,
      skills: ["zh"],
      strategy: "longest_idle",
      ringTimeoutS: 20,
      wrapUpS: 30,
      target: { share: 0.8, withinS: 20, shortAbandonS: 5 },
    },
    from: `+1201555${String(call).padStart(5, "0")}`,
    to: "+12015550199",
    queuedAt: NOW + call,
    attempt: 1,
  };
}

function wait(pool: Pool, wanted: Ticket): void {
  step(pool, { type: "wait", ticket: wanted }, wanted.queuedAt, CHANCE);
}

const CHANCE: Chance = { random: () => 0.5, newReservationId: () => asId<ReservationId>(randomUUID()) };

/** Bytes in use after everything that nobody holds is gone. */
function heapBytes(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  for (let round = 0; round < 3; round++) collect();
  return process.memoryUsage().heapUsed;
}

function row(id: string, what: string, aim: number, bytes: number, samples: number): Figure {
  return {
    id,
    what,
    against: "nothing",
    gate: null,
    aim,
    unit: "bytes",
    measured: exactly(bytes),
    samples,
    beside: {},
  };
}
