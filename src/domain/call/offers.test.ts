import { describe, expect, test } from "vitest";
import { AGENT, decision, queued, R1, R2 } from "../../../test/support/call-stages.ts";
import { asId } from "../kernel/ids.ts";
import { seatStage } from "./seats.ts";

const OTHER = asId<never>("agent-2");
const R3 = asId<never>("r3");

function ringingTwo() {
  const call = queued();
  call.send({ type: "seat_reserved", agentId: AGENT, reservationId: R1, decision });
  call.send({ type: "seat_reserved", agentId: OTHER, reservationId: R2, decision });
  call.send({ type: "seat_rang", reservationId: R2 });
  call.send({ type: "seat_rang", reservationId: R1 });
  return call;
}
const returned = (call: ReturnType<typeof queued>) =>
  call.facts.flatMap(({ body }) => (body.type === "seat_returned" ? [`${body.reservationId} ${body.why}`] : []));

describe("ACD-9 a queue that rings several agents at once", () => {
  test("each of them rings: one offer does not take back another", () => {
    const call = ringingTwo();
    expect([R1, R2].map((id) => seatStage(call.state, id))).toEqual(["offered", "offered"]);
    expect(returned(call)).toEqual([]);
    expect(call.facts.filter(({ body }) => body.type === "seat_rang")).toHaveLength(2);
  });

  test.each([
    [R1, AGENT, R2],
    [R2, OTHER, R1],
  ] as const)("the pool says that %s won: the other is over", (winner, agentId, loser) => {
    const call = ringingTwo();
    call.send({ type: "seat_accepted", agentId, reservationId: winner });
    expect(call.state.stage).toMatchObject({ at: "connecting", seat: { reservationId: winner, agentId } });
    expect(returned(call)).toEqual([`${loser} rescinded`]);
    expect(seatStage(call.state, loser)).toBe("over");
    call.send({ type: "seat_returned", reservationId: loser, why: "rescinded" });
    call.send({ type: "seat_accepted", agentId: OTHER, reservationId: loser });
    expect(returned(call), "once").toEqual([`${loser} rescinded`]);
    expect(call.legs.filter(({ party }) => party === "agent")).toHaveLength(1);
  });

  test("one declines: the other rings on, and the caller's longest wait ends when none rings any more", () => {
    const call = ringingTwo();
    call.now += 301_000;
    call.send({ type: "seat_returned", reservationId: R1, why: "declined" });
    expect(call.state.stage).toMatchObject({ at: "queued", seats: [{ reservationId: R2 }] });
    call.send({ type: "seat_returned", reservationId: R2, why: "missed" });
    expect(call.state.stage.at).toBe("voicemail");
    expect(returned(call)).toEqual([`${R1} declined`, `${R2} missed`]);
  });

  test("an agent has one offer at a time: a new one closes his earlier", () => {
    const call = ringingTwo();
    call.send({ type: "seat_reserved", agentId: AGENT, reservationId: R3, decision });
    expect(returned(call)).toEqual([`${R1} rescinded`]);
    expect(call.state.stage).toMatchObject({ seats: [{ reservationId: R2 }, { reservationId: R3 }] });
  });

  test("a caller who goes closes all of them", () => {
    const call = ringingTwo();
    call.hangUp("CA-caller");
    for (const callback of call.callbacks.splice(0)) call.send(callback);
    expect(returned(call).sort()).toEqual([`${R1} rescinded`, `${R2} rescinded`]);
  });
});
