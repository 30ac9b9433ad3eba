import { openAccount } from "../../adapters/carriers/seal.ts";
import { twilioCarrier } from "../../adapters/carriers/twilio/index.ts";
import type { ContactFact } from "../../domain/call/facts.ts";
import { timeZoneOf } from "../../domain/call/line-config.ts";
import type { ContactEvent, ContactStep, Effect } from "../../domain/call/state.ts";
import { Outage, Refusal } from "../../domain/kernel/trouble.ts";
import type { SeatPoolRpc } from "../../domain/routing/protocol.ts";
import type { Config, Env } from "../env.ts";
import { errorFields, log } from "../log.ts";
import { addressesOf } from "./contact-addresses.ts";
import { type Outside, perform } from "./contact-effects.ts";
import { objectName } from "./contact-id.ts";
import type { ContactMemory, Intent, Mind } from "./contact-memory.ts";
import { knownCaller } from "./known-caller.ts";

/** Effects of one lane are performed in order; a carrier that is down must not keep the pool from being told. */
type Lane = "carrier" | "pool" | "media";
const LANES: readonly Lane[] = ["carrier", "pool", "media"];
const LANE_OF: { readonly [kind in Effect["do"]]: Lane } = {
  update_call: "carrier",
  add_participant: "carrier",
  set_hold: "carrier",
  end_call: "carrier",
  fetch_call: "carrier",
  tell_pool: "pool",
  store_recording: "media",
};
/** First retry after a quarter of a second, doubling, at most fifteen: a caller is waiting, and outages are short. */
const RETRY_FIRST_MS = 250;
const RETRY_MAX_MS = 15_000;
/** What was just asked for is under way; the alarm looks after it only in case the object dies in between. */
const UNDER_WAY_MS = 2_000;
/**
 * Facts are sent at once; this alarm is for an object that died in between, and whatever comes next for the contact sends
 * them too. An alarm costs a commit of its own when it is set and another when it comes, so it is not set for soon.
 */
const FACTS_GUARD_MS = 10_000;
/** Neither the board nor the queue took them. */
const FACTS_RETRY_MS = 5_000;
/**
 * Facts of one burst (a key, a place in the queue, a reservation, a ring; or an answer and the connected leg) leave
 * together: a call to the board costs as much as the webhook that caused it, and people read the board.
 */
const FACTS_GATHER_MS = 400;
/** One queue message carries at most this many facts: far below the platform's 128 kB. */
const FACTS_PER_MESSAGE_MAX = 50;

type Contact = {
  readonly take: (event: ContactEvent, done: Intent) => ContactStep | null;
  readonly keep: (mind: Mind) => void;
  readonly arm: () => void;
};
type LiveRpc = { apply(news: { facts: readonly ContactFact[]; timeZone: string }): Promise<number> };

/**
 * What a contact owes to the outside: intents, and facts to the queue and to its tenant's live board. Each lane runs once
 * at a time; whatever fails stays and is tried again by the alarm.
 */
export class ContactOutbox {
  private readonly env: Env;
  private readonly config: Config;
  private readonly memory: ContactMemory;
  private readonly contact: Contact;
  private readonly running = new Map<string, Promise<void>>();
  private outside: Promise<Outside> | null = null;
  private factsRefused = false;

  constructor(env: Env, config: Config, memory: ContactMemory, contact: Contact) {
    this.env = env;
    this.config = config;
    this.memory = memory;
    this.contact = contact;
  }

  /** Platform time at which something not yet delivered should be tried again. */
  nextTryAt(mind: Mind): number {
    const intents = mind.intents.map((intent) =>
      intent.notBefore > 0 ? Math.max(intent.notBefore, Date.now() + RETRY_FIRST_MS) : Date.now() + UNDER_WAY_MS,
    );
    const factsMs = this.factsRefused ? FACTS_RETRY_MS : FACTS_GUARD_MS;
    return Math.min(Infinity, ...intents, owesFacts(mind) ? Date.now() + factsMs : Infinity);
  }

  async drain(): Promise<void> {
    const lanes = LANES.map((lane) => this.once(lane, () => this.runLane(lane)));
    await Promise.all([...lanes, this.once("facts", () => this.sendFacts())]);
  }

  /** A second call while one runs shares it; the running one looks for more work before it ends. */
  private once(name: string, run: () => Promise<void>): Promise<void> {
    const running = this.running.get(name);
    if (running !== undefined) return running;
    const started = run().finally(() => this.running.delete(name));
    this.running.set(name, started);
    return started;
  }

  private async runLane(lane: Lane): Promise<void> {
    for (let intent = this.nextOf(lane); intent !== undefined; intent = this.nextOf(lane)) {
      if (intent.notBefore > Date.now()) return;
      const counted = this.count(intent);
      if (!(await this.attempt(counted))) return;
    }
  }

  private nextOf(lane: Lane): Intent | undefined {
    return this.memory.mind?.intents.find((intent) => LANE_OF[intent.effect.do] === lane);
  }

  /** A create is counted on disk before it is made; for the rest a repeat is harmless and memory is enough. */
  private count(intent: Intent): Intent {
    const { mind } = this.memory;
    if (mind === null || intent.effect.do !== "add_participant") return intent;
    const counted = { ...intent, attempts: intent.attempts + 1 };
    this.contact.keep({ ...mind, intents: swap(mind.intents, intent, counted) });
    return counted;
  }

  private async attempt(intent: Intent): Promise<boolean> {
    const { mind } = this.memory;
    if (mind === null) return false;
    try {
      const outside = await this.reach();
      const event = await perform(outside, this.memory.mind?.state ?? mind.state, intent);
      if (event === null) this.finish(intent);
      else this.contact.take(event, intent);
      return true;
    } catch (trouble) {
      if (trouble instanceof Refusal) {
        this.contact.take({ type: "effect_refused", effect: intent.effect, why: trouble.message }, intent);
        return true;
      }
      this.postpone(intent, trouble);
      return false;
    }
  }

  private finish(intent: Intent): void {
    const { mind } = this.memory;
    if (mind === null) return;
    this.contact.keep({ ...mind, intents: mind.intents.filter((known) => known !== intent) });
  }

  private postpone(intent: Intent, trouble: unknown): void {
    const { mind } = this.memory;
    if (mind === null) return;
    const attempts = intent.effect.do === "add_participant" ? intent.attempts : intent.attempts + 1;
    const waitMs = Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** Math.min(attempts, 10));
    const asked = trouble instanceof Outage ? (trouble.retryAfterMs ?? 0) : 0;
    const notBefore = Date.now() + Math.max(waitMs, asked);
    log("warn", "effect_postponed", {
      effect: intent.effect.do,
      key: intent.effect.key,
      tenantId: mind.state.tenantId,
      contactId: mind.state.contactId,
      attempts,
      ...errorFields(trouble),
    });
    this.contact.keep({ ...mind, intents: swap(mind.intents, intent, { ...intent, attempts, notBefore }) });
  }

  /**
   * Facts go to the client's live board, which puts those of many contacts into the queue at once. A board that does not
   * answer must not keep them from the database: they then go into the queue from here.
   */
  private async sendFacts(): Promise<void> {
    if (this.memory.mind === null || !owesFacts(this.memory.mind)) return;
    await scheduler.wait(FACTS_GATHER_MS);
    for (let mind = this.memory.mind; mind !== null && owesFacts(mind); mind = this.memory.mind) {
      const facts = this.memory.factsAfter(Math.min(mind.sentSeq, mind.liveSeq)).slice(0, FACTS_PER_MESSAGE_MAX);
      const last = facts.at(-1);
      if (last === undefined) return;
      const { begun } = this.memory;
      try {
        const timeZone = begun === null ? "UTC" : timeZoneOf(begun.config);
        const applied = await this.board(mind).apply({ facts, timeZone });
        // Zero is a board that has let go of this contact, over for long: what comes late changes nothing there.
        const told = applied === 0 ? last.seq : applied;
        this.noteSent({ sentSeq: Math.max(mind.sentSeq, last.seq), liveSeq: Math.max(mind.liveSeq, told) });
        if (told <= mind.liveSeq && last.seq <= mind.sentSeq) return;
      } catch (trouble) {
        this.factsKept(trouble);
        return this.sendPastBoard();
      }
    }
  }

  private async sendPastBoard(): Promise<void> {
    for (let mind = this.memory.mind; mind !== null && mind.sentSeq < mind.state.seq; mind = this.memory.mind) {
      const facts = this.memory.factsAfter(mind.sentSeq).slice(0, FACTS_PER_MESSAGE_MAX);
      const last = facts.at(-1);
      if (last === undefined) return;
      try {
        await this.env.FACTS.send({ v: 1, kind: "contact", facts });
      } catch (trouble) {
        this.factsKept(trouble);
        this.factsRefused = true;
        return this.contact.arm();
      }
      this.noteSent({ sentSeq: last.seq });
    }
  }

  private board(mind: Mind): LiveRpc {
    const { TENANT_LIVE } = this.env;
    const name = objectName.tenant(mind.state.tenantId);
    return TENANT_LIVE.get(TENANT_LIVE.idFromName(name)) as unknown as LiveRpc;
  }

  private factsKept(trouble: unknown): void {
    const state = this.memory.mind?.state;
    log("warn", "facts_kept", { tenantId: state?.tenantId, contactId: state?.contactId, ...errorFields(trouble) });
  }

  /** In memory until the next write: a second delivery after an eviction is harmless, a write per delivery is not. */
  private noteSent(what: Partial<Pick<Mind, "sentSeq" | "liveSeq">>): void {
    const { mind } = this.memory;
    if (mind === null) return;
    this.factsRefused = false;
    const noted = { ...mind, ...what };
    this.memory.letGo(Math.min(noted.sentSeq, noted.liveSeq));
    if (noted.state.stage.at === "ended" && !owesFacts(noted)) return this.contact.keep(noted);
    this.memory.mind = noted;
  }

  private reach(): Promise<Outside> {
    this.outside ??= this.open().catch((trouble) => {
      this.outside = null;
      throw trouble;
    });
    return this.outside;
  }

  private async open(): Promise<Outside> {
    const { begun, mind } = this.memory;
    if (begun === null || mind === null) throw new Error("broken promise: effects come from a contact that has begun");
    const sealed = await openAccount(this.config.sealKey, begun.token);
    if (sealed === null) throw new Outage("carrier", "the carrier account of this contact cannot be opened");
    const { SEAT_POOL, MEDIA } = this.env;
    return {
      carrier: twilioCarrier(),
      account: sealed.account,
      addresses: addressesOf(this.config, begun, mind.state.contactId),
      // This contract is what both sides are written against.
      pool: (poolId) => SEAT_POOL.get(SEAT_POOL.idFromName(objectName.pool(poolId))) as unknown as SeatPoolRpc,
      knownCaller: (ticket) => knownCaller(this.env, this.config, ticket),
      sendMedia: async (message) => {
        await MEDIA.send(message);
      },
      begun,
    };
  }
}

function owesFacts(mind: Mind): boolean {
  return mind.sentSeq < mind.state.seq || mind.liveSeq < mind.state.seq;
}

function swap(intents: readonly Intent[], from: Intent, to: Intent): Intent[] {
  return intents.map((intent) => (intent === from ? to : intent));
}
