import type { ContactEvent } from "../../../../domain/call/state.ts";
import type { Verb } from "../../../../domain/flow/verbs.ts";
import { asId, type CarrierSid, type ContactId } from "../../../../domain/kernel/ids.ts";
import type { Agenda } from "./agenda.ts";
import type { SimCarrier, TrueLeg } from "./carrier.ts";
import type { Fate } from "./fate.ts";

type House = {
  readonly agenda: Agenda;
  readonly fate: Fate;
  readonly carrier: SimCarrier;
  contact(contactId: ContactId): { hear(event: ContactEvent): readonly Verb[] | "refused" } | null;
};

/** What a caller is like: which key is pressed in the menu, how patient, how long the talk is. */
type Caller = { readonly leg: TrueLeg; readonly key: string | null; readonly talkMs: number; met: boolean };

type Recording = { readonly sid: CarrierSid; readonly durationS: number; readonly url: string };

const SAY_MS = 1_500;
const MUSIC_MS = 10_000;
/** A carrier asks for instructions so often before it drops the call. */
const ASKS_MAX = 4;

/** Callers, and the carrier's side of their calls: it carries out the house's words one by one and asks for the next. */
export class Callers {
  private readonly house: House;
  private readonly callers = new Map<ContactId, Caller>();
  private recordings = 0;

  constructor(house: House) {
    this.house = house;
  }

  /** A call begins; it ends when the caller has had enough, unless somebody answers before. */
  dial(contactId: ContactId, means: { readonly handleMs: number; readonly patienceMs: number }): TrueLeg {
    const { agenda, carrier, fate } = this.house;
    const leg = carrier.callerDials(contactId);
    const lot = fate.next();
    const key = lot < 0.75 ? "1" : lot < 0.82 ? "2" : lot < 0.86 ? "3" : lot < 0.93 ? null : "7";
    this.callers.set(contactId, { leg, key, talkMs: fate.exponential(means.handleMs), met: false });
    agenda.plan(fate.exponential(means.patienceMs) + 2_000, () => {
      if (leg.conference === null || !this.isMet(contactId)) carrier.end(leg, "completed");
    });
    return leg;
  }

  /** Caller and agent are in one conference: one of them will hang up, or both at about the same time. */
  meet(contactId: ContactId): void {
    const caller = this.callers.get(contactId);
    if (caller === undefined || caller.met) return;
    caller.met = true;
    const { agenda, carrier, fate } = this.house;
    if (fate.happens(0.6)) agenda.plan(caller.talkMs, () => carrier.end(caller.leg, "completed"));
    else agenda.plan(caller.talkMs + 120_000, () => carrier.end(caller.leg, "completed"));
  }

  isMet(contactId: ContactId): boolean {
    return this.callers.get(contactId)?.met === true;
  }

  /** Does what it is told from here on; what the leg was doing is over. */
  run(leg: TrueLeg, verbs: readonly Verb[]): void {
    leg.doing += 1;
    this.doNext(leg, leg.doing, verbs, 0);
  }

  private doNext(leg: TrueLeg, turn: number, verbs: readonly Verb[], index: number): void {
    if (leg.doing !== turn) return;
    const { agenda, carrier, fate } = this.house;
    const verb = verbs[index];
    if (verb === undefined) return carrier.end(leg, "completed");
    const after = (ms: number): void => agenda.plan(ms, () => this.doNext(leg, turn, verbs, index + 1));
    switch (verb.do) {
      case "say":
      case "play":
      case "pause":
        return after(lengthOf(verb));
      case "gather":
        return this.gather(leg, turn, verb, after);
      case "ask_again":
        return this.ask(leg, turn, { key: verb.key, digits: null, recording: null });
      case "join_conference":
        return carrier.join(leg, verb.name);
      case "record":
        agenda.plan(fate.between(0, verb.maxS * 1_000), () => {
          if (leg.doing === turn) this.ask(leg, turn, { key: verb.key, digits: null, recording: this.record(leg) });
        });
        return;
      case "hang_up":
        return carrier.end(leg, "completed");
    }
  }

  private gather(leg: TrueLeg, turn: number, verb: Extract<Verb, { do: "gather" }>, after: (ms: number) => void): void {
    const { agenda, fate } = this.house;
    const promptsMs = verb.prompts.reduce((sum, prompt) => sum + lengthOf(prompt), 0);
    const isMenu = verb.prompts.length === 0;
    const digits = isMenu ? (this.callers.get(leg.contactId)?.key ?? null) : fate.happens(0.02) ? "2" : null;
    if (digits === null) return after(promptsMs + verb.timeoutS * 1_000);
    agenda.plan(fate.between(300, promptsMs + verb.timeoutS * 1_000), () => {
      if (leg.doing === turn) this.ask(leg, turn, { key: verb.key, digits, recording: null });
    });
  }

  private record(leg: TrueLeg): Recording {
    const { carrier, fate } = this.house;
    this.recordings += 1;
    const sid = asId<CarrierSid>(`RE${this.recordings}`);
    const recording = { sid, durationS: fate.whole(20), url: `carrier:${sid}` };
    const { durationS, url } = recording;
    const purpose = "voicemail";
    carrier.callBack(leg.contactId, () => ({ type: "recording_ready", recordingSid: sid, durationS, url, purpose }));
    return recording;
  }

  /** The carrier asks what to do next: with nobody answering it asks again, and at last lets the call go. */
  private ask(
    leg: TrueLeg,
    turn: number,
    question: { readonly key: string; readonly digits: string | null; readonly recording: Recording | null },
    asked = 1,
  ): void {
    const { agenda, carrier, fate } = this.house;
    leg.doing += 1;
    const waiting = leg.doing;
    fate.call<readonly Verb[] | "refused">(
      () => {
        const wanted = { type: "instructions_wanted", callSid: leg.callSid, ...question } as const;
        return this.house.contact(leg.contactId)?.hear(wanted) ?? "refused";
      },
      (answer) => {
        if (leg.doing !== waiting) return;
        if (answer === "refused") return carrier.end(leg, "completed");
        if (answer !== null) return this.run(leg, answer);
        if (asked >= ASKS_MAX) return carrier.end(leg, "completed");
        agenda.plan(fate.between(500, 5_000), () => {
          if (leg.doing === waiting) this.ask(leg, turn, question, asked + 1);
        });
      },
    );
  }
}

function lengthOf(verb: Verb): number {
  if (verb.do === "pause") return verb.seconds * 1_000;
  return verb.do === "play" ? MUSIC_MS * verb.loop : SAY_MS;
}
