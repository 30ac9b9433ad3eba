import type { AgentId } from "../../domain/kernel/ids.ts";
import { type Agent, agentView, floorView, type Pool, queueView } from "../../domain/routing/index.ts";
import type { Clock } from "../../ports/clock.ts";

/** Who is behind a socket: kept by the platform through hibernation. `seq` is the number of the last frame sent. */
type Behind = { readonly agentId: AgentId | null; readonly deviceId: string; readonly seq: number };

/** Both ends of a socket that was let in; the client's goes back to whoever asked. */
type Joined = { readonly server: WebSocket; readonly client: WebSocket; readonly deviceId: string };

type QueueView = ReturnType<typeof queueView>;
/** One open socket: a desktop's, or a floor's when no agent is behind it. */
type Desk = {
  readonly socket: WebSocket;
  readonly agentId: AgentId | null;
  readonly deviceId: string;
  seq: number;
  /** What it was told of its queues; null before its first view. */
  queue: QueueView | null;
};

/** Wallboards are for people: a value that changes more often than this cannot be read. Platform time. */
const FLOOR_EVERY_MS = 250;
/**
 * The line "so many wait" on a desktop may lag by a second. The desktops are told in turn, a twentieth of them at a time,
 * because an offer that comes in the middle waits until the present turn is over. Platform time.
 */
const QUEUES_TURN_MS = 50;
const QUEUES_TURNS = 20;
/** Tabs one agent may keep open; an older one is closed for a newer one. */
export const DEVICES_MAX = 6;

/**
 * The pool's sockets: desktops and floors, the frames they are sent, and how often. The platform is asked for its sockets
 * once, when the object wakes: each further question would cost a look at every one of them.
 */
export class SeatPoolSockets {
  private readonly ctx: DurableObjectState;
  private readonly clock: Clock;
  private readonly pool: () => Pool;
  private readonly desks = new Map<WebSocket, Desk>();
  /** The desks of each agent, oldest first. */
  private readonly byAgent = new Map<AgentId, readonly Desk[]>();
  private readonly floors = new Set<Desk>();
  private floorTimer: ReturnType<typeof setTimeout> | null = null;
  private queueTimer: ReturnType<typeof setTimeout> | null = null;
  private queuesMoved = false;

  constructor(ctx: DurableObjectState, clock: Clock, pool: () => Pool) {
    this.ctx = ctx;
    this.clock = clock;
    this.pool = pool;
    for (const socket of ctx.getWebSockets()) {
      if (socket.readyState === WebSocket.READY_STATE_OPEN) this.enlist(socket, behind(socket));
    }
    // The plain text `ping` is answered without waking the object.
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
  }

  /** Takes a desktop in; the caller tells the machine. */
  joinDesktop(agentId: AgentId, tags: readonly string[]): Joined {
    for (const oldest of this.of(agentId).slice(0, 1 - DEVICES_MAX)) oldest.socket.close(4001, "too many tabs");
    return this.accept(agentId, tags);
  }

  joinFloor(tags: readonly string[]): Joined {
    const joined = this.accept(null, tags);
    this.snapshot(joined.server);
    return joined;
  }

  /** A socket is gone. */
  leave(socket: WebSocket): void {
    const desk = this.desks.get(socket);
    if (desk === undefined) return;
    this.desks.delete(socket);
    this.floors.delete(desk);
    if (desk.agentId === null) return;
    const left = this.of(desk.agentId).filter((other) => other !== desk);
    if (left.length > 0) this.byAgent.set(desk.agentId, left);
    else this.byAgent.delete(desk.agentId);
  }

  behind(socket: WebSocket): { readonly agentId: AgentId | null; readonly deviceId: string } {
    return this.desks.get(socket) ?? behind(socket);
  }

  /** Devices of every agent, oldest first: what is left after a restart. */
  devices(): Map<string, string[]> {
    return new Map([...this.byAgent].map(([agentId, desks]) => [agentId, desks.map(({ deviceId }) => deviceId)]));
  }

  /** Sends an agent's view to all of the agent's desktops. */
  showAgent(agent: Agent): void {
    for (const desk of this.of(agent.profile.agentId)) this.sendView(desk, agent);
  }

  isReachable(agentId: AgentId): boolean {
    return this.of(agentId).some(({ socket }) => socket.readyState === WebSocket.READY_STATE_OPEN);
  }

  reply(socket: WebSocket, id: string, code: string | null): void {
    this.send(this.deskOf(socket), "reply", { id, ok: code === null, code });
  }

  pong(socket: WebSocket): void {
    this.send(this.deskOf(socket), "pong", { now: this.clock.now() });
  }

  snapshot(socket: WebSocket): void {
    const desk = this.deskOf(socket);
    if (desk.agentId === null) return this.sendFloorTo(desk, this.floorBody());
    const agent = this.pool().agents.get(desk.agentId);
    if (agent !== undefined) this.sendView(desk, agent);
  }

  /** Something on the floor has changed: the boards follow soon, all changes at once. */
  floorChanged(): void {
    if (this.floorTimer !== null || this.floors.size === 0) return;
    this.floorTimer = setTimeout(() => {
      this.floorTimer = null;
      const body = this.floorBody();
      for (const desk of this.floors) this.sendFloorTo(desk, body);
    }, FLOOR_EVERY_MS);
  }

  /** More or fewer are waiting: desktops follow within a second. */
  queuesChanged(): void {
    this.queuesMoved = true;
    if (this.queueTimer === null) this.tellQueues([], 0);
  }

  /** One turn of a round: its share of the desktops. A change in the middle of a round brings another one. */
  private tellQueues(round: readonly Desk[], turn: number): void {
    this.queueTimer = setTimeout(() => {
      const desks = turn === 0 ? [...this.desks.values()] : round;
      if (turn === 0) this.queuesMoved = false;
      const share = (of: number) => Math.floor((desks.length * of) / QUEUES_TURNS);
      for (const desk of desks.slice(share(turn), share(turn + 1))) this.sendQueue(desk);
      this.queueTimer = null;
      if (turn + 1 < QUEUES_TURNS) this.tellQueues(desks, turn + 1);
      else if (this.queuesMoved) this.tellQueues([], 0);
    }, QUEUES_TURN_MS);
  }

  /** Most of the time the numbers have not changed for most of the desktops. */
  private sendQueue(desk: Desk): void {
    const agent = desk.agentId === null ? undefined : this.pool().agents.get(desk.agentId);
    if (agent === undefined) return;
    const queue = queueView(agent);
    if (desk.queue?.waiting === queue.waiting && desk.queue.longestSince === queue.longestSince) return;
    desk.queue = queue;
    this.send(desk, "queue", { now: this.clock.now(), queue });
  }

  private sendView(desk: Desk, agent: Agent): void {
    const queue = queueView(agent);
    const view = agentView(this.pool(), agent, desk.deviceId);
    if (this.send(desk, "agent", { ...this.times(), agent: view, queue })) desk.queue = queue;
  }

  private of(agentId: AgentId): readonly Desk[] {
    return this.byAgent.get(agentId) ?? [];
  }

  private accept(agentId: AgentId | null, tags: readonly string[]): Joined {
    const { 0: client, 1: server } = new WebSocketPair();
    const who: Behind = { agentId, deviceId: crypto.randomUUID(), seq: 0 };
    this.ctx.acceptWebSocket(server, [...tags]);
    server.serializeAttachment(who);
    this.enlist(server, who);
    return { server, client, deviceId: who.deviceId };
  }

  private enlist(socket: WebSocket, { agentId, deviceId, seq }: Behind): Desk {
    const desk: Desk = { socket, agentId, deviceId, seq, queue: null };
    this.desks.set(socket, desk);
    if (agentId === null) this.floors.add(desk);
    else this.byAgent.set(agentId, [...this.of(agentId), desk]);
    return desk;
  }

  /** A socket that speaks is open, whatever it was when the object woke. */
  private deskOf(socket: WebSocket): Desk {
    return this.desks.get(socket) ?? this.enlist(socket, behind(socket));
  }

  private times(): { now: number; speed: number } {
    const now = this.clock.now();
    const second = this.clock.realInstant(now + 1_000_000) - this.clock.realInstant(now);
    return { now, speed: Math.round((1_000_000 / second) * 1_000) / 1_000 };
  }

  /** Encoded once for all viewers; only the number of the frame differs. */
  private floorBody(): string {
    return JSON.stringify({ ...this.times(), ...floorView(this.pool()) }).slice(1);
  }

  private sendFloorTo(desk: Desk, body: string): void {
    this.sendText(desk, (seq) => `{"kind":"floor","seq":${seq},${body}`);
  }

  private send(desk: Desk, kind: string, body: object): boolean {
    return this.sendText(desk, (seq) => JSON.stringify({ kind, seq, ...body }));
  }

  private sendText(desk: Desk, frame: (seq: number) => string): boolean {
    const { socket, agentId, deviceId } = desk;
    if (socket.readyState !== WebSocket.READY_STATE_OPEN) return false;
    desk.seq += 1;
    try {
      socket.send(frame(desk.seq));
    } catch (trouble) {
      // Closed under our hands; its close event follows.
      console.info(JSON.stringify({ level: "info", what: "socket_closing", why: String(trouble) }));
      return false;
    }
    socket.serializeAttachment({ agentId, deviceId, seq: desk.seq } satisfies Behind);
    return true;
  }
}

function behind(socket: WebSocket): Behind {
  return socket.deserializeAttachment() as Behind; // written at acceptance
}
