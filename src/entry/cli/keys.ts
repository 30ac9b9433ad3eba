import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const keysSchema = z.object({
  postgresPassword: z.string().min(20),
  sealKey: z.string().length(44),
  internalKey: z.string().min(24),
  sandboxControlKey: z.string().min(24),
});

/** The secrets of one local house. */
export type Keys = z.infer<typeof keysSchema>;

/** Reads the secrets of this data folder, making them on its first start. Only this account may read the file. */
export function keysIn(dataDir: string): Keys {
  const file = join(dataDir, "keys.json");
  if (existsSync(file)) return keysSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  const keys: Keys = {
    postgresPassword: randomBytes(24).toString("hex"),
    sealKey: randomBytes(32).toString("base64"),
    internalKey: randomBytes(24).toString("hex"),
    sandboxControlKey: randomBytes(24).toString("hex"),
  };
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(file, JSON.stringify(keys, null, 2), { mode: 0o600 });
  return keys;
}
