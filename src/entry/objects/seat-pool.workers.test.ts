import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env as bindings } from "cloudflare:workers";
import { expect, test } from "vitest";
import {
  type AgentId,
  asId,
  type BrandId,
  type ContactId,
  type PoolId,
  type QueueId,
  type TenantId,
} from "../../domain/kernel/ids.ts";
import type { PoolConfig, Ticket } from "../../domain/routing/index.ts";
import {
  type AgentView,
  type DesktopCommand,
  type DesktopFrame,
  DesktopFrameSchema,
  FloorFrameSchema,
} from "../../features/routing/schema.ts";
import type { Env } from "../env.ts";
import type { SeatPool } from "./seat-pool.ts";

const env = bindings as unknown as Env;
const tenantId = asId<TenantId>("00000000-0000-4000-8000-00000000000a");
const brandId = asId<BrandId>("00000000-0000-4000-8000-00000000000b");

const uuid = () => crypto.randomUUID();

/** A pool of its own with so many agents. */
async function openPool(agents: number) {
  const poolId = asId<PoolId>(uuid());
  const agentIds = Array.from({ length: agents }, () => asId<AgentId>(uuid()));
  const config: PoolConfig = {
    poolId,
    version: 1,
    timeZone: "Asia/Shanghai",
    agents: agentIds.map((agentId, index) => ({
      agentId,
      name: `Agent ${index}`,
      skills: { zh: 1 },
      brands: [brandId],
    })),
    tenants: [],
    brands: [{ id: brandId, tenantId, name: "Brand", color: "#123456" }],
  };
  const id = env.SEAT_POOL.idFromName(`pool:${poolId}`);
  const stub = () => env.SEAT_POOL.get(id);
  const pool = { poolId, agentIds, config, stub, told: [] as string[] };
  await listen(pool);
  await stub().configure(config);
  return pool;
}

/** Contacts that know of no reservation and note what they are told, in the place of the real ones. */
async function listen(pool: { stub: () => DurableObjectStub<SeatPool>; told: string[] }): Promise<void> {
  const note = (kind: string) => async () => {
    pool.told.push(kind);
    return null;
  };
  const kinds = ["seatReserved", "seatRang", "seatReturned", "seatAccepted", "agentGone", "wrapUpLapsed"];
  const contact = Object.fromEntries(kinds.map((kind) => [kind, note(kind)]));
  const CONTACT = { idFromName: (name: string) => name, get: () => contact };
  await runInDurableObject(pool.stub(), (object: SeatPool) => {
    Object.assign(object, { outbox: Object.assign(Reflect.get(object, "outbox"), { env: { ...env, CONTACT } }) });
  });
}

type TestPool = Awaited<ReturnType<typeof openPool>>;

function ticketFor(pool: TestPool, over: Partial<Ticket["queue"]> = {}): Ticket {
  return {
    contactId: asId<ContactId>(uuid()),
    tenantId,
    brand: { id: brandId, name: "Brand", color: "#123456", greeting: "Hello" },
    queue: {
      id: asId<QueueId>(uuid()),
      poolId: pool.poolId,
      name: "Orders",
      priority: 0,
      skills: ["zh"],
      strategy: "longest_idle",
      ringTimeoutS: 20,
      wrapUpS: 30,
      target: { share: 0.8, withinS: 20, shortAbandonS: 5 },
      ...over,
    },
    from: "+12015550100",
    to: "+12015550199",
    queuedAt: Date.now(),
    attempt: 1,
  };
}

/** A desktop as a browser has it: frames are checked against the schema and their numbers against gaps. */
async function openDesktop(pool: TestPool, agentId: AgentId) {
  const response = await pool.stub().fetch("http://pool/", {
    headers: { upgrade: "websocket", "x-callhouse-role": "agent", "x-callhouse-agent-id": agentId },
  });
  const socket = response.webSocket;
  if (socket === null) throw new Error(`no socket: ${response.status}`);
  const frames: DesktopFrame[] = [];
  const waiting: (() => void)[] = [];
  socket.addEventListener("message", (event) => {
    if (event.data === "pong") return;
    frames.push(DesktopFrameSchema.parse(JSON.parse(String(event.data))));
    for (const wake of waiting.splice(0)) wake();
  });
  socket.accept();
  const seen = async <T>(look: () => T | undefined): Promise<T> => {
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
  };
  const view = (): AgentView | undefined => frames.findLast((frame) => frame.kind === "agent")?.agent;
  let commands = 0;
  return {
    socket,
    frames,
    /** The first view from now on, or the present one, that is in this state. */
    until: (state: AgentView["state"]) => seen(() => (view()?.state === state ? view() : undefined)),
    async command(
      command: DesktopCommand extends infer C ? (C extends { id: string } ? Omit<C, "id"> : never) : never,
    ) {
      commands += 1;
      const id = `c${commands}`;
      socket.send(JSON.stringify({ ...command, id }));
      return seen(() => frames.find((frame) => frame.kind === "reply" && frame.id === id));
    },
    seen,
  };
}

async function openReady(pool: TestPool, index: number) {
  const agentId = pool.agentIds[index];
  if (agentId === undefined) throw new Error("no such agent");
  const desktop = await openDesktop(pool, agentId);
  await desktop.command({ cmd: "set_state", to: "ready", reason: null });
  await desktop.until("ready");
  return desktop;
}

test("ACD-7 ready, offered, accepted, talking, held, wrapping up, ready: all on the agent's socket", async () => {
  const pool = await openPool(1);
  const desktop = await openReady(pool, 0);
  const ticket = ticketFor(pool);
  const answer = await pool.stub().wait(ticket);
  expect(answer).toMatchObject({ state: "held" });
  const { offer } = await desktop.until("ringing");
  expect(offer).toMatchObject({
    contactId: ticket.contactId,
    from: ticket.from,
    queueName: "Orders",
    brand: { greeting: "Hello" },
  });
  const reservationId = asId<never>(offer?.reservationId ?? "");
  expect(await pool.stub().serving(pool.agentIds[0] as AgentId, ticket.contactId)).toBe(tenantId);
  expect(await desktop.command({ cmd: "accept", reservationId })).toMatchObject({ ok: true });
  expect((await desktop.until("on_contact")).contact?.stage).toBe("connecting");
  await pool.stub().connected(ticket.contactId, reservationId);
  await desktop.seen(() =>
    desktop.frames.find((frame) => frame.kind === "agent" && frame.agent.contact?.stage === "talking"),
  );
  await pool.stub().held(ticket.contactId, reservationId);
  await desktop.seen(() =>
    desktop.frames.find((frame) => frame.kind === "agent" && frame.agent.contact?.stage === "held"),
  );
  await pool.stub().resumed(ticket.contactId, reservationId);
  await pool.stub().talkEnded(ticket.contactId, reservationId, 30);
  expect((await desktop.until("wrap_up")).contact?.wrapUpDeadline).toBeGreaterThan(Date.now() + 25_000);
  await pool.stub().wrappedUp(ticket.contactId, reservationId, { to: "not_ready", reason: "lunch" });
  expect((await desktop.until("not_ready")).reason).toBe("lunch");
  const numbers = desktop.frames.map((frame) => frame.seq);
  expect(numbers).toEqual(numbers.map((_, index) => index + 1));
});

test("ACD-7 two agents answer at once: one wins, the other is told within 300 ms", async () => {
  const pool = await openPool(2);
  const [first, second] = [await openReady(pool, 0), await openReady(pool, 1)];
  await pool.stub().wait(ticketFor(pool, { strategy: "ring_all" }));
  const offers = [await first.until("ringing"), await second.until("ringing")];
  const answeredAt = performance.now();
  const replies = await Promise.all(
    [first, second].map(async (desktop, index) => {
      const reply = await desktop.command({
        cmd: "accept",
        reservationId: offers[index]?.offer?.reservationId ?? "",
      });
      return { reply, afterMs: performance.now() - answeredAt };
    }),
  );
  expect(replies.filter(({ reply }) => reply.kind === "reply" && reply.ok)).toHaveLength(1);
  const loser = replies.find(({ reply }) => reply.kind === "reply" && !reply.ok);
  expect(loser?.reply).toMatchObject({ code: "taken" });
  expect(loser?.afterMs).toBeLessThan(300);
  await Promise.any([first.until("ready"), second.until("ready")]);
});

test("ACD-7 the ring time runs out by the alarm, and the contact is offered to the next", async () => {
  const pool = await openPool(2);
  const [first, second] = [await openReady(pool, 0), await openReady(pool, 1)];
  const ticket = ticketFor(pool, { ringTimeoutS: 1 });
  await pool.stub().wait(ticket);
  await first.until("ringing");
  expect((await first.until("not_ready")).reason).toBe("missed");
  expect((await second.until("ringing")).offer?.contactId).toBe(ticket.contactId);
});

test("ACD-7 a tab closed while ringing: the caller is offered again within 3 s", async () => {
  const pool = await openPool(2);
  const [first, second] = [await openReady(pool, 0), await openReady(pool, 1)];
  const ticket = ticketFor(pool);
  await pool.stub().wait(ticket);
  await first.until("ringing");
  const closedAt = Date.now();
  first.socket.close(1000, "tab closed");
  expect((await second.until("ringing")).offer).toMatchObject({
    contactId: ticket.contactId,
    queuedAt: ticket.queuedAt,
  });
  expect(Date.now() - closedAt).toBeLessThan(3_000);
});

test.each(["hibernate", "close"] as const)(
  "ACD-7 a pool thrown away between every two events goes on where it was (sockets: %s)",
  async (webSockets) => {
    const pool = await openPool(1);
    const agentId = pool.agentIds[0] as AgentId;
    let desktop = await openReady(pool, 0);
    const evict = async () => {
      await evictDurableObject(pool.stub(), { webSockets });
      await listen(pool);
      if (webSockets === "close") desktop = await openDesktop(pool, agentId);
    };
    const ticket = ticketFor(pool);
    await evict();
    await desktop.until("ready");
    expect((await pool.stub().wait(ticket)).state).toBe("held");
    const reservationId = asId<never>((await desktop.until("ringing")).offer?.reservationId ?? "");
    if (webSockets === "hibernate") {
      await evict();
      expect(await desktop.command({ cmd: "accept", reservationId })).toMatchObject({ ok: true });
      await evict();
      await pool.stub().connected(ticket.contactId, reservationId);
      await evict();
      await desktop.command({ cmd: "set_state", to: "ready", reason: null });
      expect((await desktop.until("on_contact")).contact).toMatchObject({
        stage: "talking",
        contactId: ticket.contactId,
      });
      await pool.stub().talkEnded(ticket.contactId, reservationId, 30);
      await evict();
      await pool.stub().wrappedUp(ticket.contactId, reservationId, { to: "ready", reason: null });
      await evict();
      await desktop.until("ready");
      const numbers = desktop.frames.map((frame) => frame.seq);
      expect(numbers).toEqual(numbers.map((_, index) => index + 1));
      return;
    }
    // With the sockets gone the offer stands until the desktop is back, which it is at once.
    const { offer } = await desktop.until("ringing");
    await evict();
    expect((await desktop.until("ringing")).offer).toEqual(offer);
    const second = reservationId;
    expect(await desktop.command({ cmd: "accept", reservationId: second })).toMatchObject({ ok: true });
    await pool.stub().connected(ticket.contactId, second);
    await evict();
    expect((await desktop.until("on_contact")).contact).toMatchObject({ stage: "talking", reservationId: second });
    await pool.stub().talkEnded(ticket.contactId, second, 30);
    await evict();
    expect((await desktop.until("wrap_up")).contact?.reservationId).toBe(second);
  },
);

test("ACD-7 a pool thrown away while it rings, and the desktop never comes back: the next one rings within 3 s", async () => {
  const pool = await openPool(2);
  const agentId = pool.agentIds[0] as AgentId;
  await openReady(pool, 0);
  const ticket = ticketFor(pool);
  await pool.stub().wait(ticket);
  await expect.poll(() => pool.stub().serving(agentId, ticket.contactId)).toBe(tenantId);
  await evictDurableObject(pool.stub(), { webSockets: "close" });
  await listen(pool);
  const evictedAt = Date.now();
  // Only looked at, by somebody who changes nothing: the grace must still end.
  expect(await pool.stub().serving(agentId, ticket.contactId)).toBe(tenantId);
  const second = await openReady(pool, 1);
  expect((await second.until("ringing")).offer).toMatchObject({
    contactId: ticket.contactId,
    queuedAt: ticket.queuedAt,
  });
  expect(Date.now() - evictedAt).toBeGreaterThan(1_500);
  expect(Date.now() - evictedAt).toBeLessThan(3_000);
});

test("MON-1 the floor shows every agent and queue, whole at first and soon after each change", async () => {
  const pool = await openPool(2);
  const desktop = await openReady(pool, 0);
  const response = await pool
    .stub()
    .fetch("http://pool/", { headers: { upgrade: "websocket", "x-callhouse-role": "supervisor" } });
  const socket = response.webSocket;
  if (socket === null) throw new Error("no socket");
  const frames: ReturnType<typeof FloorFrameSchema.parse>[] = [];
  socket.addEventListener("message", (event) => {
    frames.push(FloorFrameSchema.parse(JSON.parse(String(event.data))));
  });
  socket.accept();
  await pool.stub().wait(ticketFor(pool));
  await desktop.until("ringing");
  await expect.poll(() => frames.length).toBeGreaterThan(1);
  expect(frames[0]?.agents.map((agent) => agent.state).sort()).toEqual(["off_shift", "ready"]);
  expect(
    frames
      .at(-1)
      ?.agents.map((agent) => agent.state)
      .sort(),
  ).toEqual(["off_shift", "ringing"]);
  expect(frames.at(-1)?.queues).toMatchObject([{ name: "Orders", offered: 1, waiting: 1 }]);
  expect(frames.map((frame) => frame.seq)).toEqual(frames.map((_, index) => index + 1));
});

test.each([
  ["not json", "bad_frame", ""],
  ['{"id":"x1","cmd":"dance"}', "unknown_command", "x1"],
  ['{"id":"x2","cmd":"accept"}', "bad_frame", "x2"],
  ['{"cmd":"snapshot"}', "bad_frame", ""],
  ["x".repeat(5_000), "bad_frame", ""],
  ['{"id":"x3","cmd":"accept","reservationId":"nobody"}', "not_your_offer", "x3"],
])("ISO-1 the frame %s is answered with the code %s and does no harm", async (frame, code, id) => {
  const pool = await openPool(1);
  const desktop = await openReady(pool, 0);
  desktop.socket.send(frame);
  const reply = await desktop.seen(() =>
    desktop.frames.find((candidate) => candidate.kind === "reply" && !candidate.ok),
  );
  expect(reply).toMatchObject({ code, id });
  expect((await desktop.until("ready")).state).toBe("ready");
});

test("ISO-1 an agent of another pool is not let in", async () => {
  const pool = await openPool(1);
  const response = await pool.stub().fetch("http://pool/", {
    headers: { upgrade: "websocket", "x-callhouse-role": "agent", "x-callhouse-agent-id": uuid() },
  });
  expect(response.status).toBe(403);
});

test("ACD-8 what is owed to contacts and to the queue of facts is delivered and forgotten", async () => {
  const pool = await openPool(1);
  await openReady(pool, 0);
  await pool.stub().wait(ticketFor(pool));
  await expect
    .poll(() =>
      runInDurableObject(
        pool.stub(),
        (_object: SeatPool, state) => state.storage.sql.exec<{ n: number }>("select count(*) as n from debts").one().n,
      ),
    )
    .toBe(0);
  expect(pool.told).toEqual(["seatReserved", "seatRang"]);
});

test("ACD-8 a pool of the older form is taken over: what waited waits on, what it owed is delivered", async () => {
  const pool = await openPool(1);
  const ticket = ticketFor(pool);
  await pool.stub().wait(ticket);
  await runInDurableObject(pool.stub(), (_object: SeatPool, { storage: { sql } }) => {
    const waits = sql.exec<{ json: string }>("select json from waits").toArray();
    sql.exec(`drop table waits;
      create table tickets (id text primary key, json text);
      create table owed (id integer primary key, tenant_id text, contact_id text, json text);
      create table facts (id integer primary key, json text)`);
    for (const { json } of waits) sql.exec("insert into tickets values (?, ?)", ticket.contactId, json);
    const message = JSON.stringify({ kind: "seat_rang", reservationId: uuid() });
    sql.exec("insert into owed values (1, ?, ?, ?)", tenantId, uuid(), message);
  });
  await evictDurableObject(pool.stub());
  await listen(pool);
  const desktop = await openDesktop(pool, pool.agentIds[0] as AgentId);
  await desktop.command({ cmd: "set_state", to: "ready", reason: null });
  expect((await desktop.until("ringing")).offer?.contactId).toBe(ticket.contactId);
  await expect.poll(() => pool.told.toSorted()).toEqual(["seatRang", "seatRang", "seatReserved"]);
});
