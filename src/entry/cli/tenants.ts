import { createHash, createHmac } from "node:crypto";
import { sealAccount } from "../../adapters/carriers/seal.ts";
import { connect } from "../../adapters/db/index.ts";
import type { TenantId } from "../../domain/kernel/ids.ts";
import { hashPassword } from "../../features/identity/index.ts";
import {
  type ApplyResult,
  applySetup,
  type Change,
  type HouseSetup,
  idOf,
  type StoredAccount,
  type TenantFiles,
} from "../../features/tenants/index.ts";
import type { CarrierAccount } from "../../ports/carrier.ts";
import { readSetup } from "./tenant-files.ts";
import { Trouble } from "./trouble.ts";

export type TenantsOptions = {
  readonly ownerUrl: string;
  /** The Worker's SEAL_KEY: carrier accounts are stored under it. */
  readonly sealKey: string;
  /** The demonstration house: accounts at the sandbox carrier, demo customers and a password everybody knows. */
  readonly sandbox: { readonly baseUrl: string; readonly password: string } | null;
  /** Only this client; without it all. */
  readonly only?: string | null;
  readonly dryRun?: boolean;
  /** The files win over what the console has changed. */
  readonly filesWin?: boolean;
  /** Folder of the files; the repository's own unless told. */
  readonly dir?: string;
};

export type AppliedTenant = {
  readonly tenantId: TenantId;
  readonly slug: string;
  readonly name: string;
  readonly account: CarrierAccount;
  /** An opaque part for this tenant's webhook addresses; sealed afresh, and it opens to the same account as the stored one. */
  readonly token: string;
  readonly numbers: readonly { readonly e164: string; readonly label: string }[];
};

export type AppliedTenants = {
  readonly changes: ApplyResult;
  readonly tenants: readonly AppliedTenant[];
  /** Everybody who can sign in, for the page of demo sign-ins; empty outside the sandbox. */
  readonly signIns: readonly { readonly email: string; readonly name: string; readonly roles: readonly string[] }[];
};

/** Reads `tenants/`, compares and applies in one transaction. Publishing is the caller's next step. */
export async function applyTenants(options: TenantsOptions): Promise<AppliedTenants> {
  const setup = readSetup(options.dir);
  const only = options.only ?? null;
  if (only !== null && !setup.tenants.some(({ slug }) => slug === only)) {
    throw new Trouble(
      `There is no client "${only}" in tenants/; there are: ${setup.tenants.map((t) => t.slug).join(", ")}`,
    );
  }
  const db = connect(options.ownerUrl, { max: 1 });
  try {
    const accounts = new Map(setup.tenants.map((files) => [files.slug, accountOf(files, options)]));
    const stored = new Map<string, StoredAccount>();
    for (const [slug, account] of accounts) stored.set(slug, await storedAccount(slug, account, options.sealKey));
    const changes = await applySetup(db, {
      setup,
      only,
      dryRun: options.dryRun ?? false,
      filesWin: options.filesWin ?? false,
      // Outside the sandbox nobody has a password until it is set: this is no hash, so no password fits it.
      passwordHash: options.sandbox ? await hashPassword(options.sandbox.password) : "none",
      withCustomers: options.sandbox !== null,
      accounts: stored,
    });
    const tenants = setup.tenants.map((files) => appliedTenant(files, accounts, stored));
    return { changes, tenants, signIns: options.sandbox ? signInsOf(setup) : [] };
  } finally {
    await db.close();
  }
}

/** Asks the running Worker to read the set-up and hand it to its lines and pools. */
export async function publish(appUrl: string, internalKey: string): Promise<void> {
  const answer = await fetch(`${appUrl}/internal/publish`, {
    method: "POST",
    headers: { authorization: `Bearer ${internalKey}` },
  });
  if (!answer.ok)
    throw new Trouble(`Applied, but not published: ${appUrl} answered ${answer.status} ${await answer.text()}`);
}

/** The difference in readable form: one line a change, fields below. */
export function describeChanges({ house, tenants }: ApplyResult): string {
  const sections = [{ name: "house", changes: house }, ...tenants.map((t) => ({ name: t.slug, changes: t.changes }))];
  const lines = sections
    .filter(({ changes }) => changes.length > 0)
    .flatMap(({ name, changes }) => [name, ...changes.flatMap(describeChange)]);
  return lines.length > 0 ? lines.join("\n") : "No difference.";
}

const SIGNS = { add: "+", change: "~", retire: "-", remove: "-", keep: "=" } as const;
const NOTES = {
  add: "",
  change: "",
  retire: " (retired)",
  remove: "",
  keep: " (changed in the console, and stays so)",
};

function describeChange({ table, what, name, fields }: Change): string[] {
  const thing = table.replace(/^\w+\./, "").replaceAll("_", " ");
  return [
    `  ${SIGNS[what]} ${thing} ${name}${NOTES[what]}`,
    ...fields.map(({ column, from, to }) =>
      what === "keep"
        ? `      ${column}: ${JSON.stringify(from)}; the file says ${JSON.stringify(to)}`
        : `      ${column}: ${JSON.stringify(from)} -> ${JSON.stringify(to)}`,
    ),
  ];
}

function accountOf(files: TenantFiles, { sandbox, sealKey }: TenantsOptions): CarrierAccount {
  if (sandbox) return sandboxAccount(files.slug, sandbox.baseUrl, sealKey);
  if (!files.carrier)
    throw new Trouble(`tenants/${files.slug}/tenant.toml: [carrier] is missing; outside the sandbox it must be there.`);
  const variable = (what: string) => `CARRIER_${files.slug.toUpperCase().replaceAll("-", "_")}_${what}`;
  const secret = (what: string) => {
    const value = process.env[variable(what)];
    if (value === undefined || value === "")
      throw new Trouble(`${variable(what)} must be set: the carrier secret of ${files.slug}.`);
    return value;
  };
  return {
    carrier: "twilio",
    ...files.carrier,
    authTokens: [secret("AUTH_TOKEN")],
    apiKeySecret: secret("API_KEY_SECRET"),
    baseUrl: "https://api.twilio.com",
  };
}

/** An account at the sandbox carrier: in Twilio's form, its secrets derived from this house's own key. */
function sandboxAccount(slug: string, baseUrl: string, sealKey: string): CarrierAccount {
  const sid = (prefix: string) =>
    prefix + createHash("sha256").update(`sandbox ${prefix} ${slug}`).digest("hex").slice(0, 32);
  const secret = (what: string) =>
    createHmac("sha256", sealKey).update(`sandbox ${what} ${slug}`).digest("hex").slice(0, 32);
  return {
    carrier: "sandbox",
    accountSid: sid("AC"),
    authTokens: [secret("auth token")],
    baseUrl,
    apiKeySid: sid("SK"),
    apiKeySecret: secret("api key"),
    applicationSid: sid("AP"),
  };
}

async function storedAccount(slug: string, account: CarrierAccount, sealKey: string): Promise<StoredAccount> {
  return {
    carrier: account.carrier === "sandbox" ? "sandbox" : "twilio",
    accountSid: account.accountSid,
    sealed: await sealAccount(sealKey, { tenantId: idOf.tenant(slug), account }),
    fingerprint: createHmac("sha256", sealKey).update(JSON.stringify(account)).digest("hex"),
  };
}

function appliedTenant(
  files: TenantFiles,
  accounts: ReadonlyMap<string, CarrierAccount>,
  stored: ReadonlyMap<string, StoredAccount>,
): AppliedTenant {
  const { slug, company, numbers } = files;
  const account = accounts.get(slug);
  const token = stored.get(slug)?.sealed;
  if (account === undefined || token === undefined) throw new Error(`no carrier account was made for ${slug}`);
  return {
    tenantId: idOf.tenant(slug),
    slug,
    name: company.name,
    account,
    token,
    numbers: numbers.map(({ e164, label }) => ({ e164, label })),
  };
}

function signInsOf({ house, tenants }: HouseSetup): AppliedTenants["signIns"] {
  return [
    ...house.staff.map(({ email, name, roles }) => ({ email, name, roles })),
    ...tenants.flatMap((t) =>
      t.admins.map(({ email, name }) => ({ email, name, roles: [`tenant_admin of ${t.company.name}`] })),
    ),
    ...house.agents.map(({ email, name }) => ({ email, name, roles: ["agent"] })),
  ];
}
