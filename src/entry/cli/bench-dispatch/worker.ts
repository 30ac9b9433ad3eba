import { DurableObject } from "cloudflare:workers";
import type { ContactSeatRpc } from "../../../domain/routing/index.ts";
import type { Env } from "../../env.ts";
import { SOCKET_HEADERS } from "../../http/sockets.ts";

export { SeatPool } from "../../objects/seat-pool.ts";

/** A contact that hears everything and knows nothing: what is measured is the pool. */
export class QuietContact extends DurableObject implements ContactSeatRpc {
  async seatReserved() {
    return null;
  }
  async seatRang() {
    return null;
  }
  async seatReturned() {
    return null;
  }
  async seatAccepted() {
    return null;
  }
  async agentGone() {
    return null;
  }
  async wrapUpLapsed() {
    return null;
  }
}

/** `GET /agent?pool&agent` opens a desktop; `POST /<rpc>?pool` with the arguments as a JSON list calls the pool. */
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
    const call = Reflect.get(pool, url.pathname.slice(1)) as (...args: unknown[]) => Promise<unknown>;
    const args: unknown[] = await request.json();
    return Response.json((await call(...args)) ?? null);
  },
  async queue(): Promise<void> {},
};
