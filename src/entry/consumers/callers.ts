import { type Database, withTenant } from "../../adapters/db/index.ts";
import type { TenantId } from "../../domain/kernel/ids.ts";
import { asksWhoCalls, numbersKnown, readKnownCallers } from "../../features/contacts/index.ts";
import type { Env } from "../env.ts";
import { askAgain } from "../objects/again.ts";
import { callersName, callersNames } from "../objects/callers.ts";
import type { FactsMessage } from "./messages.ts";

/** Numbers in one message; the platform takes so many messages at once. */
const NUMBERS_A_MESSAGE = 100;
const MESSAGES_A_BATCH = 100;
/** Microseconds by which readings of changes overlap: longer than any transaction of ours lasts. */
const OVERLAP_US = 600 * 1_000_000;

const ACTOR = { kind: "system", name: "callers" } as const;

/** Something is known anew of these numbers: whoever hears it reads them again. May be sent twice and in any order. */
export async function announceCallers(env: Env, tenantId: TenantId, numbers: readonly string[]): Promise<void> {
  const distinct = [...new Set(numbers)];
  const bodies: FactsMessage[] = [];
  for (let at = 0; at < distinct.length; at += NUMBERS_A_MESSAGE) {
    bodies.push({ kind: "callers", tenantId, numbers: distinct.slice(at, at + NUMBERS_A_MESSAGE) });
  }
  for (let at = 0; at < bodies.length; at += MESSAGES_A_BATCH) {
    await env.FACTS.sendBatch(bodies.slice(at, at + MESSAGES_A_BATCH).map((body) => ({ body: { v: 1, ...body } })));
  }
}

/** Tells a client's callers' objects what the database says of these numbers by now. */
export async function tellCallers(
  env: Env,
  db: Database,
  tenantId: TenantId,
  numbers: readonly string[],
): Promise<void> {
  const read = await withTenant(db, { tenantId, actor: ACTOR }, async (tx) =>
    (await asksWhoCalls(tx)) ? readKnownCallers(tx, numbers) : null,
  );
  if (read === null) return;
  const byObject = Map.groupBy(read.callers, ({ number }) => callersName(tenantId, number));
  await Promise.all(
    [...byObject].map(([name, callers]) => askAgain(() => callersAt(env, name).tell(read.readAt, callers))),
  );
}

/**
 * Part of publishing a client: where a queue asks who calls, everything that is known is announced once and whatever has
 * changed since then every time, which also mends an announcement that was lost; where none asks, it is forgotten.
 */
export async function publishCallers(env: Env, db: Database, tenantId: TenantId): Promise<void> {
  const scope = { tenantId, actor: ACTOR } as const;
  const [first = ""] = callersNames(tenantId);
  const told = await askAgain(() => callersAt(env, first).toldUntil());
  const asks = await withTenant(db, scope, asksWhoCalls);
  if (!asks && told === null) return;
  if (!asks) {
    for (const name of callersNames(tenantId).reverse()) await askAgain(() => callersAt(env, name).forget());
    return;
  }
  const since = told === null ? null : told - OVERLAP_US;
  const { readAt } = await withTenant(db, scope, (tx) => readKnownCallers(tx, [NOBODY]));
  const limit = NUMBERS_A_MESSAGE * MESSAGES_A_BATCH;
  for (let after = ""; ; ) {
    const numbers = await withTenant(db, scope, (tx) => numbersKnown(tx, { since, after, limit }));
    await announceCallers(env, tenantId, numbers);
    const last = numbers.at(-1);
    if (last === undefined || numbers.length < limit) break;
    after = last;
  }
  await askAgain(() => callersAt(env, first).noteTold(readAt));
}

/** No number begins like this; it is read for the database's time. */
const NOBODY = "";

function callersAt({ CALLERS }: Env, name: string) {
  return CALLERS.get(CALLERS.idFromName(name));
}
