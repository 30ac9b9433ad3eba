import { createRoute, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { placeAfter, withTenant, withTenantOnce } from "../../adapters/db/index.ts";
import { asId, type ContactId } from "../../domain/kernel/ids.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import { ContactLineSchema, contactLines } from "../billing/index.ts";
import { access, type HouseEnv, type houseRouter, json, problems, signedInOn, tenantOn } from "../identity/index.ts";
import { readRecent, readToday } from "./portal-days.ts";
import { type ContactFilter, findRecording, listContacts, readContact } from "./portal-store.ts";
import {
  PortalContactPageSchema,
  PortalContactSchema,
  PortalContactsQuerySchema,
  PortalRecentSchema,
  PortalTodaySchema,
} from "./schema.ts";
import { soundOf } from "./sound.ts";

const client = access("tenant_admin");

const today = createRoute({
  method: "get",
  path: "/api/portal/today",
  operationId: "readToday",
  summary: "The client's own numbers of today, in its own zone",
  ...client,
  responses: { 200: json("Today so far", PortalTodaySchema), ...problems(401, 403, 404) },
});
const recent = createRoute({
  method: "get",
  path: "/api/portal/recent",
  operationId: "readRecent",
  summary: "The client's own day before today and month so far, in its own zone",
  ...client,
  responses: { 200: json("Yesterday and this month", PortalRecentSchema), ...problems(401, 403, 404) },
});
const list = createRoute({
  method: "get",
  path: "/api/portal/contacts",
  operationId: "listOwnContacts",
  summary: "The client's own contacts, newest first",
  ...client,
  request: { query: PortalContactsQuerySchema },
  responses: {
    200: json(
      "A page; `next` is the cursor of the following one",
      z.object({ items: z.array(PortalContactSchema), next: z.string().nullable() }),
    ),
    ...problems(401, 403, 422),
  },
});
const one = createRoute({
  method: "get",
  path: "/api/portal/contacts/{contactId}",
  operationId: "readOwnContact",
  summary: "One contact with its legs, facts, recordings and the invoice lines that charge it",
  ...client,
  request: { params: z.object({ contactId: z.uuid() }) },
  responses: {
    200: json("The contact", PortalContactPageSchema.extend({ lines: z.array(ContactLineSchema) })),
    ...problems(401, 403, 404, 422),
  },
});
const recording = createRoute({
  method: "get",
  path: "/api/portal/contacts/{contactId}/recordings/{recordingSid}",
  operationId: "listenToRecording",
  summary: "The sound of a recording; ranges are served",
  ...client,
  request: { params: z.object({ contactId: z.uuid(), recordingSid: z.string().regex(/^RE[0-9a-fA-F]{32}$/) }) },
  responses: {
    200: { description: "Audio" },
    206: { description: "A part of it" },
    416: { description: "It has no such part" },
    ...problems(401, 403, 404, 422),
  },
});

/** The client's own pages. The tenant is the session's in every one of them. */
export function addPortalRoutes(router: ReturnType<typeof houseRouter>): void {
  router.openapi(today, async (c) => {
    const { db, clock } = c.get("services");
    const found = await withTenant(db, scopeOn(c), (tx) => readToday(tx, clock.now()));
    if (found === null) throw notFound();
    return c.json(found, 200);
  });
  router.openapi(recent, async (c) => {
    const { db, clock } = c.get("services");
    const found = await withTenant(db, scopeOn(c), (tx) => readRecent(tx, clock.now()));
    if (found === null) throw notFound();
    return c.json(found, 200);
  });
  router.openapi(list, async (c) => {
    const query = c.req.valid("query");
    const filter: ContactFilter = {
      from: query.from ?? null,
      to: query.to ?? null,
      outcome: query.outcome ?? null,
      startsWith: query.q === undefined || query.q === "" ? null : query.q,
      after: readCursor(query.cursor),
      // One more than asked tells whether a further page exists.
      limit: query.limit + 1,
    };
    const found = await withTenantOnce(c.get("services").db, scopeOn(c), (tx) => listContacts(tx, filter));
    const items = found.slice(0, query.limit);
    const last = items.at(-1);
    const next = found.length > items.length && last !== undefined ? `${last.offeredAt}_${last.contactId}` : null;
    return c.json({ items, next }, 200);
  });
  router.openapi(one, async (c) => {
    const contactId = asId<ContactId>(c.req.valid("param").contactId);
    const found = await withTenant(c.get("services").db, scopeOn(c), async (tx) => {
      const page = await readContact(tx, contactId);
      return page === null ? null : { ...page, lines: await contactLines(tx, contactId) };
    });
    if (found === null) throw notFound();
    return c.json(found, 200);
  });
  router.openapi(recording, async (c) => {
    const { contactId, recordingSid } = c.req.valid("param");
    const { db, blobs } = c.get("services");
    const scope = scopeOn(c);
    const key = await withTenantOnce(db, scope, (tx) => findRecording(tx, asId(contactId), recordingSid));
    // The key stands in a row of this tenant, and every key begins with its tenant: both must agree.
    if (key === null || !key.startsWith(`${scope.tenantId}/`)) throw notFound();
    const sound = await soundOf(blobs, key, c.req.header("range") ?? null);
    if (sound === null) throw notFound();
    return sound;
  });
}

type Scope = {
  readonly tenantId: ReturnType<typeof tenantOn>;
  readonly actor: { readonly kind: "user"; readonly userId: ReturnType<typeof signedInOn>["userId"] };
};

function scopeOn(c: Context<HouseEnv>): Scope {
  return { tenantId: tenantOn(c), actor: { kind: "user", userId: signedInOn(c).userId } };
}

function readCursor(cursor: string | undefined): ContactFilter["after"] {
  const place = cursor === undefined || cursor === "" ? null : placeAfter(cursor, ["instant", "id"]);
  return place === null ? null : { offeredAt: Number(place[0]), id: place[1] };
}

function notFound(): Refusal {
  return new Refusal("not_found", "not_found", "there is no such thing here");
}
