import type { Party } from "../../domain/call/facts.ts";
import type { Verb } from "../../domain/flow/verbs.ts";
import { unreachable } from "../../domain/kernel/step.ts";
import type { CallInstruction } from "../../ports/carrier.ts";
import type { Config } from "../env.ts";
import type { Begun } from "./contact-memory.ts";
import { recordedUrl } from "./recorded.ts";

/** Where the carrier finds one contact. The paths are read by the webhook routes of entry/http. */
export type Addresses = {
  readonly publicUrl: string;
  /** `/t/{token}/c/{contactId}` under the public address. */
  readonly contact: string;
  /** Where a recording of the client's own is fetched; null for a name that no file can have. */
  readonly recorded: (name: string) => string | null;
};

export function addressesOf(config: Config, begun: Begun, contactId: string): Addresses {
  const { publicUrl } = config;
  return {
    publicUrl,
    contact: `${publicUrl}/t/${begun.token}/c/${contactId}`,
    recorded: (name) => recordedUrl(config, begun.config.tenantId, name),
  };
}

export const at = {
  next: (addresses: Addresses, key: string) => `${addresses.contact}/next/${key}`,
  leg: (addresses: Addresses, party: Party) => `${addresses.contact}/leg/${party}`,
  conference: (addresses: Addresses) => `${addresses.contact}/conference`,
  recording: (addresses: Addresses) => `${addresses.contact}/recording`,
};

export function toInstructions(verbs: readonly Verb[], addresses: Addresses): CallInstruction[] {
  return verbs.map((verb) => toInstruction(verb, addresses));
}

function toInstruction(verb: Verb, addresses: Addresses): CallInstruction {
  switch (verb.do) {
    case "say":
    case "pause":
    case "hang_up":
      return verb;
    case "play":
      return { do: "play", url: recordingUrl(verb.recording, addresses), loop: verb.loop };
    case "ask_again":
      return { do: "redirect", url: at.next(addresses, verb.key) };
    case "gather":
      return {
        do: "gather",
        prompts: toInstructions(verb.prompts, addresses),
        numDigits: verb.numDigits,
        finishOnKey: verb.finishOnKey,
        timeoutS: verb.timeoutS,
        speech: false,
        language: verb.language,
        action: at.next(addresses, verb.key),
      };
    case "join_conference":
      return {
        do: "join_conference",
        name: verb.name,
        startOnEnter: true,
        endOnExit: true,
        muted: false,
        waitUrl: null,
        record: verb.record,
        statusCallback: at.conference(addresses),
        recordingCallback: at.recording(addresses),
      };
    case "record":
      return {
        do: "record",
        maxS: verb.maxS,
        finishOnKey: verb.finishOnKey,
        action: at.next(addresses, verb.key),
        recordingCallback: at.recording(addresses),
      };
    default:
      return unreachable(verb);
  }
}

/**
 * A prompt or music is an address of its own, a recording of the client's own (`own/…`, from the store), or a file of the
 * house that the console's assets serve under `/media/`.
 */
function recordingUrl(recording: string, addresses: Addresses): string {
  if (/^https?:\/\//.test(recording)) return recording;
  const own = recording.startsWith("own/") ? addresses.recorded(recording.slice("own/".length)) : null;
  if (own !== null) return own;
  return `${addresses.publicUrl}/media/${recording.replace(/^\/+/, "")}`;
}
