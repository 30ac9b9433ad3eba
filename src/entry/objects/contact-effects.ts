import type { PoolMessage } from "../../domain/call/messages.ts";
import { isAwaited } from "../../domain/call/naming.ts";
import type { ContactEvent, ContactState, Effect } from "../../domain/call/state.ts";
import { unreachable } from "../../domain/kernel/step.ts";
import type { KnownCaller, SeatPoolRpc, Ticket } from "../../domain/routing/protocol.ts";
import type { Carrier, CarrierAccount } from "../../ports/carrier.ts";
import { type Addresses, at, toInstructions } from "./contact-addresses.ts";
import type { Begun, Intent } from "./contact-memory.ts";

/** The outside as one contact's effects see it. */
export type Outside = {
  readonly carrier: Carrier;
  readonly account: CarrierAccount;
  readonly addresses: Addresses;
  readonly pool: (poolId: string) => SeatPoolRpc;
  /** What is known of a caller who begins to wait; null where the queue does not ask or nobody answers in time. */
  readonly knownCaller: (ticket: Ticket) => Promise<KnownCaller | null>;
  readonly sendMedia: (message: MediaMessage) => Promise<void>;
  readonly begun: Begun;
};

/** A recording to be fetched from the carrier into our own store. */
export type MediaMessage = {
  readonly v: 1;
  readonly tenantId: string;
  readonly contactId: string;
  readonly token: string;
  readonly recordingSid: string;
  readonly purpose: "call" | "voicemail";
  readonly durationS: number;
  readonly url: string;
};

/**
 * Performs one intent and says what came of it as an event, or null when nothing came. Throws on an outage (try again)
 * and on the carrier's refusal (the machine is told). An effect that nobody waits for any more is not performed.
 */
export async function perform(outside: Outside, state: ContactState, intent: Intent): Promise<ContactEvent | null> {
  const { carrier, account, addresses } = outside;
  const effect = intent.effect;
  switch (effect.do) {
    case "update_call":
      if (isOver(state, effect.callSid)) return null;
      await carrier.updateCall(account, effect.callSid, toInstructions(effect.verbs, addresses));
      return null;
    case "end_call":
      if (isOver(state, effect.callSid)) return null;
      await carrier.endCall(account, effect.callSid);
      return null;
    case "add_participant":
      return addParticipant(outside, state, intent, effect);
    case "set_hold": {
      const stage = state.stage;
      if (stage.at !== "talking" || stage.conference !== effect.conference) return null;
      await carrier.updateParticipant(account, effect.conference, state.callSid, { hold: effect.on });
      return null;
    }
    case "fetch_call": {
      const leg = await carrier.fetchCall(account, effect.callSid);
      const report = leg === null ? null : { status: leg.status, durationS: leg.durationS };
      return { type: "leg_reported", callSid: effect.callSid, report };
    }
    case "tell_pool":
      return tellPool(outside, outside.pool(effect.poolId), state, effect.message);
    case "store_recording": {
      const { recordingSid, purpose, durationS, url } = effect;
      const { tenantId, contactId } = state;
      const { token } = outside.begun;
      await outside.sendMedia({ v: 1, tenantId, contactId, token, recordingSid, purpose, durationS, url });
      return null;
    }
    default:
      return unreachable(effect);
  }
}

type AddParticipant = Extract<Effect, { do: "add_participant" }>;

async function addParticipant(
  { carrier, account, addresses }: Outside,
  state: ContactState,
  intent: Intent,
  effect: AddParticipant,
): Promise<ContactEvent> {
  const { label, conference, agentId, telephone, timeoutS } = effect;
  const never: ContactEvent = { type: "effect_refused", effect, why: "nobody waits for this leg any more" };
  if (!isAwaited(state, effect)) {
    // The first attempt is counted when it begins: with none, no leg can exist.
    if (intent.attempts <= 1) return never;
    const made = await carrier.findParticipant(account, conference, label);
    return made === null ? never : { type: "leg_created", label, callSid: made.legSid };
  }
  const { legSid } = await carrier.addParticipant(account, {
    key: label,
    conferenceName: conference,
    from: state.to,
    to: telephone ?? `client:agent_${agentId}`,
    timeoutS,
    // Should this leg be lost, the caller stays and hears music until the agent is back.
    endConferenceOnExit: false,
    statusCallback: at.leg(addresses, agentId === null ? "outside" : "agent"),
    // Behind an agent's number there may be a mailbox; behind a browser phone there is a person. A client's own office may
    // well answer by machine: that is its affair.
    pickedUpCallback: telephone === undefined || agentId === null ? null : at.leg(addresses, "agent"),
    conferenceStatusCallback: at.conference(addresses),
  });
  return { type: "leg_created", label, callSid: legSid };
}

function isOver(state: ContactState, callSid: string): boolean {
  return state.legs.find((leg) => leg.callSid === callSid)?.over === true;
}

async function withCaller({ knownCaller }: Outside, ticket: Ticket): Promise<Ticket> {
  const caller = await knownCaller(ticket);
  return caller === null ? ticket : { ...ticket, caller };
}

async function tellPool(
  outside: Outside,
  pool: SeatPoolRpc,
  state: ContactState,
  message: PoolMessage,
): Promise<ContactEvent | null> {
  const { contactId } = state;
  switch (message.say) {
    case "wait": {
      // A ticket of a wait that is over already would call the contact back into the queue.
      if (state.stage.at !== "queued" || state.stage.place.attempt !== message.ticket.attempt) return null;
      const {
        state: known,
        position,
        waiting,
        estimatedWaitS,
      } = await pool.wait(await withCaller(outside, message.ticket));
      if (known === "gone") return { type: "place_lost", attempt: message.ticket.attempt };
      return { type: "place_told", attempt: message.ticket.attempt, place: { position, waiting, estimatedWaitS } };
    }
    case "withdraw":
      await pool.withdraw(contactId, message.why, message.attempt, message.why === "aside" ? undefined : message.stay);
      return null;
    case "connected":
      await pool.connected(contactId, message.reservationId, message.waitedMs);
      return null;
    case "leg_failed":
      await pool.legFailed(contactId, message.reservationId, message.missed === true);
      return null;
    case "held":
      await pool.held(contactId, message.reservationId);
      return null;
    case "resumed":
      await pool.resumed(contactId, message.reservationId);
      return null;
    case "talk_ended":
      await pool.talkEnded(contactId, message.reservationId, message.wrapUpS);
      return null;
    case "wrapped_up":
      await pool.wrappedUp(contactId, message.reservationId, message.after);
      return null;
    default:
      return unreachable(message);
  }
}
