import { z } from "zod";
import { connect } from "../../adapters/db/index.ts";
import { asId, type TenantId } from "../../domain/kernel/ids.ts";
import { performRun } from "../../features/billing/index.ts";
import { configOf, type Env } from "../env.ts";
import { errorFields, log } from "../log.ts";

/** A database that is away is away for all: the runs wait, each longer than before, at most this. */
const RETRY_S = 10;
const RETRY_S_MAX = 600;

const RunMessageSchema = z.object({ v: z.literal(1), tenantId: z.uuid(), runId: z.uuid() });

/** Runs of months, one contract a message. What cannot be read is told and dropped: its row is found and sent again. */
export async function consumeBillingRuns(batch: MessageBatch, env: Env): Promise<void> {
  const db = connect(env.DB);
  const operatorDb = connect(env.DB_OPERATOR);
  try {
    for (const message of batch.messages) {
      const parsed = RunMessageSchema.safeParse(message.body);
      if (!parsed.success) {
        log("alert", "run_message_unreadable", { messageId: message.id });
        message.ack();
        continue;
      }
      const { tenantId, runId } = parsed.data;
      const ctx = { db, operatorDb, actor: { kind: "system", name: "runs" }, now: configOf(env).clock.now() } as const;
      try {
        const { state, failure } = await performRun(ctx, { v: 1, tenantId: asId<TenantId>(tenantId), runId });
        if (state === "failed") log("alert", "contract_not_rated", { tenantId, runId, ...failure });
        message.ack();
      } catch (trouble) {
        log("warn", "run_waits", { tenantId, runId, attempts: message.attempts, ...errorFields(trouble) });
        message.retry({ delaySeconds: Math.min(RETRY_S_MAX, RETRY_S * message.attempts) });
      }
    }
  } finally {
    await Promise.all([db.close(), operatorDb.close()]);
  }
}
