import type { FlowWorld } from "../flow/interpreter.ts";
import type { Verb } from "../flow/verbs.ts";
import type { CarrierSid, PoolId } from "../kernel/ids.ts";
import type { ContactFact, ContactFactBody } from "./facts.ts";
import type { LineConfig } from "./line-config.ts";
import type { PoolMessage } from "./messages.ts";
import type { ContactState, ContactStep, Effect, Leg, Moment, Stage } from "./state.ts";

type Mutable<T> = { -readonly [key in keyof T]: T[key] };
type WithoutKey<T> = T extends unknown ? Omit<T, "key"> : never;

/**
 * A step in the making. It is local to one call of `stepContact` and never escapes, so the machine stays a pure function
 * while its parts read as plain sentences: write a fact, ask for an effect, move to a stage.
 */
export class Draft {
  readonly config: LineConfig;
  readonly moment: Moment;
  readonly state: Mutable<ContactState>;
  private readonly before: ContactState;
  private readonly effects: Effect[] = [];
  private readonly facts: ContactFact[] = [];
  private reply: readonly Verb[] | null = null;
  private ignoredWhy: string | null = null;
  private refusedWhy: ContactStep["refused"] = null;

  constructor(config: LineConfig, state: ContactState, moment: Moment) {
    this.config = config;
    this.moment = moment;
    this.before = state;
    // A contact stored before it knew this has none.
    this.state = { ...state, seenAt: Math.max(moment.now, state.seenAt ?? 0) };
  }

  get now(): number {
    return this.state.seenAt;
  }

  fact(body: ContactFactBody): void {
    this.state.seq += 1;
    const { tenantId, contactId, seq } = this.state;
    this.facts.push({ tenantId, contactId, seq, at: this.now, v: 1, body });
  }

  effect(effect: WithoutKey<Effect>): void {
    this.state.effectNo += 1;
    this.effects.push({ ...effect, key: `${effect.do}:${this.state.effectNo}` } as Effect);
  }

  tellPool(poolId: PoolId, message: PoolMessage): void {
    this.effect({ do: "tell_pool", poolId, message });
  }

  fetchCall(callSid: CarrierSid): void {
    this.effect({ do: "fetch_call", callSid });
  }

  move(stage: Stage): void {
    this.state.stage = stage;
  }

  /** Opens a new turn: the key under which the next answer of the caller will come. */
  nextTurn(): string {
    this.state.turn += 1;
    return String(this.state.turn);
  }

  /** What the caller is to hear from now on, whoever asks: the waiting webhook, or a repeat of it. */
  say(verbs: readonly Verb[]): void {
    this.state.lastVerbs = verbs;
  }

  /** Answers the webhook that waits with what was last said. */
  answer(): void {
    this.reply = this.state.lastVerbs;
  }

  /** Redirects the caller's live leg: nobody waits for an answer. */
  redirect(verbs: readonly Verb[]): void {
    this.say(verbs);
    this.effect({ do: "update_call", callSid: this.state.callSid, verbs });
  }

  /** Nothing comes of the event. What it changed all the same (a rank, a name) is kept: see `done`. */
  ignore(why: string): void {
    this.ignoredWhy = why;
  }

  refuse(why: NonNullable<ContactStep["refused"]>): void {
    this.refusedWhy = why;
    this.ignoredWhy = why;
  }

  leg(callSid: CarrierSid): Leg | undefined {
    return this.state.legs.find((leg) => leg.callSid === callSid);
  }

  putLeg(leg: Leg): void {
    const others = this.state.legs.filter((known) => known.callSid !== leg.callSid);
    this.state.legs = [...others, leg];
  }

  world(key: string): FlowWorld {
    return {
      flow: this.config.flow,
      calendars: this.config.calendars,
      local: this.moment.local,
      language: this.state.language,
      fallback: this.config.language,
      key,
    };
  }

  done(): ContactStep {
    return {
      state: this.state,
      effects: this.effects,
      facts: this.facts,
      answer: this.reply,
      ignored: this.hasChanged() ? null : this.ignoredWhy,
      refused: this.refusedWhy,
    };
  }

  /** Signs of life alone are not worth a write. */
  private hasChanged(): boolean {
    const { before, state } = this;
    const names = Object.keys(state) as (keyof ContactState)[];
    return names.some((name) => state[name] !== before[name] && name !== "heardAt" && name !== "seenAt");
  }
}
