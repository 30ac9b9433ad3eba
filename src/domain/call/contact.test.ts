import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  AGENT,
  CALLER,
  calling,
  callingOut,
  connecting,
  decision,
  NO_LEG,
  outcomes,
  queued,
  R1,
  R2,
  STAGES,
  talking,
  typesOf,
  voicemail,
  wrapUp,
} from "../../../test/support/call-stages.ts";
import { SAMPLE_LINE } from "../../../test/support/sample-line.ts";
import { secondsOf, type ToyCarrier } from "../../../test/support/toy-carrier.ts";
import { asId } from "../kernel/ids.ts";
import { deadlineOf, stepContact } from "./contact.ts";
import { projectContact } from "./project.ts";
import type { ContactEvent, StageName } from "./state.ts";

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
  { type: "picked_up", callSid: asId("CA-r1"), by: "person" },
  { type: "picked_up", callSid: asId("CA-r1"), by: "machine" },
  { type: "conference", name: "x", what: "join", callSid: CALLER, label: null },
  { type: "conference", name: "x", what: "end", callSid: null, label: null },
  { type: "recording_ready", recordingSid: asId("RE2"), durationS: 5, url: "http://carrier/RE2", purpose: "call" },
  { type: "recording_stored", recordingSid: asId("RE2"), durationS: 5, key: "t/RE2", purpose: "call" },
  { type: "place_told", attempt: 1, place: { position: 2, waiting: 3, estimatedWaitS: 90 } },
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
  { type: "leg_created", label: R1, callSid: asId("CA-r1") },
  NO_LEG,
  { type: "effect_refused", why: "404", effect: { do: "update_call", key: "k", callSid: CALLER, verbs: [] } },
  { type: "effect_refused", why: "404", effect: { do: "set_hold", key: "k", conference: "x", on: true } },
  { type: "leg_reported", callSid: CALLER, report: null },
  { type: "leg_reported", callSid: CALLER, report: { status: "completed", durationS: 30 } },
  { type: "leg_reported", callSid: CALLER, report: { status: "in-progress", durationS: null } },
  { type: "deadline" },
];

/** The compiler refuses a list that lacks a type of event or has one too many; so it does with `STAGES`. */
const TYPES: { readonly [type in ContactEvent["type"]]: true } = {
  arrived: true,
  instructions_wanted: true,
  leg_status: true,
  picked_up: true,
  conference: true,
  recording_ready: true,
  recording_stored: true,
  place_told: true,
  place_lost: true,
  seat_reserved: true,
  seat_rang: true,
  seat_returned: true,
  seat_accepted: true,
  agent_gone: true,
  wrap_up_lapsed: true,
  hold: true,
  hang_up: true,
  wrap_up: true,
  leg_created: true,
  effect_refused: true,
  leg_reported: true,
  deadline: true,
};

describe("CALL-6 the contact machine is total", () => {
  test("no type of event is missing", () => {
    expect([...new Set(EVENTS.map((event) => event.type))].sort()).toEqual(Object.keys(TYPES).sort());
  });

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

  test("an agent who is lost while connecting gives the caller back at its age, when his phone is silent", () => {
    const call = connecting();
    const before = call.facts.find((fact) => fact.body.type === "queued")?.at;
    call.lostEnds = 1;
    call.send({ type: "agent_gone", reservationId: R1 });
    expect(call.state.stage.at, "his phone still rings").toBe("connecting");
    call.send({ type: "agent_gone", reservationId: R1 });
    expect(call.poolHeard.map((message) => message.say)).toEqual(["wait"]);
    call.now += 3_000;
    call.send({ type: "deadline" });
    expect(call.state.stage).toMatchObject({ at: "queued", place: { queuedAt: before, attempt: 1 } });
    expect(call.poolHeard.at(-1)).toMatchObject({ say: "leg_failed", reservationId: R1 });
    expect(call.freedTooEarly).toEqual([]);
  });

  test("a wait that the pool has dropped is begun anew, each time once", () => {
    const call = queued();
    const before = call.facts.find((fact) => fact.body.type === "queued")?.at;
    call.send({ type: "place_lost", attempt: 1 });
    expect(call.poolHeard.at(-1)).toMatchObject({ say: "wait", ticket: { attempt: 2, queuedAt: before } });
    call.send({ type: "place_lost", attempt: 1 });
    expect(call.poolHeard.filter((message) => message.say === "wait")).toHaveLength(2);
    call.send({ type: "place_lost", attempt: 2 });
    expect(call.poolHeard.at(-1)).toMatchObject({ say: "wait", ticket: { attempt: 3 } });
  });

  test("a seat that nobody can say to be free is freed after three quarters of a minute, and that is said", () => {
    const call = connecting();
    call.lostEnds = 99;
    const began = call.now;
    call.send({ type: "agent_gone", reservationId: R1 });
    for (let due = deadlineOf(call.state); call.state.stage.at === "connecting"; due = deadlineOf(call.state)) {
      call.now = Math.max(call.now, due ?? call.now);
      call.send({ type: "deadline" });
    }
    expect(call.now - began).toBe(45_000);
    expect(call.facts.some(({ body }) => body.type === "reconciled" && body.what === "seat_freed_unseen")).toBe(true);
    expect(call.poolHeard.at(-1)).toMatchObject({ say: "leg_failed", reservationId: R1 });
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

  test("a leg that was never asked for is refused", () => {
    const step = queued().send({
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

/** What the pool and the agent may do to a waiting call, beside the carrier's own noise. */
const scripts = fc.constantFrom(
  "hang_up_waiting",
  "hang_up_connecting",
  "talk",
  "agent_hangs_up",
  "leg_fails",
  "page_reloads",
  "mail",
  "telephone",
  "telephone_put_down",
  "mailbox",
  "called_out",
  "outside_hangs_up",
);

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
          expect(call.mostLegsAtOnce, "an agent has one leg at a time").toBeLessThanOrEqual(1);
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

function begun(script: string): ToyCarrier {
  if (script === "mail") return voicemail();
  if (script === "hang_up_waiting") return queued();
  if (script.startsWith("telephone")) return calling();
  if (script === "called_out" || script === "outside_hangs_up") return callingOut();
  return script === "mailbox" ? calling("machine") : connecting();
}

function run(script: string, fates: readonly number[], noise: readonly number[]): ToyCarrier {
  const call = begun(script);
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
  if (script === "page_reloads") {
    call.hangUp("CA-r1");
    deliver();
    for (let count = 0; count < (fates[1] ?? 0) % 12; count++) {
      call.now = Math.max(call.now, deadlineOf(call.state) ?? call.now);
      call.send({ type: "deadline" });
      if (count % 3 === 0) deliver();
    }
  }
  if (script === "outside_hangs_up") call.hangUp("CA-outside-1");
  else if (script === "leg_fails" || script === "telephone_put_down") call.hangUp("CA-r1");
  else call.hangUp("CA-caller");
  deliver();
  call.now += 5_000;
  call.hangUp("CA-caller");
  deliver();
  for (const leg of call.legs) call.hangUp(leg.callSid);
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
