import type { CarrierSid } from "../kernel/ids.ts";
import { conclude, unservedOutcome } from "./closing.ts";
import type { Draft } from "./draft.ts";
import type { ContactEvent } from "./state.ts";

/** A shorter message is a caller who hung up on the beep. */
const MESSAGE_S_MIN = 1;

/** A recording exists at the carrier: ours to fetch, once. A voicemail also decides how the contact ended. */
export function takeRecording(
  draft: Draft,
  recording: { readonly sid: CarrierSid; readonly durationS: number; readonly url: string },
  purpose: "call" | "voicemail",
): void {
  if (draft.state.recordings.includes(recording.sid)) return draft.ignore("recording known");
  if (purpose === "voicemail" && recording.durationS < MESSAGE_S_MIN) return draft.ignore("empty message");
  draft.state.recordings = [...draft.state.recordings, recording.sid];
  const { sid: recordingSid, durationS, url } = recording;
  if (purpose === "voicemail") {
    draft.fact({ type: "voicemail_left", recordingSid, durationS });
    draft.state.history = { ...draft.state.history, voicemail: true };
  }
  draft.effect({ do: "store_recording", recordingSid, purpose, durationS, url });
}

export function recordingReady(draft: Draft, event: Extract<ContactEvent, { type: "recording_ready" }>): void {
  const { recordingSid: sid, durationS, url, purpose } = event;
  takeRecording(draft, { sid, durationS, url }, purpose);
  const stage = draft.state.stage;
  if (purpose === "voicemail" && stage.at === "voicemail" && stage.callerGone) {
    conclude(draft, { outcome: unservedOutcome(draft.state), endedBy: "caller" });
  }
}

export function recordingStored(draft: Draft, event: Extract<ContactEvent, { type: "recording_stored" }>): void {
  const { recordingSid, purpose, durationS, key, bytes } = event;
  if (draft.state.stored.includes(recordingSid)) return draft.ignore("stored already");
  draft.state.stored = [...draft.state.stored, recordingSid];
  const size = bytes === undefined ? {} : { bytes };
  draft.fact({ type: "recording_stored", recordingSid, purpose, durationS, key, ...size });
}
