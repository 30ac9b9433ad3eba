import { expect, test } from "vitest";
import { AGENT, CALLER, connecting, NO_LEG, R1, talking, typesOf } from "../../../test/support/call-stages.ts";
import { asId, type CarrierSid } from "../kernel/ids.ts";
import { isAwaited } from "./naming.ts";
import { seatStage } from "./seats.ts";
import type { ContactEvent } from "./state.ts";

const SECOND = asId<CarrierSid>("CA-second");
const status = (callSid: CarrierSid, word: "ringing" | "completed", durationS: number | null): ContactEvent => ({
  type: "leg_status",
  callSid,
  party: "agent",
  status: word,
  durationS,
});

test("CALL-6 a leg that has a name is not made again, nor one that nobody waits for", () => {
  const call = connecting();
  expect(isAwaited(call.state, { label: R1, reservationId: R1 })).toBe(false);
  const { creates } = call.state;
  const unnamed = { ...call.state, creates: creates.map((made) => ({ ...made, callSid: null })) };
  expect(isAwaited(unnamed, { label: R1, reservationId: R1 })).toBe(true);
  expect(isAwaited(unnamed, { label: `${R1}-2`, reservationId: R1 })).toBe(false);
  const refused = { ...call.state, creates: creates.map((made) => ({ ...made, callSid: null, refused: true })) };
  expect(isAwaited(refused, { label: R1, reservationId: R1 })).toBe(false);
  expect(isAwaited({ ...unnamed, stage: { at: "ended" } }, { label: R1, reservationId: R1 })).toBe(false);
});

test("CALL-6 a second leg under one label is ended and billed while the first lives", () => {
  const call = talking();
  const made = call.send({ type: "leg_created", label: R1, callSid: SECOND });
  expect(made.effects).toMatchObject([{ do: "end_call", callSid: SECOND }]);
  const over = call.send(status(SECOND, "completed", 4));
  expect(over.facts.map((fact) => fact.body)).toMatchObject([{ type: "leg_ended", callSid: SECOND, durationS: 4 }]);
  expect(seatStage(call.state, R1), "the talk goes on").toBe("talking");
});

test("CALL-6 a second leg takes the place of a first that is over, and is ended when nobody waits for it", () => {
  const call = connecting();
  call.send(status(asId("CA-r1"), "completed", 2));
  expect(call.state.stage.at).toBe("queued");
  const made = call.send({ type: "leg_created", label: R1, callSid: SECOND });
  expect(made.effects).toMatchObject([{ do: "end_call", callSid: SECOND }]);
});

test("BIL-7 a leg of a lost reply is billed although the next attempt has taken its name", () => {
  const call = talking();
  const told = call.send(status(SECOND, "completed", 2));
  expect(told.facts.map((fact) => fact.body)).toMatchObject([{ type: "leg_ended", callSid: SECOND, durationS: 2 }]);
  expect(seatStage(call.state, R1), "the talk goes on").toBe("talking");
});

test("BIL-7 a leg of an attempt whose reply was lost is billed although the carrier refused the next", () => {
  const call = connecting();
  const { creates, legs } = call.state;
  call.state = {
    ...call.state,
    creates: creates.map((made) => ({ ...made, callSid: null })),
    legs: legs.filter((leg) => leg.party === "caller"),
  };
  call.send(NO_LEG);
  call.send({ type: "leg_status", callSid: CALLER, party: "caller", status: "completed", durationS: 9 });
  expect(call.state.stage.at).toBe("ended");
  const late = call.send(status(SECOND, "ringing", null));
  expect(late.effects).toMatchObject([{ do: "end_call", callSid: SECOND }]);
  expect(call.state.stage.at, "its seconds are waited for").toBe("settling");
  call.send(status(SECOND, "completed", 3));
  expect(call.state.stage.at).toBe("ended");
  expect(call.facts.filter(({ body }) => body.type === "leg_ended")).toHaveLength(2);
  expect(typesOf(call).filter((type) => type === "ended")).toHaveLength(1);
});

test("CALL-6 what an event changed is kept although nothing came of it", () => {
  const call = talking();
  const before = call.state.legs.find((leg) => leg.party === "agent");
  const lower = { ...call.state, legs: call.state.legs.map((leg) => (leg === before ? { ...leg, rank: 2 } : leg)) };
  call.state = lower;
  const news: ContactEvent = {
    type: "leg_status",
    callSid: asId("CA-r1"),
    party: "agent",
    status: "in-progress",
    durationS: null,
  };
  expect(call.send(news).ignored, "the shell stores it").toBeNull();
  expect(call.send(news).ignored, "a repeat is not stored").not.toBeNull();
});

test("CALL-6 a clock that is set back takes no time away from a contact", () => {
  const call = talking();
  call.now -= 30_000;
  call.send({ type: "hang_up", agentId: AGENT });
  const times = call.facts.map((fact) => fact.at);
  expect(times).toEqual([...times].sort((a, b) => a - b));
});
