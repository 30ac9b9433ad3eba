import { createRoute, z } from "@hono/zod-openapi";
import { asId, type ContactId, type TenantId } from "../../domain/kernel/ids.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import { access, type houseRouter, json, problems, signedInOn } from "../identity/index.ts";
import { routedContact, routingLog } from "./routed.ts";
import { RoutedContactSchema, RoutingLogSchema } from "./schema.ts";

const house = access("supervisor", "house_admin");

const one = createRoute({
  method: "get",
  path: "/api/floor/contacts/{tenantId}/{contactId}",
  operationId: "readRoutedContact",
  summary: "How a contact was routed: each decision with all who were compared. No number, note or customer",
  ...house,
  request: { params: z.object({ tenantId: z.uuid(), contactId: z.uuid() }) },
  responses: { 200: json("Its routing", RoutedContactSchema), ...problems(401, 403, 404, 422) },
});
const log = createRoute({
  method: "get",
  path: "/api/floor/decisions",
  operationId: "listRoutingDecisions",
  summary: "The last seats that were reserved, newest first",
  ...house,
  responses: { 200: json("At most fifty", RoutingLogSchema), ...problems(401, 403) },
});

/** Routing as the house explains it to itself. */
export function addRoutedRoutes(router: ReturnType<typeof houseRouter>): void {
  router.openapi(one, async (c) => {
    const { tenantId, contactId } = c.req.valid("param");
    const { db, operatorDb } = c.get("services");
    const asking = { db, operatorDb, who: signedInOn(c) };
    const found = await routedContact(asking, asId<TenantId>(tenantId), asId<ContactId>(contactId));
    if (found === null) throw new Refusal("not_found", "not_found", "there is no such thing here");
    return c.json(found, 200);
  });
  router.openapi(log, async (c) => c.json({ items: await routingLog(c.get("services")) }, 200));
}
