import type { Conference, JoinOptions, Member } from "../exchange/state.ts";
import { numbersOf } from "./calls.ts";
import { type Asked, callbackOf, dates, json, noContent, type Operation, PAGING } from "./operation.ts";
import { matchesDate, page } from "./paging.ts";
import { notFound, RestProblem } from "./problems.ts";
import { conferenceJson, participantJson } from "./resources.ts";

/** Twilio's number: two participants of one conference cannot share a label. */
const LABEL_TAKEN = 16_025;
const RING_MAX_S = 600;
const RING_DEFAULT_S = 60;
const LISTENS_MAX_S = 59;
const LISTENS_DEFAULT_S = 30;

export const conferenceOperations: readonly Operation[] = [
  {
    method: "GET",
    path: "Conferences.json",
    honours: ["FriendlyName", "Status", ...dates("DateCreated"), ...dates("DateUpdated"), ...PAGING],
    answer: listConferences,
  },
  {
    method: "GET",
    path: "Conferences/{Sid}.json",
    honours: [],
    answer: (asked) => json(200, conferenceJson(asked.account, conferenceOf(asked))),
  },
  { method: "POST", path: "Conferences/{Sid}.json", honours: ["Status"], answer: updateConference },
  {
    method: "POST",
    path: "Conferences/{ConferenceSid}/Participants.json",
    honours: [
      ...[
        "From",
        "To",
        "Label",
        "Timeout",
        "StartConferenceOnEnter",
        "EndConferenceOnExit",
        "Coaching",
        "CallSidToCoach",
      ],
      ...["Muted", "Record", "ConferenceRecord"],
      ...["MachineDetection", "MachineDetectionTimeout", "AmdStatusCallback", "AmdStatusCallbackMethod"],
      // Taken without effect: they change only what is heard in the line, and the line has no sound.
      ...["Beep", "EarlyMedia", "WaitUrl", "WaitMethod"],
      ...callbackOf("StatusCallback"),
      ...callbackOf("RecordingStatusCallback"),
      ...callbackOf("ConferenceStatusCallback"),
      ...callbackOf("ConferenceRecordingStatusCallback"),
    ],
    answer: createParticipant,
  },
  {
    method: "GET",
    path: "Conferences/{ConferenceSid}/Participants.json",
    honours: ["Muted", "Hold", "Coaching", ...PAGING],
    answer: listParticipants,
  },
  {
    method: "GET",
    path: "Conferences/{ConferenceSid}/Participants/{CallSid}.json",
    honours: [],
    answer: (asked) => participantAnswer(asked, 200, conferenceOf(asked), memberOf(asked)),
  },
  {
    method: "POST",
    path: "Conferences/{ConferenceSid}/Participants/{CallSid}.json",
    honours: ["Hold", "HoldUrl", "HoldMethod", "Muted", "Coaching", "CallSidToCoach", "EndConferenceOnExit"],
    answer: updateParticipant,
  },
  {
    method: "DELETE",
    path: "Conferences/{ConferenceSid}/Participants/{CallSid}.json",
    honours: [],
    answer: (asked) => {
      const { callSid } = memberOf(asked);
      asked.apply({ kind: "participant_removed", conferenceSid: conferenceOf(asked).sid, callSid });
      return noContent();
    },
  },
];

export function conferenceOf({ exchange, path, url }: Asked): Conference {
  const conference = exchange.conferences.get(path[0] ?? "");
  if (conference === undefined) throw notFound(url.pathname);
  return conference;
}

/** A participant is named by its call's sid or by its label. */
function memberOf(asked: Asked): Member {
  const name = asked.path[1] ?? "";
  const { members } = conferenceOf(asked);
  const member = members.find((each) => each.callSid === name || each.options.label === name);
  if (member === undefined) throw notFound(asked.url.pathname);
  return member;
}

function listConferences({ exchange, account, url }: Asked): Response {
  const query = url.searchParams;
  const is = (name: string, value: string) => !query.has(name) || query.get(name) === value;
  const found = [...exchange.conferences.values()]
    .filter(
      (conference) =>
        is("FriendlyName", conference.name) &&
        is("Status", conference.status) &&
        matchesDate(query, "DateCreated", conference.createdAt) &&
        matchesDate(query, "DateUpdated", conference.updatedAt),
    )
    .reverse();
  return json(
    200,
    page(url, "conferences", found, (conference) => conferenceJson(account, conference)),
  );
}

function updateConference(asked: Asked): Response {
  const conference = conferenceOf(asked);
  if (asked.form.oneOf("Status", ["completed"]) === "completed") {
    asked.apply({
      kind: "conference_ended",
      conferenceSid: conference.sid,
      reason: "conference-ended-via-api",
      by: null,
    });
  }
  return json(200, conferenceJson(asked.account, conference));
}

/** The one operation that takes a conference by its name, and makes it when there is none. */
function createParticipant(asked: Asked): Response {
  const { form, exchange, apply } = asked;
  const named = asked.path[0] ?? "";
  const name = exchange.conferences.get(named)?.name ?? named;
  const sid = asked.newSid("CA");
  const options: JoinOptions = {
    label: form.text("Label") ?? null,
    muted: form.boolean("Muted") ?? false,
    startOnEnter: form.boolean("StartConferenceOnEnter") ?? true,
    endOnExit: form.boolean("EndConferenceOnExit") ?? false,
    coaching: form.boolean("Coaching") ?? false,
    callSidToCoach: form.text("CallSidToCoach") ?? null,
    record: ["true", "record-from-start"].includes(form.text("ConferenceRecord") ?? ""),
    legRecording:
      form.boolean("Record") === true ? { callback: form.callback("RecordingStatusCallback", ["completed"]) } : null,
    callback: form.callback("ConferenceStatusCallback", ["start", "end"]),
    recordingCallback: form.callback("ConferenceRecordingStatusCallback", ["completed"]),
    hangUpAfter: true,
  };
  const open = exchange.conferences.get(exchange.openConferences.get(name) ?? "");
  if (options.label !== null && open?.members.some((each) => each.options.label === options.label)) {
    throw new RestProblem(400, LABEL_TAKEN, `The label ${options.label} is in use in this conference`);
  }
  apply({
    kind: "call_created",
    sid,
    parentSid: null,
    direction: "outbound-api",
    ...numbersOf(asked),
    timeoutS: form.seconds("Timeout", RING_DEFAULT_S, RING_MAX_S),
    callback: form.callback("StatusCallback", ["completed"]),
    ...listensFor(form),
    onAnswer: { do: "join", name, options },
  });
  const conference = exchange.conferences.get(exchange.openConferences.get(name) ?? "");
  const member = conference?.members.find((each) => each.callSid === sid);
  if (conference === undefined || member === undefined) throw notFound(asked.url.pathname);
  return participantAnswer(asked, 201, conference, member);
}

/** Who picks up is told where both the question and an address for the answer are given. */
function listensFor(form: Asked["form"]): { readonly pickedUpUrl?: string } {
  form.seconds("MachineDetectionTimeout", LISTENS_DEFAULT_S, LISTENS_MAX_S);
  const target = form.callback("AmdStatusCallback", []);
  const wanted = form.oneOf("MachineDetection", ["Enable"]) === "Enable";
  return wanted && target !== null ? { pickedUpUrl: target.url } : {};
}

function listParticipants(asked: Asked): Response {
  const conference = conferenceOf(asked);
  const query = asked.url.searchParams;
  const is = (name: string, value: boolean) => !query.has(name) || query.get(name) === String(value);
  const found = conference.members.filter(
    (member) => is("Muted", member.muted) && is("Hold", member.hold) && is("Coaching", member.coaching),
  );
  const toJson = (member: Member) => participantJson(asked.account, asked.exchange, conference, member);
  return json(200, page(asked.url, "participants", found, toJson));
}

function updateParticipant(asked: Asked): Response {
  const conference = conferenceOf(asked);
  const member = memberOf(asked);
  const { form } = asked;
  const change = {
    hold: form.boolean("Hold"),
    holdUrl: form.text("HoldUrl"),
    muted: form.boolean("Muted"),
    coaching: form.boolean("Coaching"),
    callSidToCoach: form.text("CallSidToCoach"),
    endOnExit: form.boolean("EndConferenceOnExit"),
  };
  asked.apply({ kind: "participant_changed", conferenceSid: conference.sid, callSid: member.callSid, change });
  return participantAnswer(asked, 200, conference, member);
}

function participantAnswer(asked: Asked, status: number, conference: Conference, member: Member): Response {
  return json(status, participantJson(asked.account, asked.exchange, conference, member));
}
