import type { AgentId } from "../../domain/kernel/ids.ts";
import { type Agent, agentView, floorView, type Pool, queueView } from "../../domain/routing/index.ts";
import type { Clock } from "../../ports/clock.ts";

/** Who is behind a socket: kept by the platform through hibernation. `seq` is the number of the last frame sent. */
type Behind = { readonly agentId: AgentId | null; readonly deviceId: string; seq: number };

type Shown = { readonly agentId: AgentId; readonly queue: ReturnType<typeof queueView> };

/** Wallboards are for people: a value that changes more often than this cannot be read. Platform time. */
const FLOOR_EVERY_MS = 250;
/** The line "so many wait" on a desktop may lag by this. Platform time. */
const QUEUES_EVERY_MS = 1_000;
/** Tabs one agent may keep open; an older one is closed for a newer one. */
export const DEVICES_MAX = 6;

const FLOOR_TAG = "floor";
const tagOf = (agentId: AgentId): string => `agent:${agentId}`;

/** The pool's sockets: desktops and floors, the frames they are sent, and how often. */
export class SeatPoolSockets {
  private readonly ctx: DurableObjectState;
  private readonly clock: Clock;
  private readonly pool: () => Pool;
  /** What each desktop was told of its queues; a desktop not in here is told with its next view. */
  private readonly shown = new Map<WebSocket, Shown>();
  private floorTimer: ReturnType<typeof setTimeout> | null = null;
  private queueTimer: ReturnType<typeof setTimeout> | null = null;

  constructor(ctx: DurableObjectState, clock: Clock, pool: () => Pool) {
    this.ctx = ctx;
    this.clock = clock;
    this.pool = pool;
    // The plain text `ping` is answered without waking the object.
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
  }

  /** Takes a desktop in; the caller tells the machine. */
  joinDesktop(agentId: AgentId, tags: readonly string[]): { readonly client: WebSocket; readonly deviceId: string } {
    const oldest = this.of(agentId).slice(0, 1 - DEVICES_MAX);
    for (const socket of oldest) socket.close(4001, "too many tabs");
    const { 0: client, 1: server } = new WebSocketPair();
    const deviceId = crypto.randomUUID();
    this.ctx.acceptWebSocket(server, [tagOf(agentId), ...tags]);
    server.serializeAttachment({ agentId, deviceId, seq: 0 } satisfies Behind);
    return { client, deviceId };
  }

  joinFloor(tags: readonly string[]): WebSocket {
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server, [FLOOR_TAG, ...tags]);
    server.serializeAttachment({ agentId: null, deviceId: crypto.randomUUID(), seq: 0 } satisfies Behind);
    this.sendFloorTo(server, this.floorBody());
    return client;
  }

  /** A socket is gone. */
  leave(socket: WebSocket): void {
    this.shown.delete(socket);
  }

  behind(socket: WebSocket): Behind {
    return socket.deserializeAttachment() as Behind; // written at acceptance, above
  }

  /** Devices of every agent, oldest first: what is left after a restart. */
  devices(): Map<string, string[]> {
    const devices = new Map<string, string[]>();
    for (const socket of this.ctx.getWebSockets()) {
      const { agentId, deviceId } = this.behind(socket);
      if (agentId === null || socket.readyState !== WebSocket.READY_STATE_OPEN) continue;
      devices.set(agentId, [...(devices.get(agentId) ?? []), deviceId]);
    }
    return devices;
  }

  /** Sends an agent's view to all of the agent's desktops; false when it could reach none. */
  showAgent(agent: Agent): boolean {
    let reached = false;
    for (const socket of this.of(agent.profile.agentId)) {
      reached = this.sendView(socket, agent) || reached;
    }
    return reached;
  }

  isReachable(agentId: AgentId): boolean {
    return this.of(agentId).some((socket) => socket.readyState === WebSocket.READY_STATE_OPEN);
  }

  reply(socket: WebSocket, id: string, code: string | null): void {
    this.send(socket, "reply", { id, ok: code === null, code });
  }

  pong(socket: WebSocket): void {
    this.send(socket, "pong", { now: this.clock.now() });
  }

  snapshot(socket: WebSocket): void {
    const { agentId } = this.behind(socket);
    if (agentId === null) return this.sendFloorTo(socket, this.floorBody());
    const agent = this.pool().agents.get(agentId);
    if (agent !== undefined) this.sendView(socket, agent);
  }

  /** Something on the floor has changed: the boards follow soon, all changes at once. */
  floorChanged(): void {
    if (this.floorTimer !== null || this.ctx.getWebSockets(FLOOR_TAG).length === 0) return;
    this.floorTimer = setTimeout(() => {
      this.floorTimer = null;
      const body = this.floorBody();
      for (const socket of this.ctx.getWebSockets(FLOOR_TAG)) this.sendFloorTo(socket, body);
    }, FLOOR_EVERY_MS);
  }

  /** More or fewer are waiting: desktops follow within a second. */
  queuesChanged(): void {
    if (this.queueTimer !== null) return;
    this.queueTimer = setTimeout(() => {
      this.queueTimer = null;
      for (const socket of this.ctx.getWebSockets()) this.sendQueue(socket);
    }, QUEUES_EVERY_MS);
  }

  /** Most of the time the numbers have not changed for most of the desktops. */
  private sendQueue(socket: WebSocket): void {
    const shown = this.shown.get(socket);
    const agent = this.pool().agents.get(shown?.agentId ?? (this.behind(socket).agentId as AgentId));
    if (agent === undefined) return;
    const queue = queueView(agent);
    if (shown?.queue.waiting === queue.waiting && shown.queue.longestSince === queue.longestSince) return;
    this.shown.set(socket, { agentId: agent.profile.agentId, queue });
    this.send(socket, "queue", { now: this.clock.now(), queue });
  }

  private sendView(socket: WebSocket, agent: Agent): boolean {
    const queue = queueView(agent);
    const view = agentView(this.pool(), agent, this.behind(socket).deviceId);
    const reached = this.send(socket, "agent", { ...this.times(), agent: view, queue });
    if (reached) this.shown.set(socket, { agentId: agent.profile.agentId, queue });
    return reached;
  }

  private of(agentId: AgentId): WebSocket[] {
    return this.ctx.getWebSockets(tagOf(agentId));
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

  private sendFloorTo(socket: WebSocket, body: string): void {
    this.sendText(socket, (seq) => `{"kind":"floor","seq":${seq},${body}`);
  }

  private send(socket: WebSocket, kind: string, body: object): boolean {
    return this.sendText(socket, (seq) => JSON.stringify({ kind, seq, ...body }));
  }

  private sendText(socket: WebSocket, frame: (seq: number) => string): boolean {
    if (socket.readyState !== WebSocket.READY_STATE_OPEN) return false;
    const behind = this.behind(socket);
    behind.seq += 1;
    try {
      socket.send(frame(behind.seq));
    } catch (trouble) {
      // Closed under our hands; its close event follows.
      console.info(JSON.stringify({ level: "info", what: "socket_closing", why: String(trouble) }));
      return false;
    }
    socket.serializeAttachment(behind);
    return true;
  }
}
