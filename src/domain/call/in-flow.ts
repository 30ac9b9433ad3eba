import { enter, queueKey, reply, type Walk, waitingVerbs } from "../flow/interpreter.ts";
import type { StepId } from "../kernel/ids.ts";
import { SECOND_MS } from "../kernel/instant.ts";
import { unreachable } from "../kernel/step.ts";
import { conclude, rescind, unservedOutcome } from "./closing.ts";
import type { Draft } from "./draft.ts";
import type { Outcome } from "./facts.ts";
import { ENDING_LEASE_MS, FLOW_LEASE_MS, KEEP_ALIVE_MS } from "./leases.ts";
import { timeZoneOf } from "./line-config.ts";
import { takeRecording } from "./recordings.ts";
import type { ContactEvent, QueuePlace, Stage } from "./state.ts";
import { nextMove, nextOutside, stayEnd, ticketOf } from "./tickets.ts";
import { nextStretch, queueStep } from "./waiting.ts";

type Wanted = Extract<ContactEvent, { type: "instructions_wanted" }>;
type Queued = Extract<Stage, { at: "queued" }>;

export function startFlow(draft: Draft): void {
  follow(draft, (key) => enter(draft.world(key), draft.config.flow.entry));
}

/** The carrier asks what the caller is to hear. Only the turn we wait for moves the contact; a repeat hears the same. */
export function answerCaller(draft: Draft, event: Wanted): void {
  if (event.callSid !== draft.state.callSid) return draft.refuse("foreign_leg");
  draft.state.heardAt = draft.now;
  if (event.recording !== null) takeRecording(draft, event.recording, "voicemail");
  if (event.key !== String(draft.state.turn)) {
    draft.ignore(`turn ${event.key} is past`);
    return draft.answer();
  }
  takeTurn(draft, event);
  draft.answer();
}

function takeTurn(draft: Draft, event: Wanted): void {
  const stage = draft.state.stage;
  switch (stage.at) {
    case "in_flow":
      return answerStep(draft, stage, event.digits);
    case "queued":
      return waitOn(draft, stage, event.digits);
    case "voicemail":
      return leaveVoicemail(draft, stage);
    case "connecting":
      // The caller fell out of a conference that nobody has joined yet: back in.
      return draft.ignore("waits for the agent");
    case "calling_out":
      return draft.ignore("waits for the number outside");
    case "talking":
    case "talking_out":
      // The conference is over and the carrier asks what is next: the agent has left.
      return draft.say([{ do: "hang_up" }]);
    case "ending":
    case "wrap_up":
    case "settling":
    case "ended":
      draft.say([{ do: "hang_up" }]);
      return draft.ignore(`nothing to say in ${stage.at}`);
    default:
      return unreachable(stage);
  }
}

function answerStep(draft: Draft, stage: Extract<Stage, { at: "in_flow" }>, digits: string | null): void {
  follow(draft, (key) => {
    const answer = reply(draft.world(key), stage.stepId, stage.repeats, digits);
    draft.state.language = answer.language;
    if (answer.chosen !== null) draft.fact({ type: "menu_chosen", stepId: stage.stepId, key: answer.chosen });
    if (answer.collected !== null) {
      const { variable, digits: typed } = answer.collected;
      draft.fact({ type: "digits_collected", stepId: stage.stepId, variable, digits: typed });
      draft.state.variables = { ...draft.state.variables, [variable]: typed };
    }
    return answer.walk;
  });
}

/** Goes on in the flow at a step, from wherever the contact stands. */
export function goTo(draft: Draft, stepId: StepId): void {
  follow(draft, (key) => enter(draft.world(key), stepId));
}

function follow(draft: Draft, walking: (key: string) => Walk): void {
  const key = draft.nextTurn();
  const walk = walking(key);
  for (const step of walk.entered) draft.fact({ type: "flow_step_entered", stepId: step.stepId, kind: step.kind });
  if (walk.turnedAway) draft.state.history = { ...draft.state.history, turnedAway: true };
  const rest = walk.rest;
  draft.say(walk.verbs);
  switch (rest.kind) {
    case "asking":
      return draft.move({
        at: "in_flow",
        stepId: rest.stepId,
        repeats: rest.repeats,
        leaseAt: draft.now + FLOW_LEASE_MS,
      });
    case "queue":
      return joinQueue(draft, rest.stepId, key, walk);
    case "voicemail": {
      const leaseAt = draft.now + rest.step.maxS * SECOND_MS + ENDING_LEASE_MS;
      return draft.move({ at: "voicemail", stepId: rest.stepId, callerGone: false, leaseAt });
    }
    case "hang_up":
      return hangUpOn(draft, unservedOutcome(draft.state));
    case "lost":
      draft.fact({ type: "reconciled", what: "flow_lost", detail: rest.why });
      return hangUpOn(draft, "failed");
    default:
      return unreachable(rest);
  }
}

function hangUpOn(draft: Draft, outcome: Outcome): void {
  draft.move({
    at: "ending",
    ending: { outcome, endedBy: "house" },
    seat: null,
    leaseAt: draft.now + ENDING_LEASE_MS,
  });
}

function joinQueue(draft: Draft, stepId: StepId, key: string, walk: Walk): void {
  const step = queueStep(draft, stepId);
  const queue = step === null ? undefined : draft.config.queues[step.queue];
  if (step === null || queue === undefined) {
    draft.fact({ type: "reconciled", what: "flow_lost", detail: `no queue behind step ${stepId}` });
    draft.say([{ do: "hang_up" }]);
    return hangUpOn(draft, "failed");
  }
  const queueVisits = draft.state.history.queueVisits + 1;
  draft.state.history = { ...draft.state.history, queued: true, queueVisits, queueId: queue.id, queuedAt: draft.now };
  const place: QueuePlace = {
    stepId,
    queueId: queue.id,
    poolId: queue.poolId,
    queuedAt: draft.now,
    date: draft.moment.local(timeZoneOf(draft.config), draft.now).date,
    attempt: queueVisits,
    // Seats of an earlier stay that are still on their way are not this one's: the pool has taken them back.
    ...(queueVisits > 1 ? { since: queueVisits } : {}),
    leaveAt: draft.now + step.maxWaitS * SECOND_MS,
    announcedAt: draft.now,
    ...nextMove(queue, draft.now, 0),
    ...nextOutside(queue, draft.now, -1),
  };
  draft.fact({
    type: "queued",
    queueId: queue.id,
    poolId: queue.poolId,
    priority: queue.priority,
    skills: queue.skills,
    queuedAt: draft.now,
    target: queue.target,
  });
  draft.say([...walk.verbs, ...waitingVerbs(draft.world(key), step, { welcome: true, standing: null })]);
  draft.move({ at: "queued", place, standing: null, seats: [], keepAliveAt: draft.now + KEEP_ALIVE_MS });
  draft.tellPool(place.poolId, { say: "wait", ticket: ticketOf(draft, place) });
}

/** The music is over, or a key was pressed: announce, play on, or leave. */
function waitOn(draft: Draft, stage: Queued, digits: string | null): void {
  const step = queueStep(draft, stage.place.stepId);
  const leadsTo = step === null ? null : queueKey(step, digits);
  if (leadsTo !== null) {
    leaveQueue(draft, stage);
    return goTo(draft, leadsTo);
  }
  if (draft.now >= stage.place.leaveAt && stage.seats.length === 0) return overstay(draft, stage);
  draft.say(nextStretch(draft, stage, draft.nextTurn()));
}

/** The longest wait is over: the flow says where to go. */
export function overstay(draft: Draft, stage: Queued): void {
  leaveQueue(draft, stage);
  const step = queueStep(draft, stage.place.stepId);
  if (step === null) return hangUpOn(draft, "failed");
  goTo(draft, step.onTimeout);
}

function leaveQueue(draft: Draft, stage: Queued): void {
  const { queueId, poolId, attempt } = stage.place;
  const stay = stayEnd(draft, stage.place, stage.standing !== null);
  rescind(draft, stage.seats);
  draft.fact({ type: "left_queue", queueId, why: "overflowed", waitedMs: stay.waitedMs });
  draft.tellPool(poolId, { say: "withdraw", why: "left", attempt, stay });
}

function leaveVoicemail(draft: Draft, stage: Extract<Stage, { at: "voicemail" }>): void {
  if (stage.callerGone) return conclude(draft, { outcome: unservedOutcome(draft.state), endedBy: "caller" });
  const step = draft.config.flow.steps[stage.stepId];
  if (step?.kind !== "voicemail") return hangUpOn(draft, "failed");
  goTo(draft, step.next);
}
