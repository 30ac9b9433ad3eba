import { createRoute, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { type Actor, type Database, DatabaseOutage, withTenant, withTenantOnce } from "../../adapters/db/index.ts";
import type { AgentCommand } from "../../domain/call/messages.ts";
import { type AgentId, asId, type ContactId, type TenantId } from "../../domain/kernel/ids.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import { CustomerSchema, changeCustomer, createCustomer, customersByPhone } from "../customers/index.ts";
import { access, agentOn, body, type HouseEnv, type houseRouter, json, problems } from "../identity/index.ts";
import { grantContact, readHistory, readScript } from "./agent-store.ts";
import { ContactCardSchema, CustomerChangeSchema, CustomerCreateSchema, HoldSchema, WrapUpSchema } from "./schema.ts";

const agent = access("agent");
const contactParam = z.object({ contactId: z.uuid() });
const done = { description: "Done; the new state comes over the socket" };

const readCard = createRoute({
  method: "get",
  path: "/api/agent/contacts/{contactId}",
  operationId: "readContactCard",
  summary:
    "Screen pop: the caller, who it may be, and what happened before; for a contact offered to or held by this agent",
  ...agent,
  request: { params: contactParam },
  responses: { 200: json("The card", ContactCardSchema), ...problems(401, 403, 404, 422) },
});
const addCustomer = createRoute({
  method: "post",
  path: "/api/agent/contacts/{contactId}/customers",
  operationId: "createCustomer",
  summary: "A new customer, met in this contact",
  ...agent,
  request: { params: contactParam, body: body(CustomerCreateSchema) },
  responses: { 201: json("The customer", CustomerSchema), ...problems(401, 403, 404, 409, 422) },
});
const updateCustomer = createRoute({
  method: "patch",
  path: "/api/agent/contacts/{contactId}/customers/{customerId}",
  operationId: "changeCustomer",
  summary: "Name, tier or one more note of a customer",
  ...agent,
  request: { params: contactParam.extend({ customerId: z.uuid() }), body: body(CustomerChangeSchema) },
  responses: { 200: json("The customer", CustomerSchema), ...problems(401, 403, 404, 422) },
});
const hold = createRoute({
  method: "post",
  path: "/api/agent/contacts/{contactId}/hold",
  operationId: "holdContact",
  summary: "Put the caller on hold, or take the caller back",
  ...agent,
  request: { params: contactParam, body: body(HoldSchema) },
  responses: { 204: done, ...problems(401, 403, 404, 409, 422) },
});
const hangUp = createRoute({
  method: "post",
  path: "/api/agent/contacts/{contactId}/hang-up",
  operationId: "hangUpContact",
  summary: "End the talk; wrap-up begins",
  ...agent,
  request: { params: contactParam },
  responses: { 204: done, ...problems(401, 403, 404, 409, 422) },
});
const wrapUp = createRoute({
  method: "post",
  path: "/api/agent/contacts/{contactId}/wrap-up",
  operationId: "wrapUpContact",
  summary: "Say how it ended and what comes next",
  ...agent,
  request: { params: contactParam, body: body(WrapUpSchema) },
  responses: { 204: done, ...problems(401, 403, 404, 409, 422) },
});

/** An agent's work on the contact in hand. Which client's it is, the pool says; nothing here is taken from the request. */
export function addAgentRoutes(router: ReturnType<typeof houseRouter>): void {
  router.openapi(readCard, async (c) => c.json(await cardOf(await seatOn(c)), 200));
  router.openapi(addCustomer, async (c) => {
    const { name, phone, note } = c.req.valid("json");
    const { db, live, scope, contactId } = await servingOn(c);
    const customer = await withTenant(db, scope, (tx) =>
      createCustomer(tx, { name, phone: phone ?? null, note: note ?? null, contactId }),
    );
    await live.callersChanged(scope.tenantId, phonesOf(customer));
    return c.json(customer, 201);
  });
  router.openapi(updateCustomer, async (c) => {
    const { db, live, scope, contactId } = await servingOn(c);
    const customerId = c.req.valid("param").customerId;
    const change = c.req.valid("json");
    const customer = await withTenant(db, scope, (tx) =>
      changeCustomer(tx, { customerId: asId(customerId), contactId, ...change }),
    );
    if (customer === null) throw notFound();
    await live.callersChanged(scope.tenantId, phonesOf(customer));
    return c.json(customer, 200);
  });
  router.openapi(hold, async (c) => {
    const { on } = c.req.valid("json");
    return command(c, (agentId) => ({ type: "hold", agentId, on }));
  });
  router.openapi(hangUp, (c) => command(c, (agentId) => ({ type: "hang_up", agentId })));
  router.openapi(wrapUp, async (c) => {
    const { disposition, notes, then, reason } = c.req.valid("json");
    const after = { to: then, reason: reason ?? null };
    return command(c, (agentId) => ({ type: "wrap_up", agentId, disposition, notes, after }));
  });
}

function phonesOf({ points }: z.infer<typeof CustomerSchema>): string[] {
  return points.filter(({ kind }) => kind === "phone").map(({ value }) => value);
}

type Serving = {
  readonly db: Database;
  readonly scope: { readonly tenantId: TenantId; readonly actor: Extract<Actor, { kind: "agent" }> };
  readonly contactId: ContactId;
  readonly live: HouseEnv["Variables"]["services"]["live"];
};

/** The tenant and contact that the pool says this agent serves: the live objects alone are asked. */
async function seatOn(c: Context<HouseEnv>): Promise<Serving> {
  const { agentId, poolId } = agentOn(c);
  const { db, live } = c.get("services");
  const contactId = asId<ContactId>(c.req.param("contactId") ?? "");
  const tenantId = await live.serving({ agentId, poolId }, contactId);
  if (tenantId === null) throw notFound();
  return { db, live, contactId, scope: { tenantId, actor: { kind: "agent", agentId, contactId } } };
}

/** The same with a fresh grant in the database, which the client's records are read and written under. */
async function servingOn(c: Context<HouseEnv>): Promise<Serving> {
  const serving = await seatOn(c);
  await grant(serving);
  return serving;
}

function grant({ db, scope, contactId }: Serving): Promise<void> {
  const { tenantId, actor } = scope;
  return withTenantOnce(db, { tenantId, actor: { kind: "system", name: "screen-pop" } }, (tx) =>
    grantContact(tx, actor.agentId, contactId),
  );
}

/** With the database away the agent still sees who calls and for whom, and can wrap up. */
async function cardOf(serving: Serving): Promise<z.infer<typeof ContactCardSchema>> {
  const card = await serving.live.card(serving.scope.tenantId, serving.contactId);
  if (card === null) throw notFound();
  const { from, to, brand, queueName, queuedAt, variables } = card;
  const records = await recordsOf(serving, from, brand.id).catch((error: unknown) => {
    if (error instanceof DatabaseOutage) return NO_RECORDS;
    throw error;
  });
  return {
    contact: { from, to, brand, queueName, queuedAt, variables },
    dispositions: [...card.dispositions],
    ...records,
  };
}

type Records = Pick<z.infer<typeof ContactCardSchema>, "records" | "customers" | "history" | "script">;
const NO_RECORDS: Records = { records: "unavailable", customers: [], history: [], script: null };

async function recordsOf(serving: Serving, from: string, brandId: string): Promise<Records> {
  await grant(serving);
  return withTenant(serving.db, serving.scope, async (tx) => ({
    records: "available",
    customers: await customersByPhone(tx, from),
    history: await readHistory(tx, from, serving.contactId),
    script: await readScript(tx, brandId),
  }));
}

/** No grant and no database: a command acts on the live contact, which checks that it is this agent's. */
async function command(c: Context<HouseEnv>, make: (agentId: AgentId) => AgentCommand) {
  const { live, scope, contactId } = await seatOn(c);
  await live.command(scope.tenantId, contactId, make(scope.actor.agentId));
  return c.body(null, 204);
}

function notFound(): Refusal {
  return new Refusal("not_found", "not_found", "there is no such thing here");
}
