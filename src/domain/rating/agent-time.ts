import type { AgentState } from "../call/facts.ts";
import type { TenantId } from "../kernel/ids.ts";
import type { Instant } from "../kernel/instant.ts";
import type { AgentTimeState } from "./charge.ts";

/** A state that an agent was in and has left. `tenantId` is set while it was about one client's contact. */
export type StateInterval = {
  /** Numbers the agent's states; whose turn it is to bear an odd second. */
  readonly seq: number;
  readonly state: AgentState;
  readonly reason: string | null;
  readonly tenantId: TenantId | null;
  readonly startedAt: Instant;
  readonly endedAt: Instant;
};

/** One client's part of an interval, in whole seconds. */
export type TimePart = {
  readonly tenantId: TenantId;
  readonly state: AgentTimeState;
  readonly seconds: number;
  /** Whether the agent serves this client alone. */
  readonly agents: "dedicated" | "shared";
};

/**
 * Whose an agent's time is. Ringing, conversation and wrap-up are the client's whose contact it is; waiting, pause and
 * training are split in equal parts among the clients whom the agent serves, an odd second in turn. Which of these a client
 * pays is written in its contract (`where.states`, `where.agents`); the rest is the house's own. Seconds are counted
 * between whole seconds of the clock, so that an agent's parts add up to the time on shift, however often the state changed.
 */
export function agentTime(interval: StateInterval, serves: readonly TenantId[]): TimePart[] {
  const state = timeStateOf(interval);
  const seconds = wholeS(interval.endedAt) - wholeS(interval.startedAt);
  if (state === null || seconds <= 0) return [];
  const clients = [...new Set(serves)].toSorted();
  const { tenantId } = interval;
  if (tenantId !== null) {
    const alone = clients.every((client) => client === tenantId);
    return [{ tenantId, state, seconds, agents: alone ? "dedicated" : "shared" }];
  }
  const agents = clients.length === 1 ? "dedicated" : "shared";
  return clients
    .map(
      (client, at) =>
        ({ tenantId: client, state, agents, seconds: partOf(seconds, clients.length, at + interval.seq) }) as const,
    )
    .filter((part) => part.seconds > 0);
}

/** The equal part of the one whose turn is `turn`; the parts of `of` turns in a row sum to the whole. */
function partOf(seconds: number, of: number, turn: number): number {
  return Math.floor(seconds / of) + (turn % of < seconds % of ? 1 : 0);
}

/** Null for time off shift, which is nobody's. */
export function timeStateOf({ state, reason }: Pick<StateInterval, "state" | "reason">): AgentTimeState | null {
  switch (state) {
    case "off_shift":
      return null;
    case "ready":
      return "waiting";
    case "reserved":
    case "ringing":
      return "ringing";
    case "on_contact":
    case "wrap_up":
      return state;
    case "not_ready":
      return reason === "training" ? "training" : "pause";
  }
}

function wholeS(at: Instant): number {
  return Math.floor(at / 1_000);
}
