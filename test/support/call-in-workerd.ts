import { env, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, expect, vi } from "vitest";
import { sealAccount } from "../../src/adapters/carriers/seal.ts";
import type { ContactFact } from "../../src/domain/call/facts.ts";
import type { LineConfig } from "../../src/domain/call/line-config.ts";
import { type AgentId, asId, type ReservationId } from "../../src/domain/kernel/ids.ts";
import type { Env } from "../../src/entry/env.ts";
import type { Contact } from "../../src/entry/objects/contact.ts";
import { contactIdOf, objectName } from "../../src/entry/objects/contact-id.ts";
import type { CarrierEvent } from "../../src/ports/carrier.ts";
import { SAMPLE_LINE } from "./sample-line.ts";

export const bindings = env as unknown as Env;
const ACCOUNT_SID = `AC${"a".repeat(32)}`;
export const AGENT = asId<AgentId>("99999999-0000-4000-8000-000000000001");
export const RESERVATION = asId<ReservationId>("88888888-0000-4000-8000-000000000001");
export const decision = { rule: "longest_idle", ruleVersion: 1, candidates: 1, ranked: [] };
let calls = 0;
/** The sealed carrier account in whose name all calls here come. */
export let token = "";
/** What the carrier was asked, in order. */
export const asked: string[] = [];
const forms: { readonly path: string; readonly form: URLSearchParams }[] = [];
/** What was posted to addresses that end so, in order. */
export const formsOf = (ending: string) => forms.filter(({ path }) => path.endsWith(ending)).map(({ form }) => form);
/** How the carrier treats the next requests for an agent's leg; with none left it does what it is asked. */
export const participantTroubles: ("unheard" | "unanswered" | "busy" | "failing" | "refused")[] = [];
/** What the carrier hands out for any recording. */
export const recording = { answer: () => new Response(null, { status: 404 }) };
const conferences = new Set<string>();
/** Legs by sid as the carrier knows them. */
let legs: Map<string, { status: string; duration: string | null }>;

beforeEach(async () => {
  asked.length = 0;
  forms.length = 0;
  participantTroubles.length = 0;
  recording.answer = () => new Response(null, { status: 404 });
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
  if (form !== null) forms.push({ path, form });
  if (path.endsWith("/Participants.json") && form !== null) {
    const trouble = participantTroubles.shift();
    if (trouble === "unheard") throw new TypeError("connection refused");
    if (trouble === "busy") return new Response(null, { status: 429, headers: { "retry-after": "0" } });
    if (trouble === "failing") return new Response(null, { status: 503 });
    if (trouble === "refused") return Response.json({ code: 21217 }, { status: 400 });
    const sid = `CA${(form.get("Label") ?? "").replaceAll("-", "")}`;
    asked.push(`leg made ${sid}`);
    legs.set(sid, { status: "ringing", duration: null });
    conferences.add(decodeURIComponent(path.split("/")[2] ?? ""));
    if (trouble === "unanswered") throw new DOMException("timed out", "TimeoutError");
    return Response.json({ call_sid: sid }, { status: 201 });
  }
  if (path.startsWith("/Conferences.json")) {
    const name = new URL(request.url).searchParams.get("FriendlyName") ?? "";
    const conference = { sid: `CF${"c".repeat(32)}`, friendly_name: name, status: "in-progress" };
    return Response.json({ conferences: conferences.has(name) ? [conference] : [] });
  }
  const member = /^\/Conferences\/CF\w+\/Participants\/([\w-]+)\.json$/.exec(path)?.[1];
  if (member !== undefined) {
    const call_sid = member.startsWith("CA") ? member : `CA${member.replaceAll("-", "")}`;
    return legs.has(call_sid) ? Response.json({ call_sid }) : Response.json({ code: 20404 }, { status: 404 });
  }
  if (path.startsWith("/Recordings/")) return recording.answer();
  const sid = /^\/Calls\/(CA\w+)\.json$/.exec(path)?.[1];
  const leg = sid === undefined ? undefined : legs.get(sid);
  if (sid === undefined) return Response.json({ code: 20404 }, { status: 404 });
  if (form?.get("Status") === "completed" && leg !== undefined)
    Object.assign(leg, { status: "completed", duration: "9" });
  return Response.json({ sid, status: "in-progress", duration: null, ...leg });
}

export async function freshCall(tenantId: string = SAMPLE_LINE.tenantId) {
  calls += 1;
  const callSid = asId<never>(`CA${String(calls).padStart(32, "0")}`);
  legs.set(callSid, { status: "in-progress", duration: null });
  const contactId = await contactIdOf(ACCOUNT_SID, callSid);
  const name = objectName.contact(tenantId, contactId);
  const agentLeg = asId<never>(`CA${String(RESERVATION).replaceAll("-", "")}`);
  return { callSid, contactId, agentLeg, stub: () => bindings.CONTACT.get(bindings.CONTACT.idFromName(name)) };
}
/** The first leg of a contact to a number outside: sids here are made of labels. */
export const OUTSIDE_LEG = asId<never>("CAoutside1");
export type Call = Awaited<ReturnType<typeof freshCall>>;

/** Around the clock, so that the tests do not depend on the hour. */
export const config = {
  ...SAMPLE_LINE,
  calendars: {
    shop: {
      timeZone: "Asia/Shanghai",
      weekly: [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, fromMin: 0, toMin: 1_440 })),
      exceptions: [],
    },
  },
};

export const arrive = (call: Call, line: LineConfig = config) =>
  call.stub().arrive({
    config: line,
    token,
    accountSid: ACCOUNT_SID,
    event: { kind: "call_arrived", legSid: call.callSid, from: "+8613055550123", to: "+8601055550100" },
  });
export const wants = (call: Call, stepKey: string, digits: string | null) =>
  call.stub().carrierEvent({
    where: { kind: "next", stepKey },
    event: { kind: "instructions_wanted", legSid: call.callSid, digits, speech: null, recording: null },
  });
export const legNews = (
  call: Call,
  party: "caller" | "agent" | "outside",
  status: "in-progress" | "completed" | "busy",
  durationS: number | null,
) => {
  const legSid = { caller: call.callSid, agent: call.agentLeg, outside: OUTSIDE_LEG }[party];
  const known = legs.get(legSid);
  if (known !== undefined && status === "completed") Object.assign(known, { status, duration: String(durationS) });
  const event: CarrierEvent = { kind: "leg_status", legSid, status, sequence: null, durationS };
  return call.stub().carrierEvent({ where: { kind: "leg", party }, event });
};
export const joins = (call: Call, legSid: string, label: string | null) =>
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

export function inside<T>(call: Call, look: (state: DurableObjectState) => T): Promise<T> {
  return runInDurableObject(call.stub() as unknown as DurableObjectStub<Contact>, (_, state) => look(state));
}

export const factsOf = (call: Call) =>
  inside(call, (state) =>
    state.storage.sql
      .exec<{ json: string }>("select json from entries where k > 0 order by k")
      .toArray()
      .flatMap((row) => JSON.parse(row.json) as ContactFact[]),
  );
type Shape = { state: { stage: { at: string } }; intents: { effect: { do: string } }[] };
export const mindOf = (call: Call) =>
  inside(call, (state): Shape => {
    const row = state.storage.sql.exec<{ json: string }>("select json from entries where k = -1").one();
    return JSON.parse(row.json);
  });

export const stageOf = async (call: Call) => (await mindOf(call)).state.stage.at;

/** Waits until the carrier lane is empty: the pool may be absent here, its messages stay and are tried again. */
export async function settled(call: Call): Promise<void> {
  await vi.waitFor(async () => {
    const { intents } = await mindOf(call);
    expect(intents.filter((intent) => intent.effect.do !== "tell_pool")).toEqual([]);
  });
}

export async function evict(call: Call): Promise<void> {
  await call
    .stub()
    .evict()
    .catch(() => undefined);
}
