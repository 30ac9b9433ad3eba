import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { useDatabase } from "../../../test/support/database.ts";
import { connect, type Database, withTenant } from "../../adapters/db/index.ts";
import type { AgentCommand } from "../../domain/call/messages.ts";
import {
  type AgentId,
  asId,
  type BrandId,
  type ContactId,
  type PoolId,
  type TenantId,
  type UserId,
} from "../../domain/kernel/ids.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import { applyTenants } from "../../entry/cli/tenants.ts";
import type { LiveHouse } from "../../ports/live.ts";
import type { RequestServices, SignedIn } from "../identity/index.ts";
import { idOf } from "../tenants/index.ts";
import { contactRoutes } from "./index.ts";

const databases = useDatabase();
const tenantId = idOf.tenant("hearthline");
const CALLER = "+12065550161"; // a demo customer of hearthline
let db: Database;
let operatorDb: Database;
let brandId: BrandId;
let signedIn: SignedIn;
let agentId: AgentId;
let contactId: ContactId;
/** What the pool says, and what the live contact was told. */
let serves: TenantId | null;
let commands: AgentCommand[];
/** Numbers of which the live objects were told that something is known anew. */
const announced: string[] = [];

beforeAll(async () => {
  await applyTenants({
    ownerUrl: databases.urls.owner,
    sealKey: Buffer.alloc(32, 7).toString("base64"),
    sandbox: { baseUrl: "http://127.0.0.1:1", password: "not a secret" },
  });
  db = connect(databases.urls.app);
  operatorDb = connect(databases.urls.operator);
  const [brand] = await databases.admin`select id from tenant.brands where tenant_id = ${tenantId} limit 1`;
  brandId = asId(String(brand?.id));
  const [agent] = await databases.admin`select id, pool_id, user_id from house.agents order by slug limit 1`;
  agentId = asId(String(agent?.id));
  signedIn = {
    userId: asId<UserId>(String(agent?.user_id)),
    name: "Agent",
    email: "agent@callhouse.example",
    locale: "en-US",
    roles: [{ role: "agent", tenantId: null, tenantName: null, timeZone: null }],
    agent: { agentId, poolId: asId<PoolId>(String(agent?.pool_id)) },
  };
});
afterAll(() => Promise.all([db.close(), operatorDb.close()]));
beforeEach(() => {
  contactId = asId(randomUUID());
  serves = tenantId;
  commands = [];
  announced.length = 0;
});

const live: LiveHouse = {
  serving: async () => serves,
  card: async () => ({
    from: CALLER,
    to: "+12065550100",
    brand: { id: brandId, name: "Hearthline", color: "#123456", greeting: "Hello" },
    queueName: "Repairs",
    queuedAt: 1_000,
    dispositions: [{ code: "fixed", label: { zh: "已解决", en: "Fixed" }, success: true }],
    variables: { order: "1234" },
  }),
  endSession: async () => {},
  callersChanged: async (_tenant, numbers) => {
    announced.push(...numbers);
  },
  publish: async () => true,
  command: async (_tenant, _contact, command) => {
    commands.push(command);
  },
};

/** Asks the routes as the HTTP entry would, with the pool and the contact played. */
async function ask(method: string, path: string, body?: unknown) {
  const router = contactRoutes();
  const services = {
    db,
    operatorDb,
    live,
    clock: { now: Date.now, realInstant: (at: number) => at },
  } as unknown as RequestServices;
  const outer = new (Object.getPrototypeOf(router).constructor)();
  outer.use(async (c: { set(name: string, value: unknown): void }, next: () => Promise<void>) => {
    c.set("services", services);
    c.set("signedIn", signedIn);
    await next();
  });
  outer.onError((error: unknown) => {
    if (error instanceof Refusal) return new Response(error.code, { status: error.kind === "not_found" ? 404 : 422 });
    throw error;
  });
  outer.route("/", router);
  const response: Response = await outer.request(`/api/agent/contacts/${contactId}${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
  });
  const text = await response.text();
  return { status: response.status, body: text.startsWith("{") ? JSON.parse(text) : text };
}

test("DESK-2 the card shows the one customer with this number, the brand's script and what the caller typed", async () => {
  const { status, body } = await ask("GET", "");
  expect(status).toBe(200);
  expect(body.customers.map((each: { name: string }) => each.name)).toEqual(["Carol Whitfield"]);
  expect(body.contact).toMatchObject({ from: CALLER, queueName: "Repairs", variables: { order: "1234" } });
  expect(body.dispositions).toHaveLength(1);
});

test("a contact that the pool has not given this agent is not there, and leaves no grant", async () => {
  serves = null;
  expect((await ask("GET", "")).status).toBe(404);
  expect((await ask("POST", "/hold", { on: true })).status).toBe(404);
  expect(commands).toEqual([]);
  const grants = await databases.admin`select from tenant.agent_grants where contact_id = ${contactId}`;
  expect(grants).toHaveLength(0);
});

test("the leave to look lapses by itself, and a look renews it", async () => {
  await ask("GET", "");
  const enter = () =>
    withTenant(db, { tenantId, actor: { kind: "agent", agentId, contactId } }, async () => "in").catch(
      (error: Error) => error.name,
    );
  expect(await enter()).toBe("in");
  await databases.admin`update tenant.agent_grants set granted_at = now() - interval '5 hours', expires_at = now() - interval '1 second'
    where contact_id = ${contactId}`;
  expect(await enter()).toBe("DatabaseRefusal");
  expect((await ask("GET", "")).status).toBe(200);
  expect(await enter()).toBe("in");
});

test("a customer is created and noted in the contact, with an audit row that names the agent", async () => {
  const created = await ask("POST", "/customers", {
    name: "Mei Chen 陈梅",
    phone: "+1 206 555 0177",
    note: "prefers mornings",
  });
  expect(created.status).toBe(201);
  expect(created.body).toMatchObject({ name: "Mei Chen 陈梅", points: [{ kind: "phone", value: "+12065550177" }] });
  expect(announced).toEqual(created.body.points.map(({ value }: { value: string }) => value));
  const changed = await ask("PATCH", `/customers/${created.body.id}`, { note: "called again" });
  expect(changed.body.notes.map((each: { text: string }) => each.text)).toEqual(["called again", "prefers mornings"]);
  const audit =
    await databases.admin`select action, actor_id from tenant.audit where subject_id = ${created.body.id} order by at`;
  expect(audit.map((row) => [row.action, row.actor_id])).toEqual([
    ["customer_created", agentId],
    ["customer_changed", agentId],
  ]);
});

test("a customer of nobody, and a number that is none, are refused", async () => {
  expect((await ask("PATCH", `/customers/${randomUUID()}`, { note: "x" })).status).toBe(404);
  expect((await ask("POST", "/customers", { name: "X", phone: "not a number" })).status).toBe(422);
});

test("commands reach the live contact in the agent's own name", async () => {
  expect((await ask("POST", "/hold", { on: true })).status).toBe(204);
  expect((await ask("POST", "/hang-up")).status).toBe(204);
  expect((await ask("POST", "/wrap-up", { disposition: "fixed", notes: "ok", then: "ready" })).status).toBe(204);
  expect(commands).toEqual([
    { type: "hold", agentId, on: true },
    { type: "hang_up", agentId },
    { type: "wrap_up", agentId, disposition: "fixed", notes: "ok", after: { to: "ready", reason: null } },
  ]);
});
