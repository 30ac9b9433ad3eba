import { carrier, type Host } from "./floor/house-client.ts";
import type { AppliedTenant } from "./tenants.ts";

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
