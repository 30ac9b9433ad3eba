import { describe, expect, test } from "vitest";
import {
  AGENT,
  CALLER,
  callingOut,
  connecting,
  decision,
  OUTSIDE,
  outcomes,
  R1,
  talkingOut,
  typesOf,
} from "../../../test/support/call-stages.ts";
import type { ToyCarrier } from "../../../test/support/toy-carrier.ts";
import { asId } from "../kernel/ids.ts";
import { deadlineOf } from "./contact.ts";
import { countToday, foldLive, type LiveContact, type Today } from "./live.ts";
import { projectContact } from "./project.ts";
import { seatStage } from "./seats.ts";

const LEG = asId<never>("CA-outside-1");
const over = (call: ToyCarrier, status: "completed" | "busy" | "no-answer" | "failed") =>
  call.send({ type: "leg_status", callSid: LEG, party: "outside", status, durationS: 0 });
const said = (call: ToyCarrier) => call.poolHeard.map(({ say }) => say);
const deliver = (call: ToyCarrier) => {
  for (const callback of call.callbacks.splice(0)) call.send(callback);
};

/** The client's board of the day, counted from the facts. */
function board(call: ToyCarrier) {
  let today: Today = { day: "d", contacts: 0, queues: {} };
  let live: LiveContact | null = null;
  for (const fact of call.facts) {
    today = countToday(today, () => "d", fact, live);
    live = foldLive(live, fact);
  }
  const [queue] = Object.values(today.queues);
  return { queue, live };
}

describe("ACD-2 IVR-4 a waiting caller and a number outside the house", () => {
  test("it is called when its time has come, by its number, and the pool puts the contact aside", () => {
    const call = callingOut();
    expect(call.state.stage).toMatchObject({ at: "calling_out", to: OUTSIDE });
    expect(call.asked).toContainEqual(
      expect.objectContaining({ do: "add_participant", telephone: OUTSIDE.number, agentId: null }),
    );
    expect(said(call)).toEqual(["wait", "withdraw"]);
    expect(call.poolHeard.at(-1), "no end of the stay").toMatchObject({ why: "aside" });
    expect(typesOf(call), "the stay goes on until somebody answers").not.toContain("left_queue");
  });

  test("not while a seat rings, and at once when that seat is gone", () => {
    const call = callingOut();
    over(call, "busy");
    call.send({ type: "seat_reserved", agentId: AGENT, reservationId: R1, decision });
    call.now += 60_000;
    call.send({ type: "deadline" });
    expect(call.state.stage.at).toBe("queued");
    call.send({ type: "seat_returned", reservationId: R1, why: "declined" });
    call.send({ type: "deadline" });
    expect(call.state.stage).toMatchObject({ at: "calling_out", to: { name: "A partner" } });
  });

  test("a seat that accepts too late is refused: the contact has no use for it", () => {
    const call = callingOut();
    call.send({ type: "seat_accepted", agentId: AGENT, reservationId: R1 });
    expect([call.state.stage.at, seatStage(call.state, R1)]).toEqual(["calling_out", "over"]);
  });

  test("what the pool offered before the contact was put aside calls nobody afterwards", () => {
    const call = callingOut();
    over(call, "busy");
    const late = { agentId: AGENT, reservationId: R1, attempt: 1 } as const;
    call.send({ type: "seat_reserved", ...late, decision });
    call.send({ type: "seat_accepted", ...late });
    expect(call.state.stage).toMatchObject({ at: "queued", seats: [], place: { attempt: 2 } });
    call.send({ type: "seat_accepted", ...late, attempt: 2 });
    expect(call.state.stage.at).toBe("connecting");
  });

  test.each([
    ["busy", "busy"],
    ["no-answer", "no_answer"],
    ["failed", "failed"],
  ] as const)(
    "%s: the caller waits on at the old age, and the queue's next number comes in its time",
    (status, why) => {
      const call = callingOut();
      const queuedAt = call.state.history.queuedAt;
      over(call, status);
      expect(call.facts.at(-1)?.body).toMatchObject({ type: "outside_failed", why });
      expect(call.poolHeard.at(-1)).toMatchObject({ say: "wait", ticket: { attempt: 2, queuedAt } });
      expect(call.state.stage).toMatchObject({ at: "queued", place: { outside: { name: "A partner" } } });
      over(call, status);
      expect(call.facts.filter(({ body }) => body.type === "outside_failed")).toHaveLength(1);
    },
  );

  test("answered: the stay overflowed, the contact was transferred out, and its talk and seconds are known", () => {
    const call = talkingOut();
    expect(call.state.stage).toMatchObject({ at: "talking_out", to: OUTSIDE });
    expect(call.poolHeard.at(-1)).toMatchObject({ say: "withdraw", why: "left", attempt: 1 });
    call.now += 45_000;
    call.hangUp(CALLER);
    call.hangUp(LEG);
    deliver(call);
    call.sweep();
    expect(outcomes(call)).toEqual(["transferred_out by caller"]);
    const projection = projectContact(call.facts);
    expect(projection?.contact).toMatchObject({ talkMs: 45_000, withinTarget: null, agentId: null, answeredAt: null });
    const legs = projection?.usage.filter(({ kind }) => kind === "carrier_leg") ?? [];
    expect(legs.map(({ attributes, quantity }) => [attributes.party, quantity])).toContainEqual(["outside", 45]);
    expect(
      projection?.usage.filter(({ kind }) => kind === "contact"),
      "no service of the house",
    ).toEqual([]);
  });

  test("offered = answered + abandoned + overflowed + waiting at every moment, on the client's board", () => {
    const call = callingOut();
    expect(board(call).queue).toMatchObject({ offered: 1, overflowed: 0, abandoned: 0 });
    deliver(call);
    expect(board(call)).toMatchObject({ queue: { offered: 1, overflowed: 1 }, live: { stage: "outside" } });
    call.hangUp(LEG);
    deliver(call);
    call.sweep();
    expect(board(call)).toMatchObject({ queue: { offered: 1, overflowed: 1, answered: 0, abandoned: 0 } });
  });

  test.each([
    ["the caller's end is told last", true, "transferred_out by caller"],
    ["the number hung up", false, "transferred_out by outside"],
  ])("who ended it is asked, not guessed: %s", (_what, callerToo, expected) => {
    const call = talkingOut();
    call.now += 10_000;
    call.hangUp(LEG);
    if (callerToo) call.hangUp(CALLER);
    deliver(call);
    call.sweep();
    expect(outcomes(call)).toEqual([expected]);
    expect(call.facts.find(({ body }) => body.type === "outside_left")?.body).toMatchObject({ talkMs: 10_000 });
  });

  test("a caller who goes while it rings has abandoned, and the number rings no more", () => {
    const call = callingOut();
    call.callbacks.splice(0);
    call.hangUp(CALLER);
    deliver(call);
    expect(call.legs.find(({ callSid }) => callSid === LEG)?.endedAt).not.toBeNull();
    call.sweep();
    expect(outcomes(call)).toEqual(["abandoned by caller"]);
    expect(call.facts.find(({ body }) => body.type === "left_queue")?.body).toMatchObject({ why: "abandoned" });
    expect(call.poolHeard.at(-1)).toMatchObject({ say: "withdraw", why: "abandoned", attempt: 1 });
  });

  test("the next number is called at once when its time came while the first rang: none is skipped", () => {
    const call = callingOut();
    call.now += 61_000;
    over(call, "no-answer");
    call.send({ type: "deadline" });
    expect(call.state.stage).toMatchObject({ at: "calling_out", to: { name: "A partner" } });
    call.send({ type: "leg_status", callSid: asId("CA-outside-2"), party: "outside", status: "busy", durationS: 0 });
    expect(call.state.stage).toMatchObject({ at: "queued" });
    expect("outside" in (call.state.stage.at === "queued" ? call.state.stage.place : {}), "both were tried").toBe(
      false,
    );
  });

  test("a leg outside that has no name yet is not taken for an agent's, nor an agent's for it", () => {
    const call = connecting();
    const unnamed = { conference: "c", callSid: null, refused: false } as const;
    const outside = { label: "outside-1", reservationId: null, agentId: null, ...unnamed };
    const agent = { label: R1, reservationId: R1, agentId: AGENT, ...unnamed };
    call.state = { ...call.state, legs: call.state.legs.slice(0, 1), creates: [outside, agent] };
    const news = { type: "leg_status", status: "ringing", durationS: null } as const;
    call.send({ ...news, callSid: asId("CA-x"), party: "agent" });
    expect(call.state.creates.map(({ callSid }) => callSid)).toEqual([null, "CA-x"]);
    call.send({ ...news, callSid: asId("CA-y"), party: "outside" });
    expect(call.state.creates.map(({ callSid }) => callSid)).toEqual(["CA-y", "CA-x"]);
    expect(call.state.legs.map(({ party }) => party)).toEqual(["caller", "agent", "outside"]);
  });

  test("a leg that neither answers nor ends is given up after the carrier was asked, and its end is still billed", () => {
    const call = callingOut();
    call.callbacks.splice(0);
    const leg = call.legs.find(({ callSid }) => callSid === LEG);
    if (leg !== undefined) leg.status = "ringing";
    for (let asked = 0; call.state.stage.at === "calling_out" && asked < 9; asked++) {
      call.now = deadlineOf(call.state) ?? call.now;
      call.send({ type: "deadline" });
    }
    expect(call.state.stage.at).toBe("queued");
    expect(call.facts.find(({ body }) => body.type === "outside_failed")?.body).toMatchObject({ why: "no_answer" });
    deliver(call);
    expect(call.facts.some(({ body }) => body.type === "leg_ended" && body.party === "outside")).toBe(true);
  });
});
