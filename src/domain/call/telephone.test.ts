import { describe, expect, test } from "vitest";
import { CALLER, outcomes, R1, calling as ringing, TELEPHONE, typesOf } from "../../../test/support/call-stages.ts";
import type { ToyCarrier } from "../../../test/support/toy-carrier.ts";
import { asId } from "../kernel/ids.ts";
import { projectContact } from "./project.ts";
import { seatStage } from "./seats.ts";
import type { LegStatus } from "./state.ts";

const LEG = asId<never>("CA-r1");

/** The agent's telephone is being called; the carrier's news of it are the test's to bring. */
function calling() {
  const call = ringing();
  call.callbacks.splice(0);
  return call;
}
const status = (call: ToyCarrier, party: "agent" | "caller", word: LegStatus, durationS: number | null = null) =>
  call.send({ type: "leg_status", callSid: party === "agent" ? LEG : CALLER, party, status: word, durationS });
const joins = (call: ToyCarrier, callSid: typeof LEG) =>
  call.send({ type: "conference", name: `contact-${call.state.contactId}`, what: "join", callSid, label: null });
const pickedUp = (call: ToyCarrier, by: "person" | "machine") => call.send({ type: "picked_up", callSid: LEG, by });
const returned = (call: ToyCarrier) =>
  call.facts.flatMap(({ body }) => (body.type === "seat_returned" ? [body.why] : []));
function talking() {
  const call = calling();
  joins(call, CALLER);
  status(call, "agent", "in-progress");
  pickedUp(call, "person");
  joins(call, LEG);
  return call;
}

describe("ACD-6 an agent's telephone outside the house", () => {
  test("is called by number, as long as the queue lets an offer ring, and the number stands in no fact", () => {
    const call = calling();
    expect(call.asked).toContainEqual(
      expect.objectContaining({ do: "add_participant", telephone: TELEPHONE, label: R1, timeoutS: 20 }),
    );
    expect(JSON.stringify(call.facts)).not.toContain(TELEPHONE);
  });

  test("talks once a person has picked up and the caller is in, in whichever order that is told", () => {
    const orders = [
      ["in-progress", "person", "agent joins", "caller joins"],
      ["caller joins", "agent joins", "in-progress", "person"],
      ["person", "caller joins"],
    ];
    for (const order of orders) {
      const call = calling();
      for (const [at, news] of order.entries()) {
        expect(call.state.stage.at, `${order.join()} before ${at}`).toBe("connecting");
        if (news === "in-progress") status(call, "agent", "in-progress");
        else if (news === "person") pickedUp(call, "person");
        else joins(call, news === "agent joins" ? LEG : CALLER);
      }
      expect(call.state.stage.at, order.join()).toBe("talking");
      expect(typesOf(call).filter((type) => type === "seat_answered")).toHaveLength(1);
    }
  });

  test("that was picked up is asked about after eight seconds when nobody says by whom", () => {
    const call = calling();
    joins(call, CALLER);
    status(call, "agent", "in-progress");
    call.now += 7_999;
    call.send({ type: "deadline" });
    expect(call.state.stage.at).toBe("connecting");
    call.now += 1;
    call.send({ type: "deadline" });
    expect(call.state.stage.at).toBe("talking");
  });

  test.each(["no-answer", "busy"] as const)("%s: the seat was missed, the caller waits on", (word) => {
    const call = calling();
    status(call, "agent", word, 0);
    expect(returned(call)).toEqual(["missed"]);
    expect(call.poolHeard.at(-1)).toEqual({ say: "leg_failed", reservationId: R1, missed: true });
    expect(call.state.stage).toMatchObject({ at: "queued", place: { attempt: 1 } });
  });

  test("a number that fails is no miss", () => {
    const call = calling();
    status(call, "agent", "failed", 0);
    expect(returned(call)).toEqual(["leg_failed"]);
    expect(call.poolHeard.at(-1)).toEqual({ say: "leg_failed", reservationId: R1 });
  });

  test("a machine is hung up on; the seat was missed, and free only when its leg is over", () => {
    const call = calling();
    joins(call, CALLER);
    status(call, "agent", "in-progress");
    call.lostEnds = 1;
    pickedUp(call, "machine");
    joins(call, LEG);
    pickedUp(call, "person");
    expect([call.state.stage.at, seatStage(call.state, R1)]).toEqual(["connecting", "connecting"]);
    expect(call.poolHeard.map(({ say }) => say)).toEqual(["wait"]);
    call.now += 3_000;
    call.send({ type: "deadline" });
    expect(returned(call)).toEqual(["missed"]);
    expect(call.poolHeard.at(-1)).toMatchObject({ say: "leg_failed", missed: true });
    expect([call.state.stage.at, call.freedTooEarly]).toEqual(["queued", []]);
    expect(typesOf(call)).not.toContain("seat_answered");
  });

  test("put down in mid-talk ends the talk: nobody is called again, and the wrap-up is owed", () => {
    const call = talking();
    call.now += 30_000;
    call.hangUp(LEG);
    for (const callback of call.callbacks.splice(0)) call.send(callback);
    call.now += 1_000;
    call.send({ type: "deadline" });
    expect(call.state.stage).toMatchObject({ at: "ending", ending: { outcome: "answered", endedBy: "agent" } });
    expect(call.legs).toHaveLength(2);
    call.sweep();
    expect(outcomes(call)).toEqual(["answered by agent"]);
    expect(typesOf(call)).not.toContain("agent_lost");
  });

  test("that goes with the caller's leg is the caller's end, whichever is told first", () => {
    const call = talking();
    call.now += 30_000;
    call.hangUp(CALLER);
    call.hangUp(LEG);
    for (const callback of call.callbacks.splice(0).reverse()) call.send(callback);
    call.sweep();
    expect(outcomes(call)).toEqual(["answered by caller"]);
  });

  test("its seconds are the carrier's, as of any other leg", () => {
    const call = talking();
    call.now += 30_500;
    call.hangUp(LEG);
    call.hangUp(CALLER);
    for (const callback of call.callbacks.splice(0)) call.send(callback);
    call.sweep();
    const legs = projectContact(call.facts)?.usage.filter(({ kind }) => kind === "carrier_leg") ?? [];
    expect(legs.map(({ attributes, quantity }) => [attributes.party, quantity])).toEqual(
      expect.arrayContaining([["agent", 31]]),
    );
  });
});
