import { DurableObject } from "cloudflare:workers";
import { deadlineOf, openContact, stepContact } from "../../domain/call/contact.ts";
import type { RoutingDecision, SeatReturn } from "../../domain/call/facts.ts";
import type { AgentCommand, SeatStage } from "../../domain/call/messages.ts";
import { seatStage } from "../../domain/call/seats.ts";
import type { ContactEvent, ContactStep, Moment } from "../../domain/call/state.ts";
import type { AgentId, PhoneNumber, PoolId, ReservationId } from "../../domain/kernel/ids.ts";
import { type Config, configOf, type Env } from "../env.ts";
import { addressesOf, toInstructions } from "./contact-addresses.ts";
import { contactIdOf } from "./contact-id.ts";
import { type Begun, ContactMemory, type Intent, type Mind } from "./contact-memory.ts";
import { ContactOutbox } from "./contact-outbox.ts";
import { toContactEvent } from "./contact-webhooks.ts";
import { localTimeAt } from "./local-time.ts";
import type {
  Arrival,
  CarrierNews,
  ContactAnswer,
  ContactCard,
  ContactReply,
  ContactRpc,
  ContactStanding,
  StoredRecording,
} from "./rpc.ts";

/** An alarm that comes within this is not called off any more: it may be on its way. */
const ALARM_AT_THE_DOOR_MS = 1_000;

/**
 * One object per contact. It loads the contact, lets the pure machine take each event, saves what came of it in one
 * write, answers, and only then performs effects. No rule lives here: see `src/domain/call`.
 */
export class Contact extends DurableObject<Env> implements ContactRpc {
  private readonly memory: ContactMemory;
  private readonly config: Config;
  private readonly outbox: ContactOutbox;
  /** Platform time of the alarm that is set, as far as this instance knows; null when it does not. */
  private alarmAt: number | null = null;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.config = configOf(env);
    this.memory = new ContactMemory(ctx.storage.sql);
    this.outbox = new ContactOutbox(env, this.config, this.memory, {
      take: (event, done) => this.take(event, done),
      keep: (mind) => this.keep(mind),
      arm: () => this.arm(),
    });
  }

  async arrive(call: Arrival): Promise<ContactAnswer> {
    const { legSid: callSid, from, to } = call.event;
    if (this.memory.mind === null) {
      const contactId = await contactIdOf(call.accountSid, callSid);
      // The hash was awaited: a repeat of this webhook may have come in between.
      if (this.memory.mind === null) {
        const begun: Begun = { config: call.config, token: call.token };
        const carrier = this.config.environment === "sandbox" ? "sandbox" : "twilio";
        const about = { contactId, carrier, accountSid: call.accountSid, callSid, from, to };
        const step = openContact(call.config, about, this.moment());
        this.memory.begin(begun);
        this.save(step, { intents: [], sentSeq: 0, liveSeq: 0 });
        return this.answer(begun, step);
      }
    }
    return this.hear({ type: "arrived", callSid, from, to });
  }

  carrierEvent(news: CarrierNews): ContactAnswer {
    const event = toContactEvent(news.where, news.event, this.memory.mind?.state ?? null);
    if (event === null) return { refused: "foreign_leg" };
    return this.hear(event);
  }

  seatReserved(
    agentId: AgentId,
    reservationId: ReservationId,
    decision: RoutingDecision,
    poolId?: PoolId,
    attempt?: number,
  ) {
    const of = said({ poolId, attempt });
    return this.fromPool(reservationId, { type: "seat_reserved", agentId, reservationId, decision, ...of });
  }
  seatRang(reservationId: ReservationId) {
    return this.fromPool(reservationId, { type: "seat_rang", reservationId });
  }
  seatReturned(reservationId: ReservationId, why: SeatReturn) {
    return this.fromPool(reservationId, { type: "seat_returned", reservationId, why });
  }
  seatAccepted(
    agentId: AgentId,
    reservationId: ReservationId,
    poolId?: PoolId,
    telephone?: PhoneNumber,
    attempt?: number,
  ) {
    const of = said({ poolId, telephone, attempt });
    return this.fromPool(reservationId, { type: "seat_accepted", agentId, reservationId, ...of });
  }
  agentGone(reservationId: ReservationId) {
    return this.fromPool(reservationId, { type: "agent_gone", reservationId });
  }
  wrapUpLapsed(reservationId: ReservationId, wrapUpMs: number) {
    return this.fromPool(reservationId, { type: "wrap_up_lapsed", reservationId, wrapUpMs });
  }

  agentCommand(command: AgentCommand): ContactReply {
    const step = this.take(command);
    if (step === null) return { refused: "not_now" };
    return step.refused === null ? { ok: true } : { refused: step.refused };
  }

  recordingStored(stored: StoredRecording): void {
    this.take({ type: "recording_stored", ...stored });
  }

  card(): ContactCard | null {
    const { begun, mind } = this.memory;
    if (begun === null || mind === null) return null;
    const { state } = mind;
    const { queueId, queuedAt } = state.history;
    const queue = queueId === null ? undefined : begun.config.queues[queueId];
    return {
      tenantId: state.tenantId,
      from: state.from,
      to: state.to,
      brand: begun.config.brand,
      queueName: queue?.name ?? null,
      queuedAt,
      stage: state.stage.at,
      dispositions: begun.config.dispositions,
      variables: state.variables,
    };
  }

  override async alarm(): Promise<void> {
    this.alarmAt = null;
    try {
      this.take({ type: "deadline" });
      await this.outbox.drain();
    } finally {
      // The platform drops an alarm that failed too often; a contact must never be without one.
      this.arm();
    }
  }

  async sweep(): Promise<void> {
    await this.alarm();
  }

  standing(): ContactStanding | null {
    const { mind } = this.memory;
    if (mind === null) return null;
    const { stage, seq } = mind.state;
    return { stage: stage.at, facts: seq, unsent: seq - mind.sentSeq, intents: mind.intents.length };
  }

  evict(): void {
    if (this.config.environment === "sandbox") this.ctx.abort("evicted on request");
  }

  private hear(event: ContactEvent): ContactAnswer {
    const { begun } = this.memory;
    const step = this.take(event);
    if (begun === null || step === null || step.refused === "foreign_leg") return { refused: "foreign_leg" };
    return this.answer(begun, step);
  }

  private fromPool(reservationId: ReservationId, event: ContactEvent): Promise<SeatStage> {
    const step = this.take(event);
    return Promise.resolve(step === null ? "over" : seatStage(step.state, reservationId));
  }

  /** Load, step, save: one synchronous turn, so no other event can come between. `done` is the intent it came from. */
  private take(event: ContactEvent, done: Intent | null = null): ContactStep | null {
    const { begun, mind } = this.memory;
    if (begun === null || mind === null) return null;
    const step = stepContact(begun.config, mind.state, event, this.moment());
    const unchanged = done === null && step.facts.length === 0 && step.effects.length === 0 && step.ignored !== null;
    if (unchanged) return step;
    const intents = done === null ? mind.intents : mind.intents.filter((intent) => intent !== done);
    const next = { ...mind, state: step.state, intents };
    if (!isHearsay(event, step)) this.save(step, next);
    else {
      this.memory.mind = next;
      this.arm();
    }
    return step;
  }

  private save(step: ContactStep, mind: Omit<Mind, "state">): void {
    const fresh = step.effects.map((effect): Intent => ({ effect, attempts: 0, notBefore: 0 }));
    const intents = fresh.length === 0 ? mind.intents : [...mind.intents, ...fresh];
    this.memory.save({ ...mind, state: step.state, intents }, step.facts);
    this.arm();
    this.ctx.waitUntil(this.outbox.drain());
  }

  private keep(mind: Mind): void {
    this.memory.save(mind, []);
    this.arm();
  }

  /** One alarm for the earliest thing to come. An alarm that is too early finds nothing due and is set anew. */
  private arm(): void {
    const { mind } = this.memory;
    if (mind === null) return;
    const due = deadlineOf(mind.state);
    const wanted = Math.min(due === null ? Infinity : this.config.clock.realInstant(due), this.outbox.nextTryAt(mind));
    if (wanted === Infinity) return this.disarm();
    if (this.alarmAt !== null && this.alarmAt <= wanted) return;
    this.alarmAt = wanted;
    this.ctx.waitUntil(this.ctx.storage.setAlarm(wanted));
  }

  /** Nothing is to come: an alarm that is still set would only wake an object that has long been put away. */
  private disarm(): void {
    if (this.alarmAt === null || this.alarmAt < Date.now() + ALARM_AT_THE_DOOR_MS) return;
    this.alarmAt = null;
    this.ctx.waitUntil(this.ctx.storage.deleteAlarm());
  }

  private answer(begun: Begun, step: ContactStep): ContactAnswer {
    const addresses = addressesOf(this.config, begun, step.state.contactId);
    return { instructions: toInstructions(step.answer ?? [], addresses) };
  }

  private moment(): Moment {
    const now = this.config.clock.now();
    return { now, local: (timeZone, at = now) => localTimeAt(at, timeZone) };
  }
}

/**
 * The place in the queue, told by the pool: in memory until the next write. An object that dies before asks the pool again,
 * which is harmless, and the caller's way into the queue costs one commit less.
 */
function isHearsay(event: ContactEvent, step: ContactStep): boolean {
  return event.type === "place_told" && step.facts.length === 0 && step.effects.length === 0;
}

/** What a pool has said; pools of an older version say less. */
function said<T extends object>(what: T): { [key in keyof T]?: Exclude<T[key], undefined> } {
  const entries = Object.entries(what).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [key in keyof T]?: Exclude<T[key], undefined> };
}
