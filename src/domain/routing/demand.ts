import type { SeatsAsked } from "../call/facts.ts";
import type { QueueConfig } from "../call/line-config.ts";
import type { AgentId } from "../kernel/ids.ts";
import type { Ms } from "../kernel/instant.ts";
import { SECOND_MS } from "../kernel/instant.ts";
import { rulesOf } from "./config.ts";
import type { KnownCaller } from "./protocol.ts";

export type Need = { readonly skill: string; readonly level: number };

/** What a contact asks for at one moment of its wait. Contacts with equal demands of one queue form one class. */
export type Demand = {
  /** Required, by name. */
  readonly needs: readonly Need[];
  /** Wished for, by name. */
  readonly preferred: readonly Need[];
  /** Groups lent to the queue by now. */
  readonly groups: readonly string[];
  /** While the caller waits for one agent alone; null otherwise. */
  readonly only: AgentId | null;
};

/** A skill as a queue names it: `zh` asks for level 1, `zh>=3` for level 3. */
export function parseNeed(text: string): Need {
  const [skill = text, level] = text.split(">=");
  const asked = Number(level);
  return { skill: skill.trim(), level: Number.isFinite(asked) ? asked : 1 };
}

/** A caller as the pool knows him: what the house has on record, and the agent he asked for in the flow. */
export type Caller = KnownCaller & { readonly namedAgentId: AgentId | null };

/**
 * What a contact of this queue asks for after it has waited so long. Every step whose time has come counts, in order, so
 * the answer depends on the wait alone and is the same after a restart. While the caller's patience for the agent
 * he named, or for the one who served him last, lasts he alone is asked for; the other steps run on meanwhile.
 */
export function demandAt(queue: QueueConfig, caller: Caller | null, waited: Ms): Demand {
  const { preferred, relax } = rulesOf(queue);
  const needs = new Map(queue.skills.map(parseNeed).map((need) => [need.skill, need.level]));
  const groups = new Set<string>();
  for (const step of relax) {
    if (waited < step.afterS * SECOND_MS) continue;
    const asked = "skill" in step ? needs.get(step.skill) : undefined;
    if (step.do === "lend") groups.add(step.group);
    else if (step.do === "drop") needs.delete(step.skill);
    else if (step.do === "lower" && asked !== undefined) needs.set(step.skill, Math.min(asked, step.level));
  }
  return {
    needs: [...needs].map(([skill, level]) => ({ skill, level })).sort(byName),
    preferred: preferred.map(parseNeed).sort(byName),
    groups: [...groups].sort(),
    only: caller === null ? null : waitedFor(queue, caller, waited),
  };
}

function waitedFor(queue: QueueConfig, { namedAgentId, lastAgentId }: Caller, waited: Ms): AgentId | null {
  const { namedAgent, lastAgent } = rulesOf(queue);
  if (namedAgentId !== null && waited < namedAgent.patienceS * SECOND_MS) return namedAgentId;
  return waited < lastAgent.patienceS * SECOND_MS ? lastAgentId : null;
}

/** Points of priority of a contact by now: the queue's, the caller's tier, and what waiting has added. */
export function pointsAt(queue: QueueConfig, caller: Caller | null, waited: Ms): number {
  const { tiers, relax } = rulesOf(queue);
  let points = queue.priority;
  if (caller !== null && caller.tier !== "standard") points += tiers[caller.tier];
  for (const step of relax) if (step.do === "raise" && waited >= step.afterS * SECOND_MS) points += step.points;
  return points;
}

/** How long a contact will have waited when it next asks for something else; null when it will not. */
export function nextChange(queue: QueueConfig, caller: Caller | null, waited: Ms): Ms | null {
  const { relax, lastAgent, namedAgent } = rulesOf(queue);
  const times = relax
    .filter((step) => step.do !== "move" && step.do !== "outside")
    .map((step) => step.afterS * SECOND_MS);
  if (caller !== null && caller.lastAgentId !== null) times.push(lastAgent.patienceS * SECOND_MS);
  if (caller !== null && caller.namedAgentId !== null) times.push(namedAgent.patienceS * SECOND_MS);
  let next: Ms | null = null;
  for (const at of times) if (at > waited && (next === null || at < next)) next = at;
  return next;
}

/** Equal for equal demands, whatever order their skills came in. */
export function demandKey({ needs, preferred, groups, only }: Demand): string {
  const skills = (list: readonly Need[]) => list.map(({ skill, level }) => `${skill}>=${level}`).join(",");
  return `${skills(needs)}|${skills(preferred)}|${groups.join(",")}|${only ?? ""}`;
}

/** The demand in the words of a queue, for decisions. */
export function writtenDemand({ needs, preferred, groups, only }: Demand): SeatsAsked {
  return { skills: needs.map(written), preferred: preferred.map(written), lent: groups, ownAgent: only !== null };
}

function written({ skill, level }: Need): string {
  return level === 1 ? skill : `${skill}>=${level}`;
}

function byName(a: Need, b: Need): number {
  return a.skill < b.skill ? -1 : 1;
}
