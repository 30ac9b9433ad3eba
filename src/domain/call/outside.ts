import type { CarrierSid } from "../kernel/ids.ts";
import { SECOND_MS } from "../kernel/instant.ts";
import { assert } from "../kernel/step.ts";
import type { Draft } from "./draft.ts";
import type { OutsideFailure } from "./facts.ts";
import {
  AWAY_DOUBT_MS,
  CONNECT_EXTENSIONS_MAX,
  CONNECT_LEASE_MS,
  ENDING_LEASE_MS,
  HALF_JOINED_LEASE_MS,
  OUTSIDE_RING_S,
  TALK_LEASE_MS,
} from "./leases.ts";
import type { Create, Leg, LegStatus, QueuePlace, Stage } from "./state.ts";
import { nextOutside, stayEnd, waitAfresh } from "./tickets.ts";
import { resumeWaiting } from "./waiting.ts";

type CallingOut = Extract<Stage, { at: "calling_out" }>;
type TalkingOut = Extract<Stage, { at: "talking_out" }>;

/**
 * The queue's time for a number outside has come and nobody rings: the pool puts the contact aside, the caller goes to a
 * conference of this attempt's own, and the number is called there. Until it answers the stay in the queue goes on, and how
 * the stay ends is what the pool hears next.
 */
export function callOutside(draft: Draft, place: QueuePlace): void {
  const { outside, queueId, queuedAt } = place;
  assert(outside !== undefined, "a number outside is called only where the queue names one");
  const { number, name } = outside;
  const nth = draft.state.creates.length + 1;
  const label = `outside-${nth}`;
  const conference = `contact-${draft.state.contactId}${nth === 1 ? "" : `-${nth}`}`;
  draft.fact({ type: "outside_called", queueId, number, name, waitedMs: draft.now - queuedAt });
  draft.tellPool(place.poolId, { say: "withdraw", why: "aside", attempt: place.attempt });
  const leg = { label, reservationId: null, agentId: null, conference, telephone: number } as const;
  draft.state.creates = [...draft.state.creates, { ...leg, callSid: null, refused: false }];
  draft.effect({ do: "add_participant", ...leg, timeoutS: OUTSIDE_RING_S });
  draft.redirect([
    { do: "join_conference", name: conference, record: draft.config.recordCalls },
    { do: "ask_again", key: draft.nextTurn() },
  ]);
  draft.move({
    at: "calling_out",
    place,
    to: { number, name },
    label,
    conference,
    outsideIn: false,
    callerIn: false,
    extensions: 0,
    leaseAt: draft.now + CONNECT_LEASE_MS,
  });
}

/** The stay is over. The pool may have heard of none: the word that would have told it was held up until now. */
function withdrawAs(draft: Draft, place: QueuePlace, why: "left" | "abandoned"): void {
  const { poolId, attempt } = place;
  draft.tellPool(poolId, { say: "withdraw", why, attempt, stay: stayEnd(draft, place, false) });
}

/** One of the two is in the conference; when both are, the caller has flowed out of the queue. */
export function joinedOutside(draft: Draft, stage: CallingOut, party: "caller" | "outside"): void {
  const now = {
    ...stage,
    outsideIn: stage.outsideIn || party === "outside",
    callerIn: stage.callerIn || party === "caller",
  };
  if (now.outsideIn && now.callerIn) return answeredOutside(draft, now);
  if (now.outsideIn === stage.outsideIn && now.callerIn === stage.callerIn) return draft.ignore("joined already");
  const leaseAt = now.outsideIn ? Math.min(stage.leaseAt, draft.now + HALF_JOINED_LEASE_MS) : stage.leaseAt;
  draft.move({ ...now, leaseAt });
}

function answeredOutside(draft: Draft, stage: CallingOut): void {
  const { to, label, conference } = stage;
  const callSid = draft.state.creates.find((made) => made.label === label)?.callSid;
  if (callSid === undefined || callSid === null) return draft.ignore("the leg outside has no name yet");
  const { queueId, queuedAt } = stage.place;
  const waitedMs = draft.now - queuedAt;
  draft.fact({ type: "outside_answered", ...to, callSid, waitedMs });
  draft.fact({ type: "left_queue", queueId, why: "overflowed", waitedMs });
  withdrawAs(draft, stage.place, "left");
  const leaseAt = draft.now + TALK_LEASE_MS;
  draft.move({ at: "talking_out", to, label, conference, answeredAt: draft.now, overAt: null, leaseAt });
}

/** The number's leg is over: before it was one, or in mid-talk. Who hangs up first takes the other's leg along. */
export function outsideOver(draft: Draft, leg: Leg, status: LegStatus): void {
  const { stage } = draft.state;
  if (!isOutsideLeg(draft, leg)) return;
  if (stage.at === "calling_out") return outsideFailed(draft, stage, FAILURES[status] ?? "failed");
  if (stage.at !== "talking_out") return;
  draft.move({ ...stage, overAt: draft.now, leaseAt: draft.now + AWAY_DOUBT_MS });
}

const FAILURES: { readonly [status in LegStatus]?: OutsideFailure } = { "no-answer": "no_answer", busy: "busy" };

/** The caller gives up while the number rings: an abandoned stay, in the pool's figures as in the queue's own. */
export function abandonOutside(draft: Draft, { place, label }: CallingOut): void {
  withdrawAs(draft, place, "abandoned");
  endOutside(draft, label);
}

/** The caller is back at the music, in the same place by age; the queue's next number is called in its own time, or now. */
export function outsideFailed(draft: Draft, stage: CallingOut, why: OutsideFailure): void {
  draft.fact({ type: "outside_failed", number: stage.to.number, why });
  endOutside(draft, stage.label);
  const { outside: tried, ...place } = stage.place;
  const queue = draft.config.queues[place.queueId];
  assert(queue !== undefined && tried !== undefined, "who is called out waited in a queue that names the number");
  const next = nextOutside(queue, place.queuedAt, tried.step);
  resumeWaiting(draft, waitAfresh(draft, { ...place, ...next }));
}

/** The number rings for ever, or its words are lost: the carrier is asked, and after the third time the caller waits on. */
export function chaseOutside(draft: Draft, stage: CallingOut): void {
  if (stage.extensions >= CONNECT_EXTENSIONS_MAX) return outsideFailed(draft, stage, "no_answer");
  for (const callSid of outsideLegs(draft, stage.label)) draft.fetchCall(callSid);
  draft.fetchCall(draft.state.callSid);
  const leaseMs = stage.outsideIn ? HALF_JOINED_LEASE_MS : CONNECT_LEASE_MS;
  draft.move({ ...stage, extensions: stage.extensions + 1, leaseAt: draft.now + leaseMs });
}

/** The carrier says that a leg lives while the caller is called out or talks outside. */
export function aliveOutside(draft: Draft, stage: CallingOut | TalkingOut, leg: Leg): void {
  if (stage.at === "talking_out") {
    return leg.party === "caller" && stage.overAt !== null ? hangUpOutside(draft, stage) : undefined;
  }
  if (leg.party === "outside") return isOutsideLeg(draft, leg) ? joinedOutside(draft, stage, "outside") : undefined;
  if (leg.party !== "caller" || !stage.outsideIn) return;
  draft.fact({ type: "reconciled", what: "join_unseen", detail: "the carrier says that both legs are up" });
  joinedOutside(draft, stage, "caller");
}

/** The number has hung up and the caller is there still. */
function hangUpOutside(draft: Draft, stage: TalkingOut): void {
  leaveOutside(draft, stage);
  draft.effect({ do: "end_call", callSid: draft.state.callSid });
  draft.say([{ do: "hang_up" }]);
  draft.move({
    at: "ending",
    ending: { outcome: "transferred_out", endedBy: "outside" },
    seat: null,
    leaseAt: draft.now + ENDING_LEASE_MS,
  });
}

export function leaveOutside(draft: Draft, { to, answeredAt, overAt, label }: TalkingOut): void {
  draft.fact({ type: "outside_left", number: to.number, talkMs: (overAt ?? draft.now) - answeredAt });
  endOutside(draft, label);
}

export function endOutside(draft: Draft, label: string): void {
  for (const callSid of outsideLegs(draft, label)) draft.effect({ do: "end_call", callSid });
}

/** Asks about both ends; while the number's leg is over, about the caller's alone. */
export function chaseTalkOutside(draft: Draft, stage: TalkingOut): void {
  draft.fetchCall(draft.state.callSid);
  if (stage.overAt === null) for (const callSid of outsideLegs(draft, stage.label)) draft.fetchCall(callSid);
  const leaseMs = stage.overAt === null ? TALK_LEASE_MS : 2 * SECOND_MS;
  draft.move({ ...stage, leaseAt: draft.now + leaseMs });
}

function outsideLegs(draft: Draft, label: string): CarrierSid[] {
  return draft.state.creates.flatMap(({ label: made, callSid }) =>
    made === label && callSid !== null && draft.leg(callSid)?.over !== true ? [callSid] : [],
  );
}

/** True when this leg is the one that the contact is called out to now, not of an earlier attempt. */
export function isOutsideLeg({ state: { stage, creates } }: Draft, { callSid }: Leg): boolean {
  if (stage.at !== "calling_out" && stage.at !== "talking_out") return false;
  return creates.find((made) => made.callSid === callSid)?.label === stage.label;
}

/** True while this leg is wanted by whoever waits for it or talks on it. */
export function isWantedOutside(stage: Stage, { label }: Pick<Create, "label">): boolean {
  return (stage.at === "calling_out" || stage.at === "talking_out") && stage.label === label;
}
