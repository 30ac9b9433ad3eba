import { z } from "zod";
import { asId } from "../../../domain/kernel/ids.ts";
import { type Fault, Refusal } from "../../../domain/kernel/trouble.ts";
import type { CarrierEvent } from "../../../ports/carrier.ts";
import type { SignedForm } from "./signature.ts";

/** The kinds of webhook the carrier sends us; each has its own address. */
export type WebhookKind = "voice" | "next" | "leg" | "conference" | "recording";

/** `event` is null for a notice that is genuine and changes nothing, such as a recording that has only begun. */
export type Webhook = { readonly accountSid: string; readonly event: CarrierEvent | null };

const sid = (prefix: string) =>
  z.string().regex(new RegExp(`^${prefix}[0-9a-fA-F]{32}$`), `is ${prefix} and 32 hexadecimal digits`);
const account = { AccountSid: sid("AC") };
/** Twilio numbers are E.164; withheld callers come as words, browser phones as `client:…`, SIP as `sip:…`. */
const party = z.string().min(1).max(256);
const seconds = z
  .string()
  .regex(/^\d{1,7}$/, "is a whole number of seconds")
  .transform(Number);
const order = z
  .string()
  .regex(/^\d{1,9}$/, "is a whole number from 0")
  .transform(Number);
const recordingUrl = z.string().max(2_048).startsWith("http");

const LegStatusSchema = z.enum([
  "queued",
  "initiated",
  "ringing",
  "in-progress",
  "completed",
  "busy",
  "failed",
  "no-answer",
  "canceled",
]);

const VoiceSchema = z.object({ ...account, CallSid: sid("CA"), From: party.optional(), To: party });
const NextSchema = z.object({
  ...account,
  CallSid: sid("CA"),
  /** `hangup` is how a recording says that the caller ended it by leaving. */
  Digits: z
    .string()
    .max(128)
    .regex(/^([0-9*#A-Dw]*|hangup)$/, "is keys of a telephone")
    .optional(),
  SpeechResult: z.string().max(4_096).optional(),
  RecordingSid: sid("RE").optional(),
  RecordingDuration: seconds.optional(),
  RecordingUrl: recordingUrl.optional(),
});
const LegSchema = z.object({
  ...account,
  CallSid: sid("CA"),
  CallStatus: LegStatusSchema,
  SequenceNumber: order.optional(),
  CallDuration: seconds.optional(),
});
/** `human`, `unknown` (nobody said anything for a while), `fax`, or `machine_…` with how far its greeting was. */
const PickedUpSchema = z.object({ ...account, CallSid: sid("CA"), AnsweredBy: z.string().regex(/^[a-z_]{1,32}$/) });
const ConferenceSchema = z.object({
  ...account,
  ConferenceSid: sid("CF"),
  FriendlyName: z.string().min(1).max(128),
  StatusCallbackEvent: z.string().min(1).max(64),
  CallSid: sid("CA").optional(),
  ParticipantLabel: z.string().max(128).optional(),
  SequenceNumber: order.optional(),
});
const RecordingSchema = z.object({
  ...account,
  RecordingSid: sid("RE"),
  RecordingStatus: z.enum(["in-progress", "paused", "stopped", "processing", "completed", "absent", "failed"]),
  RecordingUrl: recordingUrl.optional(),
  RecordingDuration: seconds.optional(),
  CallSid: sid("CA").optional(),
  ConferenceSid: sid("CF").optional(),
});

const CONFERENCE_EVENTS: { readonly [name: string]: Extract<CarrierEvent, { kind: "conference" }>["what"] } = {
  "conference-start": "start",
  "conference-end": "end",
  "participant-join": "join",
  "participant-leave": "leave",
  "participant-hold": "hold",
  "participant-unhold": "unhold",
  "participant-mute": "mute",
  "participant-unmute": "unmute",
};
const TERMINAL: ReadonlySet<string> = new Set(["completed", "busy", "failed", "no-answer", "canceled"]);

/** Turns a verified form into what it says. Throws a refusal that names each wrong field. */
export function parseWebhook(kind: WebhookKind, form: SignedForm): Webhook {
  switch (kind) {
    case "voice":
      return parseVoice(form);
    case "next":
      return parseNext(form);
    case "leg":
      return parseLeg(form);
    case "conference":
      return parseConference(form);
    case "recording":
      return parseRecording(form);
  }
}

function parseVoice(form: SignedForm): Webhook {
  const { AccountSid, CallSid, From, To } = parseForm(VoiceSchema, form);
  const from =
    From === undefined || /^\+?(anonymous|unavailable|restricted|266696687|86282452253|7378742833)$/i.test(From)
      ? "anonymous"
      : From;
  return { accountSid: AccountSid, event: { kind: "call_arrived", legSid: asId(CallSid), from, to: To } };
}

function parseNext(form: SignedForm): Webhook {
  const field = parseForm(NextSchema, form);
  const recording =
    field.RecordingSid !== undefined && field.RecordingUrl !== undefined
      ? {
          sid: asId<CarrierRecordingSid>(field.RecordingSid),
          durationS: field.RecordingDuration ?? 0,
          url: field.RecordingUrl,
        }
      : null;
  return {
    accountSid: field.AccountSid,
    event: {
      kind: "instructions_wanted",
      legSid: asId(field.CallSid),
      digits: field.Digits === undefined || field.Digits === "hangup" ? null : field.Digits,
      speech: field.SpeechResult ?? null,
      recording,
    },
  };
}

function parseLeg(form: SignedForm): Webhook {
  // The carrier's word on who picked up names no status; a status that also tells it is a status.
  if (form.AnsweredBy !== undefined && form.CallStatus === undefined) return parsePickedUp(form);
  const field = parseForm(LegSchema, form);
  return {
    accountSid: field.AccountSid,
    event: {
      kind: "leg_status",
      legSid: asId(field.CallSid),
      status: field.CallStatus,
      sequence: field.SequenceNumber ?? null,
      // A leg that nobody answered carries no duration: the carrier bills none.
      durationS: TERMINAL.has(field.CallStatus) ? (field.CallDuration ?? 0) : null,
    },
  };
}

function parsePickedUp(form: SignedForm): Webhook {
  const field = parseForm(PickedUpSchema, form);
  const by = field.AnsweredBy === "human" || field.AnsweredBy === "unknown" ? "person" : "machine";
  return { accountSid: field.AccountSid, event: { kind: "picked_up", legSid: asId(field.CallSid), by } };
}

function parseConference(form: SignedForm): Webhook {
  const field = parseForm(ConferenceSchema, form);
  const what = CONFERENCE_EVENTS[field.StatusCallbackEvent];
  if (what === undefined) return { accountSid: field.AccountSid, event: null };
  return {
    accountSid: field.AccountSid,
    event: {
      kind: "conference",
      conferenceSid: asId(field.ConferenceSid),
      name: field.FriendlyName,
      what,
      legSid: field.CallSid === undefined ? null : asId(field.CallSid),
      label: field.ParticipantLabel ?? null,
      sequence: field.SequenceNumber ?? null,
    },
  };
}

function parseRecording(form: SignedForm): Webhook {
  const field = parseForm(RecordingSchema, form);
  if (field.RecordingStatus !== "completed" || field.RecordingUrl === undefined)
    return { accountSid: field.AccountSid, event: null };
  return {
    accountSid: field.AccountSid,
    event: {
      kind: "recording_ready",
      recordingSid: asId(field.RecordingSid),
      legSid: field.CallSid === undefined ? null : asId(field.CallSid),
      conferenceSid: field.ConferenceSid === undefined ? null : asId(field.ConferenceSid),
      url: field.RecordingUrl,
      durationS: field.RecordingDuration ?? 0,
    },
  };
}

type CarrierRecordingSid = Extract<CarrierEvent, { kind: "recording_ready" }>["recordingSid"];

function parseForm<Schema extends z.ZodObject>(schema: Schema, form: SignedForm): z.output<Schema> {
  const parsed = schema.safeParse(form);
  if (parsed.success) return parsed.data;
  const faults: Fault[] = parsed.error.issues.map((issue) => ({
    path: issue.path.join("."),
    message: form[String(issue.path[0])] === undefined ? "is missing" : issue.message,
    ...(issue.code === "invalid_value" ? { allowed: issue.values } : {}),
  }));
  throw new Refusal("invalid", "malformed_webhook", "the carrier's notice lacks a field or has a wrong one", {
    faults,
  });
}
