import { consume } from "./consumers/index.ts";
import { runCron } from "./cron/index.ts";
import type { Env } from "./env.ts";
import { createApp } from "./http/app.ts";

export { Callers } from "./objects/callers.ts";
export { Contact } from "./objects/contact.ts";
export { Line } from "./objects/line.ts";
export { SeatPool } from "./objects/seat-pool.ts";
export { TenantLive } from "./objects/tenant-live.ts";

const app = createApp();

/** Where the platform calls us: a table of contents, no logic. */
export default {
  fetch: app.fetch,
  queue: consume,
  scheduled: (_controller, env) => runCron(env),
} satisfies ExportedHandler<Env>;
