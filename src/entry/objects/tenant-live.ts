import { DurableObject } from "cloudflare:workers";
import type { ContactFact } from "../../domain/call/facts.ts";
import {
  boardOf,
  countToday,
  foldLive,
  isGone,
  type LiveContact,
  serviceLevel,
  type Today,
} from "../../domain/call/live.ts";
import { type Config, configOf, type Env } from "../env.ts";
import { dayEndsAt, localTimeAt } from "./local-time.ts";
import type { LiveFrame, TenantLiveRpc, TodayView } from "./rpc.ts";
import { askDatabase, SocketSessions } from "./socket-sessions.ts";

/** A contact that is over is remembered this long, so that a late repeat of its facts is recognised. */
const REMEMBER_MS = 60 * 60 * 1_000;
/** A busy client changes many contacts a second: a commit for each would cost more than all the rest. */
const STORE_AFTER_MS = 50;
/** One batch to the queue: at most a hundred messages, and facts far below the platform's 256 kB. */
const MESSAGES_PER_BATCH_MAX = 100;
const FACTS_PER_BATCH_MAX = 400;
type Row = { readonly id: string; readonly json: string };
type Remembered = LiveContact & { readonly heardAt: number };

/**
 * One object per client: its live contacts and its day so far, from the same facts as the reports. Facts of one contact
 * come in order and may repeat; each is counted once. Sockets hibernate; between looks at their sessions a portal left open
 * costs nothing.
 */
export class TenantLive extends DurableObject<Env> implements TenantLiveRpc {
  private readonly config: Config;
  private readonly sessions: SocketSessions;
  private readonly contacts = new Map<string, Remembered>();
  private today: Today = { day: "", contacts: 0, queues: {} };
  /** The client's own; null before its first contact, and for a board kept since before it was stored. */
  private timeZone: string | null = null;
  private seq = 0;
  /** Changed since the last commit, and the commit to come. */
  private readonly unstored = new Map<string, Remembered>();
  private storing: Promise<void> | null = null;
  /** Facts to go into the queue with that commit, by contact: one message each, so that none holds up another. */
  private readonly unsent = new Map<string, Map<number, ContactFact>>();

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.config = configOf(env);
    // A portal that is only left open is idle: its session ends as any other.
    this.sessions = new SocketSessions(ctx, askDatabase(env, { keepAlive: false }));
    ctx.storage.sql.exec("create table if not exists rows (id text primary key, json text not null) without rowid");
    for (const row of ctx.storage.sql.exec<Row>("select id, json from rows")) {
      if (row.id === "today")
        ({ today: this.today, seq: this.seq, timeZone: this.timeZone = null } = JSON.parse(row.json));
      else this.contacts.set(row.id, JSON.parse(row.json));
    }
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
  }

  async apply(news: { readonly facts: readonly ContactFact[]; readonly timeZone: string }): Promise<number> {
    const first = news.facts[0];
    if (first === undefined) return 0;
    const { contactId } = first;
    const { timeZone } = news;
    this.timeZone = timeZone;
    let known = this.contacts.get(contactId) ?? null;
    const before = known;
    for (const fact of news.facts) {
      const folded = foldLive(known, fact);
      if (folded === null) continue;
      this.today = countToday(this.today, (at) => localTimeAt(at, timeZone).date, fact, known);
      known = { ...folded, heardAt: this.config.clock.now() };
    }
    if (known !== null && known !== before) {
      this.contacts.set(contactId, known);
      this.unstored.set(contactId, known);
    }
    const unsent = this.unsent.get(contactId) ?? new Map<number, ContactFact>();
    for (const fact of news.facts) unsent.set(fact.seq, fact);
    this.unsent.set(contactId, unsent);
    const told = known?.seq ?? 0;
    this.storing ??= scheduler.wait(STORE_AFTER_MS).then(() => this.storeAll());
    await this.storing;
    return told;
  }

  /** One commit, one frame and one batch for all that came in the meantime. */
  private async storeAll(): Promise<void> {
    const changed = [...this.unstored.values()];
    const unsent = [...this.unsent.values()].map((facts) => [...facts.values()]);
    this.unstored.clear();
    this.unsent.clear();
    this.storing = null;
    if (changed.length > 0) {
      this.seq += 1;
      for (const contact of changed) this.store(contact.contactId, contact);
      this.storeToday();
      this.forget();
      this.announce(changed);
    }
    await Promise.all(batchesOf(unsent).map((batch) => this.env.FACTS.sendBatch(batch)));
  }

  private storeToday(): void {
    this.store("today", { today: this.today, seq: this.seq, timeZone: this.timeZone });
  }

  read(): LiveFrame {
    const live = [...this.contacts.values()].filter((contact) => !isGone(contact));
    return { kind: "snapshot", seq: this.seq, now: this.config.clock.now(), today: this.view(), live };
  }

  /** The portal's socket. The Worker has checked the session and picked this object from it. */
  override async fetch(request: Request): Promise<Response> {
    if (request.headers.get("upgrade") !== "websocket") return new Response(null, { status: 426 });
    const { 0: client, 1: server } = new WebSocketPair();
    const tags = SocketSessions.tagsOf(request);
    this.ctx.acceptWebSocket(server, tags);
    this.sessions.join(server, tags);
    server.send(JSON.stringify(this.read()));
    await this.lookAgain();
    return new Response(null, { status: 101, webSocket: client });
  }

  /** Anything a client says asks for a fresh snapshot. */
  override webSocketMessage(socket: WebSocket): void {
    socket.send(JSON.stringify(this.read()));
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    this.sessions.leave(socket);
    socket.close(code === 1005 || code === 1006 ? 1000 : code);
  }

  override webSocketError(socket: WebSocket): void {
    this.sessions.leave(socket);
  }

  endSession(hash: string): void {
    this.sessions.end(hash, () => {});
  }

  override async alarm(): Promise<void> {
    await this.sessions.check(() => {});
    this.beginDay();
    await this.lookAgain();
  }

  /** The alarm looks at sessions and brings midnight to whoever watches: it ends with the last socket. */
  private async lookAgain(): Promise<void> {
    const due = this.sessions.dueAt();
    if (due === null) return;
    const midnight = this.timeZone === null ? Infinity : dayEndsAt(this.config.clock.now(), this.timeZone);
    const at = Math.min(due, this.config.clock.realInstant(midnight));
    const set = await this.ctx.storage.getAlarm();
    if (set === null || set > at) await this.ctx.storage.setAlarm(at);
  }

  /** The client's clock has passed midnight: those who watch see the new day before anybody has called. */
  private beginDay(): void {
    const board = this.board();
    if (board === this.today) return;
    this.today = board;
    this.seq += 1;
    this.storeToday();
    this.announce([]);
  }

  /** The day that the client's clock shows now, of which nobody need have called yet. */
  private board(): Today {
    if (this.timeZone === null) return this.today;
    return boardOf(this.today, localTimeAt(this.config.clock.now(), this.timeZone).date) ?? this.today;
  }

  evict(): void {
    if (this.config.environment === "sandbox") this.ctx.abort("evicted on request");
  }

  private announce(contacts: readonly LiveContact[]): void {
    // One that was closed is listed until its other end has heard of it; what is sent to it would be thrown back.
    const open = (socket: WebSocket) => socket.readyState === WebSocket.READY_STATE_OPEN;
    const sockets = this.ctx.getWebSockets().filter(open);
    if (sockets.length === 0) return;
    const frame: LiveFrame = {
      kind: "change",
      seq: this.seq,
      now: this.config.clock.now(),
      today: this.view(),
      changed: contacts.filter((contact) => !isGone(contact)),
      gone: contacts.filter(isGone).map(({ contactId }) => contactId),
    };
    const text = JSON.stringify(frame);
    for (const socket of sockets) socket.send(text);
  }

  private view(): TodayView {
    const board = this.board();
    const queues = Object.entries(board.queues);
    return {
      day: board.day,
      contacts: board.contacts,
      queues: queues.map(([queueId, queue]) => ({ queueId, ...queue, serviceLevel: serviceLevel(queue) })),
    };
  }

  private store(id: string, value: unknown): void {
    this.ctx.storage.sql.exec("insert or replace into rows (id, json) values (?, ?)", id, JSON.stringify(value));
  }

  private forget(): void {
    const limit = this.config.clock.now() - REMEMBER_MS;
    for (const [id, contact] of this.contacts) {
      if (contact.heardAt >= limit) return;
      if (!isGone(contact)) continue;
      this.contacts.delete(id);
      this.ctx.storage.sql.exec("delete from rows where id = ?", id);
    }
  }
}

type QueuedFacts = {
  readonly body: { readonly v: 1; readonly kind: "contact"; readonly facts: readonly ContactFact[] };
};

function batchesOf(contacts: readonly (readonly ContactFact[])[]): QueuedFacts[][] {
  const batches: QueuedFacts[][] = [];
  let batch: QueuedFacts[] = [];
  let count = 0;
  for (const facts of contacts) {
    if (batch.length === MESSAGES_PER_BATCH_MAX || (batch.length > 0 && count + facts.length > FACTS_PER_BATCH_MAX)) {
      batches.push(batch);
      [batch, count] = [[], 0];
    }
    batch.push({ body: { v: 1, kind: "contact", facts } });
    count += facts.length;
  }
  return batch.length === 0 ? batches : [...batches, batch];
}
