import { expect, test } from "vitest";
import { twilioCarrier } from "../../src/adapters/carriers/twilio/index.ts";
import { asId, type CarrierSid } from "../../src/domain/kernel/ids.ts";
import type { Carrier, CarrierAccount } from "../../src/ports/carrier.ts";
import { CarrierOutage, CarrierRefusal } from "../../src/ports/carrier.ts";
import { wrongInRequest } from "./validator.ts";

const sid = (prefix: string, digit: string) => asId<CarrierSid>(prefix + digit.repeat(32));
const account: CarrierAccount = {
  carrier: "twilio",
  accountSid: sid("AC", "a"),
  authTokens: ["token"],
  baseUrl: "https://api.twilio.com",
  apiKeySid: sid("SK", "b"),
  apiKeySecret: "secret",
  applicationSid: sid("AP", "c"),
};
const call = sid("CA", "1");
const conference = { sid: sid("CF", "2"), friendly_name: "contact-1", status: "in-progress" };
const create = {
  key: "reservation-1",
  conferenceName: "contact-1",
  from: "+15005550006",
  to: "client:agent_1",
  timeoutS: 20,
  endConferenceOnExit: true,
  statusCallback: "https://house.example/t/x/c/1/leg/agent",
  pickedUpCallback: null,
  conferenceStatusCallback: "https://house.example/t/x/c/1/conference",
};
const message = {
  key: "m1",
  intendedAt: Date.UTC(2026, 10, 22, 8),
  from: "+15005550006",
  to: "+14155550100",
  body: "您好",
  statusCallback: "https://house.example/m",
};

type Answer = { readonly status: number; readonly body?: unknown; readonly headers?: Record<string, string> };

/** A carrier whose answers are given by path, in order; what was sent is kept and held against Twilio's description. */
function recorded(answers: { readonly [methodAndPath: string]: Answer | readonly Answer[] }) {
  const sent: { readonly line: string; readonly body: string; readonly request: Request }[] = [];
  const left = new Map(
    Object.entries(answers).map(([line, answer]) => [line, Array.isArray(answer) ? [...answer] : [answer]]),
  );
  const carrier: Carrier = twilioCarrier(async (request) => {
    const body = await request.clone().text();
    const { pathname } = new URL(request.url);
    const line = `${request.method} ${pathname.replace(`/2010-04-01/Accounts/${account.accountSid}`, "")}`;
    sent.push({ line, body, request });
    if (!pathname.endsWith(".mp3")) expect(wrongInRequest(request.method, request.url, body)).toEqual([]);
    const answer = left.get(line)?.shift() as Answer | undefined;
    if (answer === undefined) throw new Error(`no answer for ${line}`);
    return new Response(answer.body === undefined ? null : JSON.stringify(answer.body), {
      status: answer.status,
      headers: answer.headers ?? {},
    });
  });
  return { carrier, sent, lines: () => sent.map((each) => each.line) };
}

test("NUM-4 every command is a documented operation with documented fields", async () => {
  const { carrier, sent } = recorded({
    [`POST /Calls/${call}.json`]: [
      { status: 200, body: {} },
      { status: 200, body: {} },
    ],
    [`GET /Calls/${call}.json`]: {
      status: 200,
      body: {
        sid: call,
        status: "completed",
        duration: "61",
        start_time: "Sun, 22 Nov 2026 08:00:00 +0000",
        end_time: null,
      },
    },
    "GET /Conferences.json": [{ status: 200, body: { conferences: [conference] } }],
    [`POST /Conferences/${conference.sid}/Participants/${call}.json`]: { status: 200, body: {} },
  });
  await carrier.updateCall(account, call, [{ do: "say", text: "您好", language: "zh-CN" }, { do: "hang_up" }]);
  await carrier.endCall(account, call);
  expect(await carrier.fetchCall(account, call)).toEqual({
    legSid: call,
    status: "completed",
    durationS: 61,
    startedAt: Date.UTC(2026, 10, 22, 8),
    endedAt: null,
  });
  await carrier.updateParticipant(account, "contact-1", call, {
    hold: true,
    holdUrl: "https://house.example/music",
    muted: false,
  });
  expect(new URLSearchParams(sent[0]?.body).get("Twiml")).toContain('<Say language="zh-CN">您好</Say><Hangup/>');
  expect(sent[0]?.request.headers.get("authorization")).toBe(`Basic ${btoa(`${account.accountSid}:token`)}`);
});

test("a participant is looked for under its key before it is made", async () => {
  const first = recorded({
    "GET /Conferences.json": { status: 200, body: { conferences: [{ ...conference, status: "completed" }] } },
    "POST /Conferences/contact-1/Participants.json": { status: 201, body: { call_sid: call } },
  });
  expect(await first.carrier.addParticipant(account, create)).toEqual({ legSid: call });
  const repeat = recorded({
    "GET /Conferences.json": { status: 200, body: { conferences: [conference] } },
    [`GET /Conferences/${conference.sid}/Participants/reservation-1.json`]: { status: 200, body: { call_sid: call } },
  });
  expect(await repeat.carrier.addParticipant(account, create)).toEqual({ legSid: call });
  expect(repeat.lines().filter((line) => line.startsWith("POST"))).toEqual([]);
});

test("a message is sent once for one intent, and again for a later one", async () => {
  const listed = (body: string, at: string) => ({
    status: 200,
    body: { messages: [{ sid: sid("SM", "3"), body, date_created: at }] },
  });
  const sentBefore = recorded({ "GET /Messages.json": listed("您好", "Sun, 22 Nov 2026 08:00:00 +0000") });
  await sentBefore.carrier.sendMessage(account, message);
  expect(sentBefore.lines()).toEqual(["GET /Messages.json"]);
  const older = recorded({
    "GET /Messages.json": listed("您好", "Sun, 22 Nov 2026 07:00:00 +0000"),
    "POST /Messages.json": { status: 201, body: { sid: sid("SM", "4") } },
  });
  expect(await older.carrier.sendMessage(account, message)).toEqual({ messageSid: sid("SM", "4") });
});

test.each([
  [429, { "retry-after": "7" }, 7_000],
  [429, {}, 1_000],
  [500, {}, null],
  [503, { "retry-after": "2" }, 2_000],
])("an answer of %i with %o is an outage to try again after %s ms", async (status, headers, after) => {
  const { carrier } = recorded({ [`GET /Calls/${call}.json`]: { status, headers } });
  const trouble = await carrier.fetchCall(account, call).catch((error: unknown) => error);
  expect(trouble).toBeInstanceOf(CarrierOutage);
  expect(trouble).toMatchObject({ retryable: true, retryAfterMs: after });
});

test("no answer, and an answer that is not the documented one, are outages", async () => {
  const silent = twilioCarrier(() => Promise.reject(new TypeError("connection refused")));
  await expect(silent.fetchCall(account, call)).rejects.toBeInstanceOf(CarrierOutage);
  const odd = recorded({ [`GET /Calls/${call}.json`]: { status: 200, body: { sid: call, status: "dreaming" } } });
  await expect(odd.carrier.fetchCall(account, call)).rejects.toBeInstanceOf(CarrierOutage);
});

test("a no from the carrier is a refusal with its code; ending what is over is done", async () => {
  const over = { status: 400, body: { code: 21_220, message: "Call is not in-progress", status: 400 } };
  const { carrier } = recorded({
    [`POST /Calls/${call}.json`]: [over, over],
    [`GET /Calls/${call}.json`]: { status: 404 },
  });
  await expect(carrier.updateCall(account, call, [])).rejects.toMatchObject({ status: 400, carrierCode: 21_220 });
  await carrier.endCall(account, call);
  expect(await carrier.fetchCall(account, call)).toBeNull();
});

test("a recording is fetched from the carrier's own host whatever address a webhook gave", async () => {
  const recording = sid("RE", "5");
  const { carrier, sent } = recorded({
    [`GET /Recordings/${recording}.mp3`]: { status: 200, body: "audio", headers: { "content-type": "audio/mpeg" } },
  });
  await carrier.fetchRecording(account, `https://evil.example/Accounts/x/Recordings/${recording}`);
  expect(new URL(sent[0]?.request.url ?? "").host).toBe("api.twilio.com");
  await expect(carrier.fetchRecording(account, "https://evil.example/steal")).rejects.toBeInstanceOf(CarrierRefusal);
});
