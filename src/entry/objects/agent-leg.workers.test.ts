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
  joins,
  legNews,
  mindOf,
  participantTroubles,
  RESERVATION,
  wants,
} from "../../../test/support/call-in-workerd.ts";
import { asId } from "../../domain/kernel/ids.ts";

/** Four attempts with their waits stay well below this. */
const PATIENCE = { timeout: 8_000, interval: 50 };
const legMade = (sid: string) => `leg made ${sid}`;
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

describe("CALL-7 an agent's leg that is lost in mid-talk", () => {
  const secondLeg = (call: Call) => asId<never>(`${call.agentLeg}2`);

  async function talking(): Promise<Call> {
    const call = await accepted();
    await carrierDone(call);
    await legNews(call, "agent", "in-progress", null);
    await joins(call, call.callSid, null);
    return call;
  }

  test.each([["answered at once"], ["answered by a carrier that was unheard"]])(
    "is made anew in the same conference and takes the caller off hold, %s, through evictions",
    async (how) => {
      const call = await talking();
      if (how.endsWith("unheard")) participantTroubles.push("unanswered");
      await legNews(call, "agent", "completed", 10);
      await evict(call);
      const held = (await mindOf(call)).state.stage;
      expect(held).toMatchObject({ at: "talking", away: { tries: 0 } });
      await vi.waitFor(() => expect(madeLegs()).toEqual([call.agentLeg, secondLeg(call)].map(legMade)), PATIENCE);
      await carrierDone(call);
      await evict(call);
      await joins(call, secondLeg(call), `${RESERVATION}-2`);
      await carrierDone(call);
      expect((await mindOf(call)).state.stage).toMatchObject({ at: "talking", away: null, heldSince: null });
      const types = (await factsOf(call)).map(({ body }) => body.type);
      const tail = types.slice(types.indexOf("agent_lost")).sort();
      expect(tail).toEqual(["agent_back", "agent_lost", "held", "resumed"]);
      expect(types.filter((type) => type === "leg_ended" || type === "seat_answered")).toHaveLength(2);
      expect(asked.filter((line) => /^POST \/Conferences\/.*\/Participants\/CA/.test(line))).toHaveLength(2);
    },
  );
});
