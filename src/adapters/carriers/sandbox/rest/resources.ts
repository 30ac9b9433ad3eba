import { segments } from "../exchange/messages.ts";
import { API_VERSION, rfc2822 } from "../exchange/params.ts";
import {
  type Account,
  type AccountNumber,
  billedSeconds,
  type Call,
  type Conference,
  type Exchange,
  isOver,
  type Member,
  type Message,
  type Recording,
} from "../exchange/state.ts";

/** Twilio's JSON of each resource: every field of its published schema, of the right type. */
export type Json = Readonly<Record<string, unknown>>;

export function accountPath(accountSid: string): string {
  return `/${API_VERSION}/Accounts/${accountSid}`;
}

export function callJson(account: Account, call: Call): Json {
  const path = `${accountPath(account.sid)}/Calls/${call.sid}`;
  return {
    sid: call.sid,
    date_created: rfc2822(call.createdAt),
    date_updated: rfc2822(call.updatedAt),
    parent_call_sid: call.parentSid,
    account_sid: account.sid,
    to: call.to,
    to_formatted: call.to,
    from: call.from,
    from_formatted: call.from,
    phone_number_sid: call.numberSid,
    status: call.status,
    start_time: call.answeredAt === null ? null : rfc2822(call.answeredAt),
    end_time: call.endedAt === null ? null : rfc2822(call.endedAt),
    duration: isOver(call) ? String(billedSeconds(call)) : null,
    price: null,
    price_unit: "USD",
    direction: call.direction,
    answered_by: null,
    api_version: API_VERSION,
    forwarded_from: null,
    group_sid: null,
    caller_name: null,
    queue_time: "0",
    trunk_sid: null,
    uri: `${path}.json`,
    subresource_uris: {
      notifications: `${path}/Notifications.json`,
      recordings: `${path}/Recordings.json`,
      events: `${path}/Events.json`,
    },
  };
}

export function conferenceJson(account: Account, conference: Conference): Json {
  const path = `${accountPath(account.sid)}/Conferences/${conference.sid}`;
  return {
    account_sid: account.sid,
    date_created: rfc2822(conference.createdAt),
    date_updated: rfc2822(conference.updatedAt),
    api_version: API_VERSION,
    friendly_name: conference.name,
    region: "us1",
    sid: conference.sid,
    status: conference.status,
    uri: `${path}.json`,
    subresource_uris: { participants: `${path}/Participants.json`, recordings: `${path}/Recordings.json` },
    // Twilio leaves the reason out until there is one: null is not among the values of its enum.
    ...(conference.endReason === null ? {} : { reason_conference_ended: conference.endReason }),
    call_sid_ending_conference: conference.endedBy,
  };
}

export function participantJson(account: Account, exchange: Exchange, conference: Conference, member: Member): Json {
  const call = exchange.calls.get(member.callSid);
  return {
    account_sid: account.sid,
    call_sid: member.callSid,
    label: member.options.label,
    call_sid_to_coach: member.callSidToCoach,
    coaching: member.coaching,
    conference_sid: conference.sid,
    date_created: rfc2822(member.createdAt),
    date_updated: rfc2822(member.updatedAt),
    end_conference_on_exit: member.endOnExit,
    muted: member.muted,
    hold: member.hold,
    start_conference_on_enter: member.options.startOnEnter,
    status: participantStatus(call, member),
    queue_time: null,
    uri: `${accountPath(account.sid)}/Conferences/${conference.sid}/Participants/${member.callSid}.json`,
  };
}

function participantStatus(call: Call | undefined, member: Member): string {
  if (member.joinedAt !== null) return "connected";
  if (call?.status === "queued") return "queued";
  return call?.status === "ringing" ? "ringing" : "connecting";
}

export function recordingJson(account: Account, base: string, recording: Recording): Json {
  const path = `${accountPath(account.sid)}/Recordings/${recording.sid}`;
  return {
    ...callRecordingJson(account, recording),
    price: null,
    price_unit: "USD",
    uri: `${path}.json`,
    media_url: `${base}${path}`,
    subresource_uris: {
      add_on_results: `${path}/AddOnResults.json`,
      transcriptions: `${path}/Transcriptions.json`,
    },
  };
}

/** The shape that a recording has below its call or conference. */
export function callRecordingJson(account: Account, recording: Recording): Json {
  const owner = recording.callSid === null ? `Conferences/${recording.conferenceSid}` : `Calls/${recording.callSid}`;
  return {
    account_sid: account.sid,
    api_version: API_VERSION,
    call_sid: recording.callSid,
    conference_sid: recording.conferenceSid,
    date_created: rfc2822(recording.startedAt),
    date_updated: rfc2822(recording.updatedAt),
    start_time: rfc2822(recording.startedAt),
    duration: recording.durationS === null ? null : String(recording.durationS),
    sid: recording.sid,
    price: null,
    uri: `${accountPath(account.sid)}/${owner}/Recordings/${recording.sid}.json`,
    encryption_details: null,
    price_unit: "USD",
    status: recording.status,
    channels: 1,
    source: recording.source,
    error_code: null,
  };
}

export function messageJson(account: Account, message: Message): Json {
  const path = `${accountPath(account.sid)}/Messages/${message.sid}`;
  return {
    body: message.body,
    num_segments: String(segments(message.body)),
    direction: message.direction,
    from: message.from,
    to: message.to,
    date_updated: rfc2822(message.updatedAt),
    price: null,
    error_message: null,
    uri: `${path}.json`,
    account_sid: account.sid,
    num_media: "0",
    status: message.status,
    messaging_service_sid: null,
    sid: message.sid,
    date_sent: message.sentAt === null ? null : rfc2822(message.sentAt),
    date_created: rfc2822(message.createdAt),
    error_code: null,
    price_unit: "USD",
    api_version: API_VERSION,
    subresource_uris: { media: `${path}/Media.json`, feedback: `${path}/Feedback.json` },
  };
}

export function numberJson(account: Account, number: AccountNumber): Json {
  const path = `${accountPath(account.sid)}/IncomingPhoneNumbers/${number.sid}`;
  return {
    account_sid: account.sid,
    address_sid: null,
    address_requirements: "none",
    api_version: API_VERSION,
    beta: false,
    capabilities: { voice: true, sms: true, mms: false, fax: false },
    date_created: rfc2822(account.createdAt),
    date_updated: rfc2822(number.updatedAt),
    friendly_name: number.e164,
    identity_sid: null,
    phone_number: number.e164,
    origin: "twilio",
    sid: number.sid,
    sms_application_sid: null,
    sms_fallback_method: "POST",
    sms_fallback_url: null,
    sms_method: "POST",
    sms_url: null,
    status_callback: number.statusCallback,
    status_callback_method: "POST",
    trunk_sid: null,
    uri: `${path}.json`,
    voice_receive_mode: "voice",
    voice_application_sid: null,
    voice_caller_id_lookup: false,
    voice_fallback_method: "POST",
    voice_fallback_url: number.fallbackUrl,
    voice_method: "POST",
    voice_url: number.voiceUrl,
    emergency_status: "Inactive",
    emergency_address_sid: null,
    emergency_address_status: "unregistered",
    bundle_sid: null,
    status: "in-use",
    type: "local",
  };
}
