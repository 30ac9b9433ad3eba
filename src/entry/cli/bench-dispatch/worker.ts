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

/**
 * `GET /agent?pool&agent` opens a desktop; `POST /sleep?pool` takes the object from memory and leaves its sockets open, as
 * the platform does; `POST /<rpc>?pool` with the arguments as a JSON list calls the pool.
 */
export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const url = new URL(request.url);
    const pool = env.SEAT_POOL.get(env.SEAT_POOL.idFromName(`pool:${url.searchParams.get("pool")}`));
    if (url.pathname === "/agent") {
      const headers = new Headers(request.headers);
      headers.set(SOCKET_HEADERS.role, "agent");
      headers.set(SOCKET_HEADERS.agentId, url.searchParams.get("agent") ?? "");
      return pool.fetch(new Request(request.url, { headers }));
    }
    if (url.pathname === "/sleep") {
      const { default: unsafe } = (await import(UNSAFE)) as { readonly default: Unsafe };
      await unsafe.evict(pool, { webSockets: "hibernate" });
      return new Response(null);
    }
    const call = Reflect.get(pool, url.pathname.slice(1)) as (...args: unknown[]) => Promise<unknown>;
    const args: unknown[] = await request.json();
    return Response.json((await call(...args)) ?? null);
  },
  async queue(): Promise<void> {},
};
