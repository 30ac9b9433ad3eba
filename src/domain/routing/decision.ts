import type { ContactChoice, RankedSeat, RoutingDecision } from "../call/facts.ts";
import type { ContactId, TenantId } from "../kernel/ids.ts";
import type { Instant } from "../kernel/instant.ts";
import { POLICY_VERSIONS, type Policy, placeParts } from "./policy.ts";
import { BEHIND } from "./rank.ts";
import type { Run } from "./run.ts";
import type { Agent, PoolTicket, SeatClass } from "./state.ts";

/** How many of the others an explanation names. */
const RANKED = 3;
/** Places near the head of the idle heap that are looked at for them. */
const LOOKED_AT = 7;

/** The contacts a free seat has compared, their places by the policy, and which of them it takes. */
export type Line = { readonly tickets: PoolTicket[]; readonly places: number[]; first: number };

/** A decision as the contact is told it, and whose contacts came later, which only the house is told. */
export type Explained = {
  readonly decision: RoutingDecision;
  readonly passedOver: readonly { readonly tenantId: TenantId; readonly contactId: ContactId }[];
};

/**
 * Why this seat and why this contact: the rules, how many could have been chosen, and the best few by the rule's own score
 * (the smaller the better). Codes, not sentences: the console says them in the reader's language.
 */
export function explain(run: Run, ticket: PoolTicket, chosen: Agent, line: Line | null): Explained {
  const { seatClass } = ticket;
  const { strategy } = seatClass;
  const later = line === null || line.tickets.length === 1 ? NONE : nextIn(line);
  return {
    decision: {
      rule: strategy.name,
      ruleVersion: strategy.version,
      candidates: seatClass.idle.live,
      ranked: rankedSeats(run, ticket, chosen),
      asked: seatClass.asked,
      contact: explainContact(run, ticket, line, later),
    },
    passedOver: line === null || later.length === 0 ? NOT_ANYBODY : later.map((at) => namedIn(line, at)),
  };
}

const NOT_ANYBODY: Explained["passedOver"] = [];

function namedIn({ tickets }: Line, at: number): Explained["passedOver"][number] {
  const { tenant, contactId } = tickets[at] as PoolTicket; // places of the line
  return { tenantId: tenant.tenantId, contactId };
}

/** The best few by the keys that decided, so that what is told is what was compared. */
function rankedSeats(run: Run, ticket: PoolTicket, chosen: Agent): RankedSeat[] {
  const { seatClass, declined } = ticket;
  // One more than is named, because the chosen one is among them unless he has only now become free.
  const { items, keys } = seatClass.idle.near(LOOKED_AT, RANKED + 1);
  const behindOfChosen = behindIn(seatClass, chosen);
  const place = items.indexOf(chosen);
  const turn = { now: run.now, random: NO_LOT, needs: seatClass.needs };
  const ownScore = place < 0 ? seatClass.strategy.key(chosen, turn) : scoreOf(keys[place], behindOfChosen);
  const ranked: RankedSeat[] = [{ agentId: chosen.agentId, score: ownScore, why: "chosen" }];
  for (let at = 0; at < items.length && ranked.length <= RANKED; at++) {
    const agent = items[at] as Agent; // at is below length
    if (agent === chosen) continue;
    const steps = behindIn(seatClass, agent);
    const why = hasDeclined(declined, agent, run.now)
      ? "declined_before"
      : steps > behindOfChosen
        ? "stands_behind"
        : "ranked_later";
    ranked.push({ agentId: agent.agentId, score: scoreOf(keys[at], steps), why });
  }
  return ranked;
}

/** The lot that was drawn for who has only now become free is not known any more. */
const NO_LOT = (): number => 0;

function hasDeclined(declined: PoolTicket["declined"], { agentId }: Agent, now: Instant): boolean {
  return declined.length > 0 && declined.some((entry) => entry.agentId === agentId && entry.until > now);
}

function behindIn(seatClass: SeatClass, agent: Agent): number {
  return agent.behind === null ? 0 : (agent.behind[agent.classes.indexOf(seatClass)] ?? 0);
}

/** The strategy's own part of a key. */
function scoreOf(key: number | undefined, behind: number): number {
  return (key ?? 0) - behind * BEHIND;
}

/** A client with fewer seats in use than it is guaranteed. */
export function isOwed({ tenant }: PoolTicket): boolean {
  return tenant.seats < tenant.guaranteed;
}

function explainContact(run: Run, ticket: PoolTicket, line: Line | null, later: readonly number[]): ContactChoice {
  const policy = run.pool.config.policy ?? "fifo";
  return {
    when: line === null ? "seat_was_idle" : "seat_became_free",
    policy,
    policyVersion: POLICY_VERSIONS[policy],
    candidates: line === null ? 1 : line.tickets.length,
    owed: isOwed(ticket),
    place: placeParts(ticket, policy, run.now),
    others: line === null ? NOBODY : othersIn(ticket, policy, line, later),
  };
}

const NOBODY: ContactChoice["others"] = [];

const NONE: readonly number[] = [];

/** The next few of the line, best first: found by looking for the smallest a few times, which needs no sorting. */
function nextIn({ tickets, places, first }: Line): readonly number[] {
  const taken = [first];
  while (taken.length <= RANKED && taken.length < tickets.length) {
    let best = -1;
    for (let at = 0; at < places.length; at++) {
      const nearer = best < 0 || (places[at] as number) < (places[best] as number); // both below length
      if (nearer && !taken.includes(at)) best = at;
    }
    taken.push(best);
  }
  return taken.slice(1);
}

function othersIn(
  chosen: PoolTicket,
  policy: Policy,
  { tickets, places, first }: Line,
  later: readonly number[],
): ContactChoice["others"] {
  return later.map((at) => {
    const ticket = tickets[at] as PoolTicket; // places of the line
    return {
      sameClient: ticket.tenant === chosen.tenant,
      behindMs: Math.round((places[at] as number) - (places[first] as number)),
      why: whyLater(chosen, ticket, policy),
    };
  });
}

function whyLater(chosen: PoolTicket, ticket: PoolTicket, policy: Policy): ContactChoice["others"][number]["why"] {
  if (isOwed(chosen) && !isOwed(ticket)) return "client_has_its_seats";
  if (ticket.key >= chosen.key) return ticket.queuedAt >= chosen.queuedAt ? "came_later" : "lower_priority";
  if (policy === "slack") return "less_at_stake";
  return policy === "edf" ? "later_deadline" : "came_later";
}
