import { expect, test } from "vitest";
import { Refusal } from "../../../domain/kernel/trouble.ts";
import { parseWebhook, type WebhookKind } from "./webhook.ts";

const AC = `AC${"a".repeat(32)}`;
const CA = `CA${"1".repeat(32)}`;
const CF = `CF${"2".repeat(32)}`;
const RE = `RE${"3".repeat(32)}`;
const base = { AccountSid: AC, CallSid: CA };

test.each<[WebhookKind, Record<string, string>, unknown]>([
  [
    "voice",
    { ...base, From: "+14155550100", To: "+15005550006", CallStatus: "ringing" },
    { kind: "call_arrived", legSid: CA, from: "+14155550100", to: "+15005550006" },
  ],
  [
    "voice",
    { ...base, From: "+266696687", To: "+15005550006" },
    { kind: "call_arrived", legSid: CA, from: "anonymous", to: "+15005550006" },
  ],
  ["voice", { ...base, To: "95500" }, { kind: "call_arrived", legSid: CA, from: "anonymous", to: "95500" }],
  [
    "next",
    { ...base, Digits: "12*#" },
    { kind: "instructions_wanted", legSid: CA, digits: "12*#", speech: null, recording: null },
  ],
  [
    "next",
    { ...base, Digits: "hangup" },
    { kind: "instructions_wanted", legSid: CA, digits: null, speech: null, recording: null },
  ],
  ["next", { ...base }, { kind: "instructions_wanted", legSid: CA, digits: null, speech: null, recording: null }],
  [
    "next",
    { ...base, RecordingSid: RE, RecordingDuration: "7", RecordingUrl: "https://api.twilio.com/r" },
    {
      kind: "instructions_wanted",
      legSid: CA,
      digits: null,
      speech: null,
      recording: { sid: RE, durationS: 7, url: "https://api.twilio.com/r" },
    },
  ],
  [
    "leg",
    { ...base, CallStatus: "ringing", SequenceNumber: "0" },
    { kind: "leg_status", legSid: CA, status: "ringing", sequence: 0, durationS: null },
  ],
  ["leg", { ...base, AnsweredBy: "human" }, { kind: "picked_up", legSid: CA, by: "person" }],
  ["leg", { ...base, AnsweredBy: "unknown" }, { kind: "picked_up", legSid: CA, by: "person" }],
  ["leg", { ...base, AnsweredBy: "machine_start" }, { kind: "picked_up", legSid: CA, by: "machine" }],
  ["leg", { ...base, AnsweredBy: "fax" }, { kind: "picked_up", legSid: CA, by: "machine" }],
  // Later statuses repeat who picked up: they are statuses.
  [
    "leg",
    { ...base, CallStatus: "completed", CallDuration: "9", AnsweredBy: "machine_start" },
    { kind: "leg_status", legSid: CA, status: "completed", sequence: null, durationS: 9 },
  ],
  // `Duration` is in minutes; what the carrier bills in seconds is `CallDuration`.
  [
    "leg",
    { ...base, CallStatus: "completed", CallDuration: "61", Duration: "2", SequenceNumber: "3" },
    { kind: "leg_status", legSid: CA, status: "completed", sequence: 3, durationS: 61 },
  ],
  [
    "leg",
    { ...base, CallStatus: "no-answer" },
    { kind: "leg_status", legSid: CA, status: "no-answer", sequence: null, durationS: 0 },
  ],
  [
    "conference",
    {
      ...base,
      ConferenceSid: CF,
      FriendlyName: "contact-1",
      StatusCallbackEvent: "participant-join",
      ParticipantLabel: "r1",
      SequenceNumber: "2",
    },
    { kind: "conference", conferenceSid: CF, name: "contact-1", what: "join", legSid: CA, label: "r1", sequence: 2 },
  ],
  [
    "conference",
    { AccountSid: AC, ConferenceSid: CF, FriendlyName: "contact-1", StatusCallbackEvent: "conference-end" },
    {
      kind: "conference",
      conferenceSid: CF,
      name: "contact-1",
      what: "end",
      legSid: null,
      label: null,
      sequence: null,
    },
  ],
  [
    "conference",
    { AccountSid: AC, ConferenceSid: CF, FriendlyName: "contact-1", StatusCallbackEvent: "participant-speech-start" },
    null,
  ],
  [
    "recording",
    {
      AccountSid: AC,
      RecordingSid: RE,
      RecordingStatus: "completed",
      RecordingUrl: "https://x/r",
      RecordingDuration: "9",
      ConferenceSid: CF,
    },
    { kind: "recording_ready", recordingSid: RE, legSid: null, conferenceSid: CF, url: "https://x/r", durationS: 9 },
  ],
  ["recording", { AccountSid: AC, RecordingSid: RE, RecordingStatus: "in-progress" }, null],
])("NUM-4 reads a %s notice %o", (kind, form, event) => {
  expect(parseWebhook(kind, form)).toEqual({ accountSid: AC, event });
});

test.each<[WebhookKind, Record<string, string | string[]>, string]>([
  ["voice", { AccountSid: AC, To: "+15005550006" }, "CallSid"],
  ["voice", { ...base, CallSid: "CA1", To: "+15005550006" }, "CallSid"],
  ["voice", { ...base, CallSid: [CA, CA], To: "+15005550006" }, "CallSid"],
  ["voice", { ...base, To: "x".repeat(300) }, "To"],
  ["leg", { ...base, CallStatus: "exploded" }, "CallStatus"],
  ["leg", { ...base, CallStatus: "completed", CallDuration: "1.5" }, "CallDuration"],
  ["leg", { ...base, CallStatus: "completed", SequenceNumber: "-1" }, "SequenceNumber"],
  ["next", { ...base, Digits: "<script>" }, "Digits"],
  ["conference", { AccountSid: AC, ConferenceSid: CF, StatusCallbackEvent: "x" }, "FriendlyName"],
  [
    "recording",
    { AccountSid: AC, RecordingSid: RE, RecordingStatus: "completed", RecordingUrl: "ftp://x" },
    "RecordingUrl",
  ],
])("a malformed %s notice %o is refused naming %s", (kind, form, field) => {
  const attempt = () => parseWebhook(kind, form);
  expect(attempt).toThrow(Refusal);
  try {
    attempt();
  } catch (refusal) {
    expect(refusal).toMatchObject({ kind: "invalid", faults: [{ path: field }] });
  }
});
