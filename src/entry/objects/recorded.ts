import { createHmac, timingSafeEqual } from "node:crypto";
import { HOUR_MS } from "../../domain/kernel/instant.ts";
import type { Config, Env } from "../env.ts";

/**
 * Recorded prompts of a client, kept under `{tenantId}/prompts/` in the store. The carrier fetches them without a session,
 * so the address itself is the permission: signed, for one file, and over after at most two hours. It stays the same within
 * an hour, so that a repeated webhook hears the same words and the carrier's cache is of use.
 */
type Recorded = { readonly tenantId: string; readonly name: string; readonly untilMs: number };

const NAME = /^[\w-][\w.-]{0,127}$/;
const ADDRESS = /^\/recorded\/([0-9a-f-]{36})\/(\d{1,16})\/([\w-]{43})\/([\w-][\w.-]{0,127})$/;

/** Null for a name that no file can have. */
export function recordedUrl(config: Config, tenantId: string, name: string): string | null {
  if (!NAME.test(name)) return null;
  const untilMs = (Math.floor(config.clock.now() / HOUR_MS) + 2) * HOUR_MS;
  return `${config.publicUrl}/recorded/${tenantId}/${untilMs}/${sign(config, { tenantId, name, untilMs })}/${name}`;
}

/** Serves a recorded prompt; nothing tells a wrong signature from a file that is not there. */
export async function serveRecorded(request: Request, env: Env, config: Config): Promise<Response> {
  const [, tenantId = "", until = "", signature = "", name = ""] = ADDRESS.exec(new URL(request.url).pathname) ?? [];
  const recorded = { tenantId, name, untilMs: Number(until) };
  const good = signature !== "" && isSigned(config, recorded, signature) && config.clock.now() < recorded.untilMs;
  if (!good || (request.method !== "GET" && request.method !== "HEAD")) return new Response(null, { status: 404 });
  const blob = await env.BLOBS.get(`${tenantId}/prompts/${name}`);
  if (blob === null) return new Response(null, { status: 404 });
  const headers = {
    "content-type": blob.httpMetadata?.contentType ?? "audio/mpeg",
    "content-length": String(blob.size),
    "cache-control": "private, max-age=3600",
    "x-content-type-options": "nosniff",
  };
  return new Response(request.method === "HEAD" ? null : blob.body, { headers });
}

function isSigned(config: Config, recorded: Recorded, signature: string): boolean {
  return timingSafeEqual(Buffer.from(sign(config, recorded)), Buffer.from(signature));
}

/** The prefix keeps this use of the key apart from every other. */
function sign({ sealKey }: Config, { tenantId, name, untilMs }: Recorded): string {
  return createHmac("sha256", sealKey).update(`recorded|${tenantId}|${untilMs}|${name}`).digest("base64url");
}
