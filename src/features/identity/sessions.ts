import { createHash } from "node:crypto";
import { type Adapter, Lucia, TimeSpan } from "lucia";
import { type Database, DatabaseOutage, withOperator } from "../../adapters/db/index.ts";
import { asId, type UserId } from "../../domain/kernel/ids.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import { checkPassword, hashPassword } from "./passwords.ts";
import { rememberedSessions, type Verified } from "./remembered.ts";
import {
  deleteExpiredSessions,
  deleteSession,
  deleteSessionsOf,
  findSession,
  findUserByEmail,
  IDLE_MIN,
  insertSession,
  placesOf,
  replacePasswordHash,
  type SignedIn,
} from "./store.ts";
import { attemptFailed, attemptSucceeded, beginAttempt } from "./throttle.ts";

declare module "lucia" {
  interface Register {
    Lucia: Lucia<Record<never, never>, { signedIn: SignedIn }>;
    DatabaseUserAttributes: { signedIn: SignedIn };
  }
}

/**
 * Sessions with lucia 3 behind this one file. Lucia stores a session's id as it is; our adapter stores its SHA-256 only, so
 * that a copy of the table signs nobody in, and keeps two ends: 30 minutes idle, 12 hours in all. One statement a request
 * reads all, so a disabled user or a role taken away counts at the next request. While the database is away, and only
 * then, a session this isolate saw confirmed within 15 minutes is taken for good: an agent must be able to hang up. What is
 * revoked during an outage is therefore gone when the database is back.
 */
export type Sessions = {
  readonly cookieName: string;
  signIn(given: {
    email: string;
    password: string;
    network: string;
  }): Promise<{ readonly cookie: string; readonly signedIn: SignedIn }>;
  /** Who sent this cookie header, or null. */
  read(cookieHeader: string | null): Promise<Verified | null>;
  /** `ended` is the session that is over now and where its sockets may be; null when there was none. */
  signOut(cookieHeader: string | null): Promise<{ readonly cookie: string; readonly ended: EndedSession | null }>;
};

export type EndedSession = { readonly idHash: string; readonly at: Awaited<ReturnType<typeof placesOf>> };

const seenHere = rememberedSessions();

/**
 * `__Host-` ties the cookie to this host and to HTTPS. Plain HTTP exists on a developer's own machine only: there browsers
 * drop a Secure cookie, so it has another name and no Secure.
 */
export function sessionsOn(db: Database, secure: boolean, remembered = seenHere): Sessions {
  const lucia = new Lucia(hashingAdapter(db), {
    sessionExpiresIn: new TimeSpan(IDLE_MIN, "m"),
    sessionCookie: {
      name: secure ? "__Host-callhouse" : "callhouse",
      // The browser keeps it until it is closed; when it ends is the server's to say.
      expires: false,
      attributes: { secure, sameSite: "lax", path: "/" },
    },
    getUserAttributes: ({ signedIn }) => ({ signedIn }),
  });
  const read = async (cookieHeader: string | null) => {
    const sessionId = cookieHeader === null ? null : lucia.readSessionCookie(cookieHeader);
    if (sessionId === null) return null;
    const idHash = hashOf(sessionId);
    const now = Date.now();
    try {
      const { user, session } = await lucia.validateSession(sessionId);
      if (user === null) {
        remembered.forget(idHash);
        return null;
      }
      const verified = { signedIn: user.signedIn, idHash, expiresAt: session.expiresAt.getTime() };
      remembered.confirm(verified, now);
      return verified;
    } catch (error) {
      const known = error instanceof DatabaseOutage ? remembered.recall(idHash, now) : null;
      if (known === null) throw error;
      return known;
    }
  };
  return {
    cookieName: lucia.sessionCookieName,
    read,
    async signIn({ email, password, network }) {
      const userId = await authenticate(db, email, password, network);
      const session = await lucia.createSession(userId, {});
      const { user } = await lucia.validateSession(session.id);
      if (user === null)
        throw new Refusal("unauthenticated", "wrong_credentials", "e-mail address or password is wrong");
      return { cookie: lucia.createSessionCookie(session.id).serialize(), signedIn: user.signedIn };
    },
    async signOut(cookieHeader) {
      const cookie = lucia.createBlankSessionCookie().serialize();
      const sessionId = cookieHeader === null ? null : lucia.readSessionCookie(cookieHeader);
      if (sessionId === null) return { cookie, ended: null };
      const idHash = hashOf(sessionId);
      remembered.forget(idHash);
      const at = await withOperator(db, async (tx) => {
        const found = await findSession(tx, idHash);
        await deleteSession(tx, idHash);
        return found === null ? null : placesOf(tx, found.signedIn);
      });
      return { cookie, ended: at === null ? null : { idHash, at } };
    },
  };
}

/** The same words and the same work whether the address is unknown or the password wrong. */
async function authenticate(db: Database, email: string, password: string, network: string): Promise<UserId> {
  const { waitMs, user } = await withOperator(db, async (tx) => ({
    waitMs: await beginAttempt(tx, email, network),
    user: await findUserByEmail(tx, email),
  }));
  if (waitMs !== null)
    throw new Refusal("too_many", "too_many_attempts", "too many attempts; wait and try again", {
      retryAfterMs: waitMs,
    });
  // Outside the transaction: hashing takes a fifth of a second and must not hold a connection.
  const { right, stale } = await checkPassword(password, user?.passwordHash ?? null);
  if (!right || user === null) {
    await withOperator(db, (tx) => attemptFailed(tx, network));
    throw new Refusal("unauthenticated", "wrong_credentials", "e-mail address or password is wrong");
  }
  const fresh = stale ? await hashPassword(password) : null;
  await withOperator(db, async (tx) => {
    await attemptSucceeded(tx, email, network);
    if (fresh !== null) await replacePasswordHash(tx, user.id, fresh);
  });
  return user.id;
}

function hashingAdapter(db: Database): Adapter {
  return {
    async getSessionAndUser(sessionId) {
      const found = await withOperator(db, (tx) => findSession(tx, hashOf(sessionId)));
      if (found === null) return [null, null];
      const { signedIn, expiresAt } = found;
      return [
        { id: sessionId, userId: signedIn.userId, expiresAt: new Date(expiresAt), attributes: {} },
        { id: signedIn.userId, attributes: { signedIn } },
      ];
    },
    async setSession(session) {
      const row = {
        idHash: hashOf(session.id),
        userId: asId<UserId>(session.userId),
        expiresAt: session.expiresAt.getTime(),
      };
      await withOperator(db, (tx) => insertSession(tx, row));
    },
    // The statement that finds a session also moves its end on, within both limits: nothing is left to do here.
    updateSessionExpiration: async () => {},
    deleteSession: (sessionId) => withOperator(db, (tx) => deleteSession(tx, hashOf(sessionId))),
    deleteUserSessions: (userId) => withOperator(db, (tx) => deleteSessionsOf(tx, asId(userId))),
    deleteExpiredSessions: () => withOperator(db, (tx) => deleteExpiredSessions(tx)),
    // Ids are not stored, so sessions can be ended but not listed by id.
    getUserSessions: async () => [],
  };
}

function hashOf(sessionId: string): string {
  return createHash("sha256").update(sessionId).digest("hex");
}
