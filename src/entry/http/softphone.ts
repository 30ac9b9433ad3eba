import { createRoute, z } from "@hono/zod-openapi";
import { sql } from "drizzle-orm";
import { openAccount } from "../../adapters/carriers/seal.ts";
import { softphoneTicket } from "../../adapters/carriers/twilio/index.ts";
import { type Database, withOperator, withTenant } from "../../adapters/db/index.ts";
import { type AgentId, asId, type TenantId } from "../../domain/kernel/ids.ts";
import { access, agentOn, houseRouter, problems } from "../../features/identity/index.ts";
import { configOf, type Env } from "../env.ts";

const SoftphoneSchema = z.object({
  kind: z.enum(["twilio", "sandbox"]),
  identity: z.string(),
  /** The first of `tokens`, for a carrier with one account for all. */
  token: z.string(),
  /** One for each carrier account whose clients this agent serves. */
  tokens: z.array(z.string()),
  /** Where the sandbox's browser phone registers; Twilio's own library knows its address. */
  url: z.string().nullable(),
  expiresAt: z.number(),
});

const softphone = createRoute({
  method: "get",
  path: "/api/agent/softphone",
  operationId: "readSoftphone",
  summary: "Tickets with which the agent's browser phone registers; it may take calls and not place any",
  ...access("agent"),
  responses: {
    200: { description: "Tickets", content: { "application/json": { schema: SoftphoneSchema } } },
    ...problems(401, 403, 404),
  },
});

/** The identity under which an agent's browser phone is called: `client:agent_<agentId>`. */
export function softphoneIdentity(agentId: string): string {
  return `agent_${agentId}`;
}

export function softphoneRoutes() {
  const router = houseRouter();
  router.openapi(softphone, async (c) => {
    const { agentId } = agentOn(c);
    const { db, operatorDb, sealKey, clock } = c.get("services");
    const { environment, sandboxUrl } = configOf(c.env as Env);
    const identity = softphoneIdentity(agentId);
    // Twilio checks a ticket against the real time; the sandbox carrier accepts either clock.
    const now = environment === "sandbox" ? clock.now() : Date.now();
    const accounts = new Map<string, Awaited<ReturnType<typeof softphoneTicket>>>();
    for (const sealed of await sealedAccounts(db, operatorDb, agentId)) {
      const opened = await openAccount(sealKey, sealed);
      if (opened === null || accounts.has(opened.account.accountSid)) continue;
      accounts.set(opened.account.accountSid, await softphoneTicket(opened.account, identity, now));
    }
    const tickets = [...accounts.values()];
    return c.json(
      {
        kind: environment === "sandbox" ? ("sandbox" as const) : ("twilio" as const),
        identity,
        token: tickets[0]?.token ?? "",
        tokens: tickets.map(({ token }) => token),
        url: sandboxUrl === undefined ? null : `${sandboxUrl.replace(/^http/, "ws")}/sandbox/client`,
        expiresAt: tickets[0]?.expiresAt ?? now,
      },
      200,
    );
  });
  return router;
}

/** Carrier accounts of the clients whose brands this agent answers for. */
async function sealedAccounts(db: Database, operatorDb: Database, agentId: AgentId): Promise<string[]> {
  const tenants = await withOperator(operatorDb, (tx) =>
    tx.execute<{ id: string }>(sql`
      select distinct t.id from house.agent_brands b join house.tenants t on t.id = b.tenant_id and t.status = 'active'
      where b.agent_id = ${agentId} order by t.id`),
  );
  const each: string[] = [];
  for (const { id } of tenants) {
    const scope = { tenantId: asId<TenantId>(id), actor: { kind: "system", name: "softphone" } } as const;
    const rows = await withTenant(db, scope, (tx) =>
      tx.execute<{ sealed: string }>(
        sql`select sealed from tenant.carrier_accounts where tenant_id = ${id} order by id`,
      ),
    );
    each.push(...rows.map((row) => row.sealed));
  }
  return each;
}
