import { createRoute, z } from "@hono/zod-openapi";
import { access, houseRouter, problems, type RequestServices } from "./http.ts";
import { NobodySchema, SessionSchema, type SessionView, SignInSchema } from "./schema.ts";
import type { Sessions } from "./sessions.ts";
import type { SignedIn } from "./store.ts";
import { networkOf } from "./throttle.ts";

const view = {
  description: "Who is signed in",
  content: { "application/json": { schema: SessionSchema.openapi("Session") } },
};

const signIn = createRoute({
  method: "post",
  path: "/api/session",
  operationId: "signIn",
  summary: "Sign in with e-mail address and password; sets the session cookie",
  ...access("anyone"),
  request: { body: { required: true, content: { "application/json": { schema: SignInSchema } } } },
  responses: { 200: view, ...problems(401, 422, 429) },
});
const readSession = createRoute({
  method: "get",
  path: "/api/session",
  operationId: "readSession",
  summary: "Who is signed in; `user` is null when nobody is",
  ...access("anyone"),
  responses: {
    200: {
      description: "Who is signed in, if anybody",
      content: { "application/json": { schema: z.union([SessionSchema.openapi("Session"), NobodySchema]) } },
    },
  },
});
const signOut = createRoute({
  method: "delete",
  path: "/api/session",
  operationId: "signOut",
  summary: "End this session; harmless when there is none",
  ...access("anyone"),
  responses: { 204: { description: "Signed out" } },
});

/** `sessionsFor` gives the sessions of one request: its database connection lives no longer than that. */
export function identityRoutes(sessionsFor: (services: RequestServices) => Sessions) {
  const router = houseRouter();
  router.openapi(signIn, async (c) => {
    const { email, password } = c.req.valid("json");
    const network = networkOf(c.req.header("cf-connecting-ip") ?? null);
    const { cookie, signedIn } = await sessionsFor(c.get("services")).signIn({ email, password, network });
    c.header("set-cookie", cookie);
    return c.json(viewOf(signedIn), 200);
  });
  router.openapi(readSession, (c) => {
    const signedIn = c.get("signedIn");
    return c.json(signedIn === null ? { user: null, roles: [] } : viewOf(signedIn), 200);
  });
  router.openapi(signOut, async (c) => {
    const services = c.get("services");
    const { cookie, ended } = await sessionsFor(services).signOut(c.req.header("cookie") ?? null);
    if (ended !== null) await services.live.endSession(ended.idHash, ended.at);
    c.header("set-cookie", cookie);
    return c.body(null, 204);
  });
  return router;
}

function viewOf({ userId, name, email, locale, roles, agent }: SignedIn): SessionView {
  return {
    user: { id: userId, name, email, locale },
    roles: roles.map(({ role, tenantId, tenantName, timeZone }) => ({
      role,
      ...(tenantId === null ? {} : { tenantId }),
      ...(tenantName === null ? {} : { tenantName }),
      ...(timeZone === null ? {} : { timeZone }),
    })),
    ...(agent === null ? {} : { agent }),
  };
}
