import { describe, expect, test, vi } from "vitest";
import {
  AGENT,
  arrive,
  asked,
  type Call,
  config,
  decision,
  evict,
  factsOf,
  formsOf,
  freshCall,
  joins,
  legNews,
  OUTSIDE_LEG,
  participantTroubles,
  RESERVATION,
  settled,
  stageOf,
  wants,
} from "../../../test/support/call-in-workerd.ts";
import type { LineConfig } from "../../domain/call/line-config.ts";
import { asId, type PhoneNumber } from "../../domain/kernel/ids.ts";
import { PLAIN_RULES } from "../../domain/routing/config.ts";

const NUMBER = asId<PhoneNumber>("+862166660188");
/** A line whose queue has a number outside called after a second. */
const LINE: LineConfig = {
  ...config,
  queues: Object.fromEntries(
    Object.entries(config.queues).map(([id, queue]) => {
      const relax = [{ afterS: 1, do: "outside", number: NUMBER, name: "Office" }] as const;
      return [id, { ...queue, rules: { ...PLAIN_RULES, relax } }];
    }),
  ),
};
const bodiesOf = async (call: Call) => (await factsOf(call)).map(({ body }) => body);

/** The number outside is being called; the object is evicted while the caller waits, and again when the leg is made. */
async function callingOut(): Promise<Call> {
  const call = await freshCall();
  await arrive(call, LINE);
  await wants(call, "1", "1");
  await evict(call);
  const isCalled = async () => (await bodiesOf(call)).some(({ type }) => type === "outside_called");
  await vi.waitFor(async () => expect(await isCalled()).toBe(true), { timeout: 8_000, interval: 50 });
  await settled(call);
  await evict(call);
  return call;
}

describe("ACD-2 a number outside the house takes a waiting caller, the contact evicted between events", () => {
  test("its alarm comes without anybody's word: the number is called, and nobody listens for a mailbox", async () => {
    await callingOut();
    const [form] = formsOf("/Participants.json");
    expect(form?.get("To")).toBe(NUMBER);
    expect(form?.get("MachineDetection")).toBeNull();
    expect(form?.get("StatusCallback")).toMatch(/\/leg\/outside$/);
  });

  test("answered: talks, and its seconds are the carrier's; who hung up is asked", async () => {
    const call = await callingOut();
    await joins(call, call.callSid, null);
    await evict(call);
    await legNews(call, "outside", "in-progress", null);
    expect(await stageOf(call)).toBe("talking_out");
    await evict(call);
    await legNews(call, "outside", "completed", 31);
    await evict(call);
    await vi.waitFor(async () => expect(await stageOf(call)).toBe("ending"), { timeout: 8_000, interval: 50 });
    await evict(call);
    await legNews(call, "caller", "completed", 40);
    const facts = await bodiesOf(call);
    expect(facts).toContainEqual(expect.objectContaining({ type: "leg_ended", party: "outside", durationS: 31 }));
    expect(facts).toContainEqual({ type: "ended", outcome: "transferred_out", endedBy: "outside" });
    expect(facts.filter(({ type }) => type === "left_queue")).toHaveLength(1);
    expect(await stageOf(call)).toBe("ended");
  });

  test("not taken: the caller waits on, and a seat may have him", async () => {
    const call = await callingOut();
    await legNews(call, "outside", "busy", 0);
    await evict(call);
    expect(await stageOf(call)).toBe("queued");
    await call.stub().seatReserved(AGENT, RESERVATION, decision);
    await evict(call);
    await call.stub().seatAccepted(AGENT, RESERVATION);
    await evict(call);
    expect(await stageOf(call)).toBe("connecting");
    expect(await bodiesOf(call)).toContainEqual({ type: "outside_failed", number: NUMBER, why: "busy" });
  });

  test("the caller goes while it rings: abandoned, and the leg is ended", async () => {
    const call = await callingOut();
    await legNews(call, "caller", "completed", 3);
    await evict(call);
    await vi.waitFor(() => expect(asked).toContain(`POST /Calls/${OUTSIDE_LEG}.json`), { timeout: 8_000 });
    await legNews(call, "outside", "completed", 0);
    expect(await bodiesOf(call)).toContainEqual(expect.objectContaining({ type: "ended", outcome: "abandoned" }));
  });

  test.each(["refused", "unanswered"] as const)("a command that is %s makes no second leg", async (trouble) => {
    participantTroubles.push(trouble);
    const call = await callingOut();
    const made = asked.filter((line) => line.startsWith("leg made")).length;
    expect(made).toBe(trouble === "refused" ? 0 : 1);
    expect(await stageOf(call)).toBe(trouble === "refused" ? "queued" : "calling_out");
  });
});
