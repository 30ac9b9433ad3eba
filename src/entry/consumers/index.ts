import type { Env } from "../env.ts";
import { consumeBillingRuns } from "./billing-runs.ts";
import { consumeDead } from "./dead.ts";
import { consumeFacts } from "./facts.ts";
import { consumeMedia } from "./media.ts";

/** Queues by name, as wrangler.toml has them. */
export function consume(batch: MessageBatch, env: Env): Promise<void> {
  switch (batch.queue) {
    case "facts":
      return consumeFacts(batch, env);
    case "billing-runs":
      return consumeBillingRuns(batch, env);
    case "media":
      return consumeMedia(batch, env);
    default:
      return consumeDead(batch, env);
  }
}
