import type { ContactFact, Outcome } from "../../../../domain/call/facts.ts";
import { gradeWait } from "../../../../domain/call/grade.ts";
import type { ContactState } from "../../../../domain/call/state.ts";
import type { TenantId } from "../../../../domain/kernel/ids.ts";
import type { Target } from "../../../../domain/sla/grade.ts";

/** What one client's contacts have come to, counted from facts; what is still going on, counted from states. */
type Account = {
  offered: number;
  readonly ended: { [outcome in Outcome]: number };
  goingOn: number;
  queued: number;
  readonly left: { answered: number; abandoned: number; overflowed: number; closed: number };
  inQueue: number;
  inTime: number;
};

/** Where a contact stood when it was last seen. */
export type Standing = { goingOn: boolean; inQueue: boolean };

/** The books of all clients: whatever was offered is somewhere, at any instant. */
export class Ledger {
  readonly accounts = new Map<TenantId, Account>();
  over60s = 0;
  maxWaitMs = 0;

  /** Enters a contact's new facts and its standing; returns what does not add up, or null. */
  enter(facts: readonly ContactFact[], state: ContactState, before: Standing, target: Target): string | null {
    const account = this.of(state.tenantId);
    for (const fact of facts) {
      if (fact.tenantId !== state.tenantId) return `a fact of ${state.tenantId} names ${fact.tenantId}`;
      this.book(account, fact, target);
    }
    const now = standingOf(state);
    account.goingOn += Number(now.goingOn) - Number(before.goingOn);
    account.inQueue += Number(now.inQueue) - Number(before.inQueue);
    Object.assign(before, now);
    return unequal(state.tenantId, account);
  }

  sum(count: (account: Account) => number): number {
    return [...this.accounts.values()].reduce((sum, account) => sum + count(account), 0);
  }

  private book(account: Account, { body }: ContactFact, target: Target): void {
    if (body.type === "contact_offered") account.offered += 1;
    else if (body.type === "ended") account.ended[body.outcome] += 1;
    else if (body.type === "queued") account.queued += 1;
    else if (body.type === "left_queue") {
      account.left[body.why] += 1;
      const grade = gradeWait(body.why, body.waitedMs, target);
      if (grade.within) account.inTime += 1;
      if (body.waitedMs > 60_000) this.over60s += 1;
      this.maxWaitMs = Math.max(this.maxWaitMs, body.waitedMs);
    }
  }

  private of(tenantId: TenantId): Account {
    const known = this.accounts.get(tenantId);
    if (known !== undefined) return known;
    const fresh: Account = {
      offered: 0,
      ended: {
        answered: 0,
        transferred_out: 0,
        abandoned: 0,
        voicemail: 0,
        self_service: 0,
        closed: 0,
        rejected: 0,
        failed: 0,
      },
      goingOn: 0,
      queued: 0,
      left: { answered: 0, abandoned: 0, overflowed: 0, closed: 0 },
      inQueue: 0,
      inTime: 0,
    };
    this.accounts.set(tenantId, fresh);
    return fresh;
  }
}

function unequal(tenantId: TenantId, { offered, ended, goingOn, queued, left, inQueue }: Account): string | null {
  const outcomes = Object.values(ended).reduce((sum, count) => sum + count, 0);
  if (offered !== outcomes + goingOn) return `${tenantId}: ${offered} offered, ${outcomes} ended, ${goingOn} going on`;
  const stays = left.answered + left.abandoned + left.overflowed + left.closed;
  if (queued !== stays + inQueue) return `${tenantId}: ${queued} queued, ${stays} left the queue, ${inQueue} in it`;
  return null;
}

function standingOf({ stage }: ContactState): Standing {
  const goingOn = stage.at !== "wrap_up" && stage.at !== "settling" && stage.at !== "ended";
  return { goingOn, inQueue: stage.at === "queued" || stage.at === "connecting" || stage.at === "calling_out" };
}
