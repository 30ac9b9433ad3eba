import type { ContactEvent, ContactState, ContactStep } from "../../../../domain/call/state.ts";
import type { CarrierSid, ContactId } from "../../../../domain/kernel/ids.ts";
import { isOver } from "./carrier.ts";
import type { ContactObject } from "./contact-object.ts";
import type { Ledger, Standing } from "./ledger.ts";
import type { House } from "./watched.ts";

type Found = { readonly contactId: ContactId | null; readonly promise: string };

/** What is known of one contact from the steps before. */
type Seen = { seq: number; ended: number; answered: number; ranks: Map<CarrierSid, number>; standing: Standing };

/** No state waits longer than this for the next look at it (README of domain/call). */
const LONGEST_WAIT_MS: { readonly [at in ContactState["stage"]["at"]]: number } = {
  in_flow: 300_000,
  queued: 30_000,
  connecting: 25_000,
  talking: 300_000,
  calling_out: 25_000,
  talking_out: 300_000,
  voicemail: 300_000,
  ending: 60_000,
  wrap_up: 1_800_000,
  settling: 60_000,
  ended: 0,
};
/** A caller's end that no callback told is found by the sweep within this: the longest lease, and the carrier's outages. */
const UNHEARD_MS_MAX = 480_000;

/** What must hold of a contact after each of its steps, by its own books and by the carrier's truth. */
export class ContactPromises {
  private readonly house: House;
  private readonly ledger: Ledger;
  private readonly seen = new Map<ContactId, Seen>();
  /** Legs whose seconds stand in a fact, and so on a bill. */
  private readonly billed = new Set<CarrierSid>();

  constructor(house: House, ledger: Ledger) {
    this.house = house;
    this.ledger = ledger;
  }

  broken(contact: ContactObject, event: ContactEvent, step: ContactStep): string | null {
    const seen = this.seenOf(contact.contactId);
    const { target } = Object.values(contact.config.queues)[0] as { target: Parameters<Ledger["enter"]>[3] }; // one queue each
    return (
      this.brokenByFacts(seen, step) ??
      this.ledger.enter(step.facts, step.state, seen.standing, target) ??
      this.brokenByLegs(seen, step.state) ??
      this.brokenByTime(step.state) ??
      this.brokenByTruth(step.state, event)
    );
  }

  leftBehind(): Found | null {
    for (const contact of this.house.contacts.values()) {
      const { contactId, mind } = contact;
      if (!contact.isOver) return { contactId, promise: `never over: ${mind.state.stage.at}` };
      if (this.seenOf(contactId).ended !== 1) return { contactId, promise: "did not end in exactly one outcome" };
    }
    for (const leg of this.house.carrier.legs.values()) {
      const { contactId, callSid } = leg;
      if (leg.endedAt === null) return { contactId, promise: `leg ${callSid} is up for ever` };
      if (leg.isTold && !this.billed.has(callSid))
        return { contactId, promise: `the seconds of leg ${callSid} are on no bill` };
    }
    return null;
  }

  private brokenByFacts(seen: Seen, { facts, state }: ContactStep): string | null {
    for (const { seq, body } of facts) {
      seen.seq += 1;
      if (seq !== seen.seq) return `fact ${seq} follows fact ${seen.seq - 1}`;
      if (body.type === "ended") seen.ended += 1;
      if (body.type === "seat_answered") seen.answered += 1;
      if (body.type === "reconciled" && body.what === "seat_freed_unseen") this.giveUp(state.contactId);
      if ("waitedMs" in body && body.waitedMs < 0) return `a wait of ${body.waitedMs} ms`;
      if (body.type === "wrapped_up" && body.wrapUpMs < 0) return `a wrap-up of ${body.wrapUpMs} ms`;
      if (body.type !== "leg_ended") continue;
      const leg = this.house.carrier.legs.get(body.callSid);
      if (leg === undefined || leg.contactId !== state.contactId)
        return `bills leg ${body.callSid}, which is not its own`;
      if (this.billed.has(body.callSid)) return `bills leg ${body.callSid} twice`;
      this.billed.add(body.callSid);
      const seconds = this.house.carrier.secondsOf(leg);
      if (leg.endedAt === null || body.durationS !== seconds)
        return `bills ${body.durationS} s for leg ${body.callSid}; the carrier bills ${seconds} s`;
    }
    if (seen.ended > 1) return "ended twice";
    return seen.answered > 1 ? "answered twice" : null;
  }

  /** Nobody could say for a minute that the agent's leg is over; the contact says so, and the house goes on without. */
  private giveUp(contactId: ContactId): void {
    for (const leg of this.house.carrier.legs.values()) {
      if (leg.contactId === contactId && leg.party === "agent" && leg.endedAt === null) leg.isGivenUp = true;
    }
  }

  private brokenByLegs(seen: Seen, { legs }: ContactState): string | null {
    for (const { callSid, rank } of legs) {
      const before = seen.ranks.get(callSid) ?? 0;
      if (rank < before) return `leg ${callSid} falls from rank ${before} to ${rank}`;
      if (rank > before) seen.ranks.set(callSid, rank);
    }
    return null;
  }

  /** Whatever waits has a deadline, and no later one than its state allows. */
  private brokenByTime(state: ContactState): string | null {
    const { at } = state.stage;
    const due = this.house.machines.deadlineOf(state);
    if (due === null) return at === "ended" ? null : `${at} without a deadline`;
    const inMs = due - state.seenAt;
    return inMs > LONGEST_WAIT_MS[at] + 1 && state.parting === null
      ? `${at} is looked at again in ${inMs} ms only`
      : null;
  }

  private brokenByTruth(state: ContactState, event: ContactEvent): string | null {
    const caller = this.house.carrier.legs.get(state.callSid);
    if (caller === undefined) return "a contact without a caller";
    const { goingOn } = this.seenOf(state.contactId).standing;
    if (goingOn && state.stage.at !== "voicemail" && isCallersEnd(state, event))
      return `${state.stage.at}, although it has been told that the caller is gone`;
    if (!goingOn && caller.endedAt === null) return `${state.stage.at}, but the caller is still on the line`;
    const goneMs = caller.endedAt === null ? 0 : this.house.agenda.now - caller.endedAt;
    if (goingOn && event.type === "deadline" && goneMs > UNHEARD_MS_MAX)
      return `${state.stage.at} ${goneMs} ms after the caller hung up`;
    return null;
  }

  private seenOf(contactId: ContactId): Seen {
    const known = this.seen.get(contactId);
    if (known !== undefined) return known;
    const standing = { goingOn: false, inQueue: false };
    const fresh: Seen = { seq: 0, ended: 0, answered: 0, ranks: new Map(), standing };
    this.seen.set(contactId, fresh);
    return fresh;
  }
}

/** A caller who leaves a voicemail may be gone before the message is told; every other state ends with the caller. */
function isCallersEnd({ callSid }: ContactState, event: ContactEvent): boolean {
  if (event.type === "leg_status") return event.callSid === callSid && isOver(event.status);
  return (
    event.type === "leg_reported" && event.callSid === callSid && event.report !== null && isOver(event.report.status)
  );
}
