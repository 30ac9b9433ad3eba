import { describe, expect, test, vi } from "vitest";
import {
  arrive,
  bindings,
  type Call,
  config,
  evict,
  factsOf,
  freshCall,
  joins,
  legNews,
  mindOf,
  settled,
  wants,
} from "../../../test/support/call-in-workerd.ts";
import { type AgentId, asId, type PoolId, type ReservationId, type TenantId } from "../../domain/kernel/ids.ts";
import type { AgentView, DesktopFrame } from "../../features/routing/schema.ts";
import { objectName } from "./contact-id.ts";

/** The contact, the real pool and a desktop's socket, with any of the objects dying at any moment. */
async function openFloor(tenantId = config.tenantId) {
  const poolId = asId<PoolId>(crypto.randomUUID());
  const agentId = asId<AgentId>(crypto.randomUUID());
  const stub = () => bindings.SEAT_POOL.get(bindings.SEAT_POOL.idFromName(objectName.pool(poolId)));
  const { brand } = config;
  await stub().configure({
    poolId,
    version: 1,
    timeZone: "Asia/Shanghai",
    agents: [{ agentId, name: "Li", skills: { zh: 1 }, brands: [brand.id] }],
    tenants: [],
    brands: [{ id: brand.id, tenantId, name: brand.name, color: brand.color }],
  });
  const queues = Object.fromEntries(Object.entries(config.queues).map(([id, queue]) => [id, { ...queue, poolId }]));
  return { poolId, agentId, stub, line: { ...config, tenantId, queues }, ...(await openDesktop(stub(), agentId)) };
}

async function openDesktop(pool: DurableObjectStub, agentId: string) {
  const headers = { upgrade: "websocket", "x-callhouse-role": "agent", "x-callhouse-agent-id": agentId };
  const { webSocket: socket } = await pool.fetch("http://pool/", { headers });
  if (socket === null) throw new Error("no desktop");
  let view: AgentView | null = null;
  socket.addEventListener("message", ({ data }) => {
    const frame: DesktopFrame = JSON.parse(String(data));
    if (frame.kind === "agent") view = frame.agent;
  });
  socket.accept();
  let commands = 0;
  const say = (command: Record<string, unknown>) => socket.send(JSON.stringify({ id: `c${++commands}`, ...command }));
  const sees = (look: (view: AgentView) => unknown) =>
    vi.waitFor(() => {
      if (view === null || !look(view)) throw new Error(`not seen: ${JSON.stringify(view)}`);
      return view;
    }, 8_000);
  return { say, sees };
}

type Floor = Awaited<ReturnType<typeof openFloor>>;

async function answeredCall(floor: Floor, call: Call, between: () => Promise<void>) {
  floor.say({ cmd: "set_state", to: "ready", reason: null });
  await floor.sees((agent) => agent.state === "ready");
  await arrive(call, floor.line);
  await between();
  await wants(call, "1", "1");
  await between();
  const { offer } = await floor.sees((agent) => agent.offer !== null);
  const reservationId = asId<ReservationId>(offer?.reservationId ?? "");
  floor.say({ cmd: "accept", reservationId });
  await vi.waitFor(async () => expect((await mindOf(call)).state.stage.at).toBe("connecting"), 8_000);
  await between();
  await settled(call);
  const agentLeg = asId<never>(`CA${reservationId.replaceAll("-", "")}`);
  const connected = { ...call, agentLeg };
  await legNews(connected, "agent", "in-progress", null);
  await joins(connected, agentLeg, reservationId);
  await between();
  await joins(connected, call.callSid, null);
  await floor.sees((agent) => agent.contact?.stage === "talking");
  return connected;
}

const UNDISTURBED = async () => undefined;

describe("CALL-1 a call through contact and pool", () => {
  test("is offered, answered, hung up and wrapped up; the agent is ready again", async () => {
    const floor = await openFloor();
    const call = await answeredCall(floor, await freshCall(), UNDISTURBED);
    const { agentId } = floor;
    await call.stub().agentCommand({ type: "hold", agentId, on: true });
    await floor.sees((agent) => agent.contact?.stage === "held");
    await call.stub().agentCommand({ type: "hang_up", agentId });
    await floor.sees((agent) => agent.state === "wrap_up");
    await legNews(call, "caller", "completed", 61);
    await legNews(call, "agent", "completed", 55);
    const after = { to: "ready", reason: null } as const;
    await call.stub().agentCommand({ type: "wrap_up", agentId, disposition: "inquiry", notes: "", after });
    await floor.sees((agent) => agent.state === "ready" && agent.contact === null);
    expect((await mindOf(call)).state.stage.at).toBe("ended");
  });

  test("SEC-4 and the same when contact and pool die between its events", async () => {
    const floor = await openFloor();
    const started = await freshCall();
    const call = await answeredCall(floor, started, () => evict(started));
    const { agentId } = floor;
    await floor
      .stub()
      .evict()
      .catch(() => undefined);
    await call.stub().agentCommand({ type: "hang_up", agentId });
    await evict(call);
    await legNews(call, "caller", "completed", 61);
    await legNews(call, "agent", "completed", 55);
    const facts = await factsOf(call);
    expect(facts.filter((fact) => fact.body.type === "seat_answered")).toHaveLength(1);
    expect(facts.filter((fact) => fact.body.type === "ended")).toHaveLength(1);
  });

  test("ACD-7 a caller who hangs up while the seat rings frees it", async () => {
    const floor = await openFloor();
    floor.say({ cmd: "set_state", to: "ready", reason: null });
    await floor.sees((agent) => agent.state === "ready");
    const call = await freshCall();
    await arrive(call, floor.line);
    await wants(call, "1", "1");
    await floor.sees((agent) => agent.offer !== null);
    await legNews(call, "caller", "completed", 9);
    await floor.sees((agent) => agent.state === "ready" && agent.offer === null);
    expect((await mindOf(call)).state.stage.at).toBe("ended");
  });

  test("ACD-7 an agent's phone that fails gives the caller back, first in line", async () => {
    const floor = await openFloor();
    floor.say({ cmd: "set_state", to: "ready", reason: null });
    await floor.sees((agent) => agent.state === "ready");
    const call = await freshCall();
    await arrive(call, floor.line);
    await wants(call, "1", "1");
    const { offer } = await floor.sees((agent) => agent.offer !== null);
    floor.say({ cmd: "accept", reservationId: offer?.reservationId });
    await vi.waitFor(async () => expect((await mindOf(call)).state.stage.at).toBe("connecting"), 8_000);
    await settled(call);
    const agentLeg = asId<never>(`CA${(offer?.reservationId ?? "").replaceAll("-", "")}`);
    await legNews({ ...call, agentLeg }, "agent", "completed", 0);
    await floor.sees((agent) => agent.state === "not_ready");
    expect((await mindOf(call)).state.stage.at).toBe("queued");
    floor.say({ cmd: "set_state", to: "ready", reason: null });
    await floor.sees((agent) => agent.offer !== null);
  });

  test("SLA-2 the client's live board counts it once", async () => {
    // A client of its own: the facts of the calls before may still be on their way to the other one's board.
    const tenantId = asId<TenantId>(crypto.randomUUID());
    const floor = await openFloor(tenantId);
    const live = () => bindings.TENANT_LIVE.get(bindings.TENANT_LIVE.idFromName(objectName.tenant(tenantId)));
    const call = await answeredCall(floor, await freshCall(tenantId), UNDISTURBED);
    const board = await vi.waitFor(async () => {
      const seen = await live().read();
      if (seen.kind !== "snapshot") throw new Error("a read is a snapshot");
      expect(seen.live.find((contact) => contact.contactId === call.contactId)?.stage).toBe("talking");
      return seen;
    });
    expect(board.today.contacts).toBe(1);
    await live()
      .evict()
      .catch(() => undefined);
    const facts = await factsOf(call);
    await live().apply({ facts, timeZone: "Asia/Shanghai" });
    expect((await live().read()).today.contacts).toBe(1);
  });
});
