import { createHash, timingSafeEqual } from "node:crypto";
import { Refusal } from "../../domain/kernel/trouble.ts";
import type { Config } from "../env.ts";

const SAFE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * A browser sends our cookie along with whatever page asks, so every change and every socket must come from our own pages:
 * the Origin header, which no script can set, must be ours. Bearers of the internal key bring no cookie and need none.
 */
export function requireOwnOrigin(request: Request, config: Config): void {
  const isSocket = request.headers.get("upgrade") !== null;
  if (SAFE_METHODS.has(request.method) && !isSocket) return;
  const given = request.headers.get("origin");
  if (given !== config.publicUrl && given !== new URL(request.url).origin) {
    throw new Refusal("forbidden", "foreign_origin", "this must be asked from Callhouse's own pages");
  }
}

/** The bearer of `/internal/*`. Compared as hashes, so that neither length nor content shows in the time taken. */
export function requireInternalKey(request: Request, config: Config): void {
  const given = request.headers.get("authorization") ?? "";
  const hash = (text: string) => createHash("sha256").update(text).digest();
  if (!timingSafeEqual(hash(given), hash(`Bearer ${config.internalKey}`))) {
    throw new Refusal("unauthenticated", "internal_key_wrong", "this needs the internal key as bearer");
  }
}

/**
 * Headers of every answer. The console loads nothing from elsewhere; a softphone speaks to its carrier alone; the sandbox
 * carrier's address is known only in its environment.
 */
export function secureHeaders(config: Config): readonly (readonly [string, string])[] {
  const sandbox = config.sandboxUrl;
  const carrier =
    sandbox === undefined
      ? ["https://*.twilio.com", "wss://*.twilio.com"]
      : [sandbox, sandbox.replace("http", "ws"), config.publicUrl.replace("http", "ws")];
  const policy = [
    "default-src 'self'",
    "script-src 'self'",
    // Component libraries set styles on elements; a style cannot run code.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    `media-src 'self' blob: ${carrier[0]}`,
    "worker-src 'self' blob:",
    `connect-src 'self' ${carrier.join(" ")}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
  return [
    ["content-security-policy", policy],
    ["x-content-type-options", "nosniff"],
    ["referrer-policy", "same-origin"],
    ["cross-origin-opener-policy", "same-origin"],
    ["permissions-policy", "microphone=(self), camera=(), geolocation=()"],
    ...(config.publicUrl.startsWith("https:")
      ? ([["strict-transport-security", "max-age=31536000; includeSubDomains"]] as const)
      : []),
  ];
}
