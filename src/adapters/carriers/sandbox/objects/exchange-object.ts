import { DurableObject } from "cloudflare:workers";
import { type Random, seededRandom } from "../../../../domain/kernel/random.ts";
import type { ClientMessage, PhoneMessage } from "../browser-protocol.ts";
import { verifyClientToken } from "../control/client-token.ts";
import { eventsOfHandset } from "../control/handset-events.ts";
import { type Env, settingsOf } from "../env.ts";
import type { Effect, ExchangeEvent, LedgerLine } from "../exchange/events.ts";
import { prune } from "../exchange/prune.ts";
import { newSid } from "../exchange/sids.ts";
import {
  type Account,
  type Exchange,
  type Faults,
  isOver,
  type RobotAction,
  type VoiceRequest,
} from "../exchange/state.ts";
import { step } from "../exchange/step.ts";
import { handsetOf } from "../exchange/world.ts";
import { type HouseClock, houseClock } from "../house-clock.ts";
import { answerRest } from "../rest/router.ts";
import { answerTimes } from "./answer-times.ts";
import type { ExchangeHealth, ExchangeRpc, HandsetRpc } from "./rpc.ts";
import { ExchangeStore } from "./store.ts";
import { Wakeup } from "./wakeup.ts";
import { send } from "./webhooks.ts";

/** Twilio waits 15 s for instructions. Under an accelerated clock that shrinks, but never below what a busy laptop needs. */
const ANSWER_LIMIT_MS = 15_000;
const ANSWER_LIMIT_MIN_MS = 5_000;
/** Twilio's own error numbers: no usable answer, no connection, not TwiML. */
const ERROR_HTTP = 11_200;
const ERROR_CONNECTION = 11_205;
const ERROR_CONTENT_TYPE = 12_300;
/** A question of which the answer is lost with the process is asked again when the object next wakes: at most this late. */
const ASK_AGAIN_MS = 2_000;

/** One carrier account: applies each event to the exchange, saves it, then does what the step asked for. */
export class ExchangeObject extends DurableObject<Env> implements ExchangeRpc {
  readonly #exchange: Exchange;
  readonly #store: ExchangeStore;
  readonly #clock: HouseClock;
  readonly #base: string;
  readonly #wakeup: Wakeup;
  readonly #handsets = new Map<string, DurableObjectStub<HandsetRpc>>();
  #random: Random;
  #asking = 0;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const settings = settingsOf(env);
    this.#clock = houseClock(settings);
    this.#base = settings.SANDBOX_URL;
    this.#store = new ExchangeStore(ctx.storage.sql);
    this.#exchange = this.#store.load();
    this.#random = seededRandom(`${this.#exchange.faults.seed}/${this.#exchange.calls.size}`);
    this.#wakeup = new Wakeup(ctx.storage, () => this.#runDue());
    for (const call of this.#exchange.calls.values()) {
      if (!isOver(call) && call.activity.at === "fetching") this.#ask(call.sid, call.activity.request, false);
    }
    this.#sleep();
  }

  override async fetch(request: Request): Promise<Response> {
    return answerRest(request, {
      exchange: this.#exchange,
      apply: (event) => this.#apply(event),
      random: this.#random,
      newSid,
      base: this.#base,
    });
  }

  override alarm(): void {
    this.#wakeup.alarmRang();
    this.#runDue();
  }

  setAccount(account: Account): void {
    this.#apply({ kind: "account_set", account });
  }

  setFaults(faults: Faults): void {
    this.#random = seededRandom(`${faults.seed}`);
    this.#apply({ kind: "faults_set", faults });
  }

  placeRobot(from: string, to: string, script: readonly RobotAction[], patienceS: number | null): string | null {
    const sid = newSid("CA");
    this.#apply({ kind: "call_arrives", sid, from, to, device: { kind: "robot", script, patienceS } });
    return this.#exchange.calls.has(sid) ? sid : null;
  }

  setRobotClient(identity: string, answerAfterS: number | null): void {
    this.#apply({ kind: "client_robot", identity, answerAfterS });
  }

  ledger(since: number): LedgerLine[] {
    return this.#store.ledger(since);
  }

  health(): ExchangeHealth {
    const live = [...this.#exchange.calls.values()].filter((call) => !isOver(call)).length;
    return {
      liveCalls: live,
      openConferences: this.#exchange.openConferences.size,
      timers: this.#exchange.timers.size,
      webhooks: answerTimes(),
    };
  }

  dial(handset: string, from: string, to: string): string | null {
    const sid = newSid("CA");
    this.#apply({ kind: "call_arrives", sid, from, to, device: { kind: "phone", handset } });
    return this.#exchange.calls.has(sid) ? sid : null;
  }

  registerClient(token: string, handset: string): string | null {
    const { account } = this.#exchange;
    if (account === null) return null;
    const identity = verifyClientToken(token, account, [Date.now(), this.#clock.now()]);
    if (identity !== null) this.#apply({ kind: "client_registered", identity, handset });
    return identity;
  }

  isInCall(handset: string): boolean {
    return [...this.#exchange.calls.values()].some((call) => !isOver(call) && handsetOf(call) === handset);
  }

  fromHandset(handset: string, message: PhoneMessage | ClientMessage): void {
    for (const event of eventsOfHandset(this.#exchange, handset, message)) this.#apply(event);
  }

  handsetGone(handset: string): void {
    this.#handsets.delete(handset);
    this.#apply({ kind: "handset_gone", handset });
  }

  evict(): void {
    this.ctx.abort("evicted on request");
  }

  #apply(event: ExchangeEvent): void {
    const result = step(this.#exchange, event, {
      now: this.#clock.now(),
      random: this.#random,
      newSid,
      base: this.#base,
      speed: this.#clock.speed,
    });
    this.#store.save(this.#exchange, result.touched);
    for (const effect of result.effects) this.#perform(effect);
    this.#store.save(this.#exchange, prune(this.#exchange));
    this.#sleep();
  }

  #perform(effect: Effect): void {
    switch (effect.do) {
      case "ask":
        this.#ask(effect.callSid, effect.request, effect.twice);
        return;
      case "notify":
        this.ctx.waitUntil(this.#notify(effect.callback));
        return;
      case "tell":
        this.ctx.waitUntil(this.#tell(effect));
        return;
      case "book":
        this.#store.book(effect.line);
    }
  }

  #ask(callSid: string, request: VoiceRequest, twice: boolean): void {
    this.#asking += 1;
    const outgoing = { ...request, idempotencyToken: request.id };
    const limitMs = Math.max(ANSWER_LIMIT_MIN_MS, ANSWER_LIMIT_MS / this.#clock.speed);
    const token = this.#authToken();
    if (twice) this.ctx.waitUntil(settled(send(outgoing, token, limitMs)));
    const answered = send(outgoing, token, limitMs)
      .then(documentOf, (): Document => ({ failed: ERROR_CONNECTION }))
      .then((document) => {
        this.#asking -= 1;
        if ("body" in document) {
          this.#apply({ kind: "document_arrived", callSid, requestId: request.id, body: document.body });
        } else this.#apply({ kind: "document_failed", callSid, requestId: request.id, code: document.failed });
      });
    this.ctx.waitUntil(answered);
  }

  #notify(callback: Extract<Effect, { do: "notify" }>["callback"]): Promise<void> {
    const outgoing = {
      url: callback.url,
      method: "POST" as const,
      params: callback.params,
      idempotencyToken: callback.id,
    };
    return settled(send(outgoing, this.#authToken(), ANSWER_LIMIT_MS));
  }

  async #tell({ handset, message }: Extract<Effect, { do: "tell" }>): Promise<void> {
    let stub = this.#handsets.get(handset);
    if (stub === undefined) {
      stub = this.env.HANDSET.get(this.env.HANDSET.idFromName(handset));
      this.#handsets.set(handset, stub);
    }
    const heard = await stub.tell(message).catch(() => false);
    if (!heard && this.#handsets.delete(handset)) this.#apply({ kind: "handset_gone", handset });
  }

  #runDue(): void {
    for (;;) {
      const now = this.#clock.now();
      const due = [...this.#exchange.timers].filter(([, timer]) => timer.at <= now).sort(([, a], [, b]) => a.at - b.at);
      if (due.length === 0) break;
      for (const [key] of due) this.#apply({ kind: "timer", key });
    }
    this.#sleep();
  }

  #sleep(): void {
    let next = Number.POSITIVE_INFINITY;
    for (const timer of this.#exchange.timers.values()) next = Math.min(next, timer.at);
    const wakeAt = next === Number.POSITIVE_INFINITY ? next : this.#clock.realInstant(next);
    const askAgainAt = this.#asking > 0 ? Date.now() + ASK_AGAIN_MS : Number.POSITIVE_INFINITY;
    this.#wakeup.set(wakeAt, askAgainAt);
  }

  #authToken(): string {
    return this.#exchange.account?.authToken ?? "";
  }
}

type Document = { readonly body: string } | { readonly failed: number };

async function documentOf(response: Response): Promise<Document> {
  const body = await response.text();
  if (!response.ok) return { failed: ERROR_HTTP };
  const type = response.headers.get("content-type") ?? "";
  if (body !== "" && !/xml|text\/html/i.test(type)) return { failed: ERROR_CONTENT_TYPE };
  return { body };
}

/** A status callback's fate is its receiver's business; the body is read so that the connection is free again. */
async function settled(sent: Promise<Response>): Promise<void> {
  try {
    await (await sent).arrayBuffer();
  } catch (error) {
    console.warn(JSON.stringify({ what: "callback_undelivered", why: String(error) }));
  }
}
