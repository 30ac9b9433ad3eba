import { eq, sql } from "drizzle-orm";
import type { OperatorTx } from "../../adapters/db/index.ts";
import { type AgentId, asId, type PoolId, type TenantId, type UserId } from "../../domain/kernel/ids.ts";
import type { Language } from "../../domain/kernel/language.ts";
import { type Role, sessions, users } from "./tables.ts";

export type RoleHeld = {
  readonly role: Role;
  readonly tenantId: TenantId | null;
  readonly tenantName: string | null;
  /** Where the client's days begin; null for a role of the house. */
  readonly timeZone: string | null;
};

/** Who is signed in and what they may do, as the database says at this request. */
export type SignedIn = {
  readonly userId: UserId;
  readonly name: string;
  readonly email: string;
  readonly locale: Language;
  readonly roles: readonly RoleHeld[];
  readonly agent: { readonly agentId: AgentId; readonly poolId: PoolId } | null;
};

export const IDLE_MIN = 30;
export const ABSOLUTE_H = 12;
/** A session is moved on at most once a minute, so that most requests only read. */
const TOUCH_AFTER_MIN = 1;

/**
 * One statement: finds a live session, moves its end on, and reads the user with roles. Sessions live on the platform's
 * clock: an accelerated house clock must not sign people out.
 */
export async function findSession(
  tx: OperatorTx,
  idHash: string,
): Promise<{ signedIn: SignedIn; expiresAt: number } | null> {
  const rows = await tx.execute<Record<string, unknown>>(sql`
    with live as (
      select id_hash, user_id, expires_at,
        least(now() + make_interval(mins => ${IDLE_MIN}), created_at + make_interval(hours => ${ABSOLUTE_H})) as moved_to
      from house.sessions
      where id_hash = ${idHash} and expires_at > now() and created_at > now() - make_interval(hours => ${ABSOLUTE_H})
    ), moved as (
      update house.sessions s set expires_at = live.moved_to from live
      where s.id_hash = live.id_hash and s.expires_at = live.expires_at
        and live.moved_to > live.expires_at + make_interval(mins => ${TOUCH_AFTER_MIN})
    )
    select u.id, u.name, u.email, u.locale, extract(epoch from live.moved_to) * 1000 as expires_ms,
      a.id as agent_id, a.pool_id,
      coalesce((
        select json_agg(json_build_object('role', r.role, 'tenantId', r.tenant_id, 'tenantName', t.name,
          'timeZone', t.time_zone) order by r.role)
        from house.user_roles r left join house.tenants t on t.id = r.tenant_id where r.user_id = u.id
      ), '[]'::json)::text as roles
    from live
    join house.users u on u.id = live.user_id and u.status = 'active'
    left join house.agents a on a.user_id = u.id and a.status = 'active'`);
  const row = rows[0];
  if (row === undefined) return null;
  return {
    expiresAt: Number(row.expires_ms),
    signedIn: {
      userId: asId(String(row.id)),
      name: String(row.name),
      email: String(row.email),
      locale: row.locale as Language, // a CHECK on the column allows nothing else
      roles: JSON.parse(String(row.roles)),
      agent: row.agent_id === null ? null : { agentId: asId(String(row.agent_id)), poolId: asId(String(row.pool_id)) },
    },
  };
}

/** Sessions are moved on by sockets at most this often: a pool of thousands of desktops writes little. */
const SOCKET_TOUCH_AFTER_MIN = 5;

/** Which of these sessions live, in one statement; with `keepAlive` a socket that is merely held counts as being used. */
export async function liveSessions(
  tx: OperatorTx,
  idHashes: readonly string[],
  { keepAlive }: { readonly keepAlive: boolean },
): Promise<Set<string>> {
  const rows = await tx.execute<{ id_hash: string }>(sql`
    with live as (
      select s.id_hash, s.expires_at,
        least(now() + make_interval(mins => ${IDLE_MIN}), s.created_at + make_interval(hours => ${ABSOLUTE_H})) as moved_to
      from house.sessions s join house.users u on u.id = s.user_id and u.status = 'active'
      where s.id_hash in (select json_array_elements_text(${JSON.stringify(idHashes)}::json))
        and s.expires_at > now() and s.created_at > now() - make_interval(hours => ${ABSOLUTE_H})
    ), moved as (
      update house.sessions s set expires_at = live.moved_to from live
      -- The row as it was read: one that was ended in the meantime, while this waited for its lock, is not brought back.
      where ${keepAlive} and s.id_hash = live.id_hash and s.expires_at = live.expires_at
        and live.moved_to > live.expires_at + make_interval(mins => ${SOCKET_TOUCH_AFTER_MIN})
    )
    select id_hash from live`);
  return new Set(rows.map((row) => row.id_hash));
}

/** Where this person's sockets may be: a supervisor may watch any pool. */
export async function placesOf(tx: OperatorTx, { roles, agent }: SignedIn) {
  const watches = roles.some(({ role }) => role === "supervisor" || role === "house_admin");
  const pools = watches ? await tx.execute<{ id: string }>(sql`select id from house.pools`) : [];
  const own = agent === null ? [] : [agent.poolId];
  return {
    pools: [...new Set([...own, ...pools.map(({ id }) => asId<PoolId>(id))])],
    tenants: roles.flatMap(({ tenantId }) => (tenantId === null ? [] : [tenantId])),
  };
}

export async function insertSession(
  tx: OperatorTx,
  session: { idHash: string; userId: UserId; expiresAt: number },
): Promise<void> {
  await tx.insert(sessions).values(session);
}

export async function deleteSession(tx: OperatorTx, idHash: string): Promise<void> {
  await tx.delete(sessions).where(eq(sessions.idHash, idHash));
}

export async function deleteSessionsOf(tx: OperatorTx, userId: UserId): Promise<void> {
  await tx.delete(sessions).where(eq(sessions.userId, userId));
}

export async function deleteExpiredSessions(tx: OperatorTx): Promise<void> {
  await tx.execute(
    sql`delete from house.sessions where expires_at < now() or created_at < now() - make_interval(hours => ${ABSOLUTE_H})`,
  );
  await tx.execute(sql`delete from house.sign_in_attempts where tried_at < now() - interval '1 day'`);
}

export async function findUserByEmail(tx: OperatorTx, email: string) {
  const rows = await tx
    .select({ id: users.id, passwordHash: users.passwordHash })
    .from(users)
    .where(sql`${users.emailLower} = ${email.toLowerCase()} and ${users.status} = 'active'`)
    .limit(1);
  return rows[0] ?? null;
}

export async function replacePasswordHash(tx: OperatorTx, userId: UserId, passwordHash: string): Promise<void> {
  await tx.update(users).set({ passwordHash, updatedAt: Date.now() }).where(eq(users.id, userId));
}
