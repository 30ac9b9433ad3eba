import { connect, DatabaseOutage, withTenantOnce } from "../../adapters/db/index.ts";
import { DAY_MS, SECOND_MS } from "../../domain/kernel/instant.ts";
import { rulesOf } from "../../domain/routing/config.ts";
import type { KnownCaller, Ticket } from "../../domain/routing/protocol.ts";
import { readKnownCaller } from "../../features/contacts/index.ts";
import type { Config, Env } from "../env.ts";
import { errorFields, log } from "../log.ts";

/** Platform time. A caller waits for music anyway; who is not known by then is served as anybody. */
const DEADLINE_MS = 500;
/** House time. Later tickets of the same wait only say that the caller is still there. */
const ASKED_WITHIN_MS = 5 * SECOND_MS;

/**
 * What is known of a caller, for queues that ask: a tier that is worth something, or the agent who answered last. Null for
 * all others, for withheld numbers, and whenever the database does not answer in time: no call waits for it.
 */
export async function knownCaller(env: Env, { clock }: Config, ticket: Ticket): Promise<KnownCaller | null> {
  const { tiers, lastAgent } = rulesOf(ticket.queue);
  const asks = lastAgent.patienceS > 0 || tiers.silver + tiers.gold + tiers.platinum > 0;
  const now = clock.now();
  if (!asks || now - ticket.queuedAt > ASKED_WITHIN_MS || !ticket.from.startsWith("+")) return null;
  const { promise: tooLate, resolve } = Promise.withResolvers<null>();
  const timer = setTimeout(() => resolve(null), DEADLINE_MS);
  return Promise.race([lookUp(env, ticket, now - lastAgent.withinDays * DAY_MS), tooLate]).finally(() =>
    clearTimeout(timer),
  );
}

async function lookUp(env: Env, ticket: Ticket, since: number): Promise<KnownCaller | null> {
  const scope = { tenantId: ticket.tenantId, actor: { kind: "system", name: "routing" } } as const;
  const db = connect(env.DB, { max: 1 });
  try {
    return await withTenantOnce(db, scope, (tx) => readKnownCaller(tx, ticket.from, since));
  } catch (error) {
    if (!(error instanceof DatabaseOutage)) log("alert", "caller_not_looked_up", errorFields(error));
    return null;
  } finally {
    await db.close();
  }
}
