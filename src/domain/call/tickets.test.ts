import { expect, test } from "vitest";
import { AGENT, decision, R1, R2, typesOf } from "../../../test/support/call-stages.ts";
import { SAMPLE_LINE } from "../../../test/support/sample-line.ts";
import { ToyCarrier } from "../../../test/support/toy-carrier.ts";
import { asId } from "../kernel/ids.ts";
import { PLAIN_RULES } from "../routing/config.ts";
import { deadlineOf } from "./contact.ts";
import type { LineConfig, RelaxStep } from "./line-config.ts";

const HERE = asId<never>("66666666-0000-4000-8000-000000000001");
const NORTH = asId<never>("66666666-0000-4000-8000-000000000002");
const SOUTH = asId<never>("66666666-0000-4000-8000-000000000003");

function waiting(relax: readonly RelaxStep[]): ToyCarrier {
  const queues = Object.fromEntries(
    Object.entries(SAMPLE_LINE.queues).map(([id, queue]) => [id, { ...queue, rules: { ...PLAIN_RULES, relax } }]),
  );
  const call = new ToyCarrier({ ...SAMPLE_LINE, queues } satisfies LineConfig);
  call.press("1");
  return call;
}

/** What pools are told by the step that is due. */
function pass(call: ToyCarrier, ms: number) {
  call.now += ms;
  const { effects } = call.send({ type: "deadline" });
  return effects.flatMap((effect) => (effect.do === "tell_pool" ? [[effect.poolId, effect.message.say] as const] : []));
}

test("ACD-2 after its time a contact waits at another site, as old as it was, and then at the next", () => {
  const call = waiting([
    { afterS: 20, do: "move", poolId: NORTH },
    { afterS: 25, do: "move", poolId: SOUTH },
  ]);
  const { stage } = call.state;
  const queuedAt = stage.at === "queued" ? stage.place.queuedAt : 0;
  expect(deadlineOf(call.state)).toBe(queuedAt + 20_000);
  expect(pass(call, 19_999)).toEqual([]);
  expect(pass(call, 1)).toEqual([
    [HERE, "withdraw"],
    [NORTH, "wait"],
  ]);
  expect(call.state.stage).toMatchObject({ at: "queued", place: { poolId: NORTH, queuedAt, attempt: 2 } });
  expect(pass(call, 5_000)).toEqual([
    [NORTH, "withdraw"],
    [SOUTH, "wait"],
  ]);
  expect(call.state.stage).toMatchObject({ place: { poolId: SOUTH, queuedAt, attempt: 3 } });
  expect(typesOf(call).filter((type) => type === "site_moved")).toHaveLength(2);
  expect(typesOf(call).filter((type) => type === "queued")).toHaveLength(1);
});

test("ACD-2 nobody is moved away from a seat that rings; when it comes back the time has come", () => {
  const call = waiting([{ afterS: 20, do: "move", poolId: NORTH }]);
  call.send({ type: "seat_reserved", agentId: AGENT, reservationId: R1, decision });
  expect(pass(call, 25_000)).toEqual([]);
  call.send({ type: "seat_returned", reservationId: R1, why: "missed" });
  expect(pass(call, 0).map(([poolId]) => poolId)).toEqual([HERE, NORTH]);
});

test("ACD-2 a queue without such a step keeps its callers", () => {
  const call = waiting([{ afterS: 20, do: "raise", points: 1 }]);
  expect(pass(call, 20_000)).toEqual([]);
  expect(call.state.stage).toMatchObject({ at: "queued", place: { poolId: HERE, attempt: 1 } });
});

test("ACD-3 digits that the flow collects under the queue's name go along with the ticket", () => {
  const rules = { ...PLAIN_RULES, namedAgent: { patienceS: 20, variable: "account" } };
  const queues = Object.fromEntries(Object.entries(SAMPLE_LINE.queues).map(([id, queue]) => [id, { ...queue, rules }]));
  const call = new ToyCarrier({ ...SAMPLE_LINE, queues } satisfies LineConfig);
  call.press("3");
  call.press("1024");
  expect(call.poolHeard.at(-1)).toMatchObject({ say: "wait", ticket: { extension: "1024" } });
});

test("ACD-2 ACD-7 what a pool says that the contact has left calls nobody: the seat of the pool it waits in counts", () => {
  const call = waiting([{ afterS: 20, do: "move", poolId: NORTH }]);
  pass(call, 20_000);
  call.send({ type: "seat_reserved", agentId: AGENT, reservationId: R1, decision, poolId: HERE });
  expect(call.state.stage).toMatchObject({ at: "queued", seats: [] });
  call.send({ type: "seat_accepted", agentId: AGENT, reservationId: R1, poolId: HERE });
  expect(call.state.stage).toMatchObject({ at: "queued", place: { poolId: NORTH } });
  const { effects } = call.send({ type: "seat_accepted", agentId: AGENT, reservationId: R2, poolId: NORTH });
  expect(effects.map((effect) => effect.do)).toContain("add_participant");
  expect(call.state.stage).toMatchObject({ at: "connecting", seat: { reservationId: R2 } });
});

test("ACD-7 a seat of an earlier stay that comes late calls nobody in the next", () => {
  const { orders, ...steps } = SAMPLE_LINE.flow.steps;
  const back = { ...orders, keys: { "3": asId<never>("menu") } } as typeof orders & object;
  const call = new ToyCarrier({ ...SAMPLE_LINE, flow: { ...SAMPLE_LINE.flow, steps: { ...steps, orders: back } } });
  for (const key of ["1", "3", "1"]) call.press(key);
  expect(call.state.stage).toMatchObject({ at: "queued", place: { attempt: 2 } });
  const seat = { agentId: AGENT, reservationId: R1, poolId: HERE, attempt: 1 };
  call.send({ type: "seat_reserved", ...seat, decision });
  call.send({ type: "seat_accepted", ...seat });
  expect(call.state.stage).toMatchObject({ at: "queued", seats: [] });
  call.send({ type: "seat_accepted", ...seat, reservationId: R2, attempt: 2 });
  expect(call.state.stage).toMatchObject({ at: "connecting", seat: { reservationId: R2 } });
});
