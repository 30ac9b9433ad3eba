import type { ContactEvent, StageName } from "../../src/domain/call/state.ts";
import { asId } from "../../src/domain/kernel/ids.ts";
import { PLAIN_RULES } from "../../src/domain/routing/config.ts";
import { SAMPLE_LINE } from "./sample-line.ts";
import { ToyCarrier } from "./toy-carrier.ts";

/** A call brought to each stage, and what tests of the contact machine say of it. */
export const AGENT = asId<never>("agent-1");
export const R1 = asId<never>("r1");
export const TELEPHONE = asId<never>("+862166660199");
export const R2 = asId<never>("r2");
export const CALLER = asId<never>("CA-caller");
export const decision = { rule: "longest_idle", ruleVersion: 1, candidates: 1, ranked: [] };

export function queued() {
  const call = new ToyCarrier(SAMPLE_LINE);
  call.press("1");
  return call;
}
export function connecting() {
  const call = queued();
  call.send({ type: "seat_reserved", agentId: AGENT, reservationId: R1, decision });
  call.send({ type: "seat_rang", reservationId: R1 });
  call.now += 4_000;
  call.send({ type: "seat_accepted", agentId: AGENT, reservationId: R1 });
  return call;
}
/** As `connecting`, at an agent whose ear is a telephone outside the house. */
export function calling(picksUp: "person" | "machine" = "person") {
  const call = queued();
  call.picksUp = picksUp;
  call.send({ type: "seat_reserved", agentId: AGENT, reservationId: R1, decision });
  call.send({ type: "seat_rang", reservationId: R1 });
  call.now += 4_000;
  call.send({ type: "seat_accepted", agentId: AGENT, reservationId: R1, telephone: TELEPHONE });
  return call;
}
export function talking() {
  const call = connecting();
  for (const callback of call.callbacks.splice(0)) call.send(callback);
  return call;
}
export function wrapUp() {
  const call = talking();
  call.now += 60_000;
  call.hangUp("CA-caller");
  for (const callback of call.callbacks.splice(0)) call.send(callback);
  return call;
}
/** A queue that has a number outside called after a minute. */
export const OUTSIDE = { number: asId<never>("+862166660188"), name: "The client's own office" };
const OUTSIDE_LINE = (() => {
  const queues = Object.entries(SAMPLE_LINE.queues).map(([id, queue]) => {
    const relax = [
      { afterS: 60, do: "outside", ...OUTSIDE },
      { afterS: 120, do: "outside", ...OUTSIDE, name: "A partner" },
    ] as const;
    return [id, { ...queue, rules: { ...PLAIN_RULES, relax } }];
  });
  return { ...SAMPLE_LINE, queues: Object.fromEntries(queues) };
})();
export function callingOut() {
  const call = new ToyCarrier(OUTSIDE_LINE);
  call.press("1");
  call.now += 60_000;
  call.send({ type: "deadline" });
  return call;
}
export function talkingOut() {
  const call = callingOut();
  for (const callback of call.callbacks.splice(0)) call.send(callback);
  return call;
}
export function voicemail() {
  const call = new ToyCarrier(SAMPLE_LINE);
  call.press("2");
  return call;
}
export function ending() {
  const call = talking();
  call.send({ type: "hang_up", agentId: AGENT });
  return call;
}
export function settling() {
  const call = connecting();
  call.send({ type: "leg_status", callSid: CALLER, party: "caller", status: "completed", durationS: 9 });
  return call;
}
export function ended() {
  const call = new ToyCarrier(SAMPLE_LINE);
  call.send({ type: "leg_status", callSid: CALLER, party: "caller", status: "completed", durationS: 3 });
  return call;
}

export const NO_LEG: ContactEvent = {
  type: "effect_refused",
  why: "404",
  effect: {
    do: "add_participant",
    key: "k",
    label: R1,
    reservationId: R1,
    agentId: AGENT,
    conference: "x",
    timeoutS: 20,
  },
};

export const STAGES: { readonly [at in StageName]: () => ToyCarrier } = {
  in_flow: () => new ToyCarrier(SAMPLE_LINE),
  queued,
  connecting,
  talking,
  calling_out: callingOut,
  talking_out: talkingOut,
  voicemail,
  ending,
  wrap_up: wrapUp,
  settling,
  ended,
};

export const typesOf = (call: ToyCarrier) => call.facts.map((fact) => fact.body.type);
export const outcomes = (call: ToyCarrier) =>
  call.facts.flatMap((fact) => (fact.body.type === "ended" ? [`${fact.body.outcome} by ${fact.body.endedBy}`] : []));
