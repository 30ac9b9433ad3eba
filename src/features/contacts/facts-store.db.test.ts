import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testClient } from "../../../test/support/billing-client.ts";
import { useDatabase } from "../../../test/support/database.ts";
import { SAMPLE_LINE } from "../../../test/support/sample-line.ts";
import { ToyCarrier } from "../../../test/support/toy-carrier.ts";
import { connect, type Database, withOperator, withTenant } from "../../adapters/db/index.ts";
import type { AgentFact, ContactFact } from "../../domain/call/facts.ts";
import { asId, type ContactId, type TenantId } from "../../domain/kernel/ids.ts";
import { PLAIN_RULES } from "../../domain/routing/config.ts";
import { storeAgentFacts } from "../routing/agent-facts-store.ts";
import { refoldContacts, storeContactFacts } from "./facts-store.ts";

const databases = useDatabase();
const agentId = randomUUID();
const line = { brand: randomUUID(), flow: randomUUID(), number: randomUUID() };
let db: Database;
let operatorDb: Database;
let tenantId: TenantId;
let queueId: string;
let poolId: string;

beforeAll(async () => {
  db = connect(databases.urls.app, { max: 4 });
  operatorDb = connect(databases.urls.operator, { max: 2 });
  const client = await testClient(databases.admin);
  ({ tenantId, queueId } = client);
  const sql = databases.admin;
  const [queue] = await sql<{ pool_id: string }[]>`select pool_id from tenant.queues where id = ${queueId}`;
  poolId = queue?.pool_id ?? "";
  await sql`insert into house.agents (id, pool_id, slug, name) values (${agentId}, ${poolId}, 'li', 'Li')`;
  await sql`insert into tenant.brands (tenant_id, id, slug, name, color, greeting)
    values (${tenantId}, ${line.brand}, 'b', 'B', '#112233', 'Hello')`;
  await sql`insert into tenant.flows (tenant_id, id, slug) values (${tenantId}, ${line.flow}, 'f')`;
  await sql`insert into tenant.carrier_accounts (tenant_id, id, carrier, account_sid, sealed, fingerprint)
    values (${tenantId}, ${line.flow}, 'sandbox', ${`AC${"a".repeat(32)}`}, 's', 'f')`;
  await sql`insert into tenant.numbers (tenant_id, id, e164, label, brand_id, flow_id, carrier_account_id, language, record_calls)
    values (${tenantId}, ${line.number}, '+8601055550100', 'L', ${line.brand}, ${line.flow}, ${line.flow}, 'zh-CN', true)`;
});
afterAll(async () => {
  await db.close();
  await operatorDb.close();
});

/** The facts of one whole answered, recorded, successful call, as a contact of the test's own tenant. */
function callFacts(): ContactFact[] {
  const call = new ToyCarrier(ownLine(SAMPLE_LINE));
  const agent = asId<never>(agentId);
  call.press("1");
  call.now += 8_000;
  call.send({ type: "seat_accepted", agentId: agent, reservationId: asId("r1") });
  for (const callback of call.callbacks.splice(0)) call.send(callback);
  call.now += 61_000;
  call.send({ type: "hang_up", agentId: agent });
  for (const callback of call.callbacks.splice(0)) call.send(callback);
  call.send({
    type: "recording_stored",
    recordingSid: asId("RE1"),
    purpose: "call",
    durationS: 61,
    key: `${tenantId}/RE1`,
  });
  call.now += 5_000;
  call.send({
    type: "wrap_up",
    agentId: agent,
    disposition: "sale",
    notes: "n",
    after: { to: "ready", reason: null },
  });
  return ownFacts(call);
}

/** The facts of a caller who was taken by a number outside the house after a minute, and talked there for 45 s. */
function outsideFacts(): ContactFact[] {
  const relax = [{ afterS: 60, do: "outside", number: asId<never>("+862166660188"), name: "Office" }] as const;
  const queues = Object.entries(SAMPLE_LINE.queues).map(([id, queue]) => {
    return [id, { ...queue, rules: { ...PLAIN_RULES, relax } }];
  });
  const call = new ToyCarrier(ownLine({ ...SAMPLE_LINE, queues: Object.fromEntries(queues) }));
  call.press("1");
  call.now += 60_000;
  call.send({ type: "deadline" });
  for (const callback of call.callbacks.splice(0)) call.send(callback);
  call.now += 45_000;
  call.hangUp("CA-outside-1");
  for (const callback of call.callbacks.splice(0)) call.send(callback);
  call.sweep();
  return ownFacts(call);
}

/** A line of the test's own tenant. */
function ownLine(sample: typeof SAMPLE_LINE): typeof SAMPLE_LINE {
  return JSON.parse(
    JSON.stringify(sample)
      .replaceAll(SAMPLE_LINE.tenantId, tenantId)
      .replaceAll("11111111-0000-4000-8000-000000000001", queueId)
      .replaceAll(SAMPLE_LINE.brand.id, line.brand)
      .replaceAll(SAMPLE_LINE.flow.id, line.flow)
      .replaceAll(SAMPLE_LINE.number.id, line.number),
  );
}

function ownFacts(call: ToyCarrier): ContactFact[] {
  const contactId = asId<ContactId>(randomUUID());
  return call.facts.map((fact) => ({ ...fact, contactId }));
}

const scope = () => ({ tenantId, actor: { kind: "system", name: "test" } as const });
const store = (facts: readonly ContactFact[]) => withTenant(db, scope(), (tx) => storeContactFacts(tx, facts));

/** Every row that the facts of a contact came to, without when they came. */
async function rowsOf(contactId: string) {
  const sql = databases.admin;
  const of = sql`tenant_id = ${tenantId} and contact_id = ${contactId}`;
  const [contact] = await sql`select to_jsonb(c) - 'updated_at' - 'id' as row from tenant.contacts c
    where tenant_id = ${tenantId} and id = ${contactId}`;
  const facts = await sql`select seq, type from tenant.contact_facts where ${of} order by seq`;
  const legs = await sql`select call_sid, party, duration_s from tenant.contact_legs where ${of} order by call_sid`;
  const kept = await sql`select recording_sid, blob_key from tenant.recordings where ${of}`;
  const used = await sql`select split_part(source_event_id, ':', 2) as seq, kind, quantity, attrs, occurred_at
    from tenant.usage where ${of} order by source_event_id`;
  return { contact: contact?.row, facts: [...facts], legs: [...legs], kept: [...kept], used: [...used] };
}

describe("CALL-6 facts become rows exactly once", () => {
  test("an answered call gives its record, legs, recording and usage", async () => {
    const facts = callFacts();
    const stored = await store(facts);
    expect(stored).toEqual({ facts: facts.length, contacts: 1, rivals: [] });
    const rows = await rowsOf(facts[0]?.contactId ?? "");
    expect(rows.contact).toMatchObject({
      outcome: "answered",
      waited_ms: 8_000,
      talk_ms: 61_000,
      within_target: true,
      disposition: "sale",
      agent_id: agentId,
      facts_folded: facts.length,
    });
    expect(rows.used.map((row) => [row.kind, Number(row.quantity)]).sort()).toEqual([
      ["carrier_leg", 61],
      ["carrier_leg", 69],
      ["contact", 1],
      ["success", 1],
    ]);
    expect(rows.kept).toHaveLength(1);
  });

  test("ACD-2 BIL-8 a caller taken outside the house: an outcome of its own, and every carrier second is usage", async () => {
    const facts = outsideFacts();
    await store(facts);
    const rows = await rowsOf(facts[0]?.contactId ?? "");
    expect(rows.contact).toMatchObject({
      outcome: "transferred_out",
      ended_by: "outside",
      talk_ms: 45_000,
      waited_ms: 60_000,
      within_target: null,
      agent_id: null,
      answered_at: null,
    });
    expect(rows.legs).toContainEqual({ call_sid: "CA-outside-1", party: "outside", duration_s: 45 });
    const seconds = rows.legs.reduce((sum, leg) => sum + Number(leg.duration_s), 0);
    expect(rows.used.map((row) => row.kind)).toEqual(["carrier_leg", "carrier_leg"]);
    expect(rows.used.reduce((sum, row) => sum + Number(row.quantity), 0)).toBe(seconds);
    expect(rows.used).toContainEqual(
      expect.objectContaining({ quantity: "45", attrs: expect.objectContaining({ party: "outside" }) }),
    );
  });

  test("any order, cut anywhere, with repeats: the same rows", async () => {
    const reference = callFacts();
    await store(reference);
    const expected = await rowsOf(reference[0]?.contactId ?? "");
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(
          reference.map((_, index) => index),
          { minLength: reference.length },
        ),
        fc.array(fc.nat(reference.length - 1), { maxLength: 8 }),
        fc.integer({ min: 1, max: 7 }),
        async (order, repeats, size) => {
          const contactId = asId<ContactId>(randomUUID());
          const facts = [...order, ...repeats]
            .flatMap((index) => reference[index] ?? [])
            .map((f) => ({ ...f, contactId }));
          for (let at = 0; at < facts.length; at += size) {
            const { rivals } = await store(facts.slice(at, at + size));
            expect(rivals).toEqual([]);
          }
          expect(await rowsOf(contactId)).toEqual(expected);
        },
      ),
      { numRuns: 25 },
    );
  });

  test("two consumers with halves of the same contact at once lose nothing", async () => {
    const facts = callFacts();
    const half = Math.floor(facts.length / 2);
    await Promise.all([store(facts.slice(half)), store(facts.slice(0, half)), store(facts)]);
    const rows = await rowsOf(facts[0]?.contactId ?? "");
    expect(rows.contact).toMatchObject({ outcome: "answered", facts_folded: facts.length });
  });

  test("thrown away and built again from its facts, a contact is the same", async () => {
    const facts = callFacts();
    const contactId = facts[0]?.contactId ?? asId<ContactId>("");
    await store(facts);
    const before = await rowsOf(contactId);
    await databases.admin`delete from tenant.contacts where tenant_id = ${tenantId} and id = ${contactId}`;
    await withTenant(db, scope(), (tx) => refoldContacts(tx, [contactId]));
    expect(await rowsOf(contactId)).toEqual(before);
  });

  test("BIL-7 usage with another content under the same event is reported, not stored", async () => {
    const facts = callFacts();
    const contactId = facts[0]?.contactId ?? "";
    const leg = facts.find((fact) => fact.body.type === "leg_ended");
    await databases.admin`insert into tenant.usage (tenant_id, source, source_event_id, kind, occurred_at, quantity, payload_hash)
      values (${tenantId}, 'facts', ${`${contactId}:${leg?.seq ?? 0}`}, 'carrier_leg', now(), 1, ${"0".repeat(64)})`;
    expect((await store(facts)).rivals).toEqual([`${contactId}:${leg?.seq}`]);
  });
});

test("MON-1 an agent's intervals are the same in any order", async () => {
  const states = ["ready", "reserved", "ringing", "on_contact", "wrap_up", "ready"] as const;
  const facts = states.map(
    (to, index): AgentFact => ({
      poolId: asId(poolId),
      agentId: asId(agentId),
      seq: index + 1,
      at: 1_763_600_000_000 + index * 10_000,
      v: 1,
      body: {
        type: "agent_state_changed",
        from: states[index - 1] ?? "off_shift",
        to,
        reason: null,
        tenantId: null,
        contactId: null,
      },
    }),
  );
  for (const index of [3, 0, 5, 1, 1, 4, 2]) {
    await withOperator(operatorDb, (tx) => storeAgentFacts(tx, facts.slice(index, index + 1)));
  }
  const rows = await databases.admin<{ state: string; ms: number | null }[]>`
    select state, (extract(epoch from ended_at - started_at) * 1000)::int as ms from house.agent_state_intervals
    where agent_id = ${agentId} order by seq`;
  expect(rows.map((row) => row.state)).toEqual(states);
  expect(rows.map((row) => row.ms)).toEqual([10_000, 10_000, 10_000, 10_000, 10_000, null]);
});
