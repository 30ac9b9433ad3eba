import { env as bindings, exports } from "cloudflare:workers";
import { createHash } from "node:crypto";
import { sql } from "drizzle-orm";
import { afterAll, expect, test } from "vitest";
import { connect, withOperator } from "../../adapters/db/index.ts";
import { type AgentId, asId, type PoolId, type TenantId } from "../../domain/kernel/ids.ts";
import { SESSION_OVER } from "../../domain/kernel/session-over.ts";
import type { Env } from "../env.ts";
import { objectName } from "./contact-id.ts";
import { SOCKET_HEADERS } from "./socket-headers.ts";

const env = bindings as unknown as Env;
const users: string[] = [];

afterAll(() => asOperator((tx) => tx.execute(sql`delete from house.users where id in ${users}`)));

async function asOperator<T>(work: Parameters<typeof withOperator<T>>[1]): Promise<T> {
  const db = connect(env.DB_OPERATOR, { max: 1 });
  try {
    return await withOperator(db, work);
  } finally {
    await db.close();
  }
}

/** A user with one session; the hash is what a socket is tied to. */
async function newSession(): Promise<{ userId: string; hash: string; cookie: string }> {
  const userId = crypto.randomUUID();
  const id = userId.replaceAll("-", "");
  const hash = createHash("sha256").update(id).digest("hex");
  const email = `${userId}@callhouse.example`;
  await asOperator(async (tx) => {
    await tx.execute(sql`insert into house.users (id, email, email_lower, name, password_hash, locale)
      values (${userId}, ${email}, ${email}, 'Test', 'none', 'en-GB')`);
    await tx.execute(sql`insert into house.sessions (id_hash, user_id, expires_at)
      values (${hash}, ${userId}, now() + interval '2 minutes')`);
  });
  users.push(userId);
  return { userId, hash, cookie: `callhouse=${id}` };
}

async function open(stub: { fetch(url: string, init: RequestInit): Promise<Response> }, who: Record<string, string>) {
  const { webSocket } = await stub.fetch("http://object/", { headers: { upgrade: "websocket", ...who } });
  if (webSocket === null) throw new Error("no socket");
  const closed = Promise.withResolvers<{ code: number; atMs: number }>();
  webSocket.addEventListener("close", ({ code }) => closed.resolve({ code, atMs: Date.now() }));
  webSocket.accept();
  return { webSocket, closed: closed.promise };
}

const ENDS = ["signed out", "expired", "user disabled"] as const;
function end(how: (typeof ENDS)[number], { userId, hash }: { userId: string; hash: string }): Promise<unknown> {
  return asOperator((tx) => {
    if (how === "signed out") return tx.execute(sql`delete from house.sessions where id_hash = ${hash}`);
    if (how === "expired")
      return tx.execute(
        sql`update house.sessions set expires_at = now() - interval '1 second' where id_hash = ${hash}`,
      );
    return tx.execute(sql`update house.users set status = 'disabled' where id = ${userId}`);
  });
}

test("SEC-3 a session that ends closes its desktop within 5 s; one that lives is kept alive by its socket", async () => {
  const poolId = asId<PoolId>(crypto.randomUUID());
  const stub = env.SEAT_POOL.get(env.SEAT_POOL.idFromName(objectName.pool(poolId)));
  const agentIds = [...ENDS, "stays"].map(() => asId<AgentId>(crypto.randomUUID()));
  await stub.configure({
    poolId,
    version: 1,
    timeZone: "UTC",
    agents: agentIds.map((agentId) => ({ agentId, name: "Agent", skills: {}, brands: [] })),
    tenants: [],
    brands: [],
  });
  const desktops = await Promise.all(
    agentIds.map(async (agentId) => {
      const session = await newSession();
      const who = {
        [SOCKET_HEADERS.role]: "agent",
        [SOCKET_HEADERS.agentId]: agentId,
        [SOCKET_HEADERS.session]: session.hash,
      };
      return { session, ...(await open(stub, who)) };
    }),
  );
  const stays = desktops.pop();
  if (stays === undefined) throw new Error("no desktop");
  const endedAt = Date.now();
  await Promise.all(ENDS.map(async (how, at) => desktops[at] && (await end(how, desktops[at].session))));
  for (const { code, atMs } of await Promise.all(desktops.map(({ closed }) => closed))) {
    expect(code).toBe(SESSION_OVER);
    expect(atMs - endedAt).toBeLessThan(5_000);
  }
  expect(stays.webSocket.readyState).toBe(WebSocket.READY_STATE_OPEN);
  const minutesLeft = async () => {
    const [row] = await asOperator((tx) =>
      tx.execute<{ left: string }>(sql`select extract(epoch from expires_at - now()) / 60 as left from house.sessions
      where id_hash = ${stays.session.hash}`),
    );
    return Math.round(Number(row?.left));
  };
  // The look that found the others ended may have begun before this desktop came: then the next one keeps it alive.
  await expect.poll(minutesLeft, { timeout: 8_000 }).toBe(30);
  stays.webSocket.close();
});

test("SEC-3 a client's portal closes within 5 s of its session's end", async () => {
  const tenantId = asId<TenantId>(crypto.randomUUID());
  const stub = env.TENANT_LIVE.get(env.TENANT_LIVE.idFromName(objectName.tenant(tenantId)));
  const session = await newSession();
  const { closed } = await open(stub, { [SOCKET_HEADERS.session]: session.hash });
  const endedAt = Date.now();
  await end("signed out", session);
  const { code, atMs } = await closed;
  expect(code).toBe(SESSION_OVER);
  expect(atMs - endedAt).toBeLessThan(5_000);
});

test("SEC-3 a session that is said to be over closes its desktop, floor and portal at once, and no other's", async () => {
  const poolId = asId<PoolId>(crypto.randomUUID());
  const agentId = asId<AgentId>(crypto.randomUUID());
  const pool = env.SEAT_POOL.get(env.SEAT_POOL.idFromName(objectName.pool(poolId)));
  const agents = [{ agentId, name: "Agent", skills: {}, brands: [] }];
  await pool.configure({ poolId, version: 1, timeZone: "UTC", agents, tenants: [], brands: [] });
  const live = env.TENANT_LIVE.get(env.TENANT_LIVE.idFromName(objectName.tenant(crypto.randomUUID())));
  const [over, other] = [await newSession(), await newSession()];
  const openAll = async ({ hash }: { hash: string }) => [
    await open(pool, {
      [SOCKET_HEADERS.role]: "agent",
      [SOCKET_HEADERS.agentId]: agentId,
      [SOCKET_HEADERS.session]: hash,
    }),
    await open(pool, { [SOCKET_HEADERS.role]: "supervisor", [SOCKET_HEADERS.session]: hash }),
    await open(live, { [SOCKET_HEADERS.session]: hash }),
  ];
  const [ours, others] = [await openAll(over), await openAll(other)];
  // Its row still stands: no look at the database could be what closes them.
  const endedAt = Date.now();
  await Promise.all([pool.endSession(over.hash), live.endSession(over.hash)]);
  for (const { code, atMs } of await Promise.all(ours.map(({ closed }) => closed))) {
    expect(code).toBe(SESSION_OVER);
    expect(atMs - endedAt).toBeLessThan(1_000);
  }
  for (const { webSocket } of others) {
    expect(webSocket.readyState).toBe(WebSocket.READY_STATE_OPEN);
    webSocket.close();
  }
});

test("SEC-3 signing out on one page closes the boards of all of them within a second", async () => {
  const session = await newSession();
  const worker = (exports as unknown as { default: Fetcher }).default;
  const slug = session.userId.replaceAll("-", "");
  await asOperator(async (tx) => {
    await tx.execute(sql`insert into house.user_roles (user_id, role) values (${session.userId}, 'supervisor')`);
    await tx.execute(sql`with o as (insert into house.outsourcers (slug, name) values (${slug}, 'Test') returning id),
      s as (insert into house.sites (outsourcer_id, slug, name, time_zone) select id, ${slug}, 'Test', 'UTC' from o returning id)
      insert into house.pools (site_id, slug, name, seats) select id, ${slug}, 'Test', 5 from s`);
  });
  const headers = { origin: "http://callhouse.test", cookie: session.cookie };
  const board = await open(
    { fetch: (_url, init) => worker.fetch("http://callhouse.test/api/floor/socket", init as RequestInit) as never },
    headers,
  );
  const endedAt = Date.now();
  const answer = await worker.fetch("http://callhouse.test/api/session", { method: "DELETE", headers });
  expect(answer.status).toBe(204);
  const { code, atMs } = await board.closed;
  expect([code, atMs - endedAt < 1_000]).toEqual([SESSION_OVER, true]);
  await asOperator(async (tx) => {
    for (const table of ["pools", "sites", "outsourcers"])
      await tx.execute(sql`delete from ${sql.identifier("house")}.${sql.identifier(table)} where slug = ${slug}`);
  });
});
