import { createHmac } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { ACCOUNT, CALLER, LINE, openStage, type Stage, until } from "./sandbox-stage.ts";

/** Whole calls through the sandbox carrier in workerd: what the application hears, and what browsers see. */
let stage: Stage;
let answers: Record<string, string | number> = {};

// Real waits of a carrier in another process: a busy machine may need long, a broken carrier is told by `until`.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

beforeAll(async () => {
  stage = await openStage((path) => answers[path] ?? "<Hangup/>", 20);
});
afterAll(() => stage.close());
beforeEach(async () => {
  stage.heard.length = 0;
  await stage.control("PUT", "faults", {});
});

const of = (callSid: string) => stage.heard.filter((each) => each.params.CallSid === callSid);
const pathsOf = (callSid: string) => of(callSid).map((each) => each.path);
const overOf = (callSid: string) => until("the call is over", () => of(callSid).find((each) => each.path === "/over"));

type Ledger = {
  seconds: number;
  legs: { sid: string; seconds: number; answeredAt: number | null; endedAt: number; status: string }[];
};
const ledger = async () => (await (await stage.control("GET", `ledger?accountSid=${ACCOUNT.sid}`)).json()) as Ledger;

test("NUM-4 a robot's call: signed webhooks in order, and the ledger bills what the last callback says", async () => {
  answers = {
    "/voice": '<Gather numDigits="1" timeout="5" action="/menu"><Say>press one</Say></Gather>',
    "/menu": '<Pause length="4"/><Redirect>/bye</Redirect>',
  };
  const sid = await stage.robotCalls([{ on: "gather", afterS: 1, press: "1" }]);
  const over = await overOf(sid);
  expect(pathsOf(sid)).toEqual(["/voice", "/menu", "/bye", "/over"]);
  expect(of(sid).every((each) => each.signed)).toBe(true);
  expect(of(sid)[1]?.params).toMatchObject({ Digits: "1", From: CALLER, To: LINE, CallStatus: "in-progress" });
  const { legs } = await ledger();
  const leg = legs.find((each) => each.sid === sid);
  expect(String(leg?.seconds)).toBe(over.params.CallDuration);
  expect(leg?.seconds).toBe(Math.ceil(((leg?.endedAt ?? 0) - (leg?.answeredAt ?? 0)) / 1_000));
});

test("an application that fails is asked again at its fallback", async () => {
  answers = { "/voice": 500, "/fallback": "<Say>one moment</Say>" };
  const sid = await stage.robotCalls([]);
  await overOf(sid);
  const fallback = of(sid).find((each) => each.path === "/fallback");
  expect(fallback?.params).toMatchObject({ ErrorCode: "11200", ErrorUrl: `${stage.appUrl}/voice` });
  expect(fallback?.signed).toBe(true);
});

test("a call survives its exchange being torn down again and again, and its timers still come", async () => {
  answers = {
    "/voice": '<Pause length="6"/><Redirect>/two</Redirect>',
    "/two": '<Pause length="20"/><Redirect>/three</Redirect>',
  };
  const sid = await stage.robotCalls([]);
  for (const path of ["/voice", "/two", "/three"]) {
    await until(`the application is asked ${path}`, () => pathsOf(sid).includes(path));
    await stage.evict();
  }
  const over = await overOf(sid);
  expect(Number(over.params.CallDuration)).toBeGreaterThanOrEqual(20);
  expect((await ledger()).legs.filter((each) => each.sid === sid)).toHaveLength(1);
});

describe("faults", () => {
  test.each([
    [{ http429: 1 }, 429, 20_429],
    [{ http500: 1 }, 500, 20_500],
  ] as const)("%j", async (faults, status, code) => {
    await stage.control("PUT", "faults", faults);
    const answer = await stage.rest("GET", "Calls.json");
    expect([answer.status, JSON.parse(answer.bytes.toString()).code]).toEqual([status, code]);
    if (status === 429) expect(answer.headers.get("retry-after")).toBe("1");
  });

  test("duplicates reach the application under the same idempotency token", async () => {
    answers = { "/voice": "<Hangup/>" };
    await stage.control("PUT", "faults", { duplicate: 1 });
    const sid = await stage.robotCalls([]);
    const twice = () => pathsOf(sid).filter((path) => path === "/over").length === 2;
    await until("both have come", twice);
    expect(pathsOf(sid).filter((path) => path === "/voice")).toHaveLength(2);
    expect(new Set(of(sid).map((each) => each.idempotencyToken)).size).toBe(2);
  });
});

test.each([
  ["accounts/nonsense", "PUT", {}, 400],
  [`accounts/${ACCOUNT.sid}/calls`, "POST", { from: CALLER, to: "+12025550177", script: [] }, 404],
  [`accounts/AC${"f".repeat(32)}/calls`, "POST", { from: CALLER, to: LINE, script: [] }, 404],
  [`accounts/${ACCOUNT.sid}/calls`, "POST", { from: CALLER, to: LINE, script: [{ on: "lunch" }] }, 400],
  ["faults", "PUT", { drop: 2 }, 400],
  ["nothing", "GET", undefined, 404],
] as const)("control refuses %s %s %j", async (path, method, body, status) => {
  expect((await stage.control(method, path, body)).status).toBe(status);
});

test("control is closed without its key, and health is open", async () => {
  expect((await stage.control("GET", "ledger", undefined, "wrong")).status).toBe(401);
  expect((await fetch(`${stage.url}/sandbox/health`)).status).toBe(200);
});

describe("browsers", () => {
  test("a phone page hears the prompts, presses keys, meets the agent's softphone and hangs up", async () => {
    answers = {
      "/voice": '<Gather numDigits="1" timeout="30" action="/room"><Say language="zh-CN">您好</Say></Gather>',
      "/room": '<Dial><Conference endConferenceOnExit="true">browser-room</Conference></Dial>',
    };
    const softphone = await stage.socket("client");
    softphone.send({ type: "register", tokens: [tokenOf("agent_7"), "not.a.token"] });
    expect(await softphone.message("registered")).toMatchObject({ identity: "agent_7", accountSids: [ACCOUNT.sid] });

    const phone = await stage.socket("phone");
    phone.send({ type: "dial", to: LINE });
    expect(await phone.message("caption")).toMatchObject({ kind: "gather", text: "您好", language: "zh-CN" });
    expect(await phone.message("listening")).toMatchObject({ on: true, what: "gather" });
    phone.send({ type: "digits", digits: "1" });
    const { callSid: callerSid } = await phone.message("conference_joined");

    await stage.rest(
      "POST",
      "Conferences/browser-room/Participants.json",
      new URLSearchParams({ From: LINE, To: "client:agent_7?reservation=r1", Label: "r1" }),
    );
    const incoming = await softphone.message("incoming");
    expect(incoming).toMatchObject({ from: LINE, params: { reservation: "r1" }, accountSid: ACCOUNT.sid });
    softphone.send({ type: "accept", callSid: incoming.callSid });
    expect(await softphone.message("peer_joined")).toMatchObject({ peer: callerSid, makeOffer: true });
    expect(await phone.message("peer_joined")).toMatchObject({ peer: incoming.callSid, makeOffer: false });
    const offer = { sdp: { type: "offer", sdp: "v=0" } };
    softphone.send({ type: "webrtc", callSid: incoming.callSid, peer: callerSid, signal: offer });
    expect(await phone.message("webrtc")).toMatchObject({ peer: incoming.callSid, signal: offer });

    phone.send({ type: "hang_up" });
    expect(await softphone.message("ended")).toMatchObject({ status: "completed" });
    expect(await phone.message("ended")).toMatchObject({ callSid: callerSid, status: "completed" });
    softphone.close();
    phone.close();
  });

  test("a softphone that answers by itself needs nobody", async () => {
    const softphone = await stage.socket("client");
    softphone.send({ type: "register", tokens: [tokenOf("agent_8")], autoAnswer: true });
    await softphone.message("registered");
    await stage.rest(
      "POST",
      "Conferences/auto-room/Participants.json",
      new URLSearchParams({ From: LINE, To: "client:agent_8" }),
    );
    expect(await softphone.message("answered")).toMatchObject({ answeredAt: expect.any(Number) });
    softphone.close();
  });

  test.each([
    ["phone", { type: "dial", to: "+12025550177" }, "unknown_number"],
    ["phone", { type: "sing" }, "bad_message"],
    ["client", { type: "register", tokens: [tokenOf("agent_9", "another secret")] }, "bad_token"],
  ] as const)("%s refuses %j", async (kind, message, code) => {
    const socket = await stage.socket(kind);
    socket.send(message);
    expect(await socket.message("refused")).toMatchObject({ code });
    socket.close();
  });

  test("pages of other origins are turned away", async () => {
    const headers = { upgrade: "websocket", origin: "https://elsewhere.test" };
    expect((await stage.upgrade("phone", headers)).status).toBe(403);
  });
});

/** An access token as Twilio's library makes it. */
function tokenOf(identity: string, secret = ACCOUNT.apiKeySecret): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const head = part({ typ: "JWT", alg: "HS256", cty: "twilio-fpa;v=1" });
  const grants = { identity, voice: { incoming: { allow: true } } };
  const body = part({ iss: ACCOUNT.apiKeySid, sub: ACCOUNT.sid, exp: Math.floor(Date.now() / 1_000) + 3_600, grants });
  return `${head}.${body}.${createHmac("sha256", secret).update(`${head}.${body}`).digest("base64url")}`;
}
