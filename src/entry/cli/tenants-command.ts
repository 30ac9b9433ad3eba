import { z } from "zod";
import { Outage, Refusal } from "../../domain/kernel/trouble.ts";
import { DEMO_PASSWORD } from "../http/demo.ts";
import { carrierAddresses, describeAddresses } from "./carrier-addresses.ts";
import { houseAtHand, urlsOf } from "./house-at-hand.ts";
import type { DatabaseUrls } from "./roles.ts";
import { applyTenants, describeChanges, publish, type TenantsOptions } from "./tenants.ts";
import { explain, Trouble } from "./trouble.ts";

const USAGE = `Usage: npm run tenants -- plan|apply [client] [--files]
  plan    shows what the files in tenants/ would change
  apply   changes it in one transaction and publishes it to the running house
  --files takes back what was changed in the console; without it such changes are shown and stay
Without more it works on the house that runs on this machine. For a deployment set DATABASE_URL (administrative address),
SEAL_KEY, INTERNAL_KEY and PUBLIC_URL as the Worker has them, and CARRIER_<CLIENT>_AUTH_TOKEN and …_API_KEY_SECRET; it
then prints the addresses that the carrier must know.`;

const deployedSchema = z.object({
  DATABASE_URL: z.url(),
  SEAL_KEY: z.string().length(44),
  INTERNAL_KEY: z.string().min(24),
  PUBLIC_URL: z.url(),
});

type House = {
  readonly options: TenantsOptions;
  readonly urls: DatabaseUrls;
  readonly appUrl: string;
  readonly internalKey: string;
};

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
  const { options, urls, appUrl, internalKey } = process.env.PUBLIC_URL === undefined ? localHouse() : deployedHouse();
  const { changes } = await applyTenants({ ...options, only: only ?? null, filesWin, dryRun: command === "plan" });
  console.log(describeChanges(changes));
  if (command === "plan") return;
  await publish(appUrl, internalKey);
  console.log(`Published to ${appUrl}.`);
  // The sandbox carrier is told by the house itself.
  if (options.sandbox === null) {
    console.log(
      `\nThe carrier must know these addresses, all by POST:\n${describeAddresses(await carrierAddresses(urls, appUrl))}`,
    );
  }
}

function localHouse(): House {
  const { keys, urls, appUrl, sandboxUrl } = houseAtHand();
  const sandbox = { baseUrl: sandboxUrl, password: DEMO_PASSWORD };
  return {
    appUrl,
    urls,
    internalKey: keys.internalKey,
    options: { ownerUrl: urls.owner, sealKey: keys.sealKey, sandbox },
  };
}

function deployedHouse(): House {
  const parsed = deployedSchema.safeParse(process.env);
  if (!parsed.success) {
    throw new Trouble(parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("\n"));
  }
  const { DATABASE_URL, SEAL_KEY, INTERNAL_KEY, PUBLIC_URL } = parsed.data;
  const urls = urlsOf(DATABASE_URL);
  const options = { ownerUrl: urls.owner, sealKey: SEAL_KEY, sandbox: null };
  return { appUrl: PUBLIC_URL, urls, internalKey: INTERNAL_KEY, options };
}

function wording(error: unknown): string {
  if (error instanceof Refusal) return `Nothing was applied. ${error.message}`;
  if (error instanceof Outage) return "The database cannot be reached. Is the house running? (npm start)";
  return explain(error);
}
