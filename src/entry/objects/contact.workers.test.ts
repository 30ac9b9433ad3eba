import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { describe, expect, test, vi } from "vitest";
import {
  AGENT,
  arrive,
  asked,
  bindings,
  type Call,
  config,
  decision,
  evict,
  factsOf,
  freshCall,
  inside,
  joins,
  legNews,
  mindOf,
  RESERVATION,
  settled,
  wants,
} from "../../../test/support/call-in-workerd.ts";
import { asId } from "../../domain/kernel/ids.ts";
import { objectName } from "./contact-id.ts";
import { localTimeAt } from "./local-time.ts";

const STEPS: readonly ((call: Call) => Promise<unknown>)[] = [
  (call) => arrive(call),
  (call) => wants(call, "1", "1"),
  (call) => wants(call, "2", null),
  (call) => call.stub().seatReserved(AGENT, RESERVATION, decision),
  (call) => call.stub().seatRang(RESERVATION),
  (call) => call.stub().seatAccepted(AGENT, RESERVATION),
  settled,
  (call) => legNews(call, "agent", "in-progress", null),
  (call) => joins(call, call.agentLeg, RESERVATION),
  (call) => joins(call, call.callSid, null),
  (call) => call.stub().agentCommand({ type: "hang_up", agentId: AGENT }),
  (call) => legNews(call, "caller", "completed", 61),
  (call) => legNews(call, "agent", "completed", 55),
  (call) =>
    call.stub().agentCommand({
      type: "wrap_up",
      agentId: AGENT,
      disposition: "sale",
      notes: "",
      after: { to: "ready", reason: null },
    }),
];

const WHOLE_CALL = [
  "contact_offered",
  "flow_step_entered",
  "flow_step_entered",
  "flow_step_entered",
  "menu_chosen",
  "queued",
  "seat_reserved",
  "seat_rang",
  "seat_accepted",
  "seat_answered",
  "left_queue",
  "agent_left",
  "leg_ended",
  "leg_ended",
  "ended",
  "wrapped_up",
];

describe("SEC-4 a call survives", () => {
  test.each(STEPS.map((_, cut) => [cut]))("its object's eviction after event %i", async (cut) => {
    const call = await freshCall();
    for (const [index, step] of STEPS.entries()) {
      await step(call);
      if (index === cut) await evict(call);
    }
    await settled(call);
    const facts = await factsOf(call);
    expect(facts.map((fact) => fact.body.type).sort()).toEqual([...WHOLE_CALL].sort());
    expect(facts.map((fact) => fact.seq)).toEqual(facts.map((_, index) => index + 1));
    expect((await mindOf(call)).state.stage.at).toBe("ended");
    expect(asked.filter((line) => line.startsWith("POST") && line.includes("/Participants"))).toHaveLength(1);
  });

  test("evictions between every two events, each event doubled", async () => {
    const call = await freshCall();
    for (const step of STEPS) {
      await step(call);
      await evict(call);
      await step(call);
      await evict(call);
    }
    const facts = await factsOf(call);
    expect(facts.map((fact) => fact.body.type).sort()).toEqual([...WHOLE_CALL].sort());
  });
});

describe("NUM-4 webhooks of one contact", () => {
  test("a repeated first webhook hears the same words and makes no second contact", async () => {
    const call = await freshCall();
    const [first, second] = await Promise.all([arrive(call), arrive(call)]);
    expect(second).toEqual(first);
    expect((await factsOf(call)).filter((fact) => fact.body.type === "contact_offered")).toHaveLength(1);
  });

  test("a repeated turn hears the same words", async () => {
    const call = await freshCall();
    await arrive(call);
    const first = await wants(call, "1", "1");
    expect(await wants(call, "1", "1")).toEqual(first);
    expect((await factsOf(call)).filter((fact) => fact.body.type === "queued")).toHaveLength(1);
  });

  test("a leg of another call is refused, and so is a contact that never was", async () => {
    const call = await freshCall();
    expect(await wants(call, "1", "1")).toEqual({ refused: "foreign_leg" });
    await arrive(call);
    const stranger = { ...call, callSid: asId<never>(`CA${"f".repeat(32)}`) };
    expect(await wants(stranger, "1", "1")).toEqual({ refused: "foreign_leg" });
    expect(await legNews(stranger, "agent", "completed", 5)).toEqual({ refused: "foreign_leg" });
  });

  test("the last webhook first: the caller's end before anything else still ends it once", async () => {
    const call = await freshCall();
    await arrive(call);
    await legNews(call, "caller", "completed", 12);
    await wants(call, "1", "1");
    await legNews(call, "caller", "completed", 12);
    const types = (await factsOf(call)).map((fact) => fact.body.type);
    expect(types.filter((type) => type === "ended" || type === "leg_ended")).toEqual(["leg_ended", "ended"]);
  });
});

describe("ACD-7 a seat that fails", () => {
  async function toConnecting() {
    const call = await freshCall();
    for (const step of STEPS.slice(0, 7)) await step(call);
    return call;
  }
  test("gives the caller back to the queue", async () => {
    const call = await toConnecting();
    await legNews(call, "agent", "completed", 0);
    await settled(call);
    expect((await mindOf(call)).state.stage.at).toBe("queued");
    expect(asked.filter((line) => line === `POST /Calls/${call.callSid}.json`)).toHaveLength(2);
  });
  test("a caller who hangs up while it connects abandons, and the agent's phone is told to stop", async () => {
    const call = await toConnecting();
    await legNews(call, "caller", "completed", 20);
    await settled(call);
    expect(asked).toContain(`POST /Calls/${call.agentLeg}.json`);
    const facts = await factsOf(call);
    expect(facts.flatMap((fact) => (fact.body.type === "ended" ? [fact.body.outcome] : []))).toEqual(["abandoned"]);
  });
});

test("SEC-4 the alarm is always set while a contact lives", async () => {
  const call = await freshCall();
  await arrive(call);
  expect(await runDurableObjectAlarm(call.stub() as unknown as DurableObjectStub)).toBe(true);
  expect(await inside(call, (state) => state.storage.getAlarm())).not.toBeNull();
});

test("REP-1 a client's board begins its day at midnight of the client's own zone", async () => {
  const call = await freshCall();
  // Kiritimati is always a day ahead of Niue, where this line keeps its hours.
  const tenantId = asId<typeof config.tenantId>(crypto.randomUUID());
  const shop = { ...config.calendars.shop, timeZone: "Pacific/Niue" };
  const line = { ...config, tenantId, timeZone: "Pacific/Kiritimati", calendars: { shop } };
  await arrive(call, line);
  const board = bindings.TENANT_LIVE.get(bindings.TENANT_LIVE.idFromName(objectName.tenant(tenantId)));
  await vi.waitFor(async () => {
    const { today } = await board.read();
    expect(today).toMatchObject({ day: localTimeAt(Date.now(), "Pacific/Kiritimati").date, contacts: 1 });
  });
});

test("REP-1 a board that nobody calls shows the new day from midnight on", async () => {
  const call = await freshCall();
  const tenantId = asId<typeof config.tenantId>(crypto.randomUUID());
  await arrive(call, { ...config, tenantId, timeZone: "Asia/Shanghai" });
  const board = bindings.TENANT_LIVE.get(bindings.TENANT_LIVE.idFromName(objectName.tenant(tenantId)));
  await vi.waitFor(async () => expect((await board.read()).today.contacts).toBe(1));
  const tomorrow = Date.now() + 86_400_000;
  await runInDurableObject(board as unknown as DurableObjectStub, (object: object) => {
    const clock = { now: () => tomorrow, realInstant: (at: number) => at };
    Reflect.set(object, "config", { ...Reflect.get(object, "config"), clock });
  });
  const { today } = await board.read();
  expect(today).toEqual({ day: localTimeAt(tomorrow, "Asia/Shanghai").date, contacts: 0, queues: [] });
});
