import { openAccount } from "../../adapters/carriers/seal.ts";
import { twilioCarrier } from "../../adapters/carriers/twilio/index.ts";
import { asId } from "../../domain/kernel/ids.ts";
import { configOf, type Env } from "../env.ts";
import { errorFields, log } from "../log.ts";
import { objectName } from "../objects/contact-id.ts";
import { storeStream } from "./blob-stream.ts";
import { parkMessage } from "./dead.ts";
import { MediaMessageSchema } from "./messages.ts";

/** A recording is often announced before the carrier can hand it out; after that, patience grows. */
const RETRY_S = 10;
const RETRY_S_MAX = 3_600;

/** Recordings from the carrier into our own store, under the tenant's key; then the contact writes the fact. */
export async function consumeMedia(batch: MessageBatch, env: Env): Promise<void> {
  for (const message of batch.messages) {
    const parsed = MediaMessageSchema.safeParse(message.body);
    if (!parsed.success) {
      await parkMessage(env, "media", message);
      continue;
    }
    const { tenantId, contactId, recordingSid } = parsed.data;
    try {
      await store(env, parsed.data);
      message.ack();
    } catch (trouble) {
      const { attempts } = message;
      log("warn", "recording_waits", { tenantId, contactId, recordingSid, attempts, ...errorFields(trouble) });
      message.retry({ delaySeconds: Math.min(RETRY_S_MAX, RETRY_S * 2 ** Math.min(message.attempts, 9)) });
    }
  }
}

async function store(env: Env, media: (typeof MediaMessageSchema)["_output"]): Promise<void> {
  const sealed = await openAccount(configOf(env).sealKey, media.token);
  if (sealed === null || sealed.tenantId !== media.tenantId) throw new Error("not this tenant's carrier account");
  const { tenantId, contactId, purpose, durationS } = media;
  const key = `${tenantId}/recordings/${contactId}/${media.recordingSid}`;
  // A second delivery finds the recording in place: only the fact may still be missing.
  if ((await env.BLOBS.head(key)) === null) {
    const recording = await twilioCarrier().fetchRecording(sealed.account, media.url);
    await storeStream(env.BLOBS, key, recording);
  }
  const bytes = (await env.BLOBS.head(key))?.size ?? 0;
  const contact = env.CONTACT.get(env.CONTACT.idFromName(objectName.contact(tenantId, contactId)));
  await contact.recordingStored({ recordingSid: asId(media.recordingSid), purpose, durationS, key, bytes });
}
