import { connect } from "../../adapters/db/index.ts";
import { type LineToPublish, readPublishable } from "../../features/numbers/index.ts";
import type { DatabaseUrls } from "./roles.ts";

/** Where a carrier is to bring the calls of some numbers: what a person writes into its console, once for each account. */
export type CarrierAddresses = {
  readonly client: string;
  readonly numbers: readonly string[];
  readonly voice: string;
  readonly fallback: string;
  readonly status: string;
};

/**
 * The addresses of every number in service, by the account it belongs to. They stay the same until the account's secrets
 * change: the account is sealed in them.
 */
export async function carrierAddresses(urls: DatabaseUrls, publicUrl: string): Promise<CarrierAddresses[]> {
  const db = connect(urls.app, { max: 1 });
  const operatorDb = connect(urls.operator, { max: 1 });
  try {
    const { lines } = await readPublishable({ db, operatorDb, now: Date.now() });
    return [...Map.groupBy(lines, ({ token }) => token)].map(([token, ofToken]) =>
      addressesOf(publicUrl, token, ofToken),
    );
  } finally {
    await Promise.all([db.close(), operatorDb.close()]);
  }
}

function addressesOf(publicUrl: string, token: string, lines: readonly LineToPublish[]): CarrierAddresses {
  const webhook = `${publicUrl}/t/${token}`;
  return {
    client: lines[0]?.config.tenantName ?? "",
    numbers: lines.map(({ config }) => config.number.e164),
    voice: `${webhook}/voice`,
    fallback: `${webhook}/fallback`,
    status: `${webhook}/status`,
  };
}

/** In the words of the carrier's console; every one of them is sent by POST. */
export function describeAddresses(all: readonly CarrierAddresses[]): string {
  return all
    .flatMap(({ client, numbers, voice, fallback, status }) => [
      `${client}: ${numbers.join(", ")}`,
      `  A call comes in       ${voice}`,
      `  Primary handler fails ${fallback}`,
      `  Call status changes   ${status}`,
    ])
    .join("\n");
}
