import type { AgentId, ContactId, QueueId } from "../kernel/ids.ts";
import type { Instant } from "../kernel/instant.ts";
import type { ContactFact, ContactFactBody } from "./facts.ts";
import { gradeWait } from "./grade.ts";
import { queuedAtOf } from "./stays.ts";

/** One contact that is going on, as its client's portal shows it. */
export type LiveContact = {
  readonly contactId: ContactId;
  /** Number of the last fact folded in. */
  readonly seq: number;
  readonly from: string;
  readonly to: string;
  readonly stage: "in_flow" | "queued" | "connecting" | "talking" | "held" | "outside" | "voicemail" | "wrap_up";
  readonly since: Instant;
  readonly offeredAt: Instant;
  readonly queueId: QueueId | null;
  readonly agentId: AgentId | null;
  /** The target owed since it was queued; null before. */
  readonly target: Extract<ContactFactBody, { type: "queued" }>["target"] | null;
  readonly ended: boolean;
  /** True when an agent still owes the wrap-up. */
  readonly served: boolean;
};

export type QueueToday = {
  readonly offered: number;
  readonly answered: number;
  readonly abandoned: number;
  readonly shortAbandoned: number;
  /** Left the queue for voicemail or another step, by the caller's key or the longest wait. */
  readonly overflowed: number;
  readonly withinTarget: number;
};

/** A client's day so far: contacts that came, and stays in each queue. */
export type Today = {
  readonly day: string;
  readonly contacts: number;
  readonly queues: { readonly [queueId: string]: QueueToday };
};

const NONE: QueueToday = { offered: 0, answered: 0, abandoned: 0, shortAbandoned: 0, overflowed: 0, withinTarget: 0 };

/** Service level: answered within target ÷ (answered + abandoned without the short ones); null while nothing counts. */
export function serviceLevel(queue: QueueToday): number | null {
  const counted = queue.answered + queue.abandoned;
  return counted === 0 ? null : queue.withinTarget / counted;
}

/**
 * Counts one fact. A contact counts for the day on which it came to the house, a stay for the day on which it was offered to its
 * queue (the rule of `stays.ts`), both on the client's own calendar: `dayOf`. What belongs to an earlier day than the board's
 * stands in that day's report and changes nothing here.
 */
export function countToday(
  today: Today,
  dayOf: (at: Instant) => string,
  fact: ContactFact,
  known: LiveContact | null,
): Today {
  const { at, body } = fact;
  switch (body.type) {
    case "contact_offered": {
      const base = boardOf(today, dayOf(at));
      return base === null ? today : { ...base, contacts: base.contacts + 1 };
    }
    case "queued": {
      const base = boardOf(today, dayOf(body.queuedAt));
      return base === null ? today : add(base, body.queueId, { offered: 1 });
    }
    case "left_queue": {
      const base = boardOf(today, dayOf(queuedAtOf(at, body)));
      return base === null || known?.target == null ? today : addLeft(base, body, known.target);
    }
    default:
      return today;
  }
}

/** The board of this day; a new one for a day that begins, and null for a day that is over. */
export function boardOf(today: Today, day: string): Today | null {
  if (today.day === day) return today;
  return today.day < day ? { day, contacts: 0, queues: {} } : null;
}

function addLeft(
  base: Today,
  body: Extract<ContactFactBody, { type: "left_queue" }>,
  target: NonNullable<LiveContact["target"]>,
): Today {
  const grade = gradeWait(body.why, body.waitedMs, target);
  return add(base, body.queueId, {
    answered: body.why === "answered" ? 1 : 0,
    abandoned: grade.abandoned ? 1 : 0,
    shortAbandoned: grade.shortAbandon ? 1 : 0,
    overflowed: grade.flowedOut ? 1 : 0,
    withinTarget: grade.within ? 1 : 0,
  });
}

function add(today: Today, queueId: string, more: Partial<QueueToday>): Today {
  const old = today.queues[queueId] ?? NONE;
  const sum: QueueToday = {
    offered: old.offered + (more.offered ?? 0),
    answered: old.answered + (more.answered ?? 0),
    abandoned: old.abandoned + (more.abandoned ?? 0),
    shortAbandoned: old.shortAbandoned + (more.shortAbandoned ?? 0),
    // A board kept since before it counted these has none.
    overflowed: (old.overflowed ?? 0) + (more.overflowed ?? 0),
    withinTarget: old.withinTarget + (more.withinTarget ?? 0),
  };
  return { ...today, queues: { ...today.queues, [queueId]: sum } };
}

/** Folds the next fact into a live contact; null when the fact is not the next one. */
export function foldLive(known: LiveContact | null, fact: ContactFact): LiveContact | null {
  const { body, at, seq, contactId } = fact;
  if (body.type === "contact_offered") {
    if (known !== null) return null;
    return {
      contactId,
      seq,
      from: body.from,
      to: body.to,
      stage: "in_flow",
      since: at,
      offeredAt: at,
      queueId: null,
      agentId: null,
      target: null,
      ended: false,
      served: false,
    };
  }
  if (known === null || seq !== known.seq + 1) return null;
  return { ...known, seq, ...changeOf(known, fact) };
}

function changeOf(known: LiveContact, { body, at }: ContactFact): Partial<LiveContact> {
  switch (body.type) {
    case "queued":
      return { stage: "queued", since: at, queueId: body.queueId, target: body.target };
    case "flow_step_entered":
      return body.kind === "voicemail" ? { stage: "voicemail", since: at } : {};
    case "seat_accepted":
      return { stage: "connecting", since: at, agentId: body.agentId };
    case "seat_returned":
      return known.stage === "connecting" ? { stage: "queued", since: at, agentId: null } : {};
    case "outside_called":
      return { stage: "connecting", since: at };
    case "outside_failed":
      return { stage: "queued", since: at };
    case "outside_answered":
      return { stage: "outside", since: at };
    case "seat_answered":
      return { stage: "talking", since: at, agentId: body.agentId, served: true };
    case "held":
      return { stage: "held", since: at };
    case "resumed":
      return { stage: "talking", since: at };
    case "agent_left":
      return { stage: "wrap_up", since: at };
    case "ended":
      return { ended: true };
    case "wrapped_up":
      return { served: false };
    default:
      return {};
  }
}

/** A contact leaves the board when it has ended and nobody owes a wrap-up. */
export function isGone(contact: LiveContact): boolean {
  return contact.ended && !contact.served;
}
