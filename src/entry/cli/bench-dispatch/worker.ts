import type { ContactSeatRpc } from "../../../domain/routing/index.ts";
import type { Env } from "../../env.ts";
import { SeatPool } from "../../objects/seat-pool.ts";
import { SOCKET_HEADERS } from "../../objects/socket-headers.ts";

/** What workerd itself offers under the flag `unsafe_module`; the bundler must not look for it. */
const UNSAFE = "workerd:unsafe";
type Unsafe = { evict(object: unknown, options: { readonly webSockets: "hibernate" }): Promise<void> };

/** A contact that hears everything and knows nothing. */
const QUIET: ContactSeatRpc = {
  seatReserved: async () => null,
  seatRang: async () => null,
  seatReturned: async () => null,
  seatAccepted: async () => null,
  agentGone: async () => null,
  wrapUpLapsed: async () => null,
};

/**
 * The real pool, told that its contacts are quiet: what is measured is the pool alone. Objects made for each contact would
 * share its processor and its disk, which on the platform they never do.
 */
export class BenchPool extends SeatPool {
  constructor(ctx: DurableObjectState, env: Env) {
    const contacts = { idFromName: (name: string) => name, get: () => QUIET };
    // Only these two methods of the binding are ever called by a pool.
    super(ctx, { ...env, CONTACT: contacts as unknown as Env["CONTACT"] });
  }
}

type Pool = DurableObjectStub<BenchPool>;
/** One thing said to the pool; `ask` is the number of a question whose answer is waited for. */
export type Said = { readonly name: string; readonly args: readonly unknown[]; readonly ask: number | null };
/** An answer to a question, or what went wrong with anything said. */
export type Told = { readonly ask: number } | { readonly trouble: string };

/**
 * `GET /agent?pool&agent` opens a desktop. `GET /say?pool` opens the one socket over which everything else is said to the
 * pool: a request of its own for each event would leave more for the collector of this process to clear away than the
 * pool does, and its pauses would be taken for the pool's.
 */
export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const url = new URL(request.url);
    const pool: Pool = env.SEAT_POOL.get(env.SEAT_POOL.idFromName(`pool:${url.searchParams.get("pool")}`));
    if (url.pathname === "/say") return hear(pool);
    const headers = new Headers(request.headers);
    headers.set(SOCKET_HEADERS.role, "agent");
    headers.set(SOCKET_HEADERS.agentId, url.searchParams.get("agent") ?? "");
    return pool.fetch(new Request(request.url, { headers }));
  },
  async queue(): Promise<void> {},
};

function hear(pool: Pool): Response {
  const { 0: client, 1: server } = new WebSocketPair();
  server.accept();
  server.addEventListener("message", ({ data }) => {
    const { name, args, ask }: Said = JSON.parse(String(data));
    const tell = (told: Told) => server.send(JSON.stringify(told));
    say(pool, name, args).then(
      () => (ask === null ? undefined : tell({ ask })),
      (trouble: unknown) => tell({ trouble: `${name}: ${trouble}` }),
    );
  });
  return new Response(null, { status: 101, webSocket: client });
}

/** `sleep` takes the object from memory and leaves its sockets open, as the platform does; the rest is the pool's own. */
async function say(pool: Pool, name: string, args: readonly unknown[]): Promise<void> {
  if (name === "sleep") {
    const { default: unsafe } = (await import(UNSAFE)) as { readonly default: Unsafe };
    return unsafe.evict(pool, { webSockets: "hibernate" });
  }
  await (Reflect.get(pool, name) as (...args: readonly unknown[]) => Promise<unknown>)(...args);
}
