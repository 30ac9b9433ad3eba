import { createRoute, z } from "@hono/zod-openapi";
import { withOperator, withTenant } from "../../adapters/db/index.ts";
import { asId, type TenantId } from "../../domain/kernel/ids.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import {
  access,
  actorOn,
  body,
  deedContext,
  type HouseContext,
  houseRouter,
  json,
  problems,
} from "../identity/index.ts";
import { ChargesSchema } from "./contract-schema.ts";
import {
  CardRequestSchema,
  CardSchema,
  ContractSummarySchema,
  ContractViewSchema,
  DraftDroppedSchema,
  DraftKeptSchema,
  DraftWrittenSchema,
  PublishedSchema,
} from "./contract-views-schema.ts";
import {
  discardDraft,
  keepDraft,
  listCards,
  listContracts,
  publishCard,
  publishVersion,
  readContract,
} from "./contracts.ts";
import { HandUsageSchema, HandUsageStoredSchema, recordByHand } from "./hand-usage.ts";
import { previewMonth } from "./preview-month.ts";
import { PeriodSchema, PreviewSchema } from "./schema.ts";
import { tenantExists } from "./views-store.ts";

const staff = access("billing_admin", "house_admin");
const ofContract = z.object({ tenantId: z.uuid(), contractId: z.uuid() });
const path = "/api/billing/tenants/{tenantId}/contracts/{contractId}";

const list = createRoute({
  method: "get",
  path: "/api/billing/contracts",
  operationId: "listContracts",
  summary: "Contracts of all clients",
  ...staff,
  responses: {
    200: json("Contracts by client", z.object({ items: z.array(ContractSummarySchema) })),
    ...problems(401, 403),
  },
});
const readOne = createRoute({
  method: "get",
  path,
  operationId: "readContract",
  summary: "One contract with all its versions, newest first, and the draft of the next",
  ...staff,
  request: { params: ofContract },
  responses: { 200: json("The contract", ContractViewSchema), ...problems(401, 403, 404, 422) },
});
const saveDraft = createRoute({
  method: "post",
  path: `${path}/draft`,
  operationId: "saveContractDraft",
  summary: "Keep the next version while it is being written; nothing is charged by it",
  ...staff,
  request: { params: ofContract, body: body(DraftWrittenSchema) },
  responses: { 200: json("When it was kept", DraftKeptSchema), ...problems(401, 403, 404, 409, 422) },
});
const dropDraft = createRoute({
  method: "delete",
  path: `${path}/draft`,
  operationId: "discardContractDraft",
  summary: "Throw the draft of the next version away; refused where another than the one seen stands by now",
  ...staff,
  request: { params: ofContract, query: DraftDroppedSchema },
  responses: { 204: { description: "Gone, or never there" }, ...problems(401, 403, 404, 409, 422) },
});
const preview = createRoute({
  method: "post",
  path: `${path}/previews`,
  operationId: "previewContract",
  summary:
    "What a month would have come to under these charges, by the rules of a real run, and what to look at; writes nothing",
  ...staff,
  request: {
    params: ofContract,
    body: body(z.strictObject({ period: PeriodSchema, charges: ChargesSchema.nullable().default(null) })),
  },
  responses: { 200: json("The month as it would be", PreviewSchema), ...problems(401, 403, 404, 422) },
});
const publish = createRoute({
  method: "post",
  path: `${path}/versions`,
  operationId: "publishContractVersion",
  summary: "Publish charges as the next version, in force from a date on",
  ...staff,
  request: { params: ofContract, body: body(DraftWrittenSchema) },
  responses: { 201: json("The version", PublishedSchema), ...problems(401, 403, 404, 409, 422) },
});
const cards = createRoute({
  method: "get",
  path: "/api/billing/cards",
  operationId: "listRateCards",
  summary: "The house's price cards, each with its versions, newest first",
  ...staff,
  responses: { 200: json("Cards", z.object({ items: z.array(CardSchema) })), ...problems(401, 403) },
});
const newCard = createRoute({
  method: "post",
  path: "/api/billing/cards",
  operationId: "publishRateCard",
  summary: "Publish the next version of a price card; contracts made of earlier ones stay as they are",
  ...staff,
  request: { body: body(CardRequestSchema) },
  responses: { 201: json("The card's version", PublishedSchema), ...problems(401, 403, 409, 422) },
});
const hand = createRoute({
  method: "post",
  path: "/api/billing/tenants/{tenantId}/usage",
  operationId: "recordUsage",
  summary:
    "Record usage that no call tells of: rented seats, shifts, hours, messages, milestones; a repeat of a key changes nothing",
  ...staff,
  request: { params: z.object({ tenantId: z.uuid() }), body: body(HandUsageSchema) },
  responses: { 200: json("What was stored", HandUsageStoredSchema), ...problems(401, 403, 404, 409, 422) },
});

/** Contracts for the outsourcer's billing staff: versions, the editor's preview, price cards, usage recorded by hand. */
export function contractRoutes() {
  const router = houseRouter();
  router.openapi(list, async (c) => c.json({ items: await listContracts(deedContext(c)) }, 200));
  router.openapi(readOne, async (c) => {
    const { tenantId, contractId } = c.req.valid("param");
    return c.json(await readContract(deedContext(c), scopeOn(c, tenantId), contractId), 200);
  });
  router.openapi(saveDraft, async (c) => {
    const { tenantId, contractId } = c.req.valid("param");
    return c.json(await keepDraft(deedContext(c), scopeOn(c, tenantId), contractId, c.req.valid("json")), 200);
  });
  router.openapi(dropDraft, async (c) => {
    const { tenantId, contractId } = c.req.valid("param");
    await discardDraft(deedContext(c), scopeOn(c, tenantId), contractId, c.req.valid("query").seen);
    return c.body(null, 204);
  });
  router.openapi(preview, async (c) => {
    const { tenantId, contractId } = c.req.valid("param");
    return c.json(
      await previewMonth(deedContext(c).db, scopeOn(c, tenantId), { ...c.req.valid("json"), contractId }),
      200,
    );
  });
  router.openapi(publish, async (c) => {
    const { tenantId, contractId } = c.req.valid("param");
    return c.json(await publishVersion(deedContext(c), scopeOn(c, tenantId), contractId, c.req.valid("json")), 201);
  });
  router.openapi(cards, async (c) => c.json({ items: await listCards(deedContext(c)) }, 200));
  router.openapi(newCard, async (c) => c.json(await publishCard(deedContext(c), c.req.valid("json")), 201));
  router.openapi(hand, async (c) => {
    const { tenantId } = c.req.valid("param");
    const ctx = deedContext(c);
    if (!(await withOperator(ctx.operatorDb, (tx) => tenantExists(tx, asId<TenantId>(tenantId))))) {
      throw new Refusal("not_found", "tenant_not_found", "there is no such client");
    }
    return c.json(await withTenant(ctx.db, scopeOn(c, tenantId), (tx) => recordByHand(tx, c.req.valid("json"))), 200);
  });
  return router;
}

/** Billing staff work for every client, one at a time: the path names which. */
function scopeOn(c: HouseContext, tenantId: string) {
  return { tenantId: asId<TenantId>(tenantId), actor: actorOn(c) };
}
