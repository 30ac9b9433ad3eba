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

/** As the portal's query counts rows: see features/contacts/portal-store.ts. */
function fromRecords(lives: readonly (readonly ContactFact[])[]) {
  const rows = lives.flatMap((facts) => projectContact(facts)?.contact ?? []).filter((row) => row.queueId === QUEUE);
  const count = (is: (row: (typeof rows)[number]) => boolean) => rows.filter(is).length;
  return {
    offered: rows.length,
    answered: count((row) => row.answeredAt !== null),
    abandoned: count((row) => row.answeredAt === null && row.withinTarget === false),
    shortAbandoned: count((row) => row.shortAbandon),
    overflowed: count((row) => row.answeredAt === null && row.withinTarget === null && !row.shortAbandon),
    withinTarget: count((row) => row.withinTarget === true),
  };
}

function fromLive(lives: readonly (readonly ContactFact[])[]) {
  let today: Today = { day: DAY, contacts: 0, queues: {} };
  for (const facts of lives) {
    let known: LiveContact | null = null;
    for (const fact of facts) {
      const folded: LiveContact | null = foldLive(known, fact);
      if (folded === null) throw new Error("facts come in order");
      today = countToday(today, DAY, fact, known);
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
