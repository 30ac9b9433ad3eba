import { OpenAPIHono } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import type { Database } from "../../adapters/db/index.ts";
import type { AgentId, PoolId, TenantId } from "../../domain/kernel/ids.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Documents } from "../../ports/documents.ts";
import type { LiveHouse } from "../../ports/live.ts";
import type { PaymentProvider } from "../../ports/payments.ts";
import { faultOf } from "./faults.ts";
import { ProblemSchema } from "./schema.ts";
import type { SignedIn } from "./store.ts";
import type { Role } from "./tables.ts";

/** What every feature's routes are given; the HTTP entry fills it in for each request. */
export type RequestServices = {
  /** Role app: clients' data, through `withTenant` only. Connected at first use, closed after the answer. */
  readonly db: Database;
  /** Role operator: the house's own tables, through `withOperator`. */
  readonly operatorDb: Database;
  readonly clock: Clock;
  readonly live: LiveHouse;
  readonly blobs: R2Bucket;
  /** Puts runs of months on their way: each is worked off by itself, whatever becomes of who asked. */
  sendRuns(messages: readonly object[]): Promise<void>;
  readonly documents: Documents;
  /** Null where the house takes no card payments. */
  readonly payments: PaymentProvider | null;
  /** Seals carrier accounts; opens those that the database keeps sealed. */
  readonly sealKey: string;
  /** False over plain HTTP, which only a developer's own machine has. */
  readonly secureCookie: boolean;
};

export type HouseEnv = {
  Variables: {
    services: RequestServices;
    signedIn: SignedIn | null;
    /** Hash of the id of the session that asks; what a socket is tied to. */
    sessionHash: string | null;
    requestId: string;
  };
};

/**
 * Who may call an operation: one of these roles; `signed_in`: anyone signed in; `anyone`: no session needed; `internal`:
 * the bearer of the internal key.
 */
export type Access = Role | "signed_in" | "anyone" | "internal";

/**
 * Spread into `createRoute`: writes the access into the OpenAPI document as `x-roles` and enforces it before anything of
 * the request is read. An operation without it fails the route matrix test.
 */
export function access<const A extends readonly [Access, ...Access[]]>(...allowed: A) {
  const roles: readonly string[] = allowed;
  const guard: MiddlewareHandler<HouseEnv> = async (c, next) => {
    if (!roles.includes("anyone") && !roles.includes("internal")) {
      const signedIn = c.get("signedIn");
      if (signedIn === null) throw new Refusal("unauthenticated", "not_signed_in", "sign in first");
      const holdsOne = roles.includes("signed_in") || signedIn.roles.some(({ role }) => roles.includes(role));
      if (!holdsOne) throw new Refusal("forbidden", "role_missing", "your role does not allow this");
    }
    await next();
  };
  return { "x-roles": allowed, middleware: [guard] };
}

/** A router whose refused input becomes a problem document that names each place. */
export function houseRouter(): OpenAPIHono<HouseEnv> {
  return new OpenAPIHono<HouseEnv>({
    defaultHook: (result) => {
      if (result.success) return;
      const faults = result.error.issues.map((issue) => faultOf(result.target, issue));
      throw new Refusal("invalid", "invalid_input", "something in the request is not as described", { faults });
    },
  });
}

const problemContent = { "application/problem+json": { schema: ProblemSchema.openapi("Problem") } };
const PROBLEM_TITLES = {
  400: "The request cannot be read",
  401: "Not signed in",
  403: "Not allowed",
  404: "Not found; what belongs to others is not found either",
  409: "Not possible in the present state",
  413: "The request is too large",
  422: "Something in the request is wrong; `errors` names it",
  429: "Too many; wait as Retry-After says",
  503: "A part of the house cannot be reached; try again",
} as const;
type ProblemStatus = keyof typeof PROBLEM_TITLES;

/** Spread into a route's `responses`: the problem documents it may answer with. */
export function problems<const S extends readonly ProblemStatus[]>(...statuses: S) {
  return Object.fromEntries(
    statuses.map((status) => [status, { description: PROBLEM_TITLES[status], content: problemContent }]),
  ) as { [status in S[number]]: { description: string; content: typeof problemContent } };
}

type Holder = { get(name: "signedIn"): SignedIn | null };

/** The signed-in person; for handlers behind `access`, which has made sure. */
export function signedInOn(c: Holder): SignedIn {
  const signedIn = c.get("signedIn");
  if (signedIn === null) throw new Refusal("unauthenticated", "not_signed_in", "sign in first");
  return signedIn;
}

/** The seat of the signed-in agent. */
export function agentOn(c: Holder): { readonly agentId: AgentId; readonly poolId: PoolId } {
  const { agent } = signedInOn(c);
  if (agent === null) throw new Refusal("forbidden", "not_an_agent", "this sign-in has no seat");
  return agent;
}

/** The one tenant of the signed-in client administrator: always from the session, never from input. */
export function tenantOn(c: Holder): TenantId {
  const tenantId = signedInOn(c).roles.find(({ role }) => role === "tenant_admin")?.tenantId ?? null;
  if (tenantId === null) throw new Refusal("forbidden", "no_tenant", "this sign-in belongs to no client");
  return tenantId;
}
