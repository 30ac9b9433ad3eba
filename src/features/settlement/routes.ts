import { createRoute, z } from "@hono/zod-openapi";
import type { TenantScope, TenantTx } from "../../adapters/db/index.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import { audit } from "../audit/index.ts";
import {
  access,
  body,
  type HouseContext,
  houseRouter,
  json,
  ownScope,
  problems,
  staffScope,
  within,
} from "../identity/index.ts";
import { filter, filterOf, listAll, page } from "./all-statements.ts";
import { prepareSettlement } from "./prepare.ts";
import {
  AdjustmentSchema,
  BrokenFileSchema,
  DecisionsSchema,
  FileInputSchema,
  LineStateSchema,
  PartyInputSchema,
  PartySchema,
  PeriodSchema,
  SettlementDetailSchema,
  SettlementPageSchema,
  SettlementSchema,
  type SettlementView,
  StepSchema,
} from "./schema.ts";
import { listStatements, readSettlement } from "./store.ts";
import { listParties, putParty } from "./terms.ts";
import { acceptStatement, adjust, decideLines, dropBrokenFile, settleStatement, takeFile } from "./verbs.ts";

const staff = access("billing_admin", "house_admin");
const client = access("tenant_admin");
const tenant = z.object({ tenantId: z.uuid() });
const detail = page.extend({
  statementId: z.uuid(),
  state: LineStateSchema.optional(),
  standing: z.enum(["open", "disputed"]).optional(),
});
const one = { 200: json("The statement", SettlementSchema), ...problems(401, 403, 404, 409, 413, 422) };
const lines = {
  200: json("The statement and a page of its lines", SettlementDetailSchema),
  ...problems(401, 403, 404, 422),
};
const many = { 200: json("A page of statements", SettlementPageSchema), ...problems(401, 403, 422) };
const STEPS = { accept: "settlement_accepted", settle: "settlement_settled" } as const;

const parties = createRoute({
  method: "get",
  path: "/api/billing/tenants/{tenantId}/settlement/parties",
  operationId: "listSettlementParties",
  summary: "Suppliers, couriers, dealers and carriers of a client, with their newest terms",
  ...staff,
  request: { params: tenant },
  responses: { 200: json("The partners", z.object({ items: z.array(PartySchema) })), ...problems(401, 403, 422) },
});
const newParty = createRoute({
  method: "post",
  path: "/api/billing/tenants/{tenantId}/settlement/parties",
  operationId: "putSettlementParty",
  summary: "A partner, or a new version of its terms from a day on",
  ...staff,
  request: { params: tenant, body: body(PartyInputSchema) },
  responses: { 200: json("The partner", PartySchema), ...problems(401, 403, 404, 409, 422) },
});
const list = createRoute({
  method: "get",
  path: "/api/billing/settlement/statements",
  operationId: "listSettlements",
  summary: "Settlement statements of all clients or of one, newest month first",
  ...staff,
  request: { query: filter.extend({ tenantId: z.uuid().optional() }) },
  responses: many,
});
const read = createRoute({
  method: "get",
  path: "/api/billing/tenants/{tenantId}/settlement/statement",
  operationId: "readSettlement",
  summary: "A statement with its lines as both sides have them",
  ...staff,
  request: { params: tenant, query: detail },
  responses: lines,
});
const prepare = change(
  "statements",
  "prepareSettlement",
  "Our side of a partner's month; doing it again adds what is new",
  z.strictObject({ partyId: z.uuid(), period: PeriodSchema }),
);
const file = change(
  "files",
  "takeSettlementFile",
  "A part of the partner's own file, matched line by line",
  FileInputSchema,
);
const brokenFile = change(
  "broken-files",
  "dropBrokenSettlementFile",
  "Throw the parts away of a file that never came whole, so that the statement waits for it no longer",
  BrokenFileSchema,
);
const decisions = change(
  "decisions",
  "decideSettlementLines",
  "Ours, theirs, or a dispute that holds back its line alone",
  DecisionsSchema,
);
const adjustment = change("adjustments", "adjustSettlement", "A difference that people agreed on", AdjustmentSchema);
const step = change("steps", "stepSettlement", "Accept a draft, or mark an accepted statement settled", StepSchema);
const ownList = createRoute({
  method: "get",
  path: "/api/portal/settlements",
  operationId: "listOwnSettlements",
  summary: "The client's own statements as the supplier of its goods, once accepted",
  ...client,
  request: { query: filter },
  responses: many,
});
const ownRead = createRoute({
  method: "get",
  path: "/api/portal/settlement",
  operationId: "readOwnSettlement",
  summary: "One of the client's own statements with its lines",
  ...client,
  request: { query: detail },
  responses: lines,
});

/** Settlement with partners, for billing staff, and for a client that is the supplier of its own goods. */
export function settlementRoutes() {
  const router = houseRouter();
  router.openapi(parties, async (c) => c.json({ items: await within(c, pathScope(c), listParties) }, 200));
  router.openapi(newParty, async (c) => {
    const input = c.req.valid("json");
    const put = async (tx: TenantTx) => {
      const party = await putParty(tx, input);
      const { kind, slug, terms } = party;
      await audit(
        tx,
        "settlement_terms_put",
        { kind: "settlement", id: party.partyId },
        { kind, slug, version: terms?.version },
      );
      return party;
    };
    return c.json(await within(c, pathScope(c), put), 200);
  });
  router.openapi(list, async (c) => c.json(await listAll(c, c.req.valid("query")), 200));
  router.openapi(read, async (c) => {
    const query = { ...detailOf(c.req.valid("query")), ownOnly: false };
    return c.json(await within(c, pathScope(c), (tx) => readSettlement(tx, query)), 200);
  });
  router.openapi(prepare, async (c) => {
    const input = c.req.valid("json");
    return c.json(await changed(c, "settlement_prepared", input, (tx) => prepareSettlement(tx, input, nowOn(c))), 200);
  });
  router.openapi(file, async (c) => {
    const { csv, ...input } = c.req.valid("json");
    return c.json(
      await changed(c, "settlement_file_taken", input, async (tx) => {
        await takeFile(tx, { ...input, csv });
        return input.statementId;
      }),
      200,
    );
  });
  router.openapi(brokenFile, async (c) => {
    const input = c.req.valid("json");
    return c.json(await within(c, pathScope(c), (tx) => brokenFileDropped(tx, input)), 200);
  });
  router.openapi(decisions, async (c) => {
    const input = c.req.valid("json");
    return c.json(
      await changed(c, "settlement_lines_decided", input, async (tx) => {
        await decideLines(tx, input, nowOn(c));
        return input.statementId;
      }),
      200,
    );
  });
  router.openapi(adjustment, async (c) => {
    const input = c.req.valid("json");
    return c.json(
      await changed(c, "settlement_adjusted", input, async (tx) => {
        await adjust(tx, input, nowOn(c));
        return input.statementId;
      }),
      200,
    );
  });
  router.openapi(step, async (c) => {
    const input = c.req.valid("json");
    return c.json(await changed(c, STEPS[input.step], input, (tx) => stepped(tx, input, nowOn(c))), 200);
  });
  addOwnRoutes(router);
  return router;
}

/** For a client that is the supplier of its own goods. */
function addOwnRoutes(router: ReturnType<typeof houseRouter>): void {
  router.openapi(ownList, async (c) => {
    const query = { ...filterOf(c.req.valid("query")), ownOnly: true };
    return c.json(await within(c, ownScope(c), (tx) => listStatements(tx, query)), 200);
  });
  router.openapi(ownRead, async (c) => {
    const query = { ...detailOf(c.req.valid("query")), ownOnly: true };
    return c.json(await within(c, ownScope(c), (tx) => readSettlement(tx, query)), 200);
  });
}

/** A change of one statement, asked by billing staff. */
function change<S extends z.ZodType>(path: string, operationId: string, summary: string, schema: S) {
  const request = { params: tenant, body: body(schema) };
  const to = `/api/billing/tenants/{tenantId}/settlement/${path}`;
  return createRoute({ method: "post", path: to, operationId, summary, ...staff, request, responses: one });
}

/** A change, its audit row, and the statement as it then is: one transaction. */
function changed(
  c: HouseContext,
  action: string,
  input: object,
  work: (tx: TenantTx) => Promise<string>,
): Promise<SettlementView> {
  return within(c, pathScope(c), async (tx) => {
    const statementId = await work(tx);
    await audit(tx, action, { kind: "settlement", id: statementId }, input);
    return statementAlone(tx, statementId);
  });
}

/** Audited with what the parts were: they are nowhere else after it. */
async function brokenFileDropped(tx: TenantTx, input: z.infer<typeof BrokenFileSchema>): Promise<SettlementView> {
  const { name, parts, received } = await dropBrokenFile(tx, input);
  const id = input.statementId;
  await audit(tx, "settlement_file_dropped", { kind: "settlement", id }, { ...input, name, parts, received });
  return statementAlone(tx, id);
}

async function statementAlone(tx: TenantTx, statementId: string): Promise<SettlementView> {
  const query = { statementId, state: null, standing: null, cursor: null, limit: 1, ownOnly: false };
  const { items: _i, next: _n, ...statement } = await readSettlement(tx, query);
  return statement;
}

async function stepped(tx: TenantTx, input: z.infer<typeof StepSchema>, now: number): Promise<string> {
  const { statementId, paymentRef } = input;
  if (input.step === "accept") await acceptStatement(tx, statementId, now);
  else if (paymentRef === undefined) {
    const faults = [{ path: "json.paymentRef", message: "the bank's reference of the payment" }];
    throw new Refusal("invalid", "invalid_input", "something in the request is not as described", { faults });
  } else await settleStatement(tx, { statementId, paymentRef }, now);
  return statementId;
}

function detailOf({ state, standing, cursor, ...rest }: z.infer<typeof detail>) {
  return { ...rest, state: state ?? null, standing: standing ?? null, cursor: cursor ?? null };
}

function nowOn(c: HouseContext) {
  return c.get("services").clock.now();
}

/** The client that the path names. */
function pathScope(c: HouseContext): TenantScope {
  return staffScope(c, c.req.param("tenantId") ?? "");
}
