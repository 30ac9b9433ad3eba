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

const CLIENTS = 100;
const NOW = 1_764_000_000_000;

/** The collector, which this Worker is started with: what nobody holds is not to be counted. */
declare const gc: () => void;

const held: Pool[] = [];

/**
 * `GET /?seats&each&waiting`: holds one more pool with so many ready seats, of `each` clients apiece, and one more with so
 * many waiting contacts.
 */
export default {
  fetch(request: Request): Response {
    const { searchParams } = new URL(request.url);
    const count = (name: string): number => Number(searchParams.get(name) ?? 0);
    const clients = Array.from({ length: CLIENTS }, () => ({
      tenantId: fresh<TenantId>(),
      brandId: fresh<BrandId>(),
      queueId: fresh<QueueId>(),
    }));
    held.push(openPool(clients, count("seats"), count("each")), fillPool(clients, count("waiting")));
    for (let round = 0; round < 3; round++) gc();
    return new Response(null, { status: 204 });
  },
};

type Client = { readonly tenantId: TenantId; readonly brandId: BrandId; readonly queueId: QueueId };

function openPool(clients: readonly Client[], seats: number, each: number): Pool {
  const config: PoolConfig = {
    poolId: asId("pool"),
    version: 1,
    timeZone: "UTC",
    agents: Array.from({ length: seats }, (_, seat) => asMessage(profile(clients, seat, each))),
    tenants: [],
    brands: clients.map(({ tenantId, brandId }) => ({ id: brandId, tenantId, name: "Brand", color: "#123456" })),
  };
  const pool = createPool(shareParts(config));
  // One call of each client first: queues and classes are the clients', not the seats'.
  for (let client = 0; client < clients.length; client++) {
    const first = ticket(clients, client);
    wait(pool, first);
    step(pool, { type: "withdraw", contactId: first.contactId, why: "left", attempt: null }, NOW, CHANCE);
  }
  for (const agentId of [...pool.agents.keys()]) {
    step(pool, { type: "device_joined", agentId, deviceId: fresh() }, NOW, CHANCE);
    step(pool, { type: "set_state", agentId, to: "ready", reason: null }, NOW, CHANCE);
  }
  return pool;
}

function fillPool(clients: readonly Client[], waiting: number): Pool {
  const pool = openPool(clients, 0, 0);
  for (let call = 0; call < waiting; call++) wait(pool, asMessage(ticket(clients, call)));
  return pool;
}

/** Everything in a pool came out of a message: text in one piece, and nothing shared that was not shared by the pool. */
function asMessage<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}

function fresh<T extends string>(): T {
  return asMessage(crypto.randomUUID()) as string as T;
}

function profile(clients: readonly Client[], seat: number, each: number): PoolConfig["agents"][number] {
  const brands = Array.from({ length: each }, (_, at) => {
    return (clients[(seat + at * 7) % CLIENTS] as Client).brandId; // a remainder of its length
  });
  return { agentId: fresh<AgentId>(), name: `Agent ${seat}`, skills: { zh: 1, en: 2 }, brands };
}

function ticket(clients: readonly Client[], call: number): Ticket {
  const { tenantId, brandId, queueId } = clients[call % CLIENTS] as Client; // a remainder of its length
  return {
    contactId: fresh<ContactId>(),
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

const CHANCE: Chance = { random: () => 0.5, newReservationId: () => fresh<ReservationId>() };
