import { deadlineOf, openContact, stepContact } from "../../src/domain/call/contact.ts";
import type { ContactFact, Party } from "../../src/domain/call/facts.ts";
import type { LineConfig } from "../../src/domain/call/line-config.ts";
import type { PoolMessage } from "../../src/domain/call/messages.ts";
import type { ContactEvent, ContactState, Effect, LegStatus, Moment } from "../../src/domain/call/state.ts";
import { asId, type CarrierSid } from "../../src/domain/kernel/ids.ts";

type TrueLeg = {
  callSid: CarrierSid;
  party: Party;
  startedAt: number;
  endedAt: number | null;
  status: LegStatus;
};

const FREES_SEAT = new Set<PoolMessage["say"]>(["withdraw", "leg_failed", "talk_ended", "wrapped_up"]);
const OPEN_AT = Date.UTC(2026, 10, 20, 4, 0);

/**
 * One contact and a carrier that knows the truth about its legs. Commands are carried out at once; what the carrier
 * reports is up to the test, which may lose, double and shuffle it. Time moves only when the test moves it.
 */
export class ToyCarrier {
  now = OPEN_AT;
  readonly facts: ContactFact[] = [];
  readonly legs: TrueLeg[] = [];
  readonly poolHeard: PoolMessage[] = [];
  /** What the pool was told that frees a seat while, in truth, an agent's leg was up. */
  readonly freedTooEarly: string[] = [];
  /** How many legs to agents were up at the same time. */
  mostLegsAtOnce = 0;
  readonly ignored: string[] = [];
  /** Every command, in order. */
  readonly asked: Effect[] = [];
  /** Who picks up a telephone outside the house. */
  picksUp: "person" | "machine" = "person";
  /** So many commands to end a leg come to nothing. */
  lostEnds = 0;
  state: ContactState;
  private readonly config: LineConfig;
  /** What the carrier would post, in the true order. */
  readonly callbacks: ContactEvent[] = [];

  constructor(config: LineConfig) {
    this.config = config;
    const callSid = asId<CarrierSid>("CA-caller");
    this.legs.push({ callSid, party: "caller", startedAt: this.now, endedAt: null, status: "in-progress" });
    const call = {
      contactId: asId<ContactState["contactId"]>("77777777-0000-4000-8000-000000000001"),
      carrier: "sandbox",
      accountSid: "AC1",
      callSid,
      from: "+8613055550123",
      to: "+8601055550100",
    };
    const opened = openContact(config, call, this.moment());
    this.state = opened.state;
    this.facts.push(...opened.facts);
    this.perform(opened.effects);
  }

  moment(): Moment {
    return { now: this.now, local: () => ({ date: "2026-11-20", weekday: 5, minuteOfDay: 12 * 60 }) };
  }

  send(event: ContactEvent) {
    const step = stepContact(this.config, this.state, event, this.moment());
    this.state = step.state;
    this.facts.push(...step.facts);
    if (step.ignored !== null) this.ignored.push(step.ignored);
    this.perform(step.effects);
    return step;
  }

  press(digits: string | null) {
    return this.send({
      type: "instructions_wanted",
      callSid: asId("CA-caller"),
      key: String(this.state.turn),
      digits,
      recording: null,
    });
  }

  hangUp(callSid: string): void {
    const leg = this.legs.find((known) => known.callSid === callSid);
    if (leg === undefined || leg.endedAt !== null) return;
    leg.endedAt = this.now;
    leg.status = "completed";
    this.callbacks.push({
      type: "leg_status",
      callSid: leg.callSid,
      party: leg.party,
      status: "completed",
      durationS: secondsOf(leg),
    });
  }

  /** Runs deadlines, and lets time pass to them, until the contact is over. */
  sweep(): void {
    for (let count = 0; count < 5_000; count++) {
      const due = deadlineOf(this.state);
      if (due === null) return;
      this.now = Math.max(this.now, due);
      this.send({ type: "deadline" });
    }
    throw new Error(`never over: ${JSON.stringify(this.state.stage)}`);
  }

  private perform(effects: readonly Effect[]): void {
    for (const effect of effects) this.carryOut(effect);
  }

  private carryOut(effect: Effect): void {
    this.asked.push(effect);
    switch (effect.do) {
      case "tell_pool":
        this.poolHeard.push(effect.message);
        if (
          FREES_SEAT.has(effect.message.say) &&
          this.legs.some((leg) => leg.party === "agent" && leg.endedAt === null)
        ) {
          this.freedTooEarly.push(effect.message.say);
        }
        return;
      case "add_participant": {
        const callSid = asId<CarrierSid>(`CA-${effect.label}`);
        const party = effect.agentId === null ? "outside" : "agent";
        this.legs.push({ callSid, party, startedAt: this.now, endedAt: null, status: "in-progress" });
        const up = this.legs.filter((leg) => leg.party === "agent" && leg.endedAt === null).length;
        this.mostLegsAtOnce = Math.max(this.mostLegsAtOnce, up);
        const { conference: name, label } = effect;
        this.callbacks.push(
          { type: "leg_status", callSid, party, status: "ringing", durationS: null },
          { type: "leg_status", callSid, party, status: "in-progress", durationS: null },
          ...(effect.telephone === undefined || party === "outside"
            ? []
            : [{ type: "picked_up", callSid, by: this.picksUp } as const]),
          { type: "conference", name, what: "join", callSid, label },
          { type: "conference", name, what: "join", callSid: asId("CA-caller"), label: null },
        );
        this.send({ type: "leg_created", label, callSid });
        return;
      }
      case "end_call":
        if (this.lostEnds > 0) {
          this.lostEnds -= 1;
          return;
        }
        return this.hangUp(effect.callSid);
      case "fetch_call": {
        const leg = this.legs.find((known) => known.callSid === effect.callSid);
        const report =
          leg === undefined ? null : { status: leg.status, durationS: leg.endedAt === null ? null : secondsOf(leg) };
        this.send({ type: "leg_reported", callSid: effect.callSid, report });
        return;
      }
      default:
        return;
    }
  }
}

export function secondsOf(leg: { readonly startedAt: number; readonly endedAt: number | null }): number {
  return Math.ceil(((leg.endedAt ?? leg.startedAt) - leg.startedAt) / 1_000);
}
