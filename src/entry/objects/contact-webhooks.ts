import type { CarrierWhere } from "../../domain/call/messages.ts";
import type { ContactEvent, ContactState } from "../../domain/call/state.ts";
import type { CarrierEvent } from "../../ports/carrier.ts";

/**
 * The carrier's news as the contact machine hears it: the address says of what it speaks, the body what happened. Null
 * when the two do not fit together, or when the contact does not exist.
 */
export function toContactEvent(
  where: CarrierWhere,
  event: CarrierEvent,
  state: ContactState | null,
): ContactEvent | null {
  if (state === null) return null;
  switch (event.kind) {
    case "call_arrived":
      return null;
    case "instructions_wanted": {
      if (where.kind !== "next") return null;
      const { legSid: callSid, digits, recording } = event;
      return { type: "instructions_wanted", callSid, key: where.stepKey, digits, recording };
    }
    case "leg_status": {
      if (where.kind !== "leg") return null;
      const { legSid: callSid, status, durationS } = event;
      return { type: "leg_status", callSid, party: where.party, status, durationS };
    }
    case "picked_up":
      return where.kind === "leg" ? { type: "picked_up", callSid: event.legSid, by: event.by } : null;
    case "conference": {
      const { name, what, legSid: callSid, label } = event;
      return { type: "conference", name, what, callSid, label };
    }
    case "recording_ready": {
      const { recordingSid, durationS, url, conferenceSid } = event;
      // A recording of the caller's leg alone is a message; a conversation is recorded as a conference.
      const purpose = conferenceSid === null ? "voicemail" : "call";
      return { type: "recording_ready", recordingSid, durationS, url, purpose };
    }
  }
}
