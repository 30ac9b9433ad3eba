import type { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { type Actor, type TenantScope, type TenantTx, withTenant } from "../../adapters/db/index.ts";
import { asId, type TenantId } from "../../domain/kernel/ids.ts";
import { type HouseEnv, signedInOn, tenantOn } from "./http.ts";

export type HouseContext = Context<HouseEnv>;

/** An answer of a route, as `responses` wants it. */
export function json<S extends z.ZodType>(description: string, schema: S) {
  return { description, content: { "application/json": { schema } } };
}

/** What a route is sent; without it the request is refused. */
export function body<S extends z.ZodType>(schema: S) {
  return { required: true as const, content: { "application/json": { schema } } };
}

/** Who asks, for what is written down of it. */
export function actorOn(c: HouseContext): Actor {
  return { kind: "user", userId: signedInOn(c).userId };
}

/** The client's own scope: its tenant is the session's, never the request's. */
export function ownScope(c: HouseContext): TenantScope {
  return { tenantId: tenantOn(c), actor: actorOn(c) };
}

/** Billing staff work for every client, one at a time: the path names which, and its form was checked. */
export function staffScope(c: HouseContext, tenantId: string): TenantScope {
  return { tenantId: asId<TenantId>(tenantId), actor: actorOn(c) };
}

/** One transaction of one client. */
export function within<T>(c: HouseContext, scope: TenantScope, work: (tx: TenantTx) => Promise<T>): Promise<T> {
  return withTenant(c.get("services").db, scope, work);
}

/** What a deed across clients is done with: both databases, who asks, and the house's time. */
export function deedContext(c: HouseContext) {
  const { db, operatorDb, clock } = c.get("services");
  return { db, operatorDb, actor: actorOn(c), now: clock.now() };
}

/** The same for one client that staff work for. */
export function deedOf(c: HouseContext, tenantId: TenantId) {
  const context = deedContext(c);
  return { ...context, scope: { tenantId, actor: context.actor } };
}
