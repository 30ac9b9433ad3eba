import { createExecutionContext } from "cloudflare:test";
import { createHash } from "node:crypto";
import { sql } from "drizzle-orm";
import { afterEach, expect, test, vi } from "vitest";
import { connect, type OperatorTx, withOperator } from "../../src/adapters/db/index.ts";
import { type AgentId, asId, type PoolId } from "../../src/domain/kernel/ids.ts";
import type { Env } from "../../src/entry/env.ts";
import { createApp } from "../../src/entry/http/app.ts";
import { objectName } from "../../src/entry/objects/contact-id.ts";
import { ContactCardSchema } from "../../src/features/contacts/schema.ts";
import type { AgentView, DesktopFrame } from "../../src/features/routing/schema.ts";
import {
  arrive,
  bindings,
  type Call,
  config,
  factsOf,
  freshCall,
  joins,
  legNews,
  mindOf,
  settled,
  wants,
} from "../support/call-in-workerd.ts";

/** The whole way of an agent's commands, HTTP, contact and pool, while no database answers either role. */
const AWAY = { connectionString: "postgres://nobody:nothing@127.0.0.1:1/away" };
const away = { ...bindings, DB: AWAY, DB_OPERATOR: AWAY } as unknown as Env;
const app = createApp();
const slug = crypto.randomUUID().replaceAll("-", "");

afterEach(() =>
  asOperator(async (tx) => {
    await tx.execute(sql`delete from house.agents where slug = ${slug}`);
    await tx.execute(sql`delete from house.users where email_lower = ${`${slug}@callhouse.example`}`);
    for (const table of ["pools", "sites", "outsourcers"])
      await tx.execute(sql`delete from house.${sql.identifier(table)} where slug = ${slug}`);
  }),
);

async function asOperator<T>(work: (tx: OperatorTx) => Promise<T>): Promise<T> {
  const db = connect(bindings.DB_OPERATOR, { max: 1 });
  try {
    return await withOperator(db, work);
  } finally {
    await db.close();
  }
}

/** An agent of the house who is signed in; the cookie is the session's. */
async function signedInAgent(): Promise<{ poolId: PoolId; agentId: AgentId; cookie: string }> {
  const hash = createHash("sha256").update(slug).digest("hex");
  const email = `${slug}@callhouse.example`;
  const rows = await asOperator((tx) =>
    tx.execute<{ pool_id: string; agent_id: string }>(sql`
      with o as (insert into house.outsourcers (slug, name) values (${slug}, 'Test') returning id),
        s as (insert into house.sites (outsourcer_id, slug, name, time_zone) select id, ${slug}, 'Test', 'UTC' from o returning id),
        p as (insert into house.pools (site_id, slug, name, seats) select id, ${slug}, 'Test', 5 from s returning id),
        u as (insert into house.users (email, email_lower, name, password_hash, locale)
          values (${email}, ${email}, 'Li', 'none', 'en-GB') returning id),
        r as (insert into house.user_roles (user_id, role) select id, 'agent' from u),
        i as (insert into house.sessions (id_hash, user_id, expires_at) select ${hash}, id, now() + interval '20 minutes' from u),
        a as (insert into house.agents (user_id, pool_id, slug, name) select u.id, p.id, ${slug}, 'Li' from u, p returning id, pool_id)
      select pool_id, id as agent_id from a`),
  );
  const { pool_id, agent_id } = rows[0] ?? { pool_id: "", agent_id: "" };
  return { poolId: asId(pool_id), agentId: asId(agent_id), cookie: `callhouse=${slug}` };
}

async function openDesk(poolId: PoolId, agentId: AgentId) {
  const pool = bindings.SEAT_POOL.get(bindings.SEAT_POOL.idFromName(objectName.pool(poolId)));
  const { tenantId, brand } = config;
  await pool.configure({
    poolId,
    version: 1,
    timeZone: "Asia/Shanghai",
    agents: [{ agentId, name: "Li", skills: { zh: 1 }, brands: [brand.id] }],
    tenants: [],
    brands: [{ id: brand.id, tenantId, name: brand.name, color: brand.color }],
  });
  const headers = { upgrade: "websocket", "x-callhouse-role": "agent", "x-callhouse-agent-id": agentId };
  const { webSocket: socket } = await pool.fetch("http://pool/", { headers });
  if (socket === null) throw new Error("no desktop");
  let view: AgentView | null = null;
  socket.addEventListener("message", ({ data }) => {
    const frame: DesktopFrame = JSON.parse(String(data));
    if (frame.kind === "agent") view = frame.agent;
  });
  socket.accept();
  const say = (command: Record<string, unknown>) =>
    socket.send(JSON.stringify({ id: crypto.randomUUID(), ...command }));
  const sees = (look: (view: AgentView) => unknown) =>
    vi.waitFor(() => {
      if (view === null || !look(view)) throw new Error(`not seen: ${JSON.stringify(view)}`);
      return view;
    }, 8_000);
  return { say, sees };
}

function asking(cookie: string, env: Env) {
  return (method: string, path: string, body?: unknown) =>
    app.fetch(
      new Request(`http://callhouse.test${path}`, {
        method,
        headers: { cookie, origin: "http://callhouse.test", "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
      env,
      createExecutionContext(),
    );
}

async function queuedAt(poolId: PoolId): Promise<Call> {
  const call = await freshCall();
  const queues = Object.fromEntries(Object.entries(config.queues).map(([id, queue]) => [id, { ...queue, poolId }]));
  await arrive(call, { ...config, queues });
  await wants(call, "1", "1");
  return call;
}

test("SEC-4 with the database away an agent reads the card, holds, hangs up and wraps up", async () => {
  const { poolId, agentId, cookie } = await signedInAgent();
  const { say, sees } = await openDesk(poolId, agentId);
  expect((await asking(cookie, bindings)("GET", "/api/session")).status).toBe(200);
  const ask = asking(cookie, away);
  say({ cmd: "set_state", to: "ready", reason: null });
  await sees((agent) => agent.state === "ready");
  const call = await queuedAt(poolId);
  const { offer } = await sees((agent) => agent.offer !== null);
  const path = `/api/agent/contacts/${call.contactId}`;

  const card = await ask("GET", path);
  expect(card.status).toBe(200);
  const { contact, dispositions, ...records } = ContactCardSchema.parse(await card.json());
  expect(contact).toMatchObject({ from: "+8613055550123", brand: config.brand, queueName: offer?.queueName });
  expect(dispositions.map(({ code }) => code)).toContain("inquiry");
  expect(records).toEqual({ records: "unavailable", customers: [], history: [], script: null });

  const reservationId = offer?.reservationId ?? "";
  say({ cmd: "accept", reservationId });
  await vi.waitFor(async () => expect((await mindOf(call)).state.stage.at).toBe("connecting"), 8_000);
  await settled(call);
  const talk = { ...call, agentLeg: asId<never>(`CA${reservationId.replaceAll("-", "")}`) };
  await legNews(talk, "agent", "in-progress", null);
  await joins(talk, talk.agentLeg, reservationId);
  await joins(talk, call.callSid, null);
  await sees((agent) => agent.contact?.stage === "talking");

  expect((await ask("POST", `${path}/hold`, { on: true })).status).toBe(204);
  await sees((agent) => agent.contact?.stage === "held");
  expect((await ask("POST", `${path}/hold`, { on: false })).status).toBe(204);
  await sees((agent) => agent.contact?.stage === "talking");
  expect((await ask("POST", `${path}/hang-up`)).status).toBe(204);
  await sees((agent) => agent.state === "wrap_up");
  await legNews(talk, "caller", "completed", 61);
  await legNews(talk, "agent", "completed", 55);

  // A note needs the client's records: that, and only that, is refused, in words that say when to try again.
  const noted = await ask("POST", `${path}/customers`, { name: "Mei" });
  expect([noted.status, ((await noted.json()) as { code: string }).code]).toEqual([503, "database_away"]);
  const wrapUp = { disposition: "inquiry", notes: "asked for a size", then: "ready" };
  expect((await ask("POST", `${path}/wrap-up`, wrapUp)).status).toBe(204);
  await sees((agent) => agent.state === "ready" && agent.contact === null);
  const said = (await factsOf(call)).map(({ body }) => body.type);
  expect(said).toEqual(expect.arrayContaining(["seat_answered", "wrapped_up", "ended"]));
});
