import { OpenAPIHono } from "@hono/zod-openapi";
import type { Env } from "../env.ts";
import { health } from "./health.ts";

export type AppEnv = { Bindings: Env };

/** Every way in over HTTP, one line each. The console's own files are served by the platform before this is asked. */
export function createApp(): OpenAPIHono<AppEnv> {
  const app = new OpenAPIHono<AppEnv>();
  app.route("/", health);
  return app;
}
