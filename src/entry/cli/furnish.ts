import type { LineConfig } from "../../domain/call/line-config.ts";
import type { FloorCallers, FloorCast } from "./floor/floor.ts";
import { carrier, type Host } from "./floor/house-client.ts";
import { readSetup } from "./tenant-files.ts";
import type { AppliedTenant, AppliedTenants } from "./tenants.ts";

/** Gives each client its account at the sandbox carrier, with its numbers leading to the house. */
export async function openCarrierAccounts(host: Host, tenants: readonly AppliedTenant[]): Promise<void> {
  for (const { account, token, numbers } of tenants) {
    const webhook = (what: string) => `${host.appUrl}/t/${token}/${what}`;
    await carrier(host, "PUT", `/sandbox/accounts/${account.accountSid}`, {
      authToken: account.authTokens[0],
      apiKeySid: account.apiKeySid,
      apiKeySecret: account.apiKeySecret,
      numbers: numbers.map(({ e164 }) => ({
        e164,
        voiceUrl: webhook("voice"),
        fallbackUrl: webhook("fallback"),
        statusCallback: webhook("status"),
      })),
    });
  }
}

/** What the simulated people need to know; `keepFree` are the sign-ins left to whoever looks on. */
export type CastOptions = {
  readonly applied: AppliedTenants;
  readonly password: string;
  readonly keepFree: readonly string[];
  readonly lineOf: (e164: string) => Promise<LineConfig | null>;
};

/** Casts the demo floor: every agent but the free ones, and callers for every number in proportion. */
export async function castFloor({ applied, password, keepFree, lineOf }: CastOptions): Promise<FloorCast | null> {
  const customers = new Map(readSetup().tenants.map((files) => [files.slug, files.customers]));
  const callers: FloorCallers[] = [];
  for (const { slug, account, numbers } of applied.tenants) {
    const known = (customers.get(slug) ?? []).flatMap((customer) => customer.phones);
    for (const { e164 } of numbers) {
      const line = await lineOf(e164);
      if (line) callers.push({ line, known, weight: 1, accountSid: account.accountSid });
    }
  }
  const [first, ...rest] = callers;
  if (!first) return null;
  const agents = applied.signIns
    .filter(({ roles, email }) => roles.includes("agent") && !keepFree.includes(email))
    .map(({ email }) => ({ email, password }));
  return { agents, callers: [first, ...rest] };
}
