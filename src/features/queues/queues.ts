import { type Database, type OperatorTx, withOperator, withTenant } from "../../adapters/db/index.ts";
import type { PoolId, QueueId, TenantId } from "../../domain/kernel/ids.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import type { Policy } from "../../domain/routing/config.ts";
import type { SignedIn } from "../identity/index.ts";
import { linesAmong } from "../routing/index.ts";
import type { PoolView, QueueChanges, QueueList, QueueSettings, QueueView } from "./schema.ts";
import { changesBetween } from "./settings.ts";
import {
  holdQueue,
  listAbilities,
  listChanges,
  listClients,
  listPools,
  listQueues,
  readColor,
  type StoredQueue,
  writePolicy,
  writeQueue,
} from "./store.ts";

/** The two doors to the database, and who asks. */
export type Asking = { readonly db: Database; readonly operatorDb: Database; readonly who: SignedIn };

type Client = { readonly tenantId: TenantId; readonly name: string };

/** All queues of all clients, each read in its own client's scope. */
export async function allQueues({ db, operatorDb, who }: Asking): Promise<QueueList> {
  const { clients, pools, abilities } = await withOperator(operatorDb, async (tx) => ({
    clients: await listClients(tx),
    pools: await listPools(tx),
    abilities: await listAbilities(tx),
  }));
  const queues: QueueView[] = [];
  for (const client of clients) {
    await withTenant(db, scopeOf(client.tenantId, who), async (tx) => {
      const color = await readColor(tx);
      queues.push(...(await listQueues(tx)).map((queue) => viewOf(client, color, queue)));
    });
  }
  return { pools, queues, ...abilities };
}

/**
 * Writes new settings of a queue where nobody has changed it since the version that was read, with a record of who changed
 * what; null where there is no such queue. The same settings once more change nothing.
 */
export async function changeQueue(
  { db, operatorDb, who }: Asking,
  wanted: {
    readonly tenantId: TenantId;
    readonly queueId: QueueId;
    readonly version: number;
    readonly settings: QueueSettings;
  },
): Promise<QueueView | null> {
  const { tenantId, queueId, version, settings } = wanted;
  const { client, pools, lines } = await withOperator(operatorDb, async (tx) => ({
    client: await clientOf(tx, tenantId),
    pools: await listPools(tx),
    lines: await linesAmong(tx, outsideNumbers(settings)),
  }));
  if (client === null) return null;
  refuseUnknownPools(settings, pools);
  return withTenant(db, scopeOf(tenantId, who), async (tx) => {
    const before = await holdQueue(tx, queueId);
    if (before === null) return null;
    if (before.version !== version) throw changedMeanwhile();
    refuseOwnNumbers(settings, lines);
    const changes = changesBetween(before.settings, settings);
    if (changes.length > 0) {
      await writeQueue(tx, { queueId, settings, changes, by: { id: who.userId, name: who.name } });
    }
    const after = (await holdQueue(tx, queueId)) ?? before;
    return viewOf(client, await readColor(tx), after);
  });
}

/** Null where there is no such pool. */
export async function changePolicy(
  { operatorDb, who }: Asking,
  wanted: { readonly poolId: PoolId; readonly version: number; readonly policy: Policy },
): Promise<PoolView | null> {
  return withOperator(operatorDb, async (tx) => {
    const outcome = await writePolicy(tx, { ...wanted, by: { id: who.userId, name: who.name } });
    if (outcome === "stale") throw changedMeanwhile();
    return (await listPools(tx)).find(({ poolId }) => poolId === wanted.poolId) ?? null;
  });
}

/** Who changed what, newest first; null where there is no such queue. */
export async function changesOfQueue(
  { db, operatorDb, who }: Asking,
  tenantId: TenantId,
  queueId: QueueId,
): Promise<QueueChanges["items"] | null> {
  const client = await withOperator(operatorDb, (tx) => clientOf(tx, tenantId));
  if (client === null) return null;
  return withTenant(db, scopeOf(tenantId, who), async (tx) =>
    (await holdQueue(tx, queueId)) === null ? null : listChanges(tx, queueId),
  );
}

async function clientOf(tx: OperatorTx, tenantId: TenantId): Promise<Client | null> {
  return (await listClients(tx)).find((client) => client.tenantId === tenantId) ?? null;
}

function refuseUnknownPools({ relax }: QueueSettings, pools: readonly PoolView[]): void {
  const allowed = pools.map(({ poolId }) => poolId);
  const faults = relax.flatMap((step, at) =>
    step.do === "move" && !allowed.includes(step.poolId)
      ? [{ path: `json.relax.${at}.poolId`, message: "there is no such pool", value: step.poolId, allowed }]
      : [],
  );
  if (faults.length > 0) {
    throw new Refusal("invalid", "invalid_input", "something in the request is not as described", { faults });
  }
}

function outsideNumbers({ relax }: QueueSettings): string[] {
  return relax.flatMap((step) => (step.do === "outside" ? [step.number] : []));
}

/**
 * A caller who is handed to a line of the house comes in at the front again, and may go round for ever. Whose line it is
 * is not said: the one who asks may know one client of it and not the other.
 */
function refuseOwnNumbers({ relax }: QueueSettings, lines: readonly string[]): void {
  const message = "this is one of the house's own lines: a number outside the house is wanted";
  const faults = relax.flatMap((step, at) =>
    step.do === "outside" && lines.includes(step.number)
      ? [{ path: `json.relax.${at}.number`, message, value: step.number, rule: { is: "own_number" } }]
      : [],
  );
  if (faults.length > 0) throw new Refusal("invalid", "own_number", message, { faults });
}

function changedMeanwhile(): Refusal {
  return new Refusal("conflict", "changed_meanwhile", "somebody has changed this since you read it; read it again");
}

function scopeOf(tenantId: TenantId, who: SignedIn) {
  return { tenantId, actor: { kind: "user", userId: who.userId } } as const;
}

function viewOf({ tenantId, name }: Client, color: string, queue: StoredQueue): QueueView {
  return { tenantId, tenantName: name, color, ...queue, filed: [...queue.filed] };
}
