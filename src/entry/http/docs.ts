import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Env } from "hono";

const INFO = {
  openapi: "3.1.0",
  info: {
    title: "Callhouse",
    version: "1",
    description:
      "The console's own interface. Sign in with `POST /api/session`; the cookie does the rest. `x-roles` on each operation says who may call it. Trouble is a problem document (RFC 9457) with a stable `code`. Instants are milliseconds on the house's clock, amounts whole minor units.",
  },
};

const PAGE = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Callhouse API</title></head>
<body><script id="api-reference" data-url="/openapi.json" data-configuration='{"withDefaultFonts":false,"telemetry":false,"hideClientButton":true,"showDeveloperTools":"never","agent":{"disabled":true},"mcp":{"disabled":true}}'></script><script src="/reference/standalone.js"></script></body></html>`;

/** The document made from the routes, and a page to read it with, whose script is served from our own files. */
export function describe<E extends Env>(api: OpenAPIHono<E>): void {
  let document: string | undefined;
  api.get("/openapi.json", (c) => {
    document ??= JSON.stringify(api.getOpenAPI31Document(INFO));
    return c.body(document, 200, { "content-type": "application/json" });
  });
  api.get("/docs", (c) => c.html(PAGE));
}
