import { type Random, randomInt } from "../../../domain/kernel/random.ts";
import { contactIdOf, objectName } from "../../objects/contact-id.ts";
import { carrier } from "../floor/house-client.ts";
import type { Stack } from "../stack.ts";

/** Shares of status callbacks that the carrier sends twice, out of order, or never. */
const FAULTS = { duplicate: 0.01, reorder: 0.01, drop: 0.005 };
const EVICT_EVERY_MS = 700;
/** Real time; the database comes back in the middle of the traffic. */
const DATABASE_STOP_MS = 8_000;

export type Chaos = {
  readonly evictions: () => number;
  readonly stop: () => Promise<void>;
};

/** Calls that are on now, as far as the driver knows: whose objects may be evicted. */
export type LiveCalls = ReadonlyMap<string, { readonly accountSid: string; readonly tenantId: string }>;

/** Makes the carrier misbehave, objects die and the database stop, all from one seed, until it is stopped. */
export async function startChaos(
  stack: Stack,
  random: Random,
  { pools, live, databaseStopsAfterMs }: { pools: readonly string[]; live: LiveCalls; databaseStopsAfterMs: number },
): Promise<Chaos> {
  await carrier(stack.host, "PUT", "/sandbox/faults", { seed: randomInt(random, 1 << 30), ...FAULTS });
  let evictions = 0;
  let turn = Promise.resolve();
  const evictOne = async (): Promise<void> => {
    const draw = random.next();
    const calls = [...live];
    const call = calls[randomInt(random, Math.max(1, calls.length))];
    const pool = pools[randomInt(random, pools.length)];
    if (draw < 0.15 && pool !== undefined) await stack.evict("SEAT_POOL", objectName.pool(pool));
    else if (draw < 0.25 && call) await stack.evict("TENANT_LIVE", objectName.tenant(call[1].tenantId));
    else if (call) {
      const contactId = await contactIdOf(call[1].accountSid, call[0]);
      await stack.evict("CONTACT", objectName.contact(call[1].tenantId, contactId));
    } else return;
    evictions += 1;
  };
  const evicting = setInterval(() => {
    turn = turn.then(evictOne).catch(() => undefined); // an object that is not in memory has nothing to lose
  }, EVICT_EVERY_MS);
  let outage = Promise.resolve();
  const stopping = setTimeout(() => {
    outage = (async () => {
      await stack.stopDatabase();
      await new Promise((resolve) => setTimeout(resolve, DATABASE_STOP_MS));
      await stack.startDatabase();
    })();
  }, databaseStopsAfterMs);
  return {
    evictions: () => evictions,
    stop: async () => {
      clearInterval(evicting);
      clearTimeout(stopping);
      await turn;
      await outage;
      await carrier(stack.host, "PUT", "/sandbox/faults", {});
    },
  };
}
