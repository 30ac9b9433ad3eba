import type { LineConfig } from "../../../../domain/call/line-config.ts";
import type { SeatStage } from "../../../../domain/call/messages.ts";
import { seatStage } from "../../../../domain/call/seats.ts";
import type { ContactEvent, ContactState, ContactStep, Effect, Moment } from "../../../../domain/call/state.ts";
import type { Verb } from "../../../../domain/flow/verbs.ts";
import type { CarrierSid, ContactId, ReservationId } from "../../../../domain/kernel/ids.ts";
import type { Agenda } from "./agenda.ts";
import type { SimCarrier } from "./carrier.ts";
import { type Intent, perform } from "./errands.ts";
import type { Fate } from "./fate.ts";
import { OPENS_AT } from "./floor-plan.ts";
import type { Machines } from "./machines.ts";
import type { PoolObject } from "./pool-object.ts";

type House = {
  readonly agenda: Agenda;
  readonly fate: Fate;
  readonly machines: Machines;
  readonly skewMs: number;
  readonly carrier: SimCarrier;
  readonly pool: PoolObject;
  readonly contacts: Map<ContactId, ContactObject>;
  readonly watch: {
    contactStepped(contact: ContactObject, event: ContactEvent, step: ContactStep): void;
    compare(contactId: ContactId): void;
  };
};

/** All that a contact stores: written whole after each step, read again after a restart. */
type Mind = { readonly state: ContactState; readonly intents: readonly Intent[] };

const LANES = ["carrier", "pool", "media"] as const;
type Lane = (typeof LANES)[number];
const RETRY_FIRST_MS = 250;
const RETRY_MAX_MS = 15_000;
/** After a restart, what was under way is asked for again by the alarm. */
const UNDER_WAY_MS = 2_000;

/**
 * The product's Contact object in small: the same machine, the same order of saving before sending, the same lanes and
 * retries; storage, alarm and network are the simulator's.
 */
export class ContactObject {
  readonly contactId: ContactId;
  readonly config: LineConfig;
  mind: Mind;
  /** Its machine's clock runs so many milliseconds before the true one. */
  skewMs = 0;
  private readonly house: House;
  private readonly busy = new Set<Lane>();
  /** Raised by a restart: whoever answers an earlier life is not heard. */
  private life = 0;
  private alarmAt = Number.POSITIVE_INFINITY;

  constructor(house: House, config: LineConfig, call: { readonly contactId: ContactId; readonly callSid: CarrierSid }) {
    this.house = house;
    this.config = config;
    this.contactId = call.contactId;
    house.contacts.set(this.contactId, this);
    const about = { ...call, carrier: "sim", accountSid: "AC1", from: "+12015550100", to: config.number.e164 };
    const step = house.machines.openContact(config, about, this.moment());
    this.mind = { state: step.state, intents: [] };
    house.watch.contactStepped(this, { type: "arrived", callSid: call.callSid, from: about.from, to: about.to }, step);
    this.save(step, []);
  }

  get isOver(): boolean {
    return this.mind.state.stage.at === "ended" && this.mind.intents.length === 0;
  }

  /** True while the pool may not know what this contact has decided. */
  get owesPool(): boolean {
    return this.mind.intents.some((intent) => laneOf(intent.effect) === "pool");
  }

  now(): number {
    return this.house.agenda.now + this.house.skewMs + this.skewMs;
  }

  /** A webhook: its answer is what the caller hears next. */
  hear(event: ContactEvent): readonly Verb[] | "refused" {
    const step = this.take(event);
    return step.refused === "foreign_leg" ? "refused" : (step.answer ?? []);
  }

  fromPool(reservationId: ReservationId, event: ContactEvent): SeatStage {
    return seatStage(this.take(event).state, reservationId);
  }

  /** Load, step, save, as one turn. `done` is the intent that the event came from. */
  take(event: ContactEvent, done: Intent | null = null): ContactStep {
    const { machines, watch } = this.house;
    const step = machines.stepContact(this.config, this.mind.state, event, this.moment());
    watch.contactStepped(this, event, step);
    const unchanged = done === null && step.facts.length === 0 && step.effects.length === 0 && step.ignored !== null;
    if (unchanged) return step;
    this.save(step, done === null ? this.mind.intents : this.mind.intents.filter((intent) => intent !== done));
    watch.compare(this.contactId);
    return step;
  }

  /** The object dies and comes back from what it had saved, on a machine whose clock is another. */
  restart(): void {
    this.life += 1;
    this.busy.clear();
    this.mind = JSON.parse(JSON.stringify(this.mind)) as Mind;
    this.skewMs = this.house.fate.whole(1_000) - 500;
    this.alarmAt = Number.POSITIVE_INFINITY;
    this.arm(this.house.agenda.now + UNDER_WAY_MS);
  }

  /** Somebody has set the clocks: what is due has moved. */
  rearm(): void {
    this.alarmAt = Number.POSITIVE_INFINITY;
    this.armForAll();
  }

  private save(step: ContactStep, intents: readonly Intent[]): void {
    const fresh = step.effects.map((effect): Intent => ({ effect, attempts: 0, notBefore: 0 }));
    this.mind = { state: step.state, intents: fresh.length === 0 ? intents : [...intents, ...fresh] };
    this.arm();
    for (const lane of LANES) this.runLane(lane);
  }

  private runLane(lane: Lane): void {
    if (this.busy.has(lane)) return;
    const intent = this.mind.intents.find((known) => laneOf(known.effect) === lane);
    if (intent === undefined || intent.notBefore > this.house.agenda.now) return;
    this.busy.add(lane);
    const { life } = this;
    const counted = this.count(intent);
    perform(this.house, this.mind.state, counted, (outcome) => {
      if (life !== this.life) return;
      this.busy.delete(lane);
      if (outcome.is === "outage") return this.postpone(counted);
      if (outcome.is === "refused") this.take({ type: "effect_refused", effect: counted.effect, why: "no" }, counted);
      else if (outcome.event === null) {
        this.swap(counted, null);
        this.house.watch.compare(this.contactId);
      } else this.take(outcome.event, counted);
      this.runLane(lane);
    });
  }

  /** A create is counted before it is made, so that one that may have happened is looked for first. */
  private count(intent: Intent): Intent {
    if (intent.effect.do !== "add_participant") return intent;
    const counted = { ...intent, attempts: intent.attempts + 1 };
    this.swap(intent, counted);
    return counted;
  }

  private postpone(intent: Intent): void {
    const attempts = intent.effect.do === "add_participant" ? intent.attempts : intent.attempts + 1;
    const waitMs = Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** Math.min(attempts, 10));
    const notBefore = this.house.agenda.now + waitMs;
    this.swap(intent, { ...intent, attempts, notBefore });
    this.arm(notBefore);
  }

  private swap(from: Intent, to: Intent | null): void {
    const intents = this.mind.intents.flatMap((intent) => (intent !== from ? [intent] : to === null ? [] : [to]));
    this.mind = { ...this.mind, intents };
  }

  /** One alarm for the earliest thing to come; one that comes too early finds nothing due. */
  private arm(also = Number.POSITIVE_INFINITY): void {
    const due = this.house.machines.deadlineOf(this.mind.state);
    const wanted = Math.min(due === null ? also : due - this.house.skewMs - this.skewMs, also);
    if (wanted >= this.alarmAt) return;
    this.alarmAt = wanted;
    this.house.agenda.plan(wanted - this.house.agenda.now, () => this.alarm(wanted));
  }

  private alarm(at: number): void {
    if (at !== this.alarmAt) return;
    this.alarmAt = Number.POSITIVE_INFINITY;
    this.take({ type: "deadline" });
    for (const lane of LANES) this.runLane(lane);
    this.armForAll();
  }

  private armForAll(): void {
    const { now } = this.house.agenda;
    const tries = this.mind.intents.map(({ notBefore }) => (notBefore > now ? notBefore : now + UNDER_WAY_MS));
    this.arm(Math.min(...tries));
  }

  private moment(): Moment {
    const now = this.now();
    const minuteOfDay = Math.floor((now - OPENS_AT) / 60_000) + 12 * 60;
    return { now, local: () => ({ date: "2026-11-20", weekday: 5, minuteOfDay: Math.min(1_439, minuteOfDay) }) };
  }
}

function laneOf(effect: Effect): Lane {
  if (effect.do === "tell_pool") return "pool";
  return effect.do === "store_recording" ? "media" : "carrier";
}
