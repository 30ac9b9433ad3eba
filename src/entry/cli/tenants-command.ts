import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { Outage, Refusal } from "../../domain/kernel/trouble.ts";
import { DEMO_PASSWORD } from "../http/demo.ts";
import { ROOT } from "./bundle.ts";
import { keysIn } from "./keys.ts";
import { roleUrls } from "./roles.ts";
import { applyTenants, describeChanges, publish, type TenantsOptions } from "./tenants.ts";
import { explain, Trouble } from "./trouble.ts";

const USAGE = `Usage: npm run tenants -- plan|apply [client] [--files]
  plan    shows what the files in tenants/ would change
  apply   changes it in one transaction and publishes it to the running house
  --files takes back what was changed in the console; without it such changes are shown and stay
Without more it works on the house that runs on this machine. For a deployment set DATABASE_URL (administrative address),
SEAL_KEY, INTERNAL_KEY and PUBLIC_URL as the Worker has them, and CARRIER_<CLIENT>_AUTH_TOKEN and …_API_KEY_SECRET.`;

/** The same names and defaults as `npm start`. */
const localSchema = z.object({
  CALLHOUSE_DATA: z.string().min(1).default(join(ROOT, ".callhouse")),
  CALLHOUSE_PORT: z.coerce.number().int().default(8787),
  CALLHOUSE_SANDBOX_PORT: z.coerce.number().int().default(8788),
  CALLHOUSE_PG_PORT: z.coerce.number().int().default(8789),
});
const deployedSchema = z.object({
  DATABASE_URL: z.url(),
  SEAL_KEY: z.string().length(44),
  INTERNAL_KEY: z.string().min(24),
  PUBLIC_URL: z.url(),
});

type House = { readonly options: TenantsOptions; readonly appUrl: string; readonly internalKey: string };

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(wording(error));
  process.exitCode = 1;
}

async function main(given: string[]): Promise<void> {
  const filesWin = given.includes("--files");
  const [command, only, ...rest] = given.filter((word) => word !== "--files");
  if ((command !== "plan" && command !== "apply") || rest.length > 0) throw new Trouble(USAGE);
  const { options, appUrl, internalKey } = process.env.PUBLIC_URL === undefined ? localHouse() : deployedHouse();
  const { changes } = await applyTenants({ ...options, only: only ?? null, filesWin, dryRun: command === "plan" });
  console.log(describeChanges(changes));
  if (command === "plan") return;
  await publish(appUrl, internalKey);
  console.log(`Published to ${appUrl}.`);
}

function localHouse(): House {
  const settings = localSchema.parse(process.env);
  if (!existsSync(join(settings.CALLHOUSE_DATA, "keys.json"))) {
    throw new Trouble(
      `There is no house in ${settings.CALLHOUSE_DATA} yet: npm start makes one, and applies tenants/ itself.`,
    );
  }
  const keys = keysIn(settings.CALLHOUSE_DATA);
  const adminUrl =
    process.env.DATABASE_URL ??
    `postgres://postgres:${keys.postgresPassword}@127.0.0.1:${settings.CALLHOUSE_PG_PORT}/callhouse`;
  return {
    appUrl: `http://127.0.0.1:${settings.CALLHOUSE_PORT}`,
    internalKey: keys.internalKey,
    options: {
      ownerUrl: roleUrls(adminUrl, databaseOf(adminUrl)).owner,
      sealKey: keys.sealKey,
      sandbox: { baseUrl: `http://127.0.0.1:${settings.CALLHOUSE_SANDBOX_PORT}`, password: DEMO_PASSWORD },
    },
  };
}

function deployedHouse(): House {
  const parsed = deployedSchema.safeParse(process.env);
  if (!parsed.success) {
    throw new Trouble(parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("\n"));
  }
  const { DATABASE_URL, SEAL_KEY, INTERNAL_KEY, PUBLIC_URL } = parsed.data;
  const ownerUrl = roleUrls(DATABASE_URL, databaseOf(DATABASE_URL)).owner;
  return { appUrl: PUBLIC_URL, internalKey: INTERNAL_KEY, options: { ownerUrl, sealKey: SEAL_KEY, sandbox: null } };
}

function databaseOf(url: string): string {
  return new URL(url).pathname.slice(1) || "callhouse";
}

function wording(error: unknown): string {
  if (error instanceof Refusal) return `Nothing was applied. ${error.message}`;
  if (error instanceof Outage) return "The database cannot be reached. Is the house running? (npm start)";
  return explain(error);
}
