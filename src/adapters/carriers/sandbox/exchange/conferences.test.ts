import { describe, expect, test } from "vitest";
import { Rehearsal, response } from "./rehearsal.ts";
import { billedSeconds, type Conference, type JoinOptions, type RobotAction } from "./state.ts";

const JOIN = (attributes = "") =>
  response(
    `<Dial><Conference ${attributes} statusCallback="/conference" statusCallbackEvent="start end join leave mute hold">room</Conference></Dial>`,
  );

/** A robot caller waits in the room; agent ann's softphone is a robot that answers after two seconds. */
function roomWithCaller(attributes = "", script: readonly RobotAction[] = []) {
  const rehearsal = new Rehearsal((url) => (url.endsWith("/voice") ? JOIN(attributes) : response("<Hangup/>")));
  rehearsal.apply({ kind: "client_robot", identity: "ann", answerAfterS: 2 });
  const caller = rehearsal.robotCalls(script);
  return { rehearsal, caller, room: () => roomOf(rehearsal) };
}

function roomOf(rehearsal: Rehearsal): Conference {
  const [room] = rehearsal.exchange.conferences.values();
  if (room === undefined) throw new Error("there is no conference");
  return room;
}

describe("NUM-4 a conference", () => {
  test("starts with the second member, and tells of it in order with rising sequence numbers", () => {
    const { rehearsal, caller, room } = roomWithCaller();
    expect(room().status).toBe("init");
    const agent = rehearsal.addAgent("room", "ann");
    rehearsal.pass(5);
    expect(room().status).toBe("in-progress");
    expect(rehearsal.statuses(agent.sid)).toEqual(["initiated", "ringing", "in-progress"]);
    rehearsal.apply({ kind: "call_over", callSid: caller.sid, status: "completed" });
    rehearsal.apply({ kind: "call_over", callSid: agent.sid, status: "completed" });
    expect(rehearsal.conferenceEvents()).toEqual([
      "participant-join",
      "participant-join",
      "conference-start",
      "participant-leave",
      "participant-leave",
      "conference-end",
    ]);
    const numbers = rehearsal.callbacks
      .filter(({ url }) => url.endsWith("/conference"))
      .map(({ params }) => params.SequenceNumber);
    expect(numbers).toEqual(["1", "2", "3", "4", "5", "6"]);
  });

  test.each([
    [
      "the caller leaves, who ends it",
      'endConferenceOnExit="true"',
      "caller",
      "participant-with-end-conference-on-exit-left",
    ],
    ["the agent leaves, who ends it", "", "agent", "participant-with-end-conference-on-exit-left"],
  ] as const)("%s: everybody is out, each in its own way", (_what, attributes, who, reason) => {
    const { rehearsal, caller, room } = roomWithCaller(attributes);
    const agent = rehearsal.addAgent("room", "ann");
    rehearsal.pass(5);
    rehearsal.apply({ kind: "call_over", callSid: who === "caller" ? caller.sid : agent.sid, status: "completed" });
    expect([room().status, room().endReason]).toEqual(["completed", reason]);
    expect([caller.status, agent.status]).toEqual(["completed", "completed"]);
    expect(room().members).toEqual([]);
  });

  test("ended over the interface, the caller's TwiML goes on and the agent's leg hangs up", () => {
    const rehearsal = new Rehearsal(() =>
      response('<Dial action="/after"><Conference>room</Conference></Dial>').replace("/after", "/after"),
    );
    rehearsal.apply({ kind: "client_robot", identity: "ann", answerAfterS: 2 });
    const caller = rehearsal.robotCalls();
    const agent = rehearsal.addAgent("room", "ann");
    rehearsal.pass(5);
    const by = { reason: "conference-ended-via-api", by: null } as const;
    rehearsal.apply({ kind: "conference_ended", conferenceSid: roomOf(rehearsal).sid, ...by });
    expect([caller.status, agent.status]).toEqual(["in-progress", "completed"]);
    expect(rehearsal.asked.at(-1)).toMatchObject({
      url: "http://app.test/after",
      params: { DialCallStatus: "answered" },
    });
  });

  test("a softphone that does not answer leaves the room as it was", () => {
    const { rehearsal, caller, room } = roomWithCaller();
    rehearsal.apply({ kind: "client_registered", identity: "bob", handset: "of-bob" });
    const agent = rehearsal.addAgent("room", "bob");
    rehearsal.pass(19);
    expect(room().members.map((member) => member.options.label)).toEqual([null, "label-of-bob"]);
    rehearsal.pass(2);
    expect(rehearsal.statuses(agent.sid)).toEqual(["initiated", "ringing", "no-answer"]);
    expect(room().members.map((member) => member.callSid)).toEqual([caller.sid]);
    expect(room().status).toBe("init");
  });

  test("a browser that closes stops its softphone's ringing at once", () => {
    const { rehearsal } = roomWithCaller();
    rehearsal.apply({ kind: "client_registered", identity: "bob", handset: "of-bob" });
    const agent = rehearsal.addAgent("room", "bob");
    rehearsal.pass(1);
    rehearsal.apply({ kind: "handset_gone", handset: "of-bob" });
    expect(agent.status).toBe("no-answer");
  });

  test("hold and mute are told once each, however often they are asked for", () => {
    const { rehearsal, caller, room } = roomWithCaller();
    rehearsal.addAgent("room", "ann");
    rehearsal.pass(5);
    for (const change of [{ hold: true }, { hold: true }, { hold: false }, { muted: true }, { muted: false }]) {
      rehearsal.apply({ kind: "participant_changed", conferenceSid: room().sid, callSid: caller.sid, change });
    }
    expect(rehearsal.conferenceEvents().slice(3)).toEqual([
      "participant-hold",
      "participant-unhold",
      "participant-mute",
      "participant-unmute",
    ]);
  });

  test("a robot caller talks with the agent as long as its script says", () => {
    const { rehearsal, caller } = roomWithCaller('endConferenceOnExit="true"', [
      { on: "conference", afterS: 0, talkS: 40 },
    ]);
    const agent = rehearsal.addAgent("room", "ann");
    rehearsal.pass(120);
    // The agent's leg was answered when it joined; the caller's two and a bit seconds before.
    expect([billedSeconds(agent), billedSeconds(caller)]).toEqual([40, 43]);
  });

  test("recorded from the start, the recording is as long as the talk", () => {
    const attributes = 'endConferenceOnExit="true" record="record-from-start" recordingStatusCallback="/recording"';
    const { rehearsal } = roomWithCaller(attributes, [{ on: "conference", afterS: 0, talkS: 25 }]);
    rehearsal.addAgent("room", "ann");
    rehearsal.pass(60);
    expect([...rehearsal.exchange.recordings.values()]).toMatchObject([
      { source: "Conference", status: "completed", durationS: 25 },
    ]);
    expect(rehearsal.callbacks.filter(({ url }) => url === "http://app.test/recording")).toHaveLength(1);
  });

  test("a redirected caller leaves the room and may enter another", () => {
    const { rehearsal, caller, room } = roomWithCaller();
    rehearsal.apply({ kind: "call_redirected", callSid: caller.sid, next: { do: "run", verbs: otherRoom() } });
    expect(room().status).toBe("completed");
    expect([...rehearsal.exchange.openConferences.keys()]).toEqual(["other"]);
  });
});

describe("two browsers in a room", () => {
  test("are told of each other, exactly one of them to make the offer, and of the hold", () => {
    const rehearsal = new Rehearsal(() => JOIN());
    rehearsal.apply({ kind: "client_registered", identity: "ann", handset: "of-ann" });
    const caller = rehearsal.phoneCalls("phone-1");
    const agent = rehearsal.addAgent("room", "ann");
    rehearsal.pass(1);
    expect(rehearsal.told.map(({ handset, message }) => [handset, message.type])).toContainEqual([
      "of-ann",
      "incoming",
    ]);
    rehearsal.apply({ kind: "client_accepts", callSid: agent.sid, handset: "of-ann" });
    const offers = rehearsal.told.flatMap(({ handset, message }) =>
      message.type === "peer_joined" ? [{ handset, peer: message.peer, makeOffer: message.makeOffer }] : [],
    );
    expect(offers).toEqual([
      { handset: "phone-1", peer: agent.sid, makeOffer: false },
      { handset: "of-ann", peer: caller.sid, makeOffer: true },
    ]);
    rehearsal.apply({
      kind: "signal",
      callSid: agent.sid,
      peer: caller.sid,
      signal: { sdp: { type: "offer", sdp: "v=0" } },
    });
    expect(rehearsal.told.at(-1)).toMatchObject({ handset: "phone-1", message: { type: "webrtc", peer: agent.sid } });
    rehearsal.apply({
      kind: "participant_changed",
      conferenceSid: roomOf(rehearsal).sid,
      callSid: caller.sid,
      change: { hold: true },
    });
    expect(rehearsal.told.map(({ message }) => message)).toContainEqual({
      type: "held",
      callSid: caller.sid,
      on: true,
    });
    rehearsal.apply({ kind: "handset_gone", handset: "phone-1" });
    expect([caller.status, agent.status]).toEqual(["completed", "in-progress"]);
  });
});

function otherRoom() {
  const options: Partial<JoinOptions> = {};
  return [
    {
      verb: "Dial" as const,
      action: null,
      timeoutS: 30,
      callerId: null,
      noun: {
        noun: "Conference" as const,
        name: "other",
        muted: false,
        startOnEnter: true,
        endOnExit: false,
        waitUrl: null,
        coach: null,
        label: options.label ?? null,
        record: false,
        callback: null,
        recordingCallback: null,
      },
    },
  ];
}
