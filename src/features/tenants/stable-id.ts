import { createHash } from "node:crypto";
import { asId } from "../../domain/kernel/ids.ts";

/**
 * The id of a thing that files name: the same name gives the same id on every machine, so files may be applied to any
 * database and numbers, queues and prices keep their identity. UUID version 8, of a SHA-256.
 */
export function stableId<T extends string>(...name: readonly [kind: string, ...parts: string[]]): T {
  const hex = createHash("sha256").update(JSON.stringify(name)).digest("hex");
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return asId<T>(
    `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`,
  );
}

/** Equal values give equal text whatever order their keys came in: PostgreSQL gives jsonb back in an order of its own. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value) ?? "null";
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  fields.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field)}`).join(",")}}`;
}

export function contentHash(value: unknown): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex");
}
