import type { Env } from "../env.ts";
import { log } from "../log.ts";

export type ParkedQueue = "facts" | "media";
/** Parked messages brought back in one go; the caller asks again for more. */
const REPLAY_MAX = 100;

/** A message that cannot be delivered is kept where a person can read it and bring it back; nothing is thrown away. */
export async function parkMessage(env: Env, queue: ParkedQueue, message: Message): Promise<void> {
  const key = `dead/${queue}/${message.timestamp.toISOString()}-${message.id}.json`;
  await env.BLOBS.put(key, JSON.stringify(message.body));
  log("alert", "message_parked", { queue, messageId: message.id, attempts: message.attempts, key });
  message.ack();
}

export async function consumeDead(batch: MessageBatch, env: Env): Promise<void> {
  const queue: ParkedQueue = batch.queue.startsWith("media") ? "media" : "facts";
  for (const message of batch.messages) await parkMessage(env, queue, message);
}

/** Sends parked messages again, oldest first, and forgets each once the queue has it. */
export async function replayParked(
  env: Env,
  queue: ParkedQueue,
): Promise<{ readonly sent: number; readonly more: boolean }> {
  const { objects, truncated } = await env.BLOBS.list({ prefix: `dead/${queue}/`, limit: REPLAY_MAX });
  const target = queue === "facts" ? env.FACTS : env.MEDIA;
  for (const { key } of objects) {
    const parked = await env.BLOBS.get(key);
    if (parked === null) continue;
    await target.send(await parked.json());
    await env.BLOBS.delete(key);
  }
  log("info", "messages_replayed", { queue, sent: objects.length, more: truncated });
  return { sent: objects.length, more: truncated };
}

/** As many as one listing gives: more than that is no better known by counting on. */
const COUNTED_MAX = 1_000;

/** Parked messages of a queue, up to a thousand. */
export async function countParked(env: Env, queue: ParkedQueue): Promise<number> {
  return (await env.BLOBS.list({ prefix: `dead/${queue}/`, limit: COUNTED_MAX })).objects.length;
}
