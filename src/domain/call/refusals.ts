import { unreachable } from "../kernel/step.ts";
import { seatFailed } from "./connecting.ts";
import type { Draft } from "./draft.ts";
import { closeIfSettled } from "./legs.ts";
import { outsideFailed } from "./outside.ts";
import { partIfOver } from "./parting.ts";
import { agentLost } from "./recall.ts";
import type { ContactEvent } from "./state.ts";

/** The carrier said no for good. Usually the leg is gone and its callback is on its way; the carrier is asked. */
export function effectRefused(draft: Draft, event: Extract<ContactEvent, { type: "effect_refused" }>): void {
  const effect = event.effect;
  switch (effect.do) {
    case "add_participant":
      return noLeg(draft, effect.label);
    case "update_call":
    case "end_call":
      if (draft.leg(effect.callSid)?.settled !== false) return draft.ignore("leg is settled");
      return draft.fetchCall(effect.callSid);
    case "set_hold":
      return holdRefused(draft, effect.on);
    case "fetch_call":
    case "tell_pool":
    case "store_recording":
      return draft.ignore(`${effect.do} refused: ${event.why}`);
    default:
      return unreachable(effect);
  }
}

function noLeg(draft: Draft, label: string): void {
  const create = draft.state.creates.find((made) => made.label === label);
  if (create === undefined || create.callSid !== null || create.refused) return draft.ignore("leg is known");
  draft.state.creates = draft.state.creates.map((made) => (made === create ? { ...made, refused: true } : made));
  const stage = draft.state.stage;
  const { reservationId } = create;
  if (stage.at === "connecting" && stage.seat.reservationId === reservationId) {
    return seatFailed(draft, stage, "leg_failed");
  }
  if (stage.at === "calling_out" && stage.label === label) return outsideFailed(draft, stage, "failed");
  if (stage.at === "talking" && stage.seat.reservationId === reservationId) return agentLost(draft, stage);
  partIfOver(draft);
  closeIfSettled(draft);
}

/** The caller hears the agent as before: what we said about hold is taken back. */
function holdRefused(draft: Draft, on: boolean): void {
  const stage = draft.state.stage;
  if (stage.at !== "talking" || (stage.heldSince !== null) !== on) return draft.ignore("hold has changed since");
  if (stage.away !== null) return draft.ignore("the agent is being called again");
  const { agentId, reservationId } = stage.seat;
  draft.fact({ type: on ? "resumed" : "held", agentId });
  draft.tellPool(stage.place.poolId, { say: on ? "resumed" : "held", reservationId });
  draft.move({ ...stage, heldSince: on ? null : draft.now });
}
