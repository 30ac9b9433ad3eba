import fc from "fast-check";
import { expect, test } from "vitest";
import { SAMPLE_LINE } from "../../../test/support/sample-line.ts";
import { ToyCarrier } from "../../../test/support/toy-carrier.ts";
import { asId } from "../kernel/ids.ts";
import { noAttainment, noteLeft, noteQueued, serviceLevel as slaLevel } from "../sla/attainment.ts";
import type { ContactFact } from "./facts.ts";
import { gradeWait } from "./grade.ts";
import { countToday, foldLive, type LiveContact, serviceLevel, type Today } from "./live.ts";
import { projectContact } from "./project.ts";
import { recordOf, staysOf } from "./stays.ts";

const QUEUE = "11111111-0000-4000-8000-000000000001";
const DAY = "2026-11-20";
const target = SAMPLE_LINE.queues[QUEUE]?.target ?? { share: 0.8, withinS: 20, shortAbandonS: 5 };
const AGENT = asId<never>("agent-1");
const R1 = asId<never>("r1");
const NOBODY = { offered: 0, answered: 0, abandoned: 0, shortAbandoned: 0, overflowed: 0, withinTarget: 0 };
const ways = ["hangs_up", "answered", "key", "longest_wait", "key_and_message", "never_queued"] as const;

/** One caller who waits so long and then leaves the queue in this way. */
function life(way: (typeof ways)[number], waitedMs: number): readonly ContactFact[] {
  const call = new ToyCarrier(SAMPLE_LINE);
  if (way !== "never_queued") call.press("1");
  call.now += way === "longest_wait" ? 301_000 : waitedMs;
  if (way === "longest_wait") call.send({ type: "deadline" });
  if (way.startsWith("key")) call.press("2");
  if (way === "answered") {
    call.send({ type: "seat_accepted", agentId: AGENT, reservationId: R1 });
    for (const callback of call.callbacks.splice(0)) call.send(callback);
  }
  if (way === "key_and_message") {
    const recordingSid = asId<never>("RE1");
    call.send({ type: "recording_ready", recordingSid, durationS: 4, url: "http://c/RE1", purpose: "voicemail" });
  }
  call.hangUp("CA-caller");
  for (const callback of call.callbacks.splice(0)) call.send(callback);
  call.sweep();
  return call.facts;
}

/** As the portal's query counts rows: see features/contacts/portal-days.ts. */
function fromRecords(lives: readonly (readonly ContactFact[])[]) {
  const rows = lives.flatMap((facts) => projectContact(facts)?.stays ?? []).filter((row) => row.queueId === QUEUE);
  const count = (is: (row: (typeof rows)[number]) => boolean) => rows.filter(is).length;
  return {
    offered: rows.length,
    answered: count((row) => row.outcome === "answered"),
    abandoned: count((row) => row.outcome === "abandoned" && !row.shortAbandon),
    shortAbandoned: count((row) => row.shortAbandon),
    overflowed: count((row) => row.outcome === "flowed_out"),
    withinTarget: count((row) => row.outcome === "answered" && row.inTime === true),
  };
}

function fromLive(lives: readonly (readonly ContactFact[])[]) {
  let today: Today = { day: DAY, contacts: 0, queues: {} };
  for (const facts of lives) {
    let known: LiveContact | null = null;
    for (const fact of facts) {
      const folded: LiveContact | null = foldLive(known, fact);
      if (folded === null) throw new Error("facts come in order");
      today = countToday(today, () => DAY, fact, known);
      known = folded;
    }
  }
  return today.queues[QUEUE] ?? NOBODY;
}

function fromSla(lives: readonly (readonly ContactFact[])[]) {
  const counters = noAttainment();
  for (const { body } of lives.flat()) {
    if (body.type === "queued") noteQueued(counters);
    if (body.type !== "left_queue") continue;
    const flowedOut = body.why === "overflowed" || body.why === "closed";
    noteLeft(counters, flowedOut ? "flowed_out" : (body.why as "answered" | "abandoned"), body.waitedMs, target);
  }
  return counters;
}

test("REP-1 board, record and service level count every stay in a queue alike", () => {
  const callers = fc.array(fc.tuple(fc.constantFrom(...ways), fc.integer({ min: 0, max: 60_000 })), { maxLength: 12 });
  fc.assert(
    fc.property(callers, (list) => {
      const lives = list.map(([way, waitedMs]) => life(way, waitedMs));
      const live = fromLive(lives);
      const records = fromRecords(lives);
      const sla = fromSla(lives);
      expect(live).toEqual(records);
      expect(live.offered).toBe(live.answered + live.abandoned + live.shortAbandoned + live.overflowed);
      expect([sla.queued, sla.answered, sla.answeredInTime, sla.flowedOut, sla.shortAbandoned]).toEqual([
        live.offered,
        live.answered,
        live.withinTarget,
        live.overflowed,
        live.shortAbandoned,
      ]);
      expect(sla.abandoned).toBe(live.abandoned + live.shortAbandoned);
      expect(serviceLevel(live)).toBe(slaLevel(sla, "SL-4"));
    }),
    { numRuns: 200 },
  );
});

test("REP-1 who was led to voicemail and left no message did not abandon the queue", () => {
  const facts = life("longest_wait", 0);
  expect(projectContact(facts)?.contact).toMatchObject({
    outcome: "abandoned",
    withinTarget: null,
    shortAbandon: false,
  });
  expect(fromLive([facts])).toMatchObject({ offered: 1, abandoned: 0, overflowed: 1 });
});

test.each([
  ["answered", 20_000, { counts: true, within: true, abandoned: false, shortAbandon: false, flowedOut: false }],
  ["answered", 20_001, { counts: true, within: false, abandoned: false, shortAbandon: false, flowedOut: false }],
  ["abandoned", 4_999, { counts: false, within: false, abandoned: false, shortAbandon: true, flowedOut: false }],
  ["abandoned", 5_000, { counts: true, within: false, abandoned: true, shortAbandon: false, flowedOut: false }],
  ["overflowed", 1, { counts: false, within: false, abandoned: false, shortAbandon: false, flowedOut: true }],
  ["closed", 1, { counts: false, within: false, abandoned: false, shortAbandon: false, flowedOut: true }],
] as const)("REP-1 a stay that is left %s after %i ms", (why, waitedMs, expected) => {
  expect(gradeWait(why, waitedMs, { withinS: 20, shortAbandonS: 5 })).toEqual(expected);
});

const MIDNIGHT = Date.UTC(2026, 10, 20, 16); // in Shanghai, where the sample's client lives
const dayOf = (at: number) => new Date(at + 8 * 3_600_000).toISOString().slice(0, 10);

test.each([
  ["answered a minute after midnight", "seat", { offered: 1, answered: 1, abandoned: 0 }],
  ["given up a minute after midnight", "hang_up", { offered: 1, answered: 0, abandoned: 1 }],
] as const)("REP-1 who is queued before midnight and %s counts for the day before alone", (_, how, expected) => {
  const call = new ToyCarrier(SAMPLE_LINE);
  call.now = MIDNIGHT - 30_000;
  call.press("1");
  call.now += 90_000;
  if (how === "seat") call.send({ type: "seat_accepted", agentId: AGENT, reservationId: R1 });
  else call.hangUp("CA-caller");
  for (const callback of call.callbacks.splice(0)) call.send(callback);
  const boards = ["2026-11-20", "2026-11-21"].map((day) => {
    let [board, known]: [Today, LiveContact | null] = [{ day, contacts: 0, queues: {} }, null];
    for (const fact of call.facts) {
      board = countToday(board, dayOf, fact, known);
      known = foldLive(known, fact);
    }
    return board.queues[QUEUE] ?? NOBODY;
  });
  expect(boards).toMatchObject([expected, NOBODY]);
  expect(staysOf(call.facts).map(({ queuedAt }) => dayOf(queuedAt))).toEqual(["2026-11-20"]);
});

test("REP-1 a contact that comes to its queue twice stays twice, and one that moves to another site once", () => {
  const [facts] = [life("key", 7_000)];
  const queued = facts.find(({ body }) => body.type === "queued");
  const again = { ...facts[0], at: 1, body: queued?.body } as ContactFact;
  const moved = { ...again, body: { type: "site_moved", queueId: QUEUE, from: "p", to: "p1" } } as ContactFact;
  expect(staysOf([...facts, again, moved])).toMatchObject([
    { no: 1, left: { why: "overflowed", waitedMs: 7_000 } },
    { no: 2, left: null, poolId: "p1" },
  ]);
  expect(staysOf([...facts, again]).map(recordOf)).toMatchObject([
    { outcome: "flowed_out", inTime: true, shortAbandon: false },
    { outcome: null, leftAt: null, waitedMs: null, inTime: null },
  ]);
});
