import type { PoolId, QueueId } from "../kernel/ids.ts";
import type { Instant, Ms } from "../kernel/instant.ts";
import { isInTime, type QueueOutcome } from "../sla/grade.ts";
import type { ContactFact, ContactFactBody } from "./facts.ts";
import { gradeWait, OUTCOME, type StayGrade } from "./grade.ts";

type Queued = Extract<ContactFactBody, { type: "queued" }>;
type Left = Extract<ContactFactBody, { type: "left_queue" }>;

/**
 * One stay of a contact in a queue, from `queued` to `left_queue`. A contact that the flow leads to a queue twice stays twice;
 * one that moves to another site, or for which a number outside is called, goes on with the stay it has.
 *
 * **The one rule by which every place counts stays:** a stay counts for the interval (hour, day, month) in which it was
 * offered to its queue, `queuedAt`, on the client's own calendar: there it is offered, and there it is answered, abandoned or
 * overflowed, however late it ends. It is graded once, by the wait that `left_queue` tells and the target owed when it began.
 * So in every interval _offered_ is answered + abandoned + overflowed + open, and no answer counts in an interval without the
 * offer that it answers. This is the field's usual attribution (by interval of arrival; Cisco's reports count so).
 *
 * The live board (`live.ts`) counts by it as facts go by, the portal and the month's service level by the rows of
 * `tenant.queue_stays`, a pool by what its contacts tell it (`routing/stays.ts`).
 */
export type Stay = {
  /** 1 for the contact's first. */
  readonly no: number;
  readonly queueId: QueueId;
  /** Where it ended, or goes on: that pool counts it. */
  readonly poolId: PoolId;
  readonly queuedAt: Instant;
  readonly target: Queued["target"];
  /** Null while it is open. */
  readonly left: { readonly why: Left["why"]; readonly at: Instant; readonly waitedMs: Ms } | null;
};

/** Folds the facts of one contact, in order, into its stays. */
export function staysOf(facts: readonly ContactFact[]): Stay[] {
  const stays: Stay[] = [];
  for (const { at, body } of facts) {
    const last = stays.at(-1);
    if (body.type === "queued") {
      const { queueId, poolId, queuedAt, target } = body;
      stays.push({ no: stays.length + 1, queueId, poolId, queuedAt, target, left: null });
    } else if (last === undefined || last.left !== null) continue;
    else if (body.type === "site_moved") stays[stays.length - 1] = { ...last, poolId: body.to };
    else if (body.type === "left_queue") {
      stays[stays.length - 1] = { ...last, left: { why: body.why, at, waitedMs: body.waitedMs } };
    }
  }
  return stays;
}

/** How a stay that is over counts; null while it is open. */
export function gradeOf({ left, target }: Stay): StayGrade | null {
  return left === null ? null : gradeWait(left.why, left.waitedMs, target);
}

/** A stay as the record keeps it. */
export type StayRecord = {
  readonly no: number;
  readonly queueId: QueueId;
  readonly queuedAt: Instant;
  readonly outcome: QueueOutcome | null;
  readonly leftAt: Instant | null;
  readonly waitedMs: Ms | null;
  /** It ended within its target, however it ended. */
  readonly inTime: boolean | null;
  readonly shortAbandon: boolean;
};

export function recordOf(stay: Stay): StayRecord {
  const { no, queueId, queuedAt, target, left } = stay;
  if (left === null) {
    return { no, queueId, queuedAt, outcome: null, leftAt: null, waitedMs: null, inTime: null, shortAbandon: false };
  }
  const { at: leftAt, waitedMs, why } = left;
  const inTime = isInTime(waitedMs, target);
  const shortAbandon = gradeOf(stay)?.shortAbandon === true;
  return { no, queueId, queuedAt, outcome: OUTCOME[why], leftAt, waitedMs, inTime, shortAbandon };
}

/** When the stay that this fact ends was offered to its queue. */
export function queuedAtOf(at: Instant, { waitedMs }: Left): Instant {
  return at - waitedMs;
}
