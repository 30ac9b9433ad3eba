import { waitingVerbs } from "../flow/interpreter.ts";
import type { StepId } from "../kernel/ids.ts";
import { SECOND_MS } from "../kernel/instant.ts";
import type { Draft } from "./draft.ts";
import { KEEP_ALIVE_MS } from "./leases.ts";
import type { QueuePlace, Stage } from "./state.ts";

type Queued = Extract<Stage, { at: "queued" }>;

/** Back to the music after a seat, or a number outside, failed: the caller is redirected, the place is kept. */
export function resumeWaiting(draft: Draft, place: QueuePlace): void {
  const stage: Queued = { at: "queued", place, standing: null, seats: [], keepAliveAt: draft.now + KEEP_ALIVE_MS };
  draft.move(stage);
  draft.redirect(nextStretch(draft, stage, draft.nextTurn()));
}

/** Verbs of the next stretch of waiting, with an announcement when one is due. */
export function nextStretch(draft: Draft, stage: Queued, key: string) {
  const step = queueStep(draft, stage.place.stepId);
  if (step === null) return [{ do: "pause", seconds: 10 } as const, { do: "ask_again", key } as const];
  const due = draft.now - stage.place.announcedAt >= step.announceEveryS * SECOND_MS;
  const standing = due && (step.announcePosition || step.announceWait) ? stage.standing : null;
  if (standing !== null) {
    const { position, estimatedWaitS } = standing;
    draft.fact({ type: "queue_announced", position, estimatedWaitS });
    draft.move({ ...stage, place: { ...stage.place, announcedAt: draft.now } });
  }
  return waitingVerbs(draft.world(key), step, { welcome: false, standing });
}

/** The step of the flow that a caller waits at; null when the configuration no longer has such a one. */
export function queueStep(draft: Draft, stepId: StepId) {
  const step = draft.config.flow.steps[stepId];
  return step?.kind === "queue" ? step : null;
}
