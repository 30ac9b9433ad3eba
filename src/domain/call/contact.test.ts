import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SAMPLE_LINE } from "../../../test/support/sample-line.ts";
import { secondsOf, ToyCarrier } from "../../../test/support/toy-carrier.ts";
import { asId } from "../kernel/ids.ts";
import { deadlineOf, stepContact } from "./contact.ts";
import { projectContact } from "./project.ts";
import { seatStage } from "./seats.ts";
import type { ContactEvent, StageName } from "./state.ts";

const AGENT = asId<never>("agent-1");
const R1 = asId<never>("r1");
const R2 = asId<never>("r2");
const CALLER = asId<never>("CA-caller");
const decision = { rule: "longest_idle", ruleVersion: 1, candidates: 1, ranked: [] };

function queued() {
  const call = new ToyCarrier(SAMPLE_LINE);
  call.press("1");
  return call;
}
function connecting() {
  const call = queued();
  call.send({ type: "seat_reserved", agentId: AGENT, reservationId: R1, decision });
  call.send({ type: "seat_rang", reservationId: R1 });
  call.now += 4_000;
  call.send({ type: "seat_accepted", agentId: AGENT, reservationId: R1 });
  return call;
}
function talking() {
  const call = connecting();
  for (const callback of call.callbacks.splice(0)) call.send(callback);
  return call;
}
function wrapUp() {
  const call = talking();
  call.now += 60_000;
  call.hangUp("CA-caller");
  for (const callback of call.callbacks.splice(0)) call.send(callback);
  return call;
}
function voicemail() {
  const call = new ToyCarrier(SAMPLE_LINE);
  call.press("2");
  return call;
}
function ending() {
  const call = talking();
  call.send({ type: "hang_up", agentId: AGENT });
  return call;
}
function settling() {
  const call = connecting();
  call.send({ type: "leg_status", callSid: CALLER, party: "caller", status: "completed", durationS: 9 });
  return call;
}
function ended() {
  const call = new ToyCarrier(SAMPLE_LINE);
  call.send({ type: "leg_status", callSid: CALLER, party: "caller", status: "completed", durationS: 3 });
  return call;
}

const NO_LEG: ContactEvent = {
  type: "effect_refused",
  why: "404",
  effect: { do: "add_participant", key: "k", reservationId: R1, agentId: AGENT, conference: "x", timeoutS: 20 },
};

const STAGES: { readonly [at in StageName]: () => ToyCarrier } = {
  in_flow: () => new ToyCarrier(SAMPLE_LINE),
  queued,
  connecting,
  talking,
  voicemail,
  ending,
  wrap_up: wrapUp,
  settling,
  ended,
};

const EVENTS: readonly ContactEvent[] = [
  { type: "arrived", callSid: CALLER, from: "+1", to: "+2" },
  { type: "instructions_wanted", callSid: CALLER, key: "1", digits: "1", recording: null },
  { type: "instructions_wanted", callSid: CALLER, key: "2", digits: null, recording: null },
  {
    type: "instructions_wanted",
    callSid: CALLER,
    key: "2",
    digits: null,
    recording: { sid: asId("RE1"), durationS: 7, url: "http://carrier/RE1" },
  },
  { type: "leg_status", callSid: CALLER, party: "caller", status: "completed", durationS: 61 },
  { type: "leg_status", callSid: CALLER, party: "caller", status: "completed", durationS: null },
  { type: "leg_status", callSid: CALLER, party: "caller", status: "ringing", durationS: null },
  { type: "leg_status", callSid: asId("CA-r1"), party: "agent", status: "no-answer", durationS: 0 },
  { type: "leg_status", callSid: asId("CA-r1"), party: "agent", status: "completed", durationS: 12 },
  { type: "conference", name: "x", what: "join", callSid: CALLER, label: null },
  { type: "conference", name: "x", what: "end", callSid: null, label: null },
  { type: "recording_ready", recordingSid: asId("RE2"), durationS: 5, url: "http://carrier/RE2", purpose: "call" },
  { type: "recording_stored", recordingSid: asId("RE2"), durationS: 5, key: "t/RE2", purpose: "call" },
  { type: "place_told", place: { position: 2, waiting: 3, estimatedWaitS: 90 } },
  { type: "place_lost", attempt: 1 },
  { type: "seat_reserved", agentId: AGENT, reservationId: R2, decision },
  { type: "seat_rang", reservationId: R1 },
  { type: "seat_returned", reservationId: R1, why: "missed" },
  { type: "seat_accepted", agentId: AGENT, reservationId: R1 },
  { type: "agent_gone", reservationId: R1 },
  { type: "wrap_up_lapsed", reservationId: R1, wrapUpMs: 30_000 },
  { type: "hold", agentId: AGENT, on: true },
  { type: "hang_up", agentId: AGENT },
  { type: "wrap_up", agentId: AGENT, disposition: "sale", notes: "", after: { to: "ready", reason: null } },
  { type: "leg_created", reservationId: R1, callSid: asId("CA-r1") },
  NO_LEG,
  { type: "effect_refused", why: "404", effect: { do: "update_call", key: "k", callSid: CALLER, verbs: [] } },
  { type: "effect_refused", why: "404", effect: { do: "set_hold", key: "k", conference: "x", on: true } },
  { type: "leg_reported", callSid: CALLER, report: null },
  { type: "leg_reported", callSid: CALLER, report: { status: "completed", durationS: 30 } },
  { type: "leg_reported", callSid: CALLER, report: { status: "in-progress", durationS: null } },
  { type: "deadline" },
];

describe("CALL-6 the contact machine is total", () => {
  const pairs = Object.keys(STAGES).flatMap((at) => EVENTS.map((event) => [at as StageName, event] as const));
  test.each(pairs)("%s meets %j", (at, event) => {
    const call = STAGES[at]();
    expect(call.state.stage.at).toBe(at);
    for (const now of [call.now, call.now + 3_600_000]) {
      const step = stepContact(SAMPLE_LINE, call.state, event, { ...call.moment(), now });
      const numbers = step.facts.map((fact) => fact.seq);
      expect(numbers).toEqual(numbers.map((_, index) => call.state.seq + 1 + index));
      const changed = step.facts.length + step.effects.length > 0 || step.state.stage !== call.state.stage;
      if (!changed && step.answer === null && JSON.stringify(step.state) === JSON.stringify(call.state)) {
        expect(step.ignored, "a pair that changes nothing says why").not.toBeNull();
      }
      expect(deadlineOf(step.state) === null).toBe(step.state.stage.at === "ended");
      expect(new Set(step.effects.map((effect) => effect.key)).size).toBe(step.effects.length);
    }
  });
});

const typesOf = (call: ToyCarrier) => call.facts.map((fact) => fact.body.type);
const outcomes = (call: ToyCarrier) =>
  call.facts.flatMap((fact) => (fact.body.type === "ended" ? [`${fact.body.outcome} by ${fact.body.endedBy}`] : []));

describe("CALL-1 one call", () => {
  test("is offered, queued, answered, held, wrapped up, and over", () => {
    const call = talking();
    call.now += 10_000;
    call.send({ type: "hold", agentId: AGENT, on: true });
    call.now += 5_000;
    call.send({ type: "hold", agentId: AGENT, on: false });
    call.now += 10_000;
    call.send({ type: "hang_up", agentId: AGENT });
    for (const callback of call.callbacks.splice(0)) call.send(callback);
    call.now += 8_000;
    call.send({
      type: "wrap_up",
      agentId: AGENT,
      disposition: "sale",
      notes: "two sets",
      after: { to: "ready", reason: null },
    });
    expect(call.state.stage.at).toBe("ended");
    const projection = projectContact(call.facts);
    expect(projection?.contact).toMatchObject({
      outcome: "answered",
      endedBy: "agent",
      waitedMs: 4_000,
      talkMs: 25_000,
      holdMs: 5_000,
      wrapUpMs: 8_000,
      withinTarget: true,
      disposition: "sale",
      success: true,
    });
    expect(projection?.usage.map((item) => item.kind).sort()).toEqual([
      "carrier_leg",
      "carrier_leg",
      "contact",
      "success",
    ]);
    expect(call.poolHeard.map((message) => message.say)).toEqual([
      "wait",
      "connected",
      "held",
      "resumed",
      "talk_ended",
      "wrapped_up",
    ]);
  });

  test.each([
    ["in_flow", "self_service by caller"],
    ["queued", "abandoned by caller"],
    ["connecting", "abandoned by caller"],
    ["talking", "answered by caller"],
    ["ending", "answered by agent"],
  ] as const)("a caller who hangs up in %s ends as %s", (at, ending) => {
    const call = STAGES[at]();
    if (at === "connecting") call.callbacks.splice(0);
    call.hangUp("CA-caller");
    for (const callback of call.callbacks.splice(0)) call.send(callback);
    call.sweep();
    expect(outcomes(call)).toEqual([ending]);
  });

  test("an agent's leg that fails gives the caller back to the queue with the place kept", () => {
    const call = connecting();
    const before = call.facts.find((fact) => fact.body.type === "queued")?.at;
    call.send({ type: "leg_status", callSid: asId("CA-r1"), party: "agent", status: "no-answer", durationS: 0 });
    expect(call.state.stage).toMatchObject({ at: "queued", place: { queuedAt: before, attempt: 1 } });
    expect(call.poolHeard.at(-1)).toMatchObject({ say: "leg_failed", reservationId: R1 });
    call.send({ type: "seat_accepted", agentId: AGENT, reservationId: R1 });
    expect(call.state.stage.at, "a late repeat does not bring the seat back").toBe("queued");
  });

  test("an agent who is lost while connecting gives the caller back under a new attempt", () => {
    const call = connecting();
    const before = call.facts.find((fact) => fact.body.type === "queued")?.at;
    call.send({ type: "agent_gone", reservationId: R1 });
    expect(call.state.stage).toMatchObject({ at: "queued", place: { queuedAt: before, attempt: 2 } });
    expect(call.poolHeard.at(-1)).toMatchObject({ say: "wait", ticket: { attempt: 2, queuedAt: before } });
    call.send({ type: "place_lost", attempt: 1 });
    expect(call.poolHeard.filter((message) => message.say === "wait")).toHaveLength(2);
    call.send({ type: "place_lost", attempt: 2 });
    expect(call.poolHeard.at(-1)).toMatchObject({ say: "wait", ticket: { attempt: 3 } });
  });

  test("an agent who is lost in wrap-up owes nothing any more", () => {
    const call = wrapUp();
    call.send({ type: "agent_gone", reservationId: R1 });
    expect(call.facts.at(-1)?.body).toMatchObject({ type: "wrapped_up", disposition: "auto" });
    expect(call.state.stage.at).not.toBe("wrap_up");
  });

  test("a message left is a voicemail, also when the recording is told after the hang-up", () => {
    const call = voicemail();
    call.now += 20_000;
    call.hangUp("CA-caller");
    for (const callback of call.callbacks.splice(0)) call.send(callback);
    const recordingSid = asId<never>("RE1");
    call.send({ type: "recording_ready", recordingSid, durationS: 12, url: "http://c/RE1", purpose: "voicemail" });
    expect(outcomes(call)).toEqual(["voicemail by caller"]);
    expect(call.state.stage.at).toBe("ended");
  });

  test("a foreign leg is refused", () => {
    const step = talking().send({
      type: "leg_status",
      callSid: asId("CA-other"),
      party: "agent",
      status: "completed",
      durationS: 9,
    });
    expect(step.refused).toBe("foreign_leg");
  });

  test("the longest wait leads where the flow says", () => {
    const call = queued();
    call.now += 301_000;
    call.send({ type: "deadline" });
    expect(call.state.stage.at).toBe("voicemail");
    expect(call.poolHeard.at(-1)).toMatchObject({ say: "withdraw", why: "left" });
    expect(typesOf(call)).toContain("left_queue");
  });
});

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

/** What the pool and the agent may do to a waiting call, beside the carrier's own noise. */
const scripts = fc.constantFrom("hang_up_waiting", "hang_up_connecting", "talk", "agent_hangs_up", "leg_fails", "mail");

describe("SEC-4 whatever the carrier loses, doubles or shuffles", () => {
  test("each contact ends once, its facts have no gap, and its seconds are the carrier's", () => {
    fc.assert(
      fc.property(
        scripts,
        fc.array(fc.nat(99), { maxLength: 40 }),
        fc.array(fc.nat(7), { maxLength: 20 }),
        (script, fates, noise) => {
          const call = run(script, fates, noise);
          const ends = call.facts.filter((fact) => fact.body.type === "ended");
          expect(ends).toHaveLength(1);
          expect(call.freedTooEarly).toEqual([]);
          expect(call.state.parting).toBeNull();
          expect(call.facts.map((fact) => fact.seq)).toEqual(call.facts.map((_, index) => index + 1));
          const queues = call.facts.filter((fact) => fact.body.type === "queued").length;
          expect(call.facts.filter((fact) => fact.body.type === "left_queue")).toHaveLength(queues);
          expect(call.facts.filter((fact) => fact.body.type === "seat_answered").length).toBeLessThanOrEqual(1);
          const projection = projectContact(call.facts);
          const billed = projection?.usage.filter((item) => item.kind === "carrier_leg") ?? [];
          const truth = call.legs.map((leg) => secondsOf(leg));
          expect(billed.map((item) => item.quantity).sort()).toEqual(truth.sort());
          const shuffled = [...call.facts].reverse().concat(call.facts);
          expect(projectContact(shuffled)).toEqual(projection);
        },
      ),
      { numRuns: 1_500 },
    );
  });
});

function run(script: string, fates: readonly number[], noise: readonly number[]): ToyCarrier {
  const call = script === "mail" ? voicemail() : script === "hang_up_waiting" ? queued() : connecting();
  call.lostEnds = (fates[0] ?? 0) % 3;
  let at = 0;
  const deliver = () => {
    const batch = call.callbacks.splice(0);
    const kept = batch.flatMap((callback) => {
      const fate = fates[at++ % Math.max(1, fates.length)] ?? 50;
      return fate < 15 ? [] : fate > 85 ? [callback, callback] : [callback];
    });
    if ((fates[at] ?? 0) % 2 === 1) kept.reverse();
    for (const callback of kept) call.send(callback);
    for (const pick of noise) {
      const event = EVENTS[(pick * 5 + at) % EVENTS.length];
      if (event !== undefined && HARMLESS.has(event.type)) call.send(event);
    }
  };
  deliver();
  call.now += 20_000;
  if (script === "agent_hangs_up") call.send({ type: "hang_up", agentId: AGENT });
  if (script === "leg_fails") call.hangUp("CA-r1");
  else call.hangUp("CA-caller");
  deliver();
  call.now += 5_000;
  call.hangUp("CA-caller");
  deliver();
  call.hangUp("CA-r1");
  call.sweep();
  return call;
}

/** Repeats and strangers that may come at any time and must never decide anything. */
const HARMLESS = new Set<ContactEvent["type"]>([
  "arrived",
  "seat_rang",
  "seat_accepted",
  "leg_created",
  "deadline",
  "place_told",
]);
