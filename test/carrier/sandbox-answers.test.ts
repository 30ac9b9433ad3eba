import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { OPERATIONS } from "../../src/adapters/carriers/sandbox/rest/router.ts";
import { ACCOUNT, CALLER, LINE, openStage, type Stage, until } from "./sandbox-stage.ts";
import { operationOf, wrongInAnswer, wrongInRequest } from "./validator.ts";

/** Every answer of the sandbox carrier, held against Twilio's published description of its interface. */
let stage: Stage;
let caller: string;
let agent: string;
let room: string;

const WAITING =
  '<Dial><Conference statusCallback="/conference" record="record-from-start">contact-1</Conference></Dial>';

// Real waits of a carrier in another process: a busy machine may need long, a broken carrier is told by `until`.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

beforeAll(async () => {
  stage = await openStage((path) => (path === "/voice" ? WAITING : "<Hangup/>"));
  await stage.control("PUT", `accounts/${ACCOUNT.sid}/clients/agent_1`, { answerAfterS: 1 });
  caller = await stage.robotCalls([]);
  const room1 = async () => list(await ask("GET", "Conferences.json?FriendlyName=contact-1"), "conferences")[0];
  room = String((await until("the caller is in the room", room1)).sid);
  agent = String((await addAgent("agent_1")).call_sid);
});
afterAll(() => stage.close());

describe("NUM-4 the sandbox carrier's answers are Twilio's", () => {
  test.each([
    ["GET", "Calls.json", 200],
    ["GET", "Calls.json?PageSize=1&Page=0&Status=in-progress", 200],
    [
      "GET",
      `Calls.json?To=${encodeURIComponent(LINE)}&From=${encodeURIComponent(CALLER)}&StartTime%3E=2020-01-01T00:00:00Z`,
      200,
    ],
    ["GET", "Calls/{caller}.json", 200],
    ["GET", `Calls/CA${"0".repeat(32)}.json`, 404],
    ["GET", "Conferences.json?FriendlyName=contact-1&Status=in-progress", 200],
    ["GET", "Conferences/{room}.json", 200],
    ["GET", `Conferences/CF${"0".repeat(32)}.json`, 404],
    ["GET", "Conferences/{room}/Participants.json", 200],
    ["GET", "Conferences/{room}/Participants/{agent}.json", 200],
    ["GET", "Conferences/{room}/Participants/label-of-agent_1.json", 200],
    ["GET", "Recordings.json", 200],
    ["GET", "Messages.json", 200],
    ["GET", "IncomingPhoneNumbers.json", 200],
  ] as const)("%s %s", async (method, path, status) => {
    const answer = await ask(method, path);
    expect(answer.status).toBe(status);
  });

  test.each([
    ["Calls.json", { To: "client:agent_1", From: LINE, Twiml: "<Response><Hangup/></Response>" }, 201],
    ["Calls.json", { To: "client:agent_1", From: LINE }, 400],
    ["Calls/{caller}.json", { Twiml: `<Response>${WAITING}</Response>` }, 200],
    ["Calls/{caller}.json", { Twiml: "<Response><Sing/></Response>" }, 400],
    [
      "Conferences/{room}/Participants/{agent}.json",
      { Hold: "true", HoldUrl: "http://x.test/hold", HoldMethod: "POST" },
      200,
    ],
    ["Conferences/{room}/Participants/{agent}.json", { Hold: "false", Muted: "true" }, 200],
    ["Conferences/{room}/Participants/{agent}.json", { Muted: "perhaps" }, 400],
    ["Messages.json", { To: CALLER, From: LINE, Body: "您好" }, 201],
    ["Messages.json", { To: CALLER, From: LINE }, 400],
    ["Messages.json", { To: CALLER, From: "+12025550133", Body: "not our number" }, 400],
  ] as const)("POST %s %j", async (path, form, status) => {
    await backInTheRoom();
    const answer = await ask("POST", path, new URLSearchParams(form));
    expect(answer.status).toBe(status);
  });

  test("a call that is over can be read and not redirected", async () => {
    const sid = await stage.robotCalls([{ hangUpAfterS: 2 }]);
    const over = await until("the call is over", async () => {
      const call = (await ask("GET", `Calls/${sid}.json`)).json;
      return call.status === "completed" && call;
    });
    expect(over).toMatchObject({ direction: "inbound", end_time: expect.any(String) });
    // The clock runs ten times as fast: on a busy machine the robot hangs up a second or more late, never early.
    expect(Number(over.duration)).toBeGreaterThanOrEqual(2);
    const refused = await ask("POST", `Calls/${sid}.json`, new URLSearchParams({ Status: "completed" }));
    expect([refused.status, refused.json.code]).toEqual([400, 21_220]);
  });

  test("a recording has the sound of its length, as WAV and as MP3", async () => {
    await ask("POST", `Conferences/${await backInTheRoom()}.json`, new URLSearchParams({ Status: "completed" }));
    const recording = await until("the recording is ready", async () =>
      list(await ask("GET", "Recordings.json"), "recordings").find((each) => each.status === "completed"),
    );
    const seconds = Number(recording.duration);
    const wav = await stage.rest("GET", `Recordings/${recording.sid}.wav`);
    expect([wav.headers.get("content-type"), wav.bytes.length]).toEqual(["audio/x-wav", 44 + seconds * 8_000]);
    expect(wav.bytes.subarray(0, 4).toString() + wav.bytes.subarray(8, 16).toString()).toBe("RIFFWAVEfmt ");
    const mp3 = await stage.rest("GET", `Recordings/${recording.sid}.mp3`);
    expect(mp3.headers.get("content-type")).toBe("audio/mpeg");
    expect(Math.abs(mp3.bytes.length / 1_000 - seconds)).toBeLessThan(0.1);
    expect((await ask("GET", `Recordings/${recording.sid}.json`)).json).toMatchObject({
      source: "Conference",
      channels: 1,
    });
  });

  test("a call's recording is started, paused, resumed and stopped; a conference's is paused by its own path", async () => {
    room = await backInTheRoom();
    const started = await ask("POST", "Calls/{caller}/Recordings.json", new URLSearchParams());
    expect([started.status, started.json.source]).toEqual([201, "StartCallRecordingAPI"]);
    for (const Status of ["paused", "in-progress", "stopped"]) {
      const path = `Calls/{caller}/Recordings/${started.json.sid}.json`;
      expect((await ask("POST", path, new URLSearchParams({ Status }))).json.status).toBe(Status);
    }
    const [ofRoom] = list(await ask("GET", "Conferences/{room}/Recordings.json"), "recordings");
    const pause = new URLSearchParams({ Status: "paused", PauseBehavior: "skip" });
    expect((await ask("POST", `Conferences/{room}/Recordings/${ofRoom?.sid}.json`, pause)).json.status).toBe("paused");
    expect(list(await ask("GET", "Calls/{caller}/Recordings.json"), "recordings")).toHaveLength(1);
  });

  test("a label is given once in a conference, and a participant's own leg can be recorded", async () => {
    await backInTheRoom();
    const form = { From: LINE, To: "client:agent_1", Label: "second", Record: "true" };
    const first = await ask("POST", "Conferences/contact-1/Participants.json", new URLSearchParams(form));
    const again = await ask("POST", "Conferences/contact-1/Participants.json", new URLSearchParams(form));
    expect([first.status, again.status, again.json.code]).toEqual([201, 400, 16_025]);
    const recording = await until("the leg is recorded", async () =>
      list(await ask("GET", `Recordings.json?CallSid=${first.json.call_sid}`), "recordings").at(0),
    );
    expect(recording).toMatchObject({ source: "OutboundAPI", conference_sid: null });
    expect((await ask("DELETE", `Conferences/{room}/Participants/${first.json.call_sid}.json`)).status).toBe(204);
  });

  test("numbers are read and pointed elsewhere", async () => {
    const [number] = list(await ask("GET", "IncomingPhoneNumbers.json"), "incoming_phone_numbers");
    expect((await ask("GET", `IncomingPhoneNumbers/${number?.sid}.json`)).json).toMatchObject({ phone_number: LINE });
    const form = new URLSearchParams({ VoiceUrl: `${stage.appUrl}/voice`, VoiceMethod: "POST" });
    expect((await ask("POST", `IncomingPhoneNumbers/${number?.sid}.json`, form)).status).toBe(200);
  });

  test.each([
    ["nobody", "AC:wrong", 401, 20_003],
    ["the account's token", `${ACCOUNT.sid}:${ACCOUNT.authToken}`, 200, undefined],
    ["the API key", `${ACCOUNT.apiKeySid}:${ACCOUNT.apiKeySecret}`, 200, undefined],
  ] as const)("signed in as %s", async (_who, credentials, status, code) => {
    const answer = await stage.rest("GET", "Calls.json", undefined, credentials);
    expect([answer.status, JSON.parse(answer.bytes.toString()).code]).toEqual([status, code]);
  });
});

test("NUM-4 the sandbox carrier honours only parameters that Twilio documents", () => {
  const undocumented = OPERATIONS.flatMap(({ method, path, honours }) => {
    const found = operationOf(method, `/2010-04-01/Accounts/${ACCOUNT.sid}/${path.replace(/\{\w+\}/g, "x")}`);
    if (found === null) return [];
    const { operation } = found;
    const form = operation.requestBody?.content["application/x-www-form-urlencoded"]?.schema.properties ?? {};
    const known = new Set([...(operation.parameters ?? []).map((each) => each.name), ...Object.keys(form)]);
    return honours.filter((name) => !known.has(name)).map((name) => `${method} ${path}: ${name}`);
  });
  expect(undocumented).toEqual([]);
});

type Answer = { readonly status: number; readonly json: Readonly<Record<string, unknown>> };

/** Asks, and holds request and answer against the description. A path's `{caller}`, `{agent}`, `{room}` are filled in. */
async function ask(method: string, path: string, form?: URLSearchParams): Promise<Answer> {
  const filled = path.replace("{caller}", caller).replace("{agent}", agent).replace("{room}", room);
  const answer = await stage.rest(method, filled, form);
  if (answer.status < 400) expect(wrongInRequest(method, answer.url, form?.toString() ?? "")).toEqual([]);
  expect(wrongInAnswer(method, answer.url, answer.status, answer.bytes.toString())).toEqual([]);
  return { status: answer.status, json: answer.bytes.length === 0 ? {} : JSON.parse(answer.bytes.toString()) };
}

function list(answer: Answer, name: string): Readonly<Record<string, unknown>>[] {
  return answer.json[name] as Readonly<Record<string, unknown>>[];
}

async function addAgent(identity: string): Promise<Readonly<Record<string, unknown>>> {
  const form = new URLSearchParams({
    From: LINE,
    To: `client:${identity}`,
    Label: `label-of-${identity}`,
    Timeout: "20",
    Beep: "false",
    EndConferenceOnExit: "true",
    StatusCallback: `${stage.appUrl}/leg`,
    ConferenceStatusCallback: `${stage.appUrl}/conference`,
  });
  for (const event of ["initiated", "ringing", "answered", "completed"]) form.append("StatusCallbackEvent", event);
  const answer = await ask("POST", "Conferences/contact-1/Participants.json", form);
  expect(answer.status).toBe(201);
  return answer.json;
}

/** Earlier tests may have emptied the room: a caller and an agent are brought into one again. */
async function backInTheRoom(): Promise<string> {
  const open = list(await ask("GET", "Conferences.json?FriendlyName=contact-1&Status=in-progress"), "conferences")[0];
  const inside =
    open === undefined ? [] : list(await ask("GET", `Conferences/${open.sid}/Participants.json`), "participants");
  if (open !== undefined && inside.some((each) => each.call_sid === agent)) {
    room = String(open.sid);
    return room;
  }
  caller = await stage.robotCalls([]);
  const isOpen = async () => {
    const all = list(await ask("GET", "Conferences.json?FriendlyName=contact-1"), "conferences");
    return all.find((each) => each.status !== "completed");
  };
  room = String((await until("a caller is in a room", isOpen)).sid);
  agent = String((await addAgent("agent_1")).call_sid);
  const talking = async () => (await ask("GET", `Conferences/${room}.json`)).json.status === "in-progress";
  await until("they talk", talking);
  return room;
}
