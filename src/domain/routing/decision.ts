import type { ContactChoice, RankedSeat, RoutingDecision } from "../call/facts.ts";
import type { ContactId, TenantId } from "../kernel/ids.ts";
import type { Need } from "./demand.ts";
import { POLICY_VERSIONS, type Policy, placeParts } from "./policy.ts";
import { stepsBehind } from "./rank.ts";
import type { Run } from "./run.ts";
import type { Agent, PoolTicket } from "./state.ts";

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
      asked: {
        skills: seatClass.needs.map(written),
        preferred: seatClass.preferred.map(written),
        lent: seatClass.groups,
        ownAgent: seatClass.only !== null,
      },
      contact: explainContact(run, ticket, line, later),
    },
    passedOver: later.map((at) => {
      const { tenant, contactId } = (line as Line).tickets[at] as PoolTicket; // places of the line
      return { tenantId: tenant.tenantId, contactId };
    }),
  };
}

function rankedSeats(run: Run, ticket: PoolTicket, chosen: Agent): RankedSeat[] {
  const { seatClass } = ticket;
  const turn = { now: run.now, random: () => 0, needs: seatClass.needs };
  const seatOf = (agent: Agent, why: RankedSeat["why"]): RankedSeat => ({
    agentId: agent.profile.agentId,
    score: seatClass.strategy.key(agent, turn),
    why,
  });
  const ranked = [seatOf(chosen, "chosen")];
  for (const { item } of seatClass.idle.near(LOOKED_AT)) {
    if (item === chosen) continue;
    const out = ticket.declined.some((entry) => entry.agentId === item.profile.agentId && entry.until > run.now);
    const behind = stepsBehind(seatClass, item) > stepsBehind(seatClass, chosen);
    ranked.push(seatOf(item, out ? "declined_before" : behind ? "stands_behind" : "ranked_later"));
    if (ranked.length > RANKED) break;
  }
  return ranked;
}

function written({ skill, level }: Need): string {
  return level === 1 ? skill : `${skill}>=${level}`;
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
