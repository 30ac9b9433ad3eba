import type { Party } from "../../../../domain/call/facts.ts";
import type { ContactEvent, LegReport, LegStatus } from "../../../../domain/call/state.ts";
import type { Verb } from "../../../../domain/flow/verbs.ts";
import { type AgentId, asId, type CarrierSid, type ContactId } from "../../../../domain/kernel/ids.ts";
import type { Agenda } from "./agenda.ts";
import type { Fate } from "./fate.ts";

type House = {
  readonly agenda: Agenda;
  readonly fate: Fate;
  readonly callers: {
    run(leg: TrueLeg, verbs: readonly Verb[]): void;
    meet(contactId: ContactId): void;
  };
  readonly watch: { agentRings(leg: TrueLeg): void };
  desk(agentId: AgentId): { ring(leg: TrueLeg, conference: string): void };
  contact(contactId: ContactId): { hear(event: ContactEvent): unknown } | null;
};

/** A leg as it truly is: what the house believes is compared with this. */
export type TrueLeg = {
  readonly callSid: CarrierSid;
  readonly contactId: ContactId;
  readonly party: Party;
  readonly agentId: AgentId | null;
  readonly label: string | null;
  status: LegStatus;
  answeredAt: number | null;
  endedAt: number | null;
  conference: string | null;
  /** Raised whenever the leg is told to do something else: what it did before is over. */
  doing: number;
  /** Until here the carrier knows that the leg is over, but not its seconds. */
  figureAt: number;
  /** The house has heard of it: by a callback, or by the answer to a command. */
  isTold: boolean;
  /** The house has said in so many words that it waits for this leg's end no longer. */
  isGivenUp: boolean;
};

/** A carrier's no for good; a command that is not answered at all is an outage, see `Fate.command`. */
export type CarrierNo = "refused";

const FIGURE_LATE_MS_MAX = 30_000;

/** The telephone carrier: legs and conferences, what it bills, and callbacks that may be lost, doubled and late. */
export class SimCarrier {
  readonly legs = new Map<CarrierSid, TrueLeg>();
  /** Legs that are up or ringing, by agent. */
  readonly liveOf = new Map<AgentId, Set<TrueLeg>>();
  private readonly house: House;
  private readonly conferences = new Map<string, Set<TrueLeg>>();
  private made = 0;

  constructor(house: House) {
    this.house = house;
  }

  /** A caller dials: the leg is up from the first word on. */
  callerDials(contactId: ContactId): TrueLeg {
    const leg = this.newLeg(contactId, "caller", null, null);
    leg.status = "in-progress";
    leg.answeredAt = this.house.agenda.now;
    return leg;
  }

  /** The house has been answered with the name of this leg. */
  told(callSid: CarrierSid): void {
    const leg = this.legs.get(callSid);
    if (leg !== undefined) leg.isTold = true;
  }

  secondsOf(leg: TrueLeg): number {
    if (leg.answeredAt === null || leg.endedAt === null) return 0;
    return Math.ceil((leg.endedAt - leg.answeredAt) / 1_000);
  }

  // What the house commands.

  updateCall(callSid: CarrierSid, verbs: readonly Verb[]): true | CarrierNo {
    const leg = this.legs.get(callSid);
    if (leg === undefined || leg.endedAt !== null) return "refused";
    this.leaveConference(leg);
    this.house.callers.run(leg, verbs);
    return true;
  }

  endCall(callSid: CarrierSid): true | CarrierNo {
    const leg = this.legs.get(callSid);
    if (leg === undefined || leg.endedAt !== null) return "refused";
    this.end(leg, leg.answeredAt === null ? "canceled" : "completed");
    return true;
  }

  fetchCall(callSid: CarrierSid): LegReport | null {
    const leg = this.legs.get(callSid);
    if (leg === undefined) return null;
    const told = leg.endedAt !== null && this.house.agenda.now >= leg.figureAt;
    return { status: leg.status, durationS: told ? this.secondsOf(leg) : null };
  }

  /** Calls the agent's browser phone into a conference; what an earlier attempt under this label made is found first. */
  addParticipant(order: {
    readonly contactId: ContactId;
    /** Null for a number outside the house. */
    readonly agentId: AgentId | null;
    readonly label: string;
    readonly conference: string;
    readonly timeoutS: number;
  }): CarrierSid | CarrierNo {
    const earlier = this.findParticipant(order.contactId, order.label);
    if (earlier !== null) return earlier;
    const { fate, agenda, watch } = this.house;
    if (fate.happens(fate.weather.carrierRefuses)) return "refused";
    const { agentId } = order;
    const leg = this.newLeg(order.contactId, agentId === null ? "outside" : "agent", agentId, order.label);
    if (agentId !== null) watch.agentRings(leg);
    this.report(leg, "initiated");
    agenda.plan(fate.between(100, 800), () => {
      if (leg.endedAt !== null) return;
      leg.status = "ringing";
      this.report(leg, "ringing");
      if (agentId === null) this.ringOutside(leg, order.conference);
      else this.house.desk(agentId).ring(leg, order.conference);
    });
    agenda.plan(order.timeoutS * 1_000, () => {
      if (leg.answeredAt === null) this.end(leg, "no-answer");
    });
    return leg.callSid;
  }

  /** A number outside is busy, is not picked up, or talks for a while and hangs up, if the caller does not. */
  private ringOutside(leg: TrueLeg, conference: string): void {
    const { fate, agenda } = this.house;
    if (fate.happens(0.2)) return this.end(leg, "busy");
    if (fate.happens(0.2)) return;
    agenda.plan(fate.between(1_000, 12_000), () => {
      this.answer(leg, conference);
      agenda.plan(fate.between(5_000, 240_000), () => this.end(leg, "completed"));
    });
  }

  findParticipant(contactId: ContactId, label: string): CarrierSid | null {
    for (const leg of this.legs.values()) {
      if (leg.contactId === contactId && leg.label === label && leg.endedAt === null) return leg.callSid;
    }
    return null;
  }

  hold(conference: string): true | CarrierNo {
    return this.conferences.has(conference) ? true : "refused";
  }

  // What people do.

  answer(leg: TrueLeg, conference: string): void {
    if (leg.endedAt !== null || leg.answeredAt !== null) return;
    leg.answeredAt = this.house.agenda.now;
    leg.status = "in-progress";
    this.report(leg, "in-progress");
    this.join(leg, conference);
  }

  join(leg: TrueLeg, name: string): void {
    const members = this.conferences.get(name) ?? new Set();
    this.conferences.set(name, members);
    members.add(leg);
    leg.conference = name;
    this.tellConference(leg, name, "join");
    if ([...members].some((other) => other.party !== leg.party)) this.house.callers.meet(leg.contactId);
  }

  /** The leg is over. Whoever is in conference with a caller who goes is put out as well. */
  end(leg: TrueLeg, status: LegStatus): void {
    if (leg.endedAt !== null) return;
    const { agenda, fate } = this.house;
    leg.endedAt = agenda.now;
    leg.status = status;
    leg.doing += 1;
    leg.figureAt = agenda.now + (fate.happens(0.1) ? fate.between(0, FIGURE_LATE_MS_MAX) : 0);
    if (leg.agentId !== null) this.liveOf.get(leg.agentId)?.delete(leg);
    this.report(leg, status);
    this.leaveConference(leg);
  }

  private leaveConference(leg: TrueLeg): void {
    const name = leg.conference;
    const members = name === null ? undefined : this.conferences.get(name);
    if (name === null || members === undefined) return;
    leg.conference = null;
    members.delete(leg);
    this.tellConference(leg, name, "leave");
    if (leg.party === "caller" || members.size === 0) {
      this.conferences.delete(name);
      this.tellConference(leg, name, "end");
      for (const other of members) this.end(other, "completed");
    }
  }

  private newLeg(
    contactId: ContactId,
    party: TrueLeg["party"],
    agentId: AgentId | null,
    label: string | null,
  ): TrueLeg {
    this.made += 1;
    const callSid = asId<CarrierSid>(`CA${this.made}`);
    const nothing = {
      isTold: false,
      isGivenUp: false,
      status: "queued",
      answeredAt: null,
      endedAt: null,
      conference: null,
      doing: 0,
      figureAt: 0,
    } as const;
    const leg: TrueLeg = { callSid, contactId, party, agentId, label, ...nothing };
    this.legs.set(callSid, leg);
    if (agentId !== null) {
      const live = this.liveOf.get(agentId) ?? new Set();
      this.liveOf.set(agentId, live.add(leg));
    }
    return leg;
  }

  private report(leg: TrueLeg, status: LegStatus): void {
    const { callSid, party } = leg;
    this.callBack(leg.contactId, () => {
      leg.isTold = true;
      const durationS = leg.endedAt !== null && this.house.agenda.now >= leg.figureAt ? this.secondsOf(leg) : null;
      return { type: "leg_status", callSid, party, status, durationS: isOver(status) ? durationS : null };
    });
  }

  private tellConference(leg: TrueLeg, name: string, what: "join" | "leave" | "end"): void {
    const { callSid, label, contactId } = leg;
    const who = what === "end" ? { callSid: null, label: null } : { callSid, label };
    this.callBack(contactId, () => {
      if (what !== "end") leg.isTold = true;
      return { type: "conference", name, what, ...who };
    });
  }

  callBack(contactId: ContactId, event: () => ContactEvent): void {
    this.house.fate.callback(() => this.house.contact(contactId)?.hear(event()));
  }
}

/** True for a status that ends a leg. */
export function isOver(status: LegStatus): boolean {
  return !["queued", "initiated", "ringing", "in-progress"].includes(status);
}
