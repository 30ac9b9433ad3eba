import { describe, expect, test, vi } from "vitest";
import {
  AGENT,
  arrive,
  asked,
  type Call,
  decision,
  evict,
  factsOf,
  formsOf,
  freshCall,
  joins,
  legNews,
  RESERVATION,
  settled,
  stageOf,
  wants,
} from "../../../test/support/call-in-workerd.ts";
import { asId, type PhoneNumber } from "../../domain/kernel/ids.ts";

const NUMBER = asId<PhoneNumber>("+862166660199");
const pickedUp = (call: Call, by: "person" | "machine") =>
  call.stub().carrierEvent({
    where: { kind: "leg", party: "agent" },
    event: { kind: "picked_up", legSid: call.agentLeg, by },
  });

/** The agent's outside telephone is being called; the object is evicted as soon as the carrier has made the leg. */
async function calling(): Promise<Call> {
  const call = await freshCall();
  await arrive(call);
  await wants(call, "1", "1");
  await call.stub().seatReserved(AGENT, RESERVATION, decision);
  await call.stub().seatAccepted(AGENT, RESERVATION, undefined, NUMBER);
  await settled(call);
  await evict(call);
  return call;
}

describe("ACD-6 an agent's telephone outside the house, its contact evicted between events", () => {
  test("is called by number, with somebody listening who picks up", async () => {
    await calling();
    const [form] = formsOf("/Participants.json");
    expect(form?.get("To")).toBe(NUMBER);
    expect(form?.get("MachineDetection")).toBe("Enable");
    expect(form?.get("AmdStatusCallback")).toBe(form?.get("StatusCallback"));
  });

  test("talks when a person has picked up, and the talk ends when the telephone is put down", async () => {
    const call = await calling();
    await legNews(call, "agent", "in-progress", null);
    await evict(call);
    expect(await stageOf(call)).toBe("connecting");
    await pickedUp(call, "person");
    await evict(call);
    await joins(call, call.callSid, null);
    expect(await stageOf(call)).toBe("talking");
    await evict(call);
    await legNews(call, "agent", "completed", 31);
    await evict(call);
    await vi.waitFor(async () => expect(await stageOf(call)).toBe("ending"), { timeout: 8_000, interval: 50 });
    await legNews(call, "caller", "completed", 40);
    const facts = (await factsOf(call)).map(({ body }) => body);
    expect(facts).toContainEqual(expect.objectContaining({ type: "ended", outcome: "answered", endedBy: "agent" }));
    expect(facts).toContainEqual(expect.objectContaining({ type: "leg_ended", party: "agent", durationS: 31 }));
    expect(
      asked.filter((line) => line.startsWith("leg made")),
      "nobody is called again",
    ).toHaveLength(1);
  });

  test("picked up by a machine is hung up on and given back to the pool as missed", async () => {
    const call = await calling();
    await legNews(call, "agent", "in-progress", null);
    await pickedUp(call, "machine");
    await evict(call);
    await vi.waitFor(() => expect(asked).toContain(`POST /Calls/${call.agentLeg}.json`), { timeout: 8_000 });
    await legNews(call, "agent", "completed", 3);
    expect(await stageOf(call)).toBe("queued");
    const facts = (await factsOf(call)).map(({ body }) => body);
    expect(facts).toContainEqual(expect.objectContaining({ type: "seat_returned", why: "missed" }));
  });
});
