import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { ROOT } from "./bundle.ts";
import { type Keys, keysIn } from "./keys.ts";
import { type DatabaseUrls, roleUrls } from "./roles.ts";
import { Trouble } from "./trouble.ts";

/** The same names and defaults as `npm start`. */
const settingsSchema = z.object({
  CALLHOUSE_DATA: z.string().min(1).default(join(ROOT, ".callhouse")),
  CALLHOUSE_PORT: z.coerce.number().int().default(8787),
  CALLHOUSE_SANDBOX_PORT: z.coerce.number().int().default(8788),
  CALLHOUSE_PG_PORT: z.coerce.number().int().default(8789),
  DATABASE_URL: z.string().min(1).optional(),
});

/** The house that runs on this machine, as commands beside it find it. */
export type HouseAtHand = {
  readonly keys: Keys;
  readonly urls: DatabaseUrls;
  readonly appUrl: string;
  readonly sandboxUrl: string;
};

export function houseAtHand(): HouseAtHand {
  const parsed = settingsSchema.safeParse(process.env);
  if (!parsed.success) {
    throw new Trouble(parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("\n"));
  }
  const { CALLHOUSE_DATA, CALLHOUSE_PORT, CALLHOUSE_SANDBOX_PORT, CALLHOUSE_PG_PORT, DATABASE_URL } = parsed.data;
  if (!existsSync(join(CALLHOUSE_DATA, "keys.json"))) {
    throw new Trouble(`There is no house in ${CALLHOUSE_DATA} yet: npm start makes one, and applies tenants/ itself.`);
  }
  const keys = keysIn(CALLHOUSE_DATA);
  const own = `postgres://postgres:${keys.postgresPassword}@127.0.0.1:${CALLHOUSE_PG_PORT}/callhouse`;
  return {
    keys,
    urls: urlsOf(DATABASE_URL ?? own),
    appUrl: `http://127.0.0.1:${CALLHOUSE_PORT}`,
    sandboxUrl: `http://127.0.0.1:${CALLHOUSE_SANDBOX_PORT}`,
  };
}

/** The addresses of the roles, from an administrative one with the name of the database. */
export function urlsOf(adminUrl: string): DatabaseUrls {
  if (!URL.canParse(adminUrl))
    throw new Trouble("DATABASE_URL must look like postgres://user:password@host:5432/database.");
  return roleUrls(adminUrl, new URL(adminUrl).pathname.slice(1) || "callhouse");
}
