import { env, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { SAMPLE_LINE } from "../../../test/support/sample-line.ts";
import { sealAccount } from "../../adapters/carriers/seal.ts";
import type { ContactFact } from "../../domain/call/facts.ts";
import { asId } from "../../domain/kernel/ids.ts";
import type { CarrierEvent } from "../../ports/carrier.ts";
import type { Env } from "../env.ts";
import type { Contact } from "./contact.ts";
import { contactIdOf, objectName } from "./contact-id.ts";

const bindings = env as unknown as Env;
const ACCOUNT_SID = `AC${"a".repeat(32)}`;
const AGENT = asId<never>("99999999-0000-4000-8000-000000000001");
const RESERVATION = asId<never>("88888888-0000-4000-8000-000000000001");
const decision = { rule: "longest_idle", ruleVersion: 1, candidates: 1, ranked: [] };
let calls = 0;
let token = "";
/** What the carrier was asked, in order. */
let asked: string[] = [];
/** Legs by sid as the carrier knows them. */
let legs: Map<string, { status: string; duration: string | null }>;

beforeEach(async () => {
  asked = [];
  legs = new Map();
  token = await sealAccount(btoa(String.fromCharCode(...new Uint8Array(32).fill(7))), {
    tenantId: SAMPLE_LINE.tenantId,
    account: {
      carrier: "sandbox",
      accountSid: ACCOUNT_SID,
      authTokens: ["secret"],
      baseUrl: "http://carrier.test",
      apiKeySid: "SK1",
      apiKeySecret: "s",
      applicationSid: "AP1",
    },
  });
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => carrierAnswers(new Request(input, init)));
});
afterEach(() => vi.restoreAllMocks());

/** The few resources that a call uses, as the carrier would answer them. */
async function carrierAnswers(request: Request): Promise<Response> {
  const path = new URL(request.url).pathname.replace(/^.*\/Accounts\/[^/]+/, "");
  const form = request.method === "POST" ? new URLSearchParams(await request.text()) : null;
  asked.push(`${request.method} ${path}`);
  if (path.endsWith("/Participants.json") && form !== null) {
    const sid = `CA${(form.get("Label") ?? "").replaceAll("-", "")}`;
    legs.set(sid, { status: "ringing", duration: null });
    return Response.json({ call_sid: sid }, { status: 201 });
  }
  if (path.startsWith("/Conferences.json")) return Response.json({ conferences: [] });
  const sid = /^\/Calls\/(CA\w+)\.json$/.exec(path)?.[1];
  const leg = sid === undefined ? undefined : legs.get(sid);
  if (sid === undefined) return Response.json({ code: 20404 }, { status: 404 });
  if (form?.get("Status") === "completed" && leg !== undefined)
    Object.assign(leg, { status: "completed", duration: "9" });
  return Response.json({ sid, status: "in-progress", duration: null, ...leg });
}

async function freshCall() {
  calls += 1;
  const callSid = asId<never>(`CA${String(calls).padStart(32, "0")}`);
  legs.set(callSid, { status: "in-progress", duration: null });
  const contactId = await contactIdOf(ACCOUNT_SID, callSid);
  const name = objectName.contact(SAMPLE_LINE.tenantId, contactId);
  const agentLeg = asId<never>(`CA${String(RESERVATION).replaceAll("-", "")}`);
  return { callSid, contactId, agentLeg, stub: () => bindings.CONTACT.get(bindings.CONTACT.idFromName(name)) };
}
type Call = Awaited<ReturnType<typeof freshCall>>;

/** Around the clock, so that the tests do not depend on the hour. */
const config = {
  ...SAMPLE_LINE,
  calendars: {
    shop: {
      timeZone: "Asia/Shanghai",
      weekly: [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, fromMin: 0, toMin: 1_440 })),
      exceptions: [],
    },
  },
};

const arrive = (call: Call) =>
  call.stub().arrive({
    config,
    token,
    accountSid: ACCOUNT_SID,
    event: { kind: "call_arrived", legSid: call.callSid, from: "+8613055550123", to: "+8601055550100" },
  });
const wants = (call: Call, stepKey: string, digits: string | null) =>
  call.stub().carrierEvent({
    where: { kind: "next", stepKey },
    event: { kind: "instructions_wanted", legSid: call.callSid, digits, speech: null, recording: null },
  });
const legNews = (
  call: Call,
  party: "caller" | "agent",
  status: "in-progress" | "completed",
  durationS: number | null,
) => {
  const legSid = party === "caller" ? call.callSid : call.agentLeg;
  const known = legs.get(legSid);
  if (known !== undefined && status === "completed") Object.assign(known, { status, duration: String(durationS) });
  const event: CarrierEvent = { kind: "leg_status", legSid, status, sequence: null, durationS };
  return call.stub().carrierEvent({ where: { kind: "leg", party }, event });
};
const joins = (call: Call, legSid: string, label: string | null) =>
  call.stub().carrierEvent({
    where: { kind: "conference" },
    event: {
      kind: "conference",
      conferenceSid: asId("CF1"),
      name: `contact-${call.contactId}`,
      what: "join",
      legSid: asId(legSid),
      label,
      sequence: null,
    },
  });

function inside<T>(call: Call, look: (state: DurableObjectState) => T): Promise<T> {
  return runInDurableObject(call.stub() as unknown as DurableObjectStub<Contact>, (_, state) => look(state));
}

const factsOf = (call: Call) =>
  inside(call, (state) =>
    state.storage.sql
      .exec<{ json: string }>("select json from entries where k > 0 order by k")
      .toArray()
      .flatMap((row) => JSON.parse(row.json) as ContactFact[]),
  );
type Shape = { state: { stage: { at: string } }; intents: { effect: { do: string } }[] };
const mindOf = (call: Call) =>
  inside(call, (state): Shape => {
    const row = state.storage.sql.exec<{ json: string }>("select json from entries where k = -1").one();
    return JSON.parse(row.json);
  });

/** Waits until the carrier lane is empty: the pool may be absent here, its messages stay and are tried again. */
async function settled(call: Call): Promise<void> {
  await vi.waitFor(async () => {
    const { intents } = await mindOf(call);
    expect(intents.filter((intent) => intent.effect.do !== "tell_pool")).toEqual([]);
  });
}

async function evict(call: Call): Promise<void> {
  await call
    .stub()
    .evict()
    .catch(() => undefined);
}

const STEPS: readonly ((call: Call) => Promise<unknown>)[] = [
  arrive,
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
