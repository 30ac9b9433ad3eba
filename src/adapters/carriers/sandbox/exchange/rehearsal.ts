import { seededRandom } from "../../../../domain/kernel/random.ts";
import type { Effect, ExchangeEvent, LedgerLine } from "./events.ts";
import { type Account, type Call, type Callback, emptyExchange, type Faults, type RobotAction } from "./state.ts";
import { step } from "./step.ts";

/**
 * An exchange played through in memory on a clock of its own, for tests: the application is a function from a webhook's
 * address and parameters to TwiML, and every webhook is answered the moment it is asked.
 */
export type Application = (url: string, params: Readonly<Record<string, string>>) => string | number;

export const ACCOUNT: Account = {
  sid: `AC${"0".repeat(31)}1`,
  authToken: "token-of-the-account",
  apiKeySid: `SK${"0".repeat(31)}1`,
  apiKeySecret: "secret-of-the-key",
  createdAt: 0,
  numbers: [
    {
      sid: `PN${"0".repeat(31)}1`,
      e164: "+12025550101",
      voiceUrl: "http://app.test/voice",
      fallbackUrl: "http://app.test/fallback",
      statusCallback: "http://app.test/caller-over",
      updatedAt: 0,
    },
  ],
};

export const LINE = "+12025550101";
export const CALLER = "+12025550199";

export class Rehearsal {
  readonly exchange = emptyExchange();
  readonly asked: { url: string; params: Readonly<Record<string, string>> }[] = [];
  readonly callbacks: Callback[] = [];
  readonly told: Extract<Effect, { do: "tell" }>[] = [];
  readonly ledger: LedgerLine[] = [];
  readonly #application: Application;
  readonly #random;
  #sids = 0;
  now = 1_000_000;

  constructor(application: Application, seed = 1) {
    this.#application = application;
    this.#random = seededRandom(seed);
    this.apply({ kind: "account_set", account: ACCOUNT });
  }

  setFaults(faults: Faults): void {
    this.apply({ kind: "faults_set", faults });
  }

  readonly newSid = (prefix: string): string => {
    this.#sids += 1;
    return `${prefix}${this.#sids.toString(16).padStart(32, "0")}`;
  };

  apply(event: ExchangeEvent): void {
    const { effects } = step(this.exchange, event, {
      now: this.now,
      random: this.#random,
      newSid: this.newSid,
      base: "http://carrier.test",
      speed: 1,
    });
    for (const effect of effects) this.#perform(effect);
  }

  #perform(effect: Effect): void {
    if (effect.do === "notify") this.callbacks.push(effect.callback);
    else if (effect.do === "tell") this.told.push(effect);
    else if (effect.do === "book") this.ledger.push(effect.line);
    else {
      const { url, params, id: requestId } = effect.request;
      this.asked.push({ url, params });
      const answer = this.#application(url, params);
      if (typeof answer === "string") {
        this.apply({ kind: "document_arrived", callSid: effect.callSid, requestId, body: answer });
      } else this.apply({ kind: "document_failed", callSid: effect.callSid, requestId, code: answer });
    }
  }

  /** Lets time pass, each timer at its own moment. */
  pass(seconds: number): void {
    const until = this.now + seconds * 1_000;
    for (;;) {
      const [next] = [...this.exchange.timers].filter(([, { at }]) => at <= until).sort(([, a], [, b]) => a.at - b.at);
      if (next === undefined) break;
      this.now = Math.max(this.now, next[1].at);
      this.apply({ kind: "timer", key: next[0] });
    }
    this.now = until;
  }

  robotCalls(script: readonly RobotAction[] = [], patienceS: number | null = null): Call {
    const sid = this.newSid("CA");
    this.apply({ kind: "call_arrives", sid, from: CALLER, to: LINE, device: { kind: "robot", script, patienceS } });
    return this.call(sid);
  }

  phoneCalls(handset = "phone-1"): Call {
    const sid = this.newSid("CA");
    this.apply({ kind: "call_arrives", sid, from: CALLER, to: LINE, device: { kind: "phone", handset } });
    return this.call(sid);
  }

  /** Calls a softphone into a conference, as the Participants resource does. */
  addAgent(conference: string, identity: string, endOnExit = true): Call {
    const sid = this.newSid("CA");
    this.apply({
      kind: "call_created",
      sid,
      parentSid: null,
      direction: "outbound-api",
      from: LINE,
      to: `client:${identity}`,
      timeoutS: 20,
      callback: { url: "http://app.test/leg", events: ["initiated", "ringing", "answered", "completed"] },
      onAnswer: {
        do: "join",
        name: conference,
        options: {
          label: `label-of-${identity}`,
          muted: false,
          startOnEnter: true,
          endOnExit,
          coaching: false,
          callSidToCoach: null,
          record: false,
          legRecording: null,
          callback: {
            url: "http://app.test/conference",
            events: ["start", "end", "join", "leave", "mute", "hold", "modify"],
          },
          recordingCallback: null,
          hangUpAfter: true,
        },
      },
    });
    return this.call(sid);
  }

  call(sid: string): Call {
    const call = this.exchange.calls.get(sid);
    if (call === undefined) throw new Error(`the exchange has no call ${sid}`);
    return call;
  }

  /** The event names sent about conferences, in order. */
  conferenceEvents(): (string | undefined)[] {
    return this.callbacks.map(({ params }) => params.StatusCallbackEvent).filter((event) => event !== undefined);
  }

  statuses(callSid: string): (string | undefined)[] {
    return this.callbacks
      .filter(({ params }) => params.CallSid === callSid && params.StatusCallbackEvent === undefined)
      .map(({ params }) => params.CallStatus);
  }
}

export function response(inner: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><Response>${inner}</Response>`;
}
