import { OpenAPIHono } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { billingRoutes, contractRoutes, explainRoutes } from "../../features/billing/index.ts";
import { commissionRoutes } from "../../features/commission/index.ts";
import { contactRoutes } from "../../features/contacts/index.ts";
import { documentRoutes } from "../../features/documents/index.ts";
import { dunningRoutes } from "../../features/dunning/index.ts";
import { type HouseEnv, identityRoutes, sessionsOn } from "../../features/identity/index.ts";
import { invoicingRoutes, secondPersonRoutes } from "../../features/invoicing/index.ts";
import { ledgerRoutes } from "../../features/ledger/index.ts";
import { letterRoutes } from "../../features/letters/index.ts";
import { marginRoutes } from "../../features/margin/index.ts";
import { paymentRoutes } from "../../features/payments/index.ts";
import { queueRoutes } from "../../features/queues/index.ts";
import { telephoneRoutes } from "../../features/routing/index.ts";
import { settlementRoutes } from "../../features/settlement/index.ts";
import { spendRoutes } from "../../features/spend/index.ts";
import { ConfigError, configOf, type Env } from "../env.ts";
import { log } from "../log.ts";
import { serveRecorded } from "../objects/recorded.ts";
import { servicesOf } from "../services.ts";
import { demoRoutes } from "./demo.ts";
import { describe } from "./docs.ts";
import { requireInternalKey, requireOwnOrigin, secureHeaders } from "./guards.ts";
import { healthRoutes } from "./health.ts";
import { internalRoutes } from "./internal.ts";
import { problem, respondToTrouble } from "./problem.ts";
import { socketRoutes } from "./sockets.ts";
import { softphoneRoutes } from "./softphone.ts";
import { carrierWebhook } from "./webhooks/carrier.ts";
import { stripeWebhook } from "./webhooks/stripe.ts";

type ApiEnv = HouseEnv & { Bindings: Env };

/** No form or document of this API is larger; recordings come from the carrier, not through here. */
const BODY_BYTES_MAX = 128 * 1024;
/** Answered by the Worker itself; every other path is the console's. */
const OURS = /^\/(api|internal|health|openapi\.json|docs)(\/|$)/;

/** Every way in over HTTP. Webhooks go past the framework: a caller waits on them. */
export function createApp() {
  let api: OpenAPIHono<ApiEnv> | undefined;
  return {
    async fetch(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
      const path = request.url.slice(request.url.indexOf("/", 8));
      if (path.startsWith("/t/")) return carrierWebhook(request, env, requestIdOf(request));
      const refused = refusedConfiguration(request, env);
      if (refused !== null) return refused;
      if (path === "/webhooks/stripe") return stripeWebhook(request, env, requestIdOf(request), ctx);
      if (path.startsWith("/recorded/")) return serveRecorded(request, env, configOf(env));
      if (!OURS.test(new URL(request.url).pathname)) return page(request, env);
      // Made at the first request that needs it: an isolate that only takes webhooks starts without it.
      api ??= createApi();
      return api.fetch(request, env, ctx);
    },
  };
}

/** The routes alone, one line each: what the OpenAPI document and the route matrix are made from. */
export function createApi(): OpenAPIHono<ApiEnv> {
  const api = new OpenAPIHono<ApiEnv>();
  api.onError((error, c) => respondToTrouble(error, c.get("requestId"), c.req.path));
  api.notFound((c) => problem(NOT_FOUND, c.get("requestId")));
  api.use(frame, guard);
  api.use(
    bodyLimit({
      maxSize: BODY_BYTES_MAX,
      onError: (c) =>
        problem({ status: 413, code: "too_large", detail: `at most ${BODY_BYTES_MAX} bytes` }, c.get("requestId")),
    }),
  );
  api.route("/", healthRoutes());
  api.route(
    "/",
    identityRoutes(({ operatorDb, secureCookie }) => sessionsOn(operatorDb, secureCookie)),
  );
  api.route("/", contactRoutes());
  api.route("/", billingRoutes());
  api.route("/", contractRoutes());
  api.route("/", explainRoutes());
  api.route("/", spendRoutes());
  api.route("/", letterRoutes());
  api.route("/", documentRoutes());
  api.route("/", invoicingRoutes());
  api.route("/", secondPersonRoutes());
  api.route("/", paymentRoutes());
  api.route("/", dunningRoutes());
  api.route("/", ledgerRoutes());
  api.route("/", commissionRoutes());
  api.route("/", settlementRoutes());
  api.route("/", marginRoutes());
  api.route("/", queueRoutes());
  api.route("/", telephoneRoutes());
  api.route("/", softphoneRoutes());
  api.route("/", socketRoutes());
  api.route("/", demoRoutes());
  api.route("/", internalRoutes());
  describe(api);
  return api;
}

const NOT_FOUND = { status: 404, code: "not_found", detail: "there is no such thing here" } as const;

/** Around every request: its id, its services, its log line, and the headers of its answer. */
const frame: MiddlewareHandler<ApiEnv> = async (c, next) => {
  const startedMs = Date.now();
  const requestId = requestIdOf(c.req.raw);
  const config = configOf(c.env);
  const services = servicesOf(c.env);
  c.set("requestId", requestId);
  c.set("services", services);
  c.set("signedIn", null);
  c.set("sessionHash", null);
  try {
    await next();
  } finally {
    c.executionCtx.waitUntil(services.close());
  }
  const { status } = c.res;
  log("info", "request", { requestId, method: c.req.method, path: c.req.path, status, ms: Date.now() - startedMs });
  // An upgraded answer carries its socket and cannot be copied.
  if (status === 101) return;
  const answer = new Response(c.res.body, c.res);
  for (const [name, value] of secureHeaders(config)) answer.headers.set(name, value);
  answer.headers.set("x-request-id", requestId);
  if (c.req.path.startsWith("/api/") && !answer.headers.has("cache-control"))
    answer.headers.set("cache-control", "no-store");
  c.res = undefined;
  c.res = answer;
};

/** Before any route: whose pages ask, and who is signed in. What they may do is declared at each operation. */
const guard: MiddlewareHandler<ApiEnv> = async (c, next) => {
  const config = configOf(c.env);
  if (c.req.path.startsWith("/internal/")) requireInternalKey(c.req.raw, config);
  else requireOwnOrigin(c.req.raw, config);
  const cookie = c.req.header("cookie");
  if (cookie !== undefined && c.req.path.startsWith("/api/")) {
    const { operatorDb, secureCookie } = c.get("services");
    const session = await sessionsOn(operatorDb, secureCookie).read(cookie);
    c.set("signedIn", session?.signedIn ?? null);
    c.set("sessionHash", session?.idHash ?? null);
  }
  await next();
};

/** The console: a file, or its index page for every address of its own router. */
async function page(request: Request, env: Env): Promise<Response> {
  const found = await env.ASSETS.fetch(request);
  const answer = new Response(found.body, found);
  for (const [name, value] of secureHeaders(configOf(env))) answer.headers.set(name, value);
  return answer;
}

/** A Worker whose configuration is wrong says so to whoever asks and names each value in the log alone. */
function refusedConfiguration(request: Request, env: Env): Response | null {
  try {
    configOf(env);
    return null;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    log("alert", "configuration_refused", { message: error.message });
    const detail = "the configuration of this Worker is refused; its log names each value";
    return problem({ status: 503, code: "configuration_refused", detail }, requestIdOf(request));
  }
}

function requestIdOf(request: Request): string {
  return request.headers.get("cf-ray") ?? crypto.randomUUID();
}
