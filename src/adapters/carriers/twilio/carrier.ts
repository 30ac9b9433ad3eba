import { z } from "zod";
import { asId, type CarrierSid } from "../../../domain/kernel/ids.ts";
import {
  type Carrier,
  type CarrierAccount,
  type CarrierLeg,
  CarrierOutage,
  CarrierRefusal,
  type MessageCreate,
  type ParticipantCreate,
} from "../../../ports/carrier.ts";
import { callRest, type Fetch, type FormFields, send } from "./rest.ts";
import { renderTwiml } from "./twiml.ts";

/** How long the carrier may listen to who picked up; after it `unknown`, which counts as a person. */
const LISTENS_S = 5;
/** "Call is not in-progress. Cannot redirect", and what is asked of a call that is over in any other way. */
const CALL_NOT_IN_PROGRESS = 21_220;

const CallSchema = z.object({
  sid: z.string(),
  status: z.enum([
    "queued",
    "initiated",
    "ringing",
    "in-progress",
    "completed",
    "busy",
    "failed",
    "no-answer",
    "canceled",
  ]),
  duration: z.coerce.number().int().nonnegative().nullish(),
  start_time: z.string().nullish(),
  end_time: z.string().nullish(),
});
const ConferencesSchema = z.object({
  conferences: z.array(z.object({ sid: z.string(), friendly_name: z.string(), status: z.string() })),
});
const ParticipantSchema = z.object({ call_sid: z.string() });
const MessagesSchema = z.object({
  messages: z.array(z.object({ sid: z.string(), body: z.string().nullish(), date_created: z.string().nullish() })),
});
const MessageSchema = z.object({ sid: z.string() });

/** Twilio, or anything that speaks its protocol: only the account's base URL and secrets differ. */
export function twilioCarrier(fetchIt: Fetch = (request) => fetch(request)): Carrier {
  return {
    async updateCall(account, legSid, instructions) {
      await callRest(fetchIt, account, post(`/Calls/${legSid}.json`, { Twiml: renderTwiml(instructions) }));
    },
    async endCall(account, legSid) {
      try {
        await callRest(fetchIt, account, post(`/Calls/${legSid}.json`, { Status: "completed" }));
      } catch (trouble) {
        // Already over, which is what was asked for.
        if (
          trouble instanceof CarrierRefusal &&
          (trouble.carrierCode === CALL_NOT_IN_PROGRESS || trouble.status === 404)
        )
          return;
        throw trouble;
      }
    },
    fetchCall: (account, legSid) => fetchCall(fetchIt, account, legSid),
    addParticipant: (account, create) => addParticipant(fetchIt, account, create),
    findParticipant: (account, conferenceName, label) => findParticipant(fetchIt, account, conferenceName, label),
    async updateParticipant(account, conferenceName, legSid, change) {
      const conferenceSid = await findConference(fetchIt, account, conferenceName);
      if (conferenceSid === null) throw new CarrierRefusal(404, null, "the conference is over");
      await callRest(
        fetchIt,
        account,
        post(`/Conferences/${conferenceSid}/Participants/${legSid}.json`, {
          ...(change.hold === undefined ? {} : { Hold: change.hold }),
          ...(change.holdUrl === undefined ? {} : { HoldUrl: change.holdUrl, HoldMethod: "POST" }),
          ...(change.muted === undefined ? {} : { Muted: change.muted }),
        }),
      );
    },
    sendMessage: (account, message) => sendMessage(fetchIt, account, message),
    fetchRecording: (account, url) => fetchRecording(fetchIt, account, url),
  };
}

function post(path: string, form: FormFields) {
  return { method: "POST" as const, path, form };
}

async function fetchCall(fetchIt: Fetch, account: CarrierAccount, legSid: CarrierSid): Promise<CarrierLeg | null> {
  const answer = await callRest(fetchIt, account, { method: "GET", path: `/Calls/${legSid}.json` });
  if (answer === null) return null;
  const call = parseAnswer(CallSchema, answer);
  return {
    legSid: asId(call.sid),
    status: call.status,
    durationS: call.duration ?? null,
    startedAt: instantOf(call.start_time),
    endedAt: instantOf(call.end_time),
  };
}

async function addParticipant(fetchIt: Fetch, account: CarrierAccount, create: ParticipantCreate) {
  const earlier = await findParticipant(fetchIt, account, create.conferenceName, create.key);
  if (earlier !== null) return earlier;
  const answer = await callRest(
    fetchIt,
    account,
    post(`/Conferences/${encodeURIComponent(create.conferenceName)}/Participants.json`, {
      From: create.from,
      To: create.to,
      Label: create.key,
      Timeout: create.timeoutS,
      Beep: "false",
      StartConferenceOnEnter: true,
      EndConferenceOnExit: create.endConferenceOnExit,
      StatusCallback: create.statusCallback,
      StatusCallbackMethod: "POST",
      StatusCallbackEvent: ["initiated", "ringing", "answered", "completed"],
      ConferenceStatusCallback: create.conferenceStatusCallback,
      ConferenceStatusCallbackMethod: "POST",
      ConferenceStatusCallbackEvent: ["start", "end", "join", "leave", "mute", "hold"],
      ...(create.pickedUpCallback === null
        ? {}
        : {
            MachineDetection: "Enable",
            MachineDetectionTimeout: LISTENS_S,
            AmdStatusCallback: create.pickedUpCallback,
            AmdStatusCallbackMethod: "POST",
          }),
    }),
  );
  return { legSid: asId<CarrierSid>(parseAnswer(ParticipantSchema, answer).call_sid) };
}

async function findParticipant(fetchIt: Fetch, account: CarrierAccount, conferenceName: string, label: string) {
  const conferenceSid = await findConference(fetchIt, account, conferenceName);
  if (conferenceSid === null) return null;
  const answer = await callRest(fetchIt, account, {
    method: "GET",
    path: `/Conferences/${conferenceSid}/Participants/${encodeURIComponent(label)}.json`,
  });
  return answer === null ? null : { legSid: asId<CarrierSid>(parseAnswer(ParticipantSchema, answer).call_sid) };
}

/** Only the create takes a conference by name; everything else wants its sid. A name may have had earlier conferences. */
async function findConference(fetchIt: Fetch, account: CarrierAccount, name: string): Promise<string | null> {
  const answer = await callRest(fetchIt, account, {
    method: "GET",
    path: "/Conferences.json",
    query: { FriendlyName: name, PageSize: 20 },
  });
  if (answer === null) return null;
  const { conferences } = parseAnswer(ConferencesSchema, answer);
  return conferences.find((each) => each.friendly_name === name && each.status !== "completed")?.sid ?? null;
}

/** The carrier gives messages no key of ours, so a same text to the same number since the intent counts as sent. */
async function sendMessage(fetchIt: Fetch, account: CarrierAccount, message: MessageCreate) {
  const since = new Date(message.intendedAt - 1_000).toISOString();
  const listed = await callRest(fetchIt, account, {
    method: "GET",
    path: "/Messages.json",
    query: { From: message.from, To: message.to, "DateSent>": since, PageSize: 50 },
  });
  const earlier =
    listed === null
      ? undefined
      : parseAnswer(MessagesSchema, listed).messages.find(
          // The carrier stamps whole seconds, so the second in which the message was meant counts.
          (each) => each.body === message.body && (instantOf(each.date_created) ?? 0) >= message.intendedAt - 1_000,
        );
  if (earlier !== undefined) return { messageSid: asId<CarrierSid>(earlier.sid) };
  const answer = await callRest(
    fetchIt,
    account,
    post("/Messages.json", {
      From: message.from,
      To: message.to,
      Body: message.body,
      StatusCallback: message.statusCallback,
    }),
  );
  return { messageSid: asId<CarrierSid>(parseAnswer(MessageSchema, answer).sid) };
}

/**
 * The recording's address arrives in a webhook, and a client who owns its Twilio account can sign any address: so only the
 * recording's sid is taken from it, and our credentials go to the carrier's own host alone.
 */
async function fetchRecording(fetchIt: Fetch, account: CarrierAccount, url: string) {
  const recordingSid = /\/Recordings\/(RE[0-9a-fA-F]{32})(?:\.\w+)?$/.exec(url)?.[1];
  if (recordingSid === undefined) throw new CarrierRefusal(404, null, "the address names no recording");
  const response = await send(fetchIt, account, { method: "GET", path: `/Recordings/${recordingSid}.mp3` });
  if (!response.ok || response.body === null)
    throw new CarrierRefusal(response.status, null, `no recording behind its address: ${response.status}`);
  const declared = response.headers.get("content-length");
  // A body that was unpacked on its way is longer than what was declared.
  const length = declared !== null && response.headers.get("content-encoding") === null ? Number(declared) : null;
  return { body: response.body, contentType: response.headers.get("content-type") ?? "audio/mpeg", length };
}

/** An answer that is not what the carrier documents is the carrier's failure, not ours: try again later. */
function parseAnswer<Schema extends z.ZodType>(schema: Schema, answer: unknown): z.output<Schema> {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new CarrierOutage(
    `carrier's answer lacks ${parsed.error.issues.map((issue) => issue.path.join(".")).join(", ")}`,
  );
}

function instantOf(rfc2822: string | null | undefined): number | null {
  if (rfc2822 === null || rfc2822 === undefined) return null;
  const at = Date.parse(rfc2822);
  return Number.isNaN(at) ? null : at;
}
