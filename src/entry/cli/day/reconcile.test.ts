import { describe, expect, test } from "vitest";
import { asId } from "../../../domain/kernel/ids.ts";
import type { BookedLeg } from "./carrier-book.ts";
import { type ClientEvidence, type Evidence, reconcile } from "./reconcile.ts";

const CONTACT = "contact-1";
const leg = (sid: string, seconds: number, more: Partial<BookedLeg> = {}): BookedLeg => ({
  sid,
  parentSid: null,
  accountSid: "AC1",
  direction: "inbound",
  from: "+12065550161",
  to: "+12065550110",
  status: "completed",
  startedAt: 0,
  answeredAt: 0,
  endedAt: seconds * 1_000,
  seconds,
  ...more,
});
const caller = leg("CA1", 70);
const agent = leg("CA2", 60, { direction: "outbound-api", to: "client:agent_a" });

type Records = ClientEvidence["records"];
const records: Records = {
  tenantId: asId("tenant-1"),
  facts: new Map([[CONTACT, { stored: 12, last: 12 }]]),
  contacts: new Map([[CONTACT, { id: CONTACT, outcome: "answered", agentId: "a", answeredAt: 1, wrappedUp: true }]]),
  legs: new Map([
    ["CA1", { contactId: CONTACT, seconds: 70, status: "completed" }],
    ["CA2", { contactId: CONTACT, seconds: 60, status: "completed" }],
  ]),
  usageSeconds: 130,
  queueCounts: new Map([["2026-11-18 queue-1", { offered: 1, answered: 1, abandoned: 0, withinTarget: 1 }]]),
  foreignRows: 0,
};
const month = {
  tenantId: asId<Records["tenantId"]>("tenant-1"),
  tenant: "one",
  currency: "USD",
  totalMinor: 100n,
  lines: 1,
  carrierSeconds: 130,
  billedSeconds: 130,
  contacts: 1,
  billedContacts: 1,
  successes: 0,
  mismatches: [],
};
const shown = {
  day: "2026-11-18",
  queues: [{ queueId: "queue-1", offered: 1, answered: 1, abandoned: 0, withinTarget: 1 }],
};
const client: ClientEvidence = {
  slug: "one",
  accountSid: "AC1",
  records,
  today: shown,
  board: shown,
  foreignFrames: 0,
  month,
};
const sound: Evidence = {
  book: { legs: [caller, agent], seconds: 130, arrivals: new Map([[CONTACT, caller]]) },
  clients: [client],
  standings: new Map([[CONTACT, { stage: "ended", facts: 12, unsent: 0 }]]),
  agentsAnswered: 1,
  agentsDoubleBooked: [],
  placed: 1,
  faults: false,
};
const withRecords = (change: Partial<Records>): Evidence => ({
  ...sound,
  clients: [{ ...client, records: { ...records, ...change } }],
});
const withClient = (change: Partial<ClientEvidence>): Evidence => ({ ...sound, clients: [{ ...client, ...change }] });

describe("a day's verdict", () => {
  test("a sound day has nothing unequal", () => {
    expect(reconcile(sound)).toMatchObject({
      calls: 1,
      answered: 1,
      lostCalls: 0,
      doubleBooked: 0,
      factsExpected: 12,
      factsStored: 12,
      carrierSeconds: 130,
      billedSeconds: 130,
      crossTenantRows: 0,
      mismatches: [],
    });
  });

  test.each<[string, Evidence, RegExp]>([
    ["a call without a contact", withRecords({ contacts: new Map() }), /records have no contact contact-1/],
    [
      "a fact missing in the middle",
      withRecords({ facts: new Map([[CONTACT, { stored: 11, last: 12 }]]) }),
      /has 11 facts/,
    ],
    [
      "facts that never arrived",
      withRecords({ facts: new Map([[CONTACT, { stored: 9, last: 9 }]]) }),
      /told 12 facts, 9 are/,
    ],
    [
      "a leg that is not recorded",
      withRecords({ legs: new Map([["CA1", { contactId: CONTACT, seconds: 70, status: "completed" }]]) }),
      /leg CA2/,
    ],
    [
      "a leg of other length",
      withRecords({
        legs: new Map([...records.legs, ["CA2", { contactId: CONTACT, seconds: 61, status: "completed" }]]),
      }),
      /CA2 is 60 s at the carrier, 61 s here/,
    ],
    [
      "a leg nobody made",
      withRecords({
        legs: new Map([...records.legs, ["CA9", { contactId: CONTACT, seconds: 1, status: "completed" }]]),
      }),
      /knows no such leg/,
    ],
    [
      "a contact that never ended",
      withRecords({
        contacts: new Map([
          [CONTACT, { id: CONTACT, outcome: null, agentId: null, answeredAt: null, wrappedUp: false }],
        ]),
      }),
      /never ended/,
    ],
    ["usage of other length", withRecords({ usageSeconds: 131 }), /usage has 131 s/],
    [
      "an invoice of other length",
      withClient({ month: { ...month, billedSeconds: 129 } }),
      /129 s stand on the invoice/,
    ],
    ["no invoice", withClient({ month: null }), /no invoice was drafted/],
    [
      "a wallboard that counts otherwise",
      withRecords({ queueCounts: new Map() }),
      /portal shows 1 offered in queue queue-1, the records come to 0/,
    ],
    ["an agent who saw another day", { ...sound, agentsAnswered: 2 }, /agents saw 2 conversations, the records have 1/],
  ])("%s is told in words", (_what, evidence, words) => {
    expect(reconcile(evidence).mismatches.join("\n")).toMatch(words);
  });

  test("desks whose sockets were cut may miss a conversation, but never invent one", () => {
    expect(reconcile({ ...sound, faults: true, agentsAnswered: 0 }).mismatches).toEqual([]);
    expect(reconcile({ ...sound, faults: false, agentsAnswered: 0 }).mismatches).toHaveLength(1);
    expect(reconcile({ ...sound, faults: true, agentsAnswered: 2 }).mismatches).toHaveLength(1);
  });

  test.each(["today", "board"] as const)(
    "REP-1 the %s is compared for the day that it shows, queue by queue",
    (where) => {
      const queues = [{ queueId: "queue-1", offered: 0, answered: 0, abandoned: 0, withinTarget: 0 }];
      expect(reconcile(withClient({ [where]: { day: "2026-11-19", queues } })).mismatches).toEqual([]);
      expect(reconcile(withClient({ [where]: { day: "2026-11-18", queues } })).mismatches).toHaveLength(3);
      expect(reconcile(withClient({ [where]: { day: "2026-11-18", queues: [] } })).mismatches).toHaveLength(3);
      expect(reconcile(withClient({ [where]: null })).mismatches).toHaveLength(1);
    },
  );

  test("lost calls, double bookings and foreign rows are counted", () => {
    expect(reconcile({ ...sound, placed: 3 }).lostCalls).toBe(2);
    const twice = leg("CA3", 60, { direction: "outbound-api", to: "client:agent_a", answeredAt: 30_000 });
    expect(reconcile({ ...sound, book: { ...sound.book, legs: [caller, agent, twice] } }).doubleBooked).toBe(1);
    expect(reconcile(withClient({ foreignFrames: 1 })).crossTenantRows).toBe(1);
    expect(reconcile(withRecords({ foreignRows: 2 })).crossTenantRows).toBe(2);
  });
});
