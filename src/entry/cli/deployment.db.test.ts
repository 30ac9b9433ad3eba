import { appendFileSync, cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { useDatabase } from "../../../test/support/database.ts";
import { openAccount } from "../../adapters/carriers/seal.ts";
import { connect, type Database } from "../../adapters/db/index.ts";
import { sessionsOn, setPassword } from "../../features/identity/index.ts";
import { carrierAddresses, describeAddresses } from "./carrier-addresses.ts";
import { readSetup, TENANTS_DIR } from "./tenant-files.ts";
import { applyTenants } from "./tenants.ts";

const databases = useDatabase();
const SEAL_KEY = Buffer.alloc(32, 9).toString("base64");
const ACCOUNT = `AC${"a".repeat(32)}`;
const setup = readSetup();
let operator: Database;
let dir: string;

const secretsOf = (slug: string) => `CARRIER_${slug.toUpperCase().replaceAll("-", "_")}`;

/** The clients of tenants/ as a deployment has them: each with an account at the carrier, its secrets in the environment. */
beforeAll(async () => {
  operator = connect(databases.urls.operator);
  dir = mkdtempSync(join(tmpdir(), "callhouse-deployment-"));
  cpSync(TENANTS_DIR, dir, { recursive: true });
  for (const { slug } of setup.tenants) {
    const carrier = `\n[carrier]\naccountSid = "${ACCOUNT}"\napiKeySid = "SKa"\napplicationSid = "APa"\n`;
    appendFileSync(join(dir, slug, "tenant.toml"), carrier);
    process.env[`${secretsOf(slug)}_AUTH_TOKEN`] = `token of ${slug}`;
    process.env[`${secretsOf(slug)}_API_KEY_SECRET`] = `secret of ${slug}`;
  }
  await applyTenants({ ownerUrl: databases.urls.owner, sealKey: SEAL_KEY, sandbox: null, dir });
});
afterAll(async () => {
  await operator.close();
  rmSync(dir, { recursive: true, force: true });
});

test("SEC-1 in a deployment nobody signs in before a password is set, and then exactly that person does", async () => {
  const [admin, other] = setup.house.staff;
  if (admin === undefined || other === undefined) throw new Error("the files name staff");
  const signIn = (email: string, password: string) =>
    sessionsOn(operator, true).signIn({ email, password, network: "198.51.100" });
  await expect(signIn(admin.email, "none")).rejects.toMatchObject({ code: "wrong_credentials" });
  expect(await setPassword(operator, admin.email, "given by the house", "password")).toBe(true);
  expect((await signIn(admin.email, "given by the house")).signedIn.email).toBe(admin.email);
  await expect(signIn(other.email, "given by the house")).rejects.toMatchObject({ code: "wrong_credentials" });
});

test("NUM-1 every number in service has an address that the carrier is told, which opens to its client's account", async () => {
  const all = await carrierAddresses(databases.urls, "https://calls.example.com");
  const numbers = setup.tenants.flatMap((client) => client.numbers.map(({ e164 }) => e164));
  expect(all.flatMap((one) => one.numbers).sort()).toEqual(numbers.sort());
  for (const { client, voice } of all) {
    const slug = setup.tenants.find(({ company }) => company.name === client)?.slug ?? "";
    const token = /^https:\/\/calls\.example\.com\/t\/([\w-]+)\/voice$/.exec(voice)?.[1] ?? "";
    const opened = await openAccount(SEAL_KEY, token);
    expect(opened?.account).toMatchObject({ accountSid: ACCOUNT, authTokens: [`token of ${slug}`] });
    expect(describeAddresses(all)).toContain(voice);
  }
  expect(await carrierAddresses(databases.urls, "https://calls.example.com"), "asked again").toEqual(all);
});
