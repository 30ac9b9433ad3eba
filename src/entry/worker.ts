import { DurableObject } from "cloudflare:workers";
import type { Env } from "./env.ts";
import { createApp } from "./http/app.ts";

export class Line extends DurableObject<Env> {}
export class Contact extends DurableObject<Env> {}
export class SeatPool extends DurableObject<Env> {}
export class TenantLive extends DurableObject<Env> {}

const app = createApp();

/** Where the platform calls us: a table of contents, no logic. */
export default {
  fetch: app.fetch,
} satisfies ExportedHandler<Env>;
