import { isOver, type Recording } from "../exchange/state.ts";
import { callOf } from "./calls.ts";
import { conferenceOf } from "./conferences.ts";
import { type Asked, dates, json, type Operation, PAGING } from "./operation.ts";
import { matchesDate, page } from "./paging.ts";
import { notFound, RestProblem } from "./problems.ts";
import { callRecordingJson, recordingJson } from "./resources.ts";
import { mp3, wav } from "./sound.ts";

const NOT_IN_PROGRESS = 21_220;

export const recordingOperations: readonly Operation[] = [
  {
    method: "GET",
    path: "Recordings.json",
    honours: ["CallSid", "ConferenceSid", ...dates("DateCreated"), ...PAGING],
    answer: listRecordings,
  },
  {
    method: "GET",
    path: "Recordings/{Sid}.json",
    honours: [],
    answer: (asked) => fullAnswer(asked, recordingOf(asked)),
  },
  { method: "GET", path: "Recordings/{Sid}.wav", honours: [], answer: (asked) => sound(asked, "wav") },
  { method: "GET", path: "Recordings/{Sid}.mp3", honours: [], answer: (asked) => sound(asked, "mp3") },
  { method: "GET", path: "Recordings/{Sid}", honours: [], answer: (asked) => sound(asked, "wav") },
  {
    method: "POST",
    path: "Calls/{CallSid}/Recordings.json",
    honours: [
      "RecordingStatusCallback",
      "RecordingStatusCallbackMethod",
      "RecordingStatusCallbackEvent",
      "RecordingChannels",
    ],
    answer: startCallRecording,
  },
  {
    method: "GET",
    path: "Calls/{CallSid}/Recordings.json",
    honours: [...dates("DateCreated"), ...PAGING],
    answer: (asked) => listOf(asked, (recording) => recording.callSid === callOf(asked).sid),
  },
  {
    method: "POST",
    path: "Calls/{CallSid}/Recordings/{Sid}.json",
    honours: ["Status", "PauseBehavior"],
    answer: updateRecording,
  },
  {
    method: "GET",
    path: "Conferences/{ConferenceSid}/Recordings.json",
    honours: [...dates("DateCreated"), ...PAGING],
    answer: (asked) => listOf(asked, (recording) => recording.conferenceSid === conferenceOf(asked).sid),
  },
  {
    method: "POST",
    path: "Conferences/{ConferenceSid}/Recordings/{Sid}.json",
    honours: ["Status", "PauseBehavior"],
    answer: updateRecording,
  },
];

/** The recording that the last part of the path names; below a call or conference also by `Twilio.CURRENT`. */
function recordingOf(asked: Asked): Recording {
  const [owner, named] = asked.path.length === 1 ? [null, asked.path[0]] : asked.path;
  const recordings = [...asked.exchange.recordings.values()];
  const found =
    named === "Twilio.CURRENT"
      ? recordings.findLast((each) => isOf(each, owner) && each.durationS === null)
      : asked.exchange.recordings.get(named ?? "");
  if (found === undefined || !isOf(found, owner)) throw notFound(asked.url.pathname);
  return found;
}

function isOf(recording: Recording, owner: string | null | undefined): boolean {
  return owner === null || recording.callSid === owner || recording.conferenceSid === owner;
}

function startCallRecording(asked: Asked): Response {
  const call = callOf(asked);
  if (isOver(call) || call.answeredAt === null) {
    throw new RestProblem(400, NOT_IN_PROGRESS, "Requested resource is not eligible for recording");
  }
  const sid = asked.newSid("RE");
  asked.apply({
    kind: "recording_started",
    sid,
    callSid: call.sid,
    conferenceSid: null,
    source: "StartCallRecordingAPI",
    callback: asked.form.callback("RecordingStatusCallback", ["completed"]),
  });
  const recording = asked.exchange.recordings.get(sid);
  if (recording === undefined) throw notFound(asked.url.pathname);
  return json(201, callRecordingJson(asked.account, recording));
}

function updateRecording(asked: Asked): Response {
  const recording = recordingOf(asked);
  const to = asked.form.oneOf("Status", ["in-progress", "paused", "stopped"]);
  if (recording.durationS !== null) throw new RestProblem(400, NOT_IN_PROGRESS, "The recording is over");
  if (to !== undefined) asked.apply({ kind: "recording_changed", recordingSid: recording.sid, to });
  return json(200, callRecordingJson(asked.account, recording));
}

function fullAnswer(asked: Asked, recording: Recording): Response {
  return json(200, recordingJson(asked.account, asked.base, recording));
}

function sound(asked: Asked, form: "wav" | "mp3"): Response {
  const recording = recordingOf(asked);
  // Until it is processed there is nothing to fetch, as at Twilio.
  if (recording.status !== "completed" || recording.durationS === null) throw notFound(asked.url.pathname);
  const bytes = form === "wav" ? wav(recording.durationS) : mp3(recording.durationS);
  return new Response(bytes, { headers: { "Content-Type": form === "wav" ? "audio/x-wav" : "audio/mpeg" } });
}

function listRecordings(asked: Asked): Response {
  const query = asked.url.searchParams;
  const is = (name: string, value: string | null) => !query.has(name) || query.get(name) === value;
  const found = newestFirst(asked, (each) => is("CallSid", each.callSid) && is("ConferenceSid", each.conferenceSid));
  return json(
    200,
    page(asked.url, "recordings", found, (each) => recordingJson(asked.account, asked.base, each)),
  );
}

function listOf(asked: Asked, wanted: (recording: Recording) => boolean): Response {
  const found = newestFirst(asked, wanted);
  return json(
    200,
    page(asked.url, "recordings", found, (each) => callRecordingJson(asked.account, each)),
  );
}

function newestFirst({ exchange, url }: Asked, wanted: (recording: Recording) => boolean): Recording[] {
  return [...exchange.recordings.values()]
    .filter((each) => wanted(each) && matchesDate(url.searchParams, "DateCreated", each.startedAt))
    .reverse();
}
