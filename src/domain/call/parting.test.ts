import { describe, expect, test } from "vitest";
import {
  AGENT,
  CALLER,
  connecting,
  NO_LEG,
  outcomes,
  R1,
  talking,
  typesOf,
} from "../../../test/support/call-stages.ts";
import type { ToyCarrier } from "../../../test/support/toy-carrier.ts";
import { asId } from "../kernel/ids.ts";
import { deadlineOf } from "./contact.ts";
import { projectContact } from "./project.ts";
import { seatStage } from "./seats.ts";
import type { ContactEvent } from "./state.ts";

describe("ACD-5 a seat is free only when its leg is over", () => {
  const freeing = (call: ToyCarrier) =>
    call.poolHeard.map(({ say }) => say).filter((say) => ["withdraw", "talk_ended", "wrapped_up"].includes(say));
  const agentLegOver: ContactEvent = {
    type: "leg_status",
    callSid: asId("CA-r1"),
    party: "agent",
    status: "completed",
    durationS: 60,
  };
  const wrapsUp: ContactEvent = {
    type: "wrap_up",
    agentId: AGENT,
    disposition: "sale",
    notes: "",
    after: { to: "ready", reason: null },
  };

  test("the pool hears of the end, and of the wrap-up, in order and after the agent's leg", () => {
    const call = talking();
    call.lostEnds = 2;
    call.send({ type: "hang_up", agentId: AGENT });
    call.send(wrapsUp);
    expect(freeing(call)).toEqual([]);
    expect(seatStage(call.state, R1)).toBe("talking");
    call.hangUp("CA-r1");
    call.send(agentLegOver);
    expect(freeing(call)).toEqual(["talk_ended", "wrapped_up"]);
    call.hangUp("CA-caller");
    call.sweep();
    expect(freeing(call), "and once only").toEqual(["talk_ended", "wrapped_up"]);
  });

  test("a leg whose end nobody tells is asked about after three seconds, and ended again while it lives", () => {
    const call = talking();
    call.lostEnds = 1;
    call.hangUp("CA-caller");
    call.send({ type: "leg_status", callSid: CALLER, party: "caller", status: "completed", durationS: 9 });
    call.callbacks.splice(0);
    call.now += 2_999;
    call.send({ type: "deadline" });
    expect(call.legs[1]?.endedAt).toBeNull();
    call.now += 1;
    call.send({ type: "deadline" });
    expect(call.legs[1]?.endedAt).toBe(call.now);
    expect(freeing(call)).toEqual([]);
    call.now += 6_000;
    call.send({ type: "deadline" });
    expect(freeing(call)).toEqual(["talk_ended"]);
    expect(call.freedTooEarly).toEqual([]);
  });

  test("a leg that the carrier never ends keeps its seat for a minute and a half, and that is written down", () => {
    const call = talking();
    call.lostEnds = Number.POSITIVE_INFINITY;
    const since = call.now;
    call.send({ type: "hang_up", agentId: AGENT });
    while (freeing(call).length === 0) {
      call.now = deadlineOf(call.state) ?? Number.NaN;
      call.send({ type: "deadline" });
    }
    expect(call.now - since).toBe(93_000);
    expect(call.facts.at(-1)?.body).toMatchObject({ type: "reconciled", what: "seat_freed_unseen" });
  });

  test("the caller goes as the agent accepts: the leg is ended, nothing counts as a conversation, then the seat is free", () => {
    const call = connecting();
    call.lostEnds = 1;
    call.hangUp("CA-caller");
    call.send({ type: "leg_status", callSid: CALLER, party: "caller", status: "completed", durationS: 4 });
    // The agent's phone picks up all the same.
    for (const callback of call.callbacks.splice(0)) call.send(callback);
    expect(freeing(call)).toEqual([]);
    expect(seatStage(call.state, R1)).toBe("connecting");
    call.sweep();
    expect(freeing(call)).toEqual(["withdraw"]);
    expect(call.freedTooEarly).toEqual([]);
    expect(outcomes(call)).toEqual(["abandoned by caller"]);
    expect(typesOf(call)).not.toContain("seat_answered");
    expect(projectContact(call.facts)?.usage.map(({ kind }) => kind)).toEqual(["carrier_leg", "carrier_leg"]);
  });

  test("a leg that was never made frees the seat at once", () => {
    const call = connecting();
    call.state = { ...call.state, creates: call.state.creates.map((made) => ({ ...made, callSid: null })) };
    call.hangUp("CA-caller");
    call.send({ type: "leg_status", callSid: CALLER, party: "caller", status: "completed", durationS: 4 });
    expect(freeing(call)).toEqual([]);
    call.send(NO_LEG);
    expect(freeing(call)).toEqual(["withdraw"]);
  });

  test("a phone that rings for ever is stopped before another seat is sought, and picks up in vain", () => {
    const call = connecting();
    const leg = call.legs[1];
    if (leg === undefined) throw new Error("the agent has a leg");
    leg.status = "ringing";
    const late = call.callbacks.splice(0);
    call.lostEnds = 1;
    for (let asked = 0; asked < 3; asked++) {
      call.now = deadlineOf(call.state) ?? Number.NaN;
      call.send({ type: "deadline" });
    }
    expect(call.poolHeard.map(({ say }) => say)).not.toContain("leg_failed");
    for (const callback of late) call.send(callback);
    expect(call.state.stage.at).toBe("connecting");
    while (call.state.stage.at === "connecting") {
      call.now = deadlineOf(call.state) ?? Number.NaN;
      call.send({ type: "deadline" });
    }
    expect(call.poolHeard.at(-1)?.say).toBe("leg_failed");
    expect(call.freedTooEarly).toEqual([]);
  });
});
