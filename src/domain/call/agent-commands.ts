import { hangUpCaller, settle, wrapUp } from "./closing.ts";
import type { Draft } from "./draft.ts";
import { wrapUpSecondsOf } from "./line-config.ts";
import type { AgentCommand } from "./messages.ts";
import { tellAfterParting } from "./parting.ts";
import type { Seat, Stage } from "./state.ts";

type Talking = Extract<Stage, { at: "talking" }>;

export function agentCommand(draft: Draft, command: AgentCommand): void {
  const seat = seatInHand(draft.state.stage);
  if (seat === null) return draft.refuse("not_now");
  if (seat.agentId !== command.agentId) return draft.refuse("not_your_contact");
  if (command.type === "wrap_up") return agentWrapsUp(draft, command);
  const stage = draft.state.stage;
  if (stage.at !== "talking") {
    if (command.type === "hang_up" && stage.at !== "connecting") return draft.ignore("hung up already");
    return draft.refuse("not_now");
  }
  if (command.type === "hang_up") return hangUpCaller(draft, stage);
  hold(draft, stage, command.on);
}

function seatInHand(stage: Stage): Seat | null {
  switch (stage.at) {
    case "connecting":
    case "talking":
    case "wrap_up":
    case "ending":
      return stage.seat;
    default:
      return null;
  }
}

function hold(draft: Draft, stage: Talking, on: boolean): void {
  if (stage.away !== null) {
    if (stage.away.resume !== on) return draft.ignore("so wished already");
    // Nobody would hear a caller who is taken off hold now: it is done when the agent is back.
    return draft.move({ ...stage, away: { ...stage.away, resume: !on } });
  }
  if (on === (stage.heldSince !== null)) return draft.ignore(on ? "held already" : "not held");
  turnHold(draft, stage, on);
}

/** Music for the caller, or the end of it. */
export function turnHold(draft: Draft, stage: Talking, on: boolean): void {
  const { agentId, reservationId } = stage.seat;
  draft.fact({ type: on ? "held" : "resumed", agentId });
  draft.effect({ do: "set_hold", conference: stage.conference, on });
  draft.tellPool(stage.place.poolId, { say: on ? "held" : "resumed", reservationId });
  draft.move({ ...stage, heldSince: on ? draft.now : null });
}

function agentWrapsUp(draft: Draft, command: Extract<AgentCommand, { type: "wrap_up" }>): void {
  const stage = draft.state.stage;
  if ((stage.at !== "wrap_up" && stage.at !== "ending") || stage.seat === null) return draft.refuse("not_now");
  const outcome = outcomeOf(draft, command.disposition);
  if (outcome === null) return draft.refuse("unknown_disposition");
  const { reservationId, poolId, leftAt } = stage.seat;
  const { code: disposition, success } = outcome;
  wrapUp(draft, stage.seat, { disposition, notes: command.notes, success, wrapUpMs: draft.now - leftAt });
  tellAfterParting(draft, poolId, { say: "wrapped_up", reservationId, after: command.after });
  finishWrapUp(draft);
}

/** Without a choice it is as when the timer ends wrap-up, which no queue has that insists on an outcome. */
function outcomeOf({ config, state }: Draft, code: string | null): { code: string; success: boolean } | null {
  if (code !== null) return config.dispositions.find((known) => known.code === code) ?? null;
  const queue = state.history.queueId === null ? undefined : config.queues[state.history.queueId];
  return queue === undefined || wrapUpSecondsOf(queue) === null ? null : { code: "auto", success: false };
}

/** Nothing is owed any more by the agent; the carrier's last word may be. */
export function finishWrapUp(draft: Draft): void {
  const stage = draft.state.stage;
  if (stage.at === "ending") return draft.move({ ...stage, seat: null });
  if (stage.at === "wrap_up") settle(draft);
}
