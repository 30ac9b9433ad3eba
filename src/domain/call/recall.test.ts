import { describe, expect, test } from "vitest";
import { AGENT, outcomes, R1, talking, typesOf } from "../../../test/support/call-stages.ts";
import type { ToyCarrier } from "../../../test/support/toy-carrier.ts";
import { asId } from "../kernel/ids.ts";
import { deadlineOf } from "./contact.ts";
import { foldLive } from "./live.ts";
import { projectContact } from "./project.ts";
import { seatStage } from "./seats.ts";

const deliver = (call: ToyCarrier) => {
  for (const callback of call.callbacks.splice(0)) call.send(callback);
};
const waitForDeadline = (call: ToyCarrier) => {
  call.now = Math.max(call.now, deadlineOf(call.state) ?? Number.NaN);
  call.send({ type: "deadline" });
};
const said = (call: ToyCarrier) => call.poolHeard.map(({ say }) => say);
const agentLegs = (call: ToyCarrier) => call.legs.filter(({ party }) => party === "agent");

/** Ten seconds into the talk the agent's leg goes, and nobody has ended it. */
function lost(prepare: (call: ToyCarrier) => void = () => undefined): ToyCarrier {
  const call = talking();
  prepare(call);
  call.now += 10_000;
  call.hangUp("CA-r1");
  deliver(call);
  if (call.state.stage.at === "talking") waitForDeadline(call);
  return call;
}

/** The agent's phone fails to answer whatever rings. */
function unreachable(call: ToyCarrier): void {
  call.callbacks.splice(0);
  const leg = agentLegs(call).find(({ endedAt }) => endedAt === null);
  if (leg === undefined) return;
  leg.endedAt = leg.startedAt;
  call.send({ type: "leg_status", callSid: leg.callSid, party: "agent", status: "no-answer", durationS: 0 });
}

describe("CALL-7 an agent's leg that goes in mid-talk does not hang up the caller", () => {
  test("the caller is held, the seat stays taken, and the agent is called again two seconds after the loss", () => {
    const call = lost();
    expect(call.state.stage).toMatchObject({ at: "talking", heldSince: call.now });
    expect(seatStage(call.state, R1)).toBe("held");
    expect(said(call)).toEqual(["wait", "connected", "held"]);
    expect(call.legs[0]?.endedAt).toBeNull();
    expect(agentLegs(call)).toHaveLength(1);
    const since = call.now;
    waitForDeadline(call);
    expect(call.now - since).toBe(1_000);
    expect(agentLegs(call).map(({ callSid }) => callSid)).toEqual(["CA-r1", "CA-r1-2"]);
  });

  test("the talk goes on with the agent's new leg: one answer, one talk time, and the seconds of every leg", () => {
    const call = lost();
    waitForDeadline(call);
    deliver(call);
    expect(call.state.stage).toMatchObject({ at: "talking", heldSince: null, away: null });
    call.now += 20_000;
    call.send({ type: "hang_up", agentId: AGENT });
    deliver(call);
    const wrapUp = { disposition: "sale", notes: "", after: { to: "ready", reason: null } } as const;
    call.send({ type: "wrap_up", agentId: AGENT, ...wrapUp });
    expect(call.state.stage.at).toBe("ended");
    const projection = projectContact(call.facts);
    expect(projection?.contact).toMatchObject({ talkMs: 32_000, holdMs: 1_000, endedBy: "agent", outcome: "answered" });
    const legs = projection?.usage.filter(({ kind }) => kind === "carrier_leg").map(({ quantity }) => quantity);
    expect(legs?.sort((a, b) => a - b)).toEqual([10, 20, 36]);
    expect(typesOf(call).filter((type) => type === "seat_answered")).toHaveLength(1);
    expect(said(call)).toEqual(["wait", "connected", "held", "resumed", "talk_ended", "wrapped_up"]);
    expect(call.freedTooEarly).toEqual([]);
  });

  test("news of the leg that is over does not bring the agent back", () => {
    const call = lost();
    const conference = call.state.creates[0]?.conference ?? "";
    const join = { type: "conference", name: conference, what: "join", callSid: asId<never>("CA-r1") } as const;
    expect(call.send({ ...join, label: R1 }).ignored).not.toBeNull();
    expect(call.state.stage).not.toMatchObject({ away: null });
  });

  test("an agent who never comes back: the talk ends after half a minute, as by the agent, and then the seat is free", () => {
    const call = lost();
    const since = call.now;
    while (call.state.stage.at === "talking") {
      waitForDeadline(call);
      unreachable(call);
    }
    expect(call.now - since).toBeLessThanOrEqual(30_000);
    expect(agentLegs(call).length).toBeGreaterThan(5);
    call.sweep();
    expect(outcomes(call)).toEqual(["answered by agent"]);
    expect(said(call).filter((say) => say === "talk_ended")).toHaveLength(1);
    expect(call.freedTooEarly).toEqual([]);
  });

  test("a phone that rings into nothing is stopped when the grace ends, and the seat waits for its end", () => {
    const call = lost();
    waitForDeadline(call);
    call.callbacks.splice(0);
    const ringing = agentLegs(call)[1];
    if (ringing === undefined) throw new Error("the agent is called again");
    ringing.status = "ringing";
    call.lostEnds = 2;
    while (call.state.stage.at === "talking") waitForDeadline(call);
    expect(agentLegs(call), "one leg at a time").toHaveLength(2);
    expect(said(call)).not.toContain("talk_ended");
    call.sweep();
    expect(said(call)).toContain("talk_ended");
    expect(call.freedTooEarly).toEqual([]);
  });

  test("a caller who hangs up takes the agent's leg along: told in either order, nobody was lost", () => {
    const call = talking();
    call.now += 10_000;
    call.hangUp("CA-r1");
    deliver(call);
    call.now += 400;
    call.hangUp("CA-caller");
    deliver(call);
    expect(outcomes(call)).toEqual(["answered by caller"]);
    expect(typesOf(call)).not.toContain("agent_lost");
    expect(typesOf(call)).not.toContain("held");
  });

  test("a caller who hangs up meanwhile has ended the talk, also when nobody tells so", () => {
    const told = lost();
    told.hangUp("CA-caller");
    deliver(told);
    expect(outcomes(told)).toEqual(["answered by caller"]);
    const untold = lost();
    untold.hangUp("CA-caller");
    untold.callbacks.splice(0);
    waitForDeadline(untold);
    expect(outcomes(untold)).toEqual(["answered by caller"]);
    expect(agentLegs(untold), "nobody is called for a caller who has gone").toHaveLength(1);
  });

  test("the agent may end the talk while away, and the pool may let go of the agent", () => {
    const commanded = lost();
    commanded.send({ type: "hang_up", agentId: AGENT });
    expect(commanded.state.stage.at).toBe("ending");
    const gone = lost();
    gone.send({ type: "agent_gone", reservationId: R1 });
    expect(gone.state.stage.at).toBe("ending");
    const goneBefore = lost((call) => call.send({ type: "agent_gone", reservationId: R1 }));
    expect(goneBefore.state.stage.at).toBe("ending");
    expect(typesOf(goneBefore)).not.toContain("agent_lost");
  });

  test("hold is as the agent left it, or wishes it while away", () => {
    const held = lost((call) => call.send({ type: "hold", agentId: AGENT, on: true }));
    waitForDeadline(held);
    deliver(held);
    expect(held.state.stage).toMatchObject({ away: null });
    expect(seatStage(held.state, R1)).toBe("held");
    const wished = lost((call) => call.send({ type: "hold", agentId: AGENT, on: true }));
    wished.send({ type: "hold", agentId: AGENT, on: false });
    expect(seatStage(wished.state, R1)).toBe("held");
    waitForDeadline(wished);
    deliver(wished);
    expect(seatStage(wished.state, R1)).toBe("talking");
  });

  test("lost twice, each leg has a label of its own; the board shows the caller held and talking again", () => {
    const call = lost();
    waitForDeadline(call);
    deliver(call);
    call.hangUp("CA-r1-2");
    deliver(call);
    waitForDeadline(call);
    waitForDeadline(call);
    deliver(call);
    expect(agentLegs(call).map(({ callSid }) => callSid)).toEqual(["CA-r1", "CA-r1-2", "CA-r1-3"]);
    const stages = new Set<string>();
    let board: ReturnType<typeof foldLive> = null;
    for (const fact of call.facts) {
      board = foldLive(board, fact);
      if (board !== null) stages.add(board.stage);
    }
    expect([...stages]).toEqual(["in_flow", "queued", "connecting", "talking", "held"]);
    expect(board?.stage).toBe("talking");
  });
});
