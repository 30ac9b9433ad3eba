import type { RoutingDecision } from "../call/facts.ts";
import type { Run } from "./run.ts";
import type { Agent, PoolTicket } from "./state.ts";

/** How many of the others an explanation names. */
const RANKED = 3;
/** Places near the head of the idle heap that are looked at for them. */
const LOOKED_AT = 7;

/**
 * Why this seat: the rule, how many seats could have taken the contact, and the best few by the rule's own score (the
 * smaller the better). Codes, not sentences: the console says them in the reader's language.
 */
export function explain(run: Run, ticket: PoolTicket, chosen: Agent): RoutingDecision {
  const { seatClass } = ticket;
  const { strategy } = seatClass;
  const ranked = [];
  for (const { item, key } of seatClass.idle.near(LOOKED_AT)) {
    if (item === chosen) continue;
    const out = ticket.declined.some((entry) => entry.agentId === item.profile.agentId && entry.until > run.now);
    ranked.push({ agentId: item.profile.agentId, score: key, why: out ? "declined_before" : "ranked_later" });
    if (ranked.length === RANKED) break;
  }
  const turn = { now: run.now, random: () => 0, needs: seatClass.needs };
  const score = strategy.key(chosen, turn);
  ranked.unshift({ agentId: chosen.profile.agentId, score, why: "chosen" });
  return {
    rule: strategy.name,
    ruleVersion: strategy.version,
    candidates: seatClass.idle.live,
    ranked,
  };
}
