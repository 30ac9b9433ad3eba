import { DAY_MS, SECOND_MS } from "../../domain/kernel/instant.ts";
import { rulesOf } from "../../domain/routing/config.ts";
import type { CallerOnRecord, KnownCaller, Ticket } from "../../domain/routing/protocol.ts";
import type { Config, Env } from "../env.ts";
import { errorFields, log } from "../log.ts";
import { callersName } from "./callers.ts";

/** Platform time. A caller waits for music anyway; who is not known by then is served as anybody. */
const DEADLINE_MS = 500;
/** House time. Later tickets of the same wait only say that the caller is still there. */
const ASKED_WITHIN_MS = 5 * SECOND_MS;

/**
 * What is known of a caller, for queues that ask: a tier that is worth something, or the agent who answered last. Null for
 * all others, for withheld numbers, and whenever the callers' object does not answer in time: no call waits for it.
 */
export async function knownCaller(env: Env, { clock }: Config, ticket: Ticket): Promise<KnownCaller | null> {
  const { tiers, lastAgent } = rulesOf(ticket.queue);
  const asks = lastAgent.patienceS > 0 || tiers.silver + tiers.gold + tiers.platinum > 0;
  const now = clock.now();
  if (!asks || now - ticket.queuedAt > ASKED_WITHIN_MS || !ticket.from.startsWith("+")) return null;
  const { promise: tooLate, resolve } = Promise.withResolvers<null>();
  const timer = setTimeout(() => resolve(null), DEADLINE_MS);
  const caller = await Promise.race([lookUp(env, ticket), tooLate]).finally(() => clearTimeout(timer));
  if (caller === null) return null;
  const { tier, last } = caller;
  const isRecent = last !== null && last.at >= now - lastAgent.withinDays * DAY_MS;
  return { tier, lastAgentId: isRecent ? last.agentId : null };
}

/** The client is the ticket's, which has it from the line that was called. */
async function lookUp({ CALLERS }: Env, { tenantId, from }: Ticket): Promise<CallerOnRecord | null> {
  try {
    return await CALLERS.get(CALLERS.idFromName(callersName(tenantId, from))).read(from);
  } catch (error) {
    log("warn", "caller_not_looked_up", errorFields(error));
    return null;
  }
}
