import { sql } from "drizzle-orm";
import { openAccount } from "../../adapters/carriers/seal.ts";
import { withOperator, withTenant } from "../../adapters/db/index.ts";
import { asId, type TenantId } from "../../domain/kernel/ids.ts";
import { Outage } from "../../domain/kernel/trouble.ts";
import type { RequestServices } from "../../features/identity/index.ts";
import { type LineToPublish, readPublishable } from "../../features/numbers/index.ts";
import { publishCallers } from "../consumers/callers.ts";
import { type Config, configOf, type Env } from "../env.ts";
import { log } from "../log.ts";
import { objectName } from "../objects/contact-id.ts";

const SANDBOX_DEADLINE_MS = 10_000;

export type Published = {
  readonly tenants: number;
  readonly lines: number;
  readonly withdrawn: number;
  readonly pools: number;
};

/**
 * Sends what stands in the database to the live objects. Everything is sent whole and each object replaces what it had, so
 * a repeat or a crash in the middle is mended by the next run. Pools always hear of all clients: seats are shared.
 */
export async function publish(env: Env, services: RequestServices, only: string | null): Promise<Published> {
  const config = configOf(env);
  const { db, operatorDb, clock } = services;
  const now = clock.now();
  const { lines: all, pools } = await readPublishable({ db, operatorDb, now });
  const lines = only === null ? all : all.filter((line) => line.config.tenantId === only);
  const known = await numbersOf(services, only);
  const gone = known.filter((e164) => !all.some((line) => line.config.number.e164 === e164));
  // Pools before lines and the carrier last: a call must find its line, and a line its pool.
  for (const pool of pools) {
    await env.SEAT_POOL.get(env.SEAT_POOL.idFromName(objectName.pool(pool.poolId))).configure(pool);
  }
  await Promise.all(lines.map((line) => lineOf(env, line.config.number.e164).publish(line.config, now)));
  await Promise.all(gone.map((e164) => lineOf(env, e164).withdraw(now)));
  for (const tenantId of new Set(lines.map((line) => line.config.tenantId))) await publishCallers(env, db, tenantId);
  if (config.environment === "sandbox") await registerAtSandbox(config, lines);
  const tenants = new Set(lines.map((line) => line.config.tenantId)).size;
  const count = { tenants, lines: lines.length, withdrawn: gone.length, pools: pools.length };
  log("info", "published", count);
  return count;
}

/** Every number that any client has or had: what is not published is taken out of service. */
async function numbersOf({ db, operatorDb }: RequestServices, only: string | null): Promise<string[]> {
  const tenants = await withOperator(operatorDb, (tx) =>
    tx.execute<{ id: string }>(sql`select id from house.tenants order by id`),
  );
  const each: string[] = [];
  for (const { id } of tenants) {
    if (only !== null && only !== id) continue;
    const scope = { tenantId: asId<TenantId>(id), actor: { kind: "system", name: "publish" } } as const;
    const rows = await withTenant(db, scope, (tx) =>
      tx.execute<{ e164: string }>(sql`select e164 from tenant.numbers where tenant_id = ${id} order by e164`),
    );
    each.push(...rows.map((row) => row.e164));
  }
  return each;
}

function lineOf(env: Env, e164: string) {
  return env.LINE.get(env.LINE.idFromName(objectName.line(e164)));
}

/** The sandbox carrier is told of accounts and numbers as a person would set them up in a carrier's console. */
async function registerAtSandbox(config: Config, lines: readonly LineToPublish[]): Promise<void> {
  const { sandboxUrl, sandboxControlKey } = config;
  if (sandboxUrl === undefined || sandboxControlKey === undefined) return;
  for (const [token, ofToken] of Map.groupBy(lines, (line) => line.token)) {
    const opened = await openAccount(config.sealKey, token);
    if (opened === null) {
      log("alert", "carrier_account_not_ours", { tenantId: ofToken[0]?.config.tenantId, numbers: ofToken.length });
      continue;
    }
    const { accountSid, authTokens, apiKeySid, apiKeySecret } = opened.account;
    const webhook = `${config.publicUrl}/t/${token}`;
    const numbers = ofToken.map(({ config: { number } }) => ({
      e164: number.e164,
      voiceUrl: `${webhook}/voice`,
      fallbackUrl: `${webhook}/fallback`,
      statusCallback: `${webhook}/status`,
    }));
    const body = { authToken: authTokens[0], apiKeySid, apiKeySecret, numbers };
    await tellSandbox(`${sandboxUrl}/sandbox/accounts/${accountSid}`, sandboxControlKey, body);
  }
}

async function tellSandbox(url: string, key: string, body: unknown): Promise<void> {
  let answer: Response;
  try {
    answer = await fetch(url, {
      method: "PUT",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(SANDBOX_DEADLINE_MS),
    });
  } catch (cause) {
    throw new Outage("carrier", "the sandbox carrier did not answer", { cause });
  }
  if (!answer.ok) throw new Outage("carrier", `the sandbox carrier answered ${answer.status} to an account`);
}
