import { describe, expect, test } from "vitest";
import { CALLER, LINE, Rehearsal, response } from "./rehearsal.ts";
import { billedSeconds, type RobotAction } from "./state.ts";

const act = (action: Partial<RobotAction>): RobotAction => ({ on: "start", afterS: 0, ...action });
const HANG_UP_AFTER_MENU = "<Say>thank you</Say>";

/** An application with one document at /voice and one at /next, which hangs up. */
function play(document: string | number, script: RobotAction[] = [], patienceS: number | null = null) {
  const rehearsal = new Rehearsal((url) => (url.endsWith("/voice") ? asTwiml(document) : response("<Hangup/>")));
  const call = rehearsal.robotCalls(script, patienceS);
  return { rehearsal, call };
}
const asTwiml = (document: string | number) => (typeof document === "string" ? response(document) : document);

describe("NUM-4 the first webhook", () => {
  test("names the call as Twilio does, and the call rings until the first verb picks it up", () => {
    const { rehearsal, call } = play("<Pause length='3'/><Say>hello</Say>");
    expect(rehearsal.asked[0]).toEqual({
      url: "http://app.test/voice",
      params: {
        AccountSid: rehearsal.exchange.account?.sid,
        ApiVersion: "2010-04-01",
        CallSid: call.sid,
        CallStatus: "ringing",
        Called: LINE,
        Caller: CALLER,
        Direction: "inbound",
        From: CALLER,
        To: LINE,
      },
    });
    rehearsal.pass(2.9);
    expect(call.status).toBe("ringing");
    rehearsal.pass(0.2);
    expect(call.status).toBe("in-progress");
  });

  test.each([
    ["<Reject/>", "no-answer", 0],
    ['<Reject reason="busy"/>', "busy", 0],
    ["<Hangup/>", "completed", 0],
    ["", "completed", 0],
    ['<Say>hi</Say><Pause length="10"/>', "completed", 11],
    ['<Play loop="3">http://x.test/a.mp3?seconds=5</Play>', "completed", 15],
    ["<Play>http://x.test/a.mp3</Play>", "completed", 8],
    ['<Say language="zh-CN">您好，欢迎致电</Say>', "completed", 2],
  ] as const)("%s ends %s after %i billed seconds", (document, status, seconds) => {
    const { rehearsal, call } = play(document);
    rehearsal.pass(60);
    expect([call.status, billedSeconds(call)]).toEqual([status, seconds]);
    expect(rehearsal.ledger).toMatchObject([{ sid: call.sid, seconds, status }]);
    expect(rehearsal.callbacks.at(-1)).toMatchObject({
      url: "http://app.test/caller-over",
      params: { CallStatus: status, CallDuration: String(seconds), SequenceNumber: "0" },
    });
  });
});

describe("Gather", () => {
  const ONE = '<Gather numDigits="1" timeout="5" action="/menu"><Say>press one</Say></Gather>';
  const LONG = '<Gather finishOnKey="#" timeout="4" action="http://other.test/pin"/>';
  const SPOKEN = '<Gather input="dtmf speech" timeout="4" action="/said"/>';
  test.each([
    ["a key during the prompt", ONE, act({ press: "1", afterS: 0.1 }), "http://app.test/menu", { Digits: "1" }],
    ["a key after the prompt", ONE, act({ press: "2", afterS: 4 }), "http://app.test/menu", { Digits: "2" }],
    ["keys ended by #", LONG, act({ press: "1234#" }), "http://other.test/pin", { Digits: "1234" }],
    ["keys ended by silence", LONG, act({ press: "77" }), "http://other.test/pin", { Digits: "77" }],
    ["speech", SPOKEN, act({ say: "opening hours" }), "http://app.test/said", { SpeechResult: "opening hours" }],
  ] as const)("%s is brought to the action", (_what, document, action, url, params) => {
    const { rehearsal, call } = play(document, [{ ...action, on: "gather" }]);
    rehearsal.pass(30);
    expect(rehearsal.asked[1]).toMatchObject({
      url,
      params: { CallSid: call.sid, CallStatus: "in-progress", ...params },
    });
  });

  test.each([
    ["falls through when nothing is pressed", ONE + HANG_UP_AFTER_MENU, 1],
    [
      "asks the action when it wants empty results",
      ONE.replace("numDigits", 'actionOnEmptyResult="true" numDigits'),
      2,
    ],
    ["ignores keys when it listens for speech alone", '<Gather input="speech" timeout="3" action="/said"/>', 1],
  ] as const)("%s", (what, document, asked) => {
    const script = what.startsWith("ignores") ? [act({ on: "gather", press: "1" })] : [];
    const { rehearsal, call } = play(document, script);
    rehearsal.pass(60);
    expect(rehearsal.asked).toHaveLength(asked);
    expect(call.status).toBe("completed");
  });

  test("two menus take a robot's two key presses in order", () => {
    const menus: Record<string, string> = { "/voice": "a", "/a": "b" };
    const rehearsal = new Rehearsal((url) => {
      const next = menus[new URL(url).pathname];
      return response(next === undefined ? "<Hangup/>" : `<Gather numDigits="1" action="/${next}"/>`);
    });
    rehearsal.robotCalls([act({ on: "gather", afterS: 1, press: "1" }), act({ on: "gather", afterS: 1, press: "2" })]);
    rehearsal.pass(30);
    expect(rehearsal.asked.map(({ params }) => params.Digits)).toEqual([undefined, "1", "2"]);
  });
});

describe("Record", () => {
  const RECORD =
    '<Record maxLength="30" timeout="5" finishOnKey="#" action="/kept" recordingStatusCallback="/recording"/>' +
    HANG_UP_AFTER_MENU;
  test("a message ended by a key goes to the action with its length, then is ready to be fetched", () => {
    const { rehearsal } = play(RECORD, [
      act({ on: "record", voicemailS: 60 }),
      act({ on: "previous", afterS: 12, press: "#" }),
    ]);
    rehearsal.pass(13);
    expect(rehearsal.asked[1]?.params).toMatchObject({ RecordingDuration: "12", Digits: "#" });
    rehearsal.pass(2);
    expect(rehearsal.callbacks.find(({ url }) => url.endsWith("/recording"))).toMatchObject({
      url: "http://app.test/recording",
      params: { RecordingStatus: "completed", RecordingDuration: "12", RecordingSource: "RecordVerb" },
    });
  });

  test("a caller who hangs up has left the message; the action learns of it", () => {
    const { rehearsal, call } = play(RECORD, [act({ on: "record", voicemailS: 9 })]);
    rehearsal.pass(20);
    expect(call.status).toBe("completed");
    expect(rehearsal.asked[1]?.params).toMatchObject({
      Digits: "hangup",
      CallStatus: "completed",
      RecordingDuration: "9",
    });
    expect([...rehearsal.exchange.recordings.values()]).toMatchObject([{ status: "completed", durationS: 9 }]);
  });

  test("silence is not kept, and the document goes on", () => {
    const { rehearsal, call } = play(RECORD);
    rehearsal.pass(30);
    expect(rehearsal.asked).toHaveLength(1);
    expect(call.status).toBe("completed");
    expect([...rehearsal.exchange.recordings.values()]).toMatchObject([{ status: "absent" }]);
  });
});

describe("an application in trouble", () => {
  test("the fallback is asked with the error, and its answer is what the caller hears", () => {
    const rehearsal = new Rehearsal((url) => (url.endsWith("/fallback") ? response("<Pause length='7'/>") : 11_200));
    const call = rehearsal.robotCalls();
    expect(rehearsal.asked[1]).toMatchObject({
      url: "http://app.test/fallback",
      params: { ErrorCode: "11200", ErrorUrl: "http://app.test/voice" },
    });
    rehearsal.pass(10);
    expect(call.status).toBe("completed");
  });

  test.each([["<Response><Say></Response>"], ["<Answer/>"], [response("<Enqueue>x</Enqueue>")], ["not xml"]])(
    "%s is no TwiML: the fallback is asked",
    (document) => {
      const rehearsal = new Rehearsal((url) => (url.endsWith("/voice") ? document : response("<Hangup/>")));
      rehearsal.robotCalls();
      expect(rehearsal.asked[1]?.url).toBe("http://app.test/fallback");
    },
  );

  test("when the fallback fails too the caller is told and the call ends", () => {
    const rehearsal = new Rehearsal(() => 11_205);
    const call = rehearsal.phoneCalls();
    rehearsal.pass(30);
    expect(call.status).toBe("completed");
    expect(rehearsal.told.map(({ message }) => message.type)).toEqual(["ringing", "answered", "caption", "ended"]);
  });
});

describe("Dial to softphones and numbers", () => {
  test("the first softphone to accept is bridged, the other stops ringing, and the action hears how it went", () => {
    const dial = '<Dial timeout="20" action="/dialled"><Client>ann</Client><Client>bob</Client></Dial>';
    const { rehearsal, call } = play(dial);
    for (const identity of ["ann", "bob"])
      rehearsal.apply({ kind: "client_registered", identity, handset: `of-${identity}` });
    rehearsal.pass(1);
    const ringing = [...rehearsal.exchange.calls.values()].filter((each) => each.parentSid === call.sid);
    const [ann, bob] = ringing;
    expect(ringing.map((each) => each.status)).toEqual(["ringing", "ringing"]);
    rehearsal.apply({ kind: "client_accepts", callSid: bob?.sid ?? "", handset: "of-bob" });
    expect([ann?.status, bob?.status]).toEqual(["canceled", "in-progress"]);
    rehearsal.pass(10);
    rehearsal.apply({ kind: "call_over", callSid: bob?.sid ?? "", status: "completed" });
    expect(rehearsal.asked[1]).toMatchObject({
      url: "http://app.test/dialled",
      params: { DialCallStatus: "completed", DialCallDuration: "10", DialCallSid: bob?.sid },
    });
  });

  test.each([
    ["+12025550001", "busy"],
    ["+12025550002", "no-answer"],
    ["+12025550003", "failed"],
    ["client:nobody", "no-answer"],
  ] as const)("%s ends %s and the document goes on", (to, status) => {
    const noun = to.startsWith("client:") ? `<Client>${to.slice(7)}</Client>` : `<Number>${to}</Number>`;
    const { rehearsal, call } = play(`<Dial timeout="20" action="/dialled">${noun}</Dial>`);
    rehearsal.pass(25);
    expect(rehearsal.asked[1]?.params.DialCallStatus).toBe(status);
    expect(call.status).toBe("completed");
  });
});

test("a redirect takes the call out of what it was doing", () => {
  const { rehearsal, call } = play('<Play loop="0">http://x.test/music.mp3</Play>');
  rehearsal.pass(100);
  const source = { url: "http://app.test/elsewhere", method: "POST" as const, fallbackUrl: null };
  rehearsal.apply({ kind: "call_redirected", callSid: call.sid, next: { do: "fetch", source } });
  expect(rehearsal.asked[1]?.url).toBe("http://app.test/elsewhere");
  expect(call.status).toBe("completed");
});

test("a robot out of patience hangs up; one that is being served does not", () => {
  const { rehearsal, call } = play('<Play loop="0">http://x.test/music.mp3</Play>', [], 30);
  rehearsal.pass(29);
  expect(call.status).toBe("in-progress");
  rehearsal.pass(2);
  expect([call.status, billedSeconds(call)]).toEqual(["completed", 30]);
});
