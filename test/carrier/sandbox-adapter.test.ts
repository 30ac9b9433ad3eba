import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { twilioCarrier } from "../../src/adapters/carriers/twilio/index.ts";
import { softphoneTicket } from "../../src/adapters/carriers/twilio/softphone.ts";
import { asId, type CarrierSid } from "../../src/domain/kernel/ids.ts";
import { type CarrierAccount, CarrierOutage } from "../../src/ports/carrier.ts";
import { ACCOUNT, LINE, openStage, type Stage, until } from "./sandbox-stage.ts";

/** The Twilio adapter as it ships, against the sandbox carrier: it cannot tell the difference. */
let stage: Stage;
let account: CarrierAccount;
const carrier = twilioCarrier();
const ROOM = '<Dial><Conference record="record-from-start">contact-1</Conference></Dial>';

// Real waits of a carrier in another process: a busy machine may need long, a broken carrier is told by `until`.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

beforeAll(async () => {
  stage = await openStage((path) => (path === "/voice" ? ROOM : "<Hangup/>"), 20);
  account = {
    carrier: "twilio",
    accountSid: ACCOUNT.sid,
    authTokens: [ACCOUNT.authToken],
    baseUrl: stage.url,
    apiKeySid: ACCOUNT.apiKeySid,
    apiKeySecret: ACCOUNT.apiKeySecret,
    applicationSid: `AP${"c".repeat(32)}`,
  };
});
afterAll(() => stage.close());

test.each([
  ["+12025550177", "human"],
  ["+12025550004", "machine_start"],
])("ACD-6 the carrier says who picked up at %s: %s, and only then does the leg go on", async (to, who) => {
  const name = `contact-${to.slice(1)}`;
  await carrier.addParticipant(account, {
    key: `reservation-${to.slice(1)}`,
    conferenceName: name,
    from: LINE,
    to,
    timeoutS: 20,
    endConferenceOnExit: false,
    statusCallback: `${stage.appUrl}/leg-${who}`,
    pickedUpCallback: `${stage.appUrl}/picked-up-${who}`,
    conferenceStatusCallback: `${stage.appUrl}/conference-${who}`,
  });
  const news = () => stage.heard.filter((each) => each.path.endsWith(`-${who}`));
  const joined = () => news().find(({ params }) => params.StatusCallbackEvent === "participant-join");
  await until("the leg has joined", () => joined() !== undefined);
  const told = news().filter(({ params }) => params.AnsweredBy !== undefined);
  expect(told.map(({ path, params }) => [path, params.AnsweredBy])).toEqual([[`/picked-up-${who}`, who]]);
});

test("NUM-4 a call from arrival to recording, by the adapter's own commands", async () => {
  const softphone = await stage.socket("client");
  const ticket = await softphoneTicket(account, "agent_1", Date.now());
  softphone.send({ type: "register", tokens: [ticket.token], autoAnswer: true });
  await softphone.message("registered");

  const caller = asId<CarrierSid>(await stage.robotCalls([]));
  const create = {
    key: "reservation-1",
    conferenceName: "contact-1",
    from: LINE,
    to: "client:agent_1",
    timeoutS: 20,
    endConferenceOnExit: true,
    statusCallback: `${stage.appUrl}/leg`,
    pickedUpCallback: null,
    conferenceStatusCallback: `${stage.appUrl}/conference`,
  };
  const { legSid: agent } = await carrier.addParticipant(account, create);
  expect(await carrier.addParticipant(account, create)).toEqual({ legSid: agent });
  await softphone.message("answered");
  expect(await carrier.findParticipant(account, "contact-1", "reservation-1")).toEqual({ legSid: agent });

  await carrier.updateParticipant(account, "contact-1", caller, { hold: true, holdUrl: "http://x.test/music" });
  await carrier.updateParticipant(account, "contact-1", caller, { hold: false });
  await carrier.endCall(account, agent);
  await carrier.endCall(account, agent);
  const leg = () => stage.heard.filter((each) => each.path === "/leg").map((each) => each.params.CallStatus);
  await until("the leg's callbacks have come", () => leg().includes("completed"));
  expect(new Set(leg())).toEqual(new Set(["initiated", "ringing", "in-progress", "completed"]));

  const record = await until("the caller's leg is over", async () => {
    const call = await carrier.fetchCall(account, caller);
    return call?.status === "completed" && call;
  });
  expect(record).toMatchObject({ legSid: caller, durationS: expect.any(Number), startedAt: expect.any(Number) });
  expect(await carrier.fetchCall(account, asId(`CA${"0".repeat(32)}`))).toBeNull();

  const listed = JSON.parse((await stage.rest("GET", "Recordings.json")).bytes.toString());
  const url = `${stage.url}/2010-04-01/Accounts/${ACCOUNT.sid}/Recordings/${listed.recordings[0].sid}`;
  const sound = await until("the recording can be fetched", () =>
    carrier.fetchRecording(account, url).catch(() => false as const),
  );
  expect(sound.contentType).toBe("audio/mpeg");
  await sound.body.cancel();
  softphone.close();
});

test("fresh instructions reach a live call, and a message is sent once however often it is asked for", async () => {
  const caller = asId<CarrierSid>(await stage.robotCalls([]));
  await until("the caller waits", async () => (await carrier.fetchCall(account, caller))?.status === "in-progress");
  const next = `${stage.appUrl}/next`;
  await carrier.updateCall(account, caller, [
    { do: "say", text: "请稍候 & wait", language: "zh-CN" },
    { do: "redirect", url: next },
  ]);
  await until("the redirect is followed", () => stage.heard.some((each) => each.path === "/next" && each.signed));
  const message = {
    key: "m1",
    intendedAt: Date.now(),
    from: LINE,
    to: "+12025550199",
    body: "您好",
    statusCallback: `${stage.appUrl}/sms`,
  };
  const first = await carrier.sendMessage(account, message);
  expect(await carrier.sendMessage(account, message)).toEqual(first);
  const delivered = () => stage.heard.some((each) => each.params.MessageStatus === "delivered" && each.signed);
  await until("the message is delivered", delivered);
});

test.each([[{ http429: 1 }], [{ http500: 1 }]])(
  "under %j the adapter meets an outage, not a refusal",
  async (faults) => {
    await stage.control("PUT", "faults", faults);
    await expect(carrier.fetchCall(account, asId(`CA${"1".repeat(32)}`))).rejects.toBeInstanceOf(CarrierOutage);
    await stage.control("PUT", "faults", {});
  },
);
