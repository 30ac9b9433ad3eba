import { connect, DatabaseOutage, withOperator } from "../../adapters/db/index.ts";
import { liveSessions } from "../../features/identity/index.ts";
import type { Env } from "../env.ts";
import { SOCKET_HEADERS } from "../http/sockets.ts";
import { errorFields, log } from "../log.ts";

/** A session that has ended closes its sockets within 5 s: this, and the time of one query. Platform time. */
export const CHECK_EVERY_MS = 3_500;
/** Tells a page that its session is over, so that connecting again is of no use. */
export const SESSION_OVER = 4401;
const PREFIX = "session:";

/** Answers which of these sessions live, and counts the sockets of `keepAlive` as use of theirs. */
export type AskSessions = (hashes: readonly string[]) => Promise<ReadonlySet<string>>;

/**
 * Sockets of an object, tied to the sessions that opened them. One way for all ends of a session (sign-out, revocation,
 * expiry, a disabled user): the object's alarm asks the database for all of its sessions in one statement. The tie is a tag,
 * so it outlives hibernation. While the database is away every socket stays: calls go on.
 */
export class SocketSessions {
  private readonly ctx: DurableObjectState;
  private readonly ask: AskSessions;
  private checkedAt = 0;
  private checking = false;

  constructor(ctx: DurableObjectState, ask: AskSessions) {
    this.ctx = ctx;
    this.ask = ask;
  }

  /** The tag under which a socket is accepted, from the Worker's word in the headers of the upgrade. */
  static tagsOf(request: Request): string[] {
    const hash = request.headers.get(SOCKET_HEADERS.session) ?? "";
    return hash === "" ? [] : [PREFIX + hash];
  }

  /** When the next look is due on the platform's clock; null while nobody is connected. */
  dueAt(): number | null {
    return this.ctx.getWebSockets().length === 0 ? null : Math.max(this.checkedAt + CHECK_EVERY_MS, Date.now());
  }

  /** Closes the sockets of sessions that have ended, and hands those to `closed`. Does nothing before it is due. */
  async check(closed: (socket: WebSocket) => void): Promise<void> {
    if (this.checking || Date.now() < this.checkedAt + CHECK_EVERY_MS) return;
    const sockets = this.bySession();
    this.checkedAt = Date.now();
    if (sockets.size === 0) return;
    this.checking = true;
    try {
      const live = await this.ask([...sockets.keys()]);
      for (const [hash, ofSession] of sockets) {
        if (live.has(hash)) continue;
        for (const socket of ofSession) {
          socket.close(SESSION_OVER, "session over");
          closed(socket);
        }
      }
    } catch (error) {
      // The next look mends it. An outage is told by others; anything else must be heard of.
      if (!(error instanceof DatabaseOutage)) log("alert", "socket_sessions_unknown", errorFields(error));
    } finally {
      this.checking = false;
    }
  }

  private bySession(): Map<string, WebSocket[]> {
    const sockets = new Map<string, WebSocket[]>();
    for (const socket of this.ctx.getWebSockets()) {
      if (socket.readyState !== WebSocket.READY_STATE_OPEN) continue;
      for (const tag of this.ctx.getTags(socket)) {
        if (!tag.startsWith(PREFIX)) continue;
        const hash = tag.slice(PREFIX.length);
        sockets.set(hash, [...(sockets.get(hash) ?? []), socket]);
      }
    }
    return sockets;
  }
}

/** The database's word. A connection of its own each time: Hyperdrive keeps the real one warm. */
export function askDatabase(env: Env, options: { readonly keepAlive: boolean }): AskSessions {
  return async (hashes) => {
    const db = connect(env.DB_OPERATOR, { max: 1 });
    try {
      return await withOperator(db, (tx) => liveSessions(tx, hashes, options));
    } finally {
      await db.close();
    }
  };
}
