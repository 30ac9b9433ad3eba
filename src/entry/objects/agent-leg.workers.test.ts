import { describe, expect, test, vi } from "vitest";
import {
  AGENT,
  arrive,
  asked,
  type Call,
  decision,
  evict,
  factsOf,
  freshCall,
  legNews,
  mindOf,
  participantTroubles,
  RESERVATION,
  wants,
} from "../../../test/support/call-in-workerd.ts";

/** Four attempts with their waits stay well below this. */
const PATIENCE = { timeout: 8_000, interval: 50 };
const madeLegs = () => asked.filter((line) => line.startsWith("leg made"));

async function accepted(): Promise<Call> {
  const call = await freshCall();
  await arrive(call);
  await wants(call, "1", "1");
  await call.stub().seatReserved(AGENT, RESERVATION, decision);
  await call.stub().seatAccepted(AGENT, RESERVATION);
  return call;
}

/** Until nothing is owed to the carrier any more. */
const carrierDone = (call: Call) =>
  vi.waitFor(async () => {
    const { intents } = await mindOf(call);
    expect(intents.filter((intent) => intent.effect.do !== "tell_pool")).toEqual([]);
  }, PATIENCE);

describe("ACD-7 an agent's leg is made once", () => {
  test.each([
    ["does not hear the first request", ["unheard"]],
    ["makes the leg and does not answer in time", ["unanswered"]],
    ["is too busy, twice", ["busy", "busy"]],
    ["fails before, then makes it and does not answer", ["failing", "unanswered"]],
  ] as const)("when the carrier %s", async (_case, troubles) => {
    participantTroubles.push(...troubles);
    const call = await accepted();
    await carrierDone(call);
    expect(madeLegs()).toEqual([`leg made ${call.agentLeg}`]);
    expect((await mindOf(call)).state.stage.at).toBe("connecting");
  });

  test("when the object dies between the leg and the carrier's answer", async () => {
    participantTroubles.push("unanswered");
    const call = await accepted();
    await vi.waitFor(() => expect(madeLegs()).toHaveLength(1), PATIENCE);
    await evict(call);
    await legNews(call, "agent", "in-progress", null);
    await carrierDone(call);
    expect(madeLegs()).toHaveLength(1);
  });

  test("when the carrier refuses it, the caller keeps the place and waits on", async () => {
    participantTroubles.push("refused");
    const call = await accepted();
    await vi.waitFor(async () => expect((await mindOf(call)).state.stage.at).toBe("queued"), PATIENCE);
    expect(madeLegs()).toEqual([]);
    const facts = (await factsOf(call)).map(({ body }) => body);
    expect(facts.at(-1)).toMatchObject({ type: "seat_returned", why: "leg_failed" });
    expect(facts.filter(({ type }) => type === "left_queue")).toEqual([]);
    const queued = facts.find((body) => body.type === "queued");
    expect((await mindOf(call)).state.stage).toMatchObject({ place: { queuedAt: queued?.queuedAt, attempt: 1 } });
  });

  test("a leg that was made unheard is found and ended when the caller has gone meanwhile", async () => {
    participantTroubles.push("unanswered");
    const call = await accepted();
    await vi.waitFor(() => expect(madeLegs()).toHaveLength(1), PATIENCE);
    await legNews(call, "caller", "completed", 7);
    await vi.waitFor(() => expect(asked).toContain(`POST /Calls/${call.agentLeg}.json`), PATIENCE);
    await legNews(call, "agent", "completed", 1);
    await vi.waitFor(async () => expect((await mindOf(call)).state.stage.at).toBe("ended"), PATIENCE);
    const facts = (await factsOf(call)).map(({ body }) => body);
    expect(facts.filter(({ type }) => type === "seat_answered")).toEqual([]);
    expect(facts.filter(({ type }) => type === "leg_ended")).toHaveLength(2);
  });
});
