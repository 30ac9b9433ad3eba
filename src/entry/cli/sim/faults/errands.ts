import type { PoolMessage } from "../../../../domain/call/messages.ts";
import { isAwaited } from "../../../../domain/call/naming.ts";
import type { ContactEvent, ContactState, Effect } from "../../../../domain/call/state.ts";
import type { CarrierSid, ContactId } from "../../../../domain/kernel/ids.ts";
import type { PoolEvent } from "../../../../domain/routing/index.ts";
import type { SimCarrier } from "./carrier.ts";
import type { Fate } from "./fate.ts";
import type { PoolObject } from "./pool-object.ts";

type House = { readonly fate: Fate; readonly carrier: SimCarrier; readonly pool: PoolObject };

/** An effect on its way, as the product's Contact object keeps it. `notBefore` is true time. */
export type Intent = { readonly effect: Effect; readonly attempts: number; readonly notBefore: number };

/** What came of an effect. After an outage nobody knows whether it had one: it is tried again. */
export type Outcome =
  | { readonly is: "done"; readonly event: ContactEvent | null }
  | { readonly is: "refused" }
  | { readonly is: "outage" };

type Done = (outcome: Outcome) => void;
type AddParticipant = Extract<Effect, { do: "add_participant" }>;

const NOTHING: Outcome = { is: "done", event: null };

/** Carries out one effect of a contact, under the same conditions as the product's `contact-effects.ts`. */
export function perform(house: House, state: ContactState, { effect, attempts }: Intent, done: Done): void {
  const { carrier, fate } = house;
  switch (effect.do) {
    case "update_call":
      if (isOver(state, effect.callSid)) return done(NOTHING);
      return fate.command(() => carrier.updateCall(effect.callSid, effect.verbs), answered(done));
    case "end_call":
      if (isOver(state, effect.callSid)) return done(NOTHING);
      return fate.command(() => carrier.endCall(effect.callSid), answered(done));
    case "add_participant":
      return addParticipant(house, state, effect, attempts, done);
    case "set_hold": {
      const { stage } = state;
      if (stage.at !== "talking" || stage.conference !== effect.conference) return done(NOTHING);
      return fate.command(() => carrier.hold(effect.conference), answered(done));
    }
    case "fetch_call": {
      const { callSid } = effect;
      return fate.command(
        () => ({ type: "leg_reported", callSid, report: carrier.fetchCall(callSid) }) as const,
        (event) => done(event === null ? { is: "outage" } : { is: "done", event }),
      );
    }
    case "tell_pool":
      return tellPool(house, state, effect.message, done);
    case "store_recording": {
      const { recordingSid, purpose, durationS } = effect;
      const stored = { type: "recording_stored", recordingSid, purpose, durationS, key: recordingSid } as const;
      return fate.call(
        () => true,
        (sent) => done(sent === null ? { is: "outage" } : { is: "done", event: stored }),
      );
    }
  }
}

function answered(done: Done): (answer: true | "refused" | null) => void {
  return (answer) => done(answer === null ? { is: "outage" } : answer === "refused" ? { is: "refused" } : NOTHING);
}

function addParticipant(house: House, state: ContactState, effect: AddParticipant, attempts: number, done: Done): void {
  const { carrier, fate } = house;
  const { agentId, label, conference, timeoutS } = effect;
  const { contactId } = state;
  const created = (callSid: CarrierSid): Outcome => {
    carrier.told(callSid);
    return { is: "done", event: { type: "leg_created", label, callSid } };
  };
  const never: Outcome = { is: "done", event: { type: "effect_refused", effect, why: "nobody waits for this leg" } };
  if (!isAwaited(state, effect)) {
    if (attempts <= 1) return done(never);
    return fate.command(
      () => ({ found: carrier.findParticipant(contactId, label) }),
      (answer) => done(answer === null ? { is: "outage" } : answer.found === null ? never : created(answer.found)),
    );
  }
  fate.command(
    () => carrier.addParticipant({ contactId, agentId, label, conference, timeoutS }),
    (answer) => done(answer === null ? { is: "outage" } : answer === "refused" ? { is: "refused" } : created(answer)),
  );
}

function isOver(state: ContactState, callSid: string): boolean {
  return state.legs.find((leg) => leg.callSid === callSid)?.over === true;
}

function tellPool({ fate, pool }: House, { contactId, stage }: ContactState, message: PoolMessage, done: Done): void {
  if (message.say === "wait") {
    if (stage.at !== "queued" || stage.place.attempt !== message.ticket.attempt) return done(NOTHING);
    const { ticket } = message;
    return fate.call(
      () => pool.apply({ type: "wait", ticket }),
      (reply) => {
        if (reply === null) return done({ is: "outage" });
        if (reply.is !== "wait") return done(NOTHING);
        const { state, position, waiting, estimatedWaitS } = reply.answer;
        if (state === "gone") return done({ is: "done", event: { type: "place_lost", attempt: ticket.attempt } });
        const place = { position, waiting, estimatedWaitS };
        done({ is: "done", event: { type: "place_told", attempt: ticket.attempt, place } });
      },
    );
  }
  const event = eventOf(contactId, message);
  fate.call(
    () => pool.apply(event),
    (reply) => done(reply === null ? { is: "outage" } : NOTHING),
  );
}

/** A contact's message as the pool machine hears it; a `wait` is answered, and so told apart. */
export function eventOf(contactId: ContactId, message: Exclude<PoolMessage, { say: "wait" }>): PoolEvent {
  switch (message.say) {
    case "withdraw":
      return {
        type: "withdraw",
        contactId,
        why: message.why,
        attempt: message.attempt,
        stay: message.why === "aside" ? null : message.stay,
      };
    case "connected":
      return { type: "connected", contactId, reservationId: message.reservationId, waitedMs: message.waitedMs };
    case "talk_ended":
      return { type: "talk_ended", contactId, reservationId: message.reservationId, wrapUpS: message.wrapUpS };
    case "wrapped_up":
      return { type: "wrapped_up", contactId, reservationId: message.reservationId, then: message.after };
    default:
      return { type: message.say, contactId, reservationId: message.reservationId };
  }
}
