import { connect, type Database } from "../adapters/db/index.ts";
import { documentsWith } from "../adapters/documents/index.ts";
import { stripeProvider } from "../adapters/payments/stripe/index.ts";
import type { ContactId, TenantId } from "../domain/kernel/ids.ts";
import { Refusal } from "../domain/kernel/trouble.ts";
import type { RequestServices } from "../features/identity/index.ts";
import type { LiveHouse } from "../ports/live.ts";
import { announceCallers } from "./consumers/callers.ts";
import { configOf, type Env } from "./env.ts";
import { publish } from "./http/publish.ts";
import { errorFields, log } from "./log.ts";
import { askAgain } from "./objects/again.ts";
import { objectName } from "./objects/contact-id.ts";

/**
 * What one request may reach: the single place where adapters are chosen. A database is connected when first asked for and
 * closed after the answer, because the platform ties sockets to the request that opened them.
 */
export type OpenServices = RequestServices & { close(): Promise<void> };

/** The platform takes so many messages at once. */
const MESSAGES_A_BATCH = 100;

export function servicesOf(env: Env): OpenServices {
  const { clock, sealKey, publicUrl, stripe } = configOf(env);
  const app = lazily(() => connect(env.DB));
  const operator = lazily(() => connect(env.DB_OPERATOR));
  const services: OpenServices = {
    clock,
    sealKey,
    secureCookie: publicUrl.startsWith("https:"),
    live: {
      ...liveHouse(env),
      publish: (only) =>
        publish(env, services, only).then(
          () => true,
          (error: unknown) => {
            log("error", "not_published", errorFields(error));
            return false;
          },
        ),
    },
    blobs: env.BLOBS,
    async sendRuns(messages) {
      for (let at = 0; at < messages.length; at += MESSAGES_A_BATCH) {
        await env.BILLING_RUNS.sendBatch(messages.slice(at, at + MESSAGES_A_BATCH).map((body) => ({ body })));
      }
    },
    documents: documentsWith((path) => readAsset(env, path)),
    payments: stripe === null ? null : stripeProvider(stripe),
    get db() {
      return app.get();
    },
    get operatorDb() {
      return operator.get();
    },
    async close() {
      await Promise.all([app.close(), operator.close()]);
    },
  };
  return services;
}

/** A file of the console's build. The host is nobody's: assets are looked up by path alone. */
async function readAsset(env: Env, path: string): Promise<ArrayBuffer> {
  const found = await env.ASSETS.fetch(`https://assets.local${path}`);
  // A path that is no file is answered with the console's index page.
  const isPage = found.headers.get("content-type")?.startsWith("text/html") === true;
  if (!found.ok || isPage) throw new Error(`${path} is not among the console's files: build the console`);
  return found.arrayBuffer();
}

function lazily(open: () => Database) {
  let opened: Database | undefined;
  return {
    get(): Database {
      opened ??= open();
      return opened;
    },
    close: async () => opened?.close(),
  };
}

function liveHouse(env: Env): Omit<LiveHouse, "publish"> {
  const contactOf = (tenantId: TenantId, contactId: ContactId) =>
    env.CONTACT.get(env.CONTACT.idFromName(objectName.contact(tenantId, contactId)));
  return {
    serving: ({ agentId, poolId }, contactId) =>
      askAgain(
        async () =>
          await env.SEAT_POOL.get(env.SEAT_POOL.idFromName(objectName.pool(poolId))).serving(agentId, contactId),
      ),
    card: (tenantId, contactId) => askAgain(async () => await contactOf(tenantId, contactId).card()),
    async command(tenantId, contactId, command) {
      const answer = await askAgain(async () => await contactOf(tenantId, contactId).agentCommand(command));
      if ("refused" in answer) throw new Refusal("conflict", answer.refused, "the contact is not in a state for this");
    },
    async callersChanged(tenantId, numbers) {
      // The change is stored; an announcement that is lost is made up for at the next publishing.
      await announceCallers(env, tenantId, numbers).catch((error: unknown) =>
        log("error", "callers_not_announced", { tenantId, ...errorFields(error) }),
      );
    },
    async endSession(hash, { pools, tenants }) {
      const told = await Promise.allSettled([
        ...pools.map((id) => env.SEAT_POOL.get(env.SEAT_POOL.idFromName(objectName.pool(id))).endSession(hash)),
        ...tenants.map((id) => env.TENANT_LIVE.get(env.TENANT_LIVE.idFromName(objectName.tenant(id))).endSession(hash)),
      ]);
      for (const each of told) {
        if (each.status === "rejected") log("error", "session_end_not_told", errorFields(each.reason));
      }
    },
  };
}
