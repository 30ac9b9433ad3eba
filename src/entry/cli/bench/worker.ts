import { DurableObject } from "cloudflare:workers";
import { Hono } from "hono";
import type { ContactFact } from "../../../domain/call/facts.ts";
import type { LineConfig } from "../../../domain/call/line-config.ts";
import type { PoolConfig } from "../../../domain/routing/index.ts";
import type { Env } from "../../env.ts";
import { createApp } from "../../http/app.ts";
import { objectName } from "../../objects/contact-id.ts";

export { Callers } from "../../objects/callers.ts";
export { Contact } from "../../objects/contact.ts";
export { Line } from "../../objects/line.ts";
export { SeatPool } from "../../objects/seat-pool.ts";
export { TenantLive } from "../../objects/tenant-live.ts";

/** What a contact is measured against: it verifies nothing, knows nothing, writes one row and answers. */
export class BareObject extends DurableObject<Env> {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    ctx.storage.sql.exec("create table if not exists rows (id integer primary key, body text not null)");
  }

  insert(body: string): string {
    this.ctx.storage.sql.exec("insert into rows (body) values (?)", body);
    return "<Response/>";
  }
}

type BenchEnv = Env & { readonly BARE: DurableObjectNamespace<BareObject> };
/** What the runner publishes before it measures. */
export type Published = { readonly lines: readonly LineConfig[]; readonly pool: PoolConfig };
export type ContactName = { readonly tenantId: string; readonly contactId: string };
/** Facts of the named contacts as their objects have them, what those still owe, and what the queue has delivered. */
export type Standing = { readonly facts: number; readonly owed: number; readonly delivered: number };

/** Facts that came out of the queue, each once. In place of the database: storing them is measured elsewhere. */
const delivered = new Set<string>();

const product = createApp();

/** The runner's own doors; nothing here is measured. */
const control = new Hono<{ Bindings: BenchEnv }>()
  .post("/bench/publish", async (c) => {
    const { lines, pool }: Published = await c.req.json();
    const { LINE, SEAT_POOL } = c.env;
    for (const line of lines)
      await LINE.get(LINE.idFromName(objectName.line(line.number.e164))).publish(line, Date.now());
    await SEAT_POOL.get(SEAT_POOL.idFromName(objectName.pool(pool.poolId))).configure(pool);
    return c.text("published");
  })
  .post("/bench/standing", async (c) => {
    const names: readonly ContactName[] = await c.req.json();
    const { CONTACT } = c.env;
    const all = await Promise.all(
      names.map(({ tenantId, contactId }) =>
        CONTACT.get(CONTACT.idFromName(objectName.contact(tenantId, contactId))).standing(),
      ),
    );
    let [facts, owed] = [0, 0];
    for (const one of all) {
      facts += one?.facts ?? 0;
      owed += (one?.unsent ?? 0) + (one?.intents ?? 0);
    }
    const standing: Standing = { facts, owed, delivered: delivered.size };
    return c.json(standing);
  });

/** The yardstick of B1: a framework's first example. */
const hello = new Hono().get("/hello", (c) => c.text("Hello World"));

export default {
  async fetch(request: Request, env: BenchEnv, ctx: ExecutionContext): Promise<Response> {
    const path = request.url.slice(request.url.indexOf("/", 8));
    if (path.startsWith("/t/")) return product.fetch(request, env, ctx);
    if (path === "/hello") return hello.fetch(request, env, ctx);
    if (!path.startsWith("/bare/")) return control.fetch(request, env, ctx);
    const bare = env.BARE.get(env.BARE.idFromName(path));
    return new Response(await bare.insert(await request.text()), { headers: { "content-type": "text/xml" } });
  },
  async queue(batch: MessageBatch<{ readonly kind: string; readonly facts: readonly ContactFact[] }>): Promise<void> {
    for (const { body } of batch.messages) {
      if (body.kind !== "contact") continue;
      for (const fact of body.facts) delivered.add(`${fact.contactId}:${fact.seq}`);
    }
  },
};
