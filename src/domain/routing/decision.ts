import type { ContactChoice, PlaceParts, RankedSeat, RoutingDecision, WhyLater } from "../call/facts.ts";
import type { ContactId, TenantId } from "../kernel/ids.ts";
import { type Instant, type Ms, SECOND_MS } from "../kernel/instant.ts";
import type { Policy } from "./config.ts";
import { POLICY_VERSIONS, placeParts } from "./policy.ts";
import { BEHIND } from "./rank.ts";
import type { Run } from "./run.ts";
import type { Agent, PoolTicket, SeatClass } from "./state.ts";

/** How many of the others an explanation names. */
const RANKED = 3;
/** Places near the head of the idle heap that are looked at for them. */
const LOOKED_AT = 7;

/** The contacts a free seat has compared, their places by the policy, and which of them it takes. */
export type Line = {
  when: "seat_became_free" | "client_below_cap";
  readonly tickets: PoolTicket[];
  readonly places: number[];
  first: number;
};

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
    passedOver: later.length === 0 ? NOT_ANYBODY : later.map((at) => namedIn(line as Line, at)), // it came from there
  };
}

const NOT_ANYBODY: Explained["passedOver"] = [];

function namedIn({ tickets }: Line, at: number): Explained["passedOver"][number] {
  const { tenant, contactId } = tickets[at] as PoolTicket; // places of the line
  return { tenantId: tenant.tenantId, contactId };
}

/** The best few by the keys that decided, so that what is told is what was compared. */
function rankedSeats(run: Run, ticket: PoolTicket, chosen: Agent): RankedSeat[] {
  const { seatClass } = ticket;
  // One more than is named, because the chosen one is among them unless he has only now become free.
  const { items, keys } = seatClass.idle.near(LOOKED_AT, RANKED + 1);
  const behindOfChosen = behindIn(seatClass, chosen);
  const place = items.indexOf(chosen);
  const turn = { random: NO_LOT, needs: seatClass.needs };
  const ownScore = place < 0 ? seatClass.strategy.key(chosen, turn) : scoreOf(keys[place], behindOfChosen);
  const ranked: RankedSeat[] = [{ agentId: chosen.agentId, score: ownScore, why: "chosen" }];
  for (let at = 0; at < items.length && ranked.length <= RANKED; at++) {
    const agent = items[at] as Agent; // at is below length
    if (agent === chosen) continue;
    const steps = behindIn(seatClass, agent);
    const why = hasDeclined(ticket, agent, run.now)
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

/** True while an agent who has declined the contact is not to be offered it again. */
export function hasDeclined({ declined }: PoolTicket, { agentId }: Agent, now: Instant): boolean {
  for (const entry of declined) if (entry.agentId === agentId && entry.until > now) return true;
  return false;
}

function behindIn(seatClass: SeatClass, agent: Agent): number {
  return agent.behind === null ? 0 : (agent.behind[agent.classes.indexOf(seatClass)] ?? 0);
}

/** The strategy's own part of a key. */
function scoreOf(key: number | undefined, behind: number): number {
  return (key ?? 0) - behind * BEHIND;
}

/** The order of all lines: who is owed a seat, then the policy's place, then who reached the pool first. */
export function goesBefore(a: PoolTicket, placeA: number, b: PoolTicket, placeB: number): boolean {
  if (isOwed(a) !== isOwed(b)) return isOwed(a);
  return placeA < placeB || (placeA === placeB && a.arrival < b.arrival);
}

/** A client with fewer seats in use than it is guaranteed. */
function isOwed({ tenant }: PoolTicket): boolean {
  return tenant.seats < tenant.guaranteed;
}

function explainContact(run: Run, ticket: PoolTicket, line: Line | null, later: readonly number[]): ContactChoice {
  const policy = run.pool.config.policy ?? "fifo";
  const place = placeParts(ticket, policy, run.now);
  return {
    when: line === null ? "seat_was_idle" : line.when,
    policy,
    policyVersion: POLICY_VERSIONS[policy],
    candidates: line === null ? 1 : line.tickets.length,
    owed: isOwed(ticket),
    place: toldPlace(place),
    others: later.length === 0 ? NOBODY : othersIn(run, { ticket, place, policy }, line as Line, later), // likewise
  };
}

const NOBODY: ContactChoice["others"] = [];

function toldPlace(place: PlaceParts): PlaceParts {
  return { ...place, stakeMs: Math.round(place.stakeMs) };
}

const NONE: readonly number[] = [];

/** The next few of the line, best first: each of the others finds its place among the best so far, if it has one. */
function nextIn({ tickets, places, first }: Line): readonly number[] {
  const next: number[] = [];
  const precedes = (a: number, b: number): boolean =>
    goesBefore(tickets[a] as PoolTicket, places[a] as number, tickets[b] as PoolTicket, places[b] as number); // both below length
  for (let at = 0; at < tickets.length; at++) {
    if (at === first) continue;
    let place = next.length;
    while (place > 0 && precedes(at, next[place - 1] as number)) place -= 1; // place is above zero
    if (place === RANKED) continue;
    if (next.length < RANKED) next.push(at);
    for (let moved = next.length - 1; moved > place; moved--) next[moved] = next[moved - 1] as number;
    next[place] = at;
  }
  return next;
}

/** The contact that is taken, and its place by the policy that took it. */
type Taken = { readonly ticket: PoolTicket; readonly place: PlaceParts; readonly policy: Policy };

function othersIn(run: Run, taken: Taken, line: Line, later: readonly number[]): ContactChoice["others"] {
  const { tickets, places, first } = line;
  return later.map((at) => {
    const ticket = tickets[at] as PoolTicket; // places of the line
    return {
      sameClient: ticket.tenant === taken.ticket.tenant,
      behindMs: Math.round((places[at] as number) - (places[first] as number)),
      why: whyLater(run, taken, ticket),
    };
  });
}

/** Of all in which the other falls short of the chosen one, what tells most; of equals, who reached the pool later. */
function whyLater(run: Run, { ticket: chosen, place: best, policy }: Taken, ticket: PoolTicket): WhyLater {
  if (isOwed(chosen) && !isOwed(ticket)) return "client_has_its_seats";
  if (ticket.at.is === "offered" && chosen.at.is !== "offered") return "rings_already";
  const its = placeParts(ticket, policy, run.now);
  const longerTargetMs = policy === "edf" ? targetMs(ticket) - targetMs(chosen) : 0;
  let why: WhyLater = ticket.queuedAt < chosen.queuedAt ? "reached_later" : "came_later";
  let most: Ms = 0;
  // Asked for every contact that a decision names: a list to search would cost more than the decision.
  const tell = (reason: WhyLater, ms: Ms): void => {
    if (ms > most) [why, most] = [reason, ms];
  };
  tell(longerTargetMs > 0 ? "later_deadline" : "came_later", best.waitedMs - its.waitedMs + longerTargetMs);
  tell("lower_priority", best.priorityMs - its.priorityMs);
  tell("out_of_time", best.inTimeMs - its.inTimeMs);
  tell("less_at_stake", best.stakeMs - its.stakeMs);
  tell("not_near_a_minute", best.tailMs - its.tailMs);
  return why;
}

function targetMs({ queue }: PoolTicket): Ms {
  return queue.config.target.withinS * SECOND_MS;
}
