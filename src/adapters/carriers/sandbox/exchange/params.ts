import type { Instant } from "../../../../domain/kernel/instant.ts";
import {
  billedSeconds,
  type Call,
  type Callback,
  type Conference,
  type EndStatus,
  type Member,
  type Recording,
} from "./state.ts";
import { accountOf, notify, type World } from "./world.ts";

/** The names and values that Twilio posts. Every webhook and status callback of the sandbox is made here. */

export const API_VERSION = "2010-04-01";

/** Twilio's date: RFC 2822 with a numeric zone. */
export function rfc2822(at: Instant): string {
  return new Date(at).toUTCString().replace("GMT", "+0000");
}

export function callParams(world: World, call: Call): Record<string, string> {
  return {
    AccountSid: accountOf(world).sid,
    ApiVersion: API_VERSION,
    CallSid: call.sid,
    CallStatus: call.status,
    Called: call.to,
    Caller: call.from,
    Direction: call.direction,
    From: call.from,
    To: call.to,
    ...(call.parentSid === null ? {} : { ParentCallSid: call.parentSid }),
  };
}

export type LegEvent = "initiated" | "ringing" | "answered" | "completed";

export function notifyLeg(world: World, call: Call, event: LegEvent): void {
  const target = call.callback;
  if (target === null || !target.events.includes(event)) return;
  const sequence = call.sequence;
  call.sequence += 1;
  const seconds = billedSeconds(call);
  const callback: Callback = {
    id: `${call.sid}.${sequence}`,
    orderKey: call.sid,
    url: target.url,
    params: {
      ...callParams(world, call),
      CallStatus: event === "initiated" ? "initiated" : call.status,
      CallbackSource: "call-progress-events",
      SequenceNumber: String(sequence),
      Timestamp: rfc2822(world.now),
      ...(event === "completed"
        ? {
            CallDuration: String(seconds),
            Duration: String(Math.ceil(seconds / 60)),
            SipResponseCode: SIP_CODES[call.status as EndStatus],
          }
        : {}),
    },
  };
  notify(world, callback);
}

/** The answering machine detection's own callback: it names no status. */
export function notifyPickedUp(world: World, call: Call, answeredBy: "human" | "machine_start"): void {
  if (call.pickedUpUrl === undefined) return;
  notify(world, {
    id: `${call.sid}.picked-up`,
    orderKey: call.sid,
    url: call.pickedUpUrl,
    params: {
      AccountSid: accountOf(world).sid,
      CallSid: call.sid,
      AnsweredBy: answeredBy,
      MachineDetectionDuration: String(world.now - (call.answeredAt ?? world.now)),
    },
  });
}

const SIP_CODES: Readonly<Record<EndStatus, string>> = {
  completed: "200",
  busy: "486",
  failed: "404",
  "no-answer": "487",
  canceled: "487",
};

export type ConferenceEvent =
  | "conference-start"
  | "conference-end"
  | "participant-join"
  | "participant-leave"
  | "participant-mute"
  | "participant-unmute"
  | "participant-hold"
  | "participant-unhold"
  | "participant-modify";

/** The word by which a subscription asks for an event. */
const SUBSCRIPTION: Readonly<Record<ConferenceEvent, string>> = {
  "conference-start": "start",
  "conference-end": "end",
  "participant-join": "join",
  "participant-leave": "leave",
  "participant-mute": "mute",
  "participant-unmute": "mute",
  "participant-hold": "hold",
  "participant-unhold": "hold",
  "participant-modify": "modify",
};

export function notifyConference(
  world: World,
  conference: Conference,
  event: ConferenceEvent,
  member: Member | null,
): void {
  const target = conference.callback;
  if (target === null || !target.events.includes(SUBSCRIPTION[event])) return;
  conference.sequence += 1;
  const callback: Callback = {
    id: `${conference.sid}.${conference.sequence}`,
    orderKey: conference.sid,
    url: target.url,
    params: {
      AccountSid: accountOf(world).sid,
      ConferenceSid: conference.sid,
      FriendlyName: conference.name,
      SequenceNumber: String(conference.sequence),
      StatusCallbackEvent: event,
      Timestamp: rfc2822(world.now),
      ...(member === null ? {} : memberParams(member)),
      ...(event === "conference-end" ? endParams(conference) : {}),
    },
  };
  notify(world, callback);
}

function memberParams(member: Member): Record<string, string> {
  return {
    CallSid: member.callSid,
    Coaching: String(member.coaching),
    EndConferenceOnExit: String(member.endOnExit),
    Hold: String(member.hold),
    Muted: String(member.muted),
    StartConferenceOnEnter: String(member.options.startOnEnter),
    ...(member.options.label === null ? {} : { ParticipantLabel: member.options.label }),
    ...(member.callSidToCoach === null ? {} : { CallSidToCoach: member.callSidToCoach }),
  };
}

function endParams(conference: Conference): Record<string, string> {
  return {
    ReasonConferenceEnded: conference.endReason ?? "last-participant-left",
    ...(conference.endedBy === null ? {} : { CallSidEndingConference: conference.endedBy }),
  };
}

export function recordingUrl(world: World, sid: string): string {
  return `${world.base}/${API_VERSION}/Accounts/${accountOf(world).sid}/Recordings/${sid}`;
}

export function notifyRecording(
  world: World,
  recording: Recording,
  status: "in-progress" | "completed" | "absent",
): void {
  const target = recording.callback;
  if (target === null || !target.events.includes(status)) return;
  const callback: Callback = {
    id: `${recording.sid}.${status}`,
    orderKey: recording.sid,
    url: target.url,
    params: {
      AccountSid: accountOf(world).sid,
      ErrorCode: "0",
      RecordingChannels: "1",
      RecordingSid: recording.sid,
      RecordingSource: recording.source,
      RecordingStartTime: rfc2822(recording.startedAt),
      RecordingStatus: status,
      RecordingTrack: "both",
      RecordingUrl: recordingUrl(world, recording.sid),
      ...(recording.callSid === null ? {} : { CallSid: recording.callSid }),
      ...(recording.conferenceSid === null ? {} : { ConferenceSid: recording.conferenceSid }),
      ...(recording.durationS === null ? {} : { RecordingDuration: String(recording.durationS) }),
    },
  };
  notify(world, callback);
}
