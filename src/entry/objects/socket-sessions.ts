import { connect, DatabaseOutage, withOperator } from "../../adapters/db/index.ts";
import { SESSION_OVER } from "../../domain/kernel/session-over.ts";
import { liveSessions } from "../../features/identity/index.ts";
import type { Env } from "../env.ts";
import { errorFields, log } from "../log.ts";
import { SOCKET_HEADERS } from "./socket-headers.ts";

/** A session that nobody said has ended closes its sockets within 5 s: this, and the time of one query. Platform time. */
export const CHECK_EVERY_MS = 3_500;
const PREFIX = "session:";

/** Answers which of these sessions live, and counts the sockets of `keepAlive` as use of theirs. */
export type AskSessions = (hashes: readonly string[]) => Promise<ReadonlySet<string>>;

/**
 * Sockets of an object, tied to the sessions that opened them. A sign-out is told and closes at once (`end`). For every other
 * end (expiry, a disabled user, a message lost) the object's alarm asks the database for all of its sessions in one
 * statement. The tie is a tag, so it outlives hibernation. While the database is away every socket stays: calls go on.
 */
export class SocketSessions {
  private readonly ask: AskSessions;
  /** Every socket with the session that opened it; null for one that none did. */
  private readonly sockets = new Map<WebSocket, string | null>();
  private checkedAt = 0;
  private checking = false;

  constructor(ctx: DurableObjectState, ask: AskSessions) {
    this.ask = ask;
    // Asked once: the platform takes a look at every socket for each answer.
    for (const socket of ctx.getWebSockets()) {
      if (socket.readyState === WebSocket.READY_STATE_OPEN) this.join(socket, ctx.getTags(socket));
    }
  }

  /** The tag under which a socket is accepted, from the Worker's word in the headers of the upgrade. */
  static tagsOf(request: Request): string[] {
    const hash = request.headers.get(SOCKET_HEADERS.session) ?? "";
    return hash === "" ? [] : [PREFIX + hash];
  }

  /** A socket was accepted under these tags. */
  join(socket: WebSocket, tags: readonly string[]): void {
    const tag = tags.find((candidate) => candidate.startsWith(PREFIX));
    this.sockets.set(socket, tag === undefined ? null : tag.slice(PREFIX.length));
  }

  /** A socket is gone. */
  leave(socket: WebSocket): void {
    this.sockets.delete(socket);
  }

  /** When the next look is due on the platform's clock; null while nobody is connected. */
  dueAt(): number | null {
    return this.sockets.size === 0 ? null : Math.max(this.checkedAt + CHECK_EVERY_MS, Date.now());
  }

  /** Closes the sockets of sessions that have ended, and hands those to `closed`. Does nothing before it is due. */
  async check(closed: (socket: WebSocket) => void): Promise<void> {
    if (this.checking || Date.now() < this.checkedAt + CHECK_EVERY_MS) return;
    const hashes = this.hashes();
    this.checkedAt = Date.now();
    if (hashes.size === 0) return;
    this.checking = true;
    try {
      const live = await this.ask([...hashes]);
      for (const hash of hashes) {
        if (!live.has(hash)) this.end(hash, closed);
      }
    } catch (error) {
      // The next look mends it. An outage is told by others; anything else must be heard of.
      if (!(error instanceof DatabaseOutage)) log("alert", "socket_sessions_unknown", errorFields(error));
    } finally {
      this.checking = false;
    }
  }

  /** Closes the sockets of a session that is over. */
  end(hash: string, closed: (socket: WebSocket) => void): void {
    for (const [socket, opener] of this.sockets) {
      if (opener !== hash || socket.readyState !== WebSocket.READY_STATE_OPEN) continue;
      socket.close(SESSION_OVER, "session over");
      closed(socket);
    }
  }

  /** Somebody may have lost access: the next look does not wait for its time. */
  lookSoon(): void {
    this.checkedAt = 0;
  }

  private hashes(): Set<string> {
    const hashes = new Set<string>();
    for (const [socket, hash] of this.sockets) {
      if (hash !== null && socket.readyState === WebSocket.READY_STATE_OPEN) hashes.add(hash);
    }
    return hashes;
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
