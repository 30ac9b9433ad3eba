import { sql } from "drizzle-orm";
import { type Database, type OperatorTx, withOperator } from "../../adapters/db/index.ts";
import type { AgentId } from "../../domain/kernel/ids.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import type { TelephoneRings } from "../../domain/routing/config.ts";
import { auditHouse } from "../audit/index.ts";
import { linesAmong } from "./house-lines.ts";
import type { Telephone, TelephoneView } from "./schema.ts";

type Row = {
  readonly id: string;
  readonly name: string;
  readonly telephone: string | null;
  readonly rings: TelephoneRings;
  readonly version: number;
  readonly filed: string | null;
  readonly changed_ms: number | null;
  readonly changed_by: string | null;
};

/** Where an agent's calls ring; null where there is no such agent on the floor. */
export function readTelephone(db: Database, agentId: AgentId): Promise<TelephoneView | null> {
  return withOperator(db, async (tx) => viewOf(await rowOf(tx, agentId)));
}

/**
 * Another telephone for an agent, or none, where nobody has changed it since the version that was read, with a record of who
 * did. The same once more changes nothing. Null where there is no such agent on the floor.
 */
export function changeTelephone(
  db: Database,
  wanted: { readonly agentId: AgentId; readonly version: number; readonly telephone: Telephone | null },
  by: { readonly userId: string; readonly name: string },
): Promise<TelephoneView | null> {
  const { agentId, version, telephone } = wanted;
  return withOperator(db, async (tx) => {
    const before = await rowOf(tx, agentId);
    if (before === undefined) return null;
    if (before.version !== version) {
      throw new Refusal("conflict", "changed_meanwhile", "somebody has changed this since you read it; read it again");
    }
    await refuseOwnLine(tx, telephone);
    const after = { number: telephone?.number ?? null, rings: telephone?.rings ?? "on_accept" };
    if (after.number === before.telephone && after.rings === before.rings) return viewOf(before);
    await tx.execute(sql`
      update house.agents set telephone = ${after.number}, telephone_rings = ${after.rings}, version = version + 1,
        changed_at = now(), changed_by = ${by.name}
      where id = ${agentId}`);
    const change = { field: "telephone", from: telephoneOf(before), to: telephone };
    const detail = { by: by.name, changes: [change] };
    await auditHouse(tx, by.userId, "agent_telephone_changed", { kind: "agent", id: agentId }, detail);
    return viewOf(await rowOf(tx, agentId));
  });
}

/** An agent who is rung at a line of the house would be a caller of it: the call comes in at the front again. */
async function refuseOwnLine(tx: OperatorTx, telephone: Telephone | null): Promise<void> {
  const [own] = telephone === null ? [] : await linesAmong(tx, [telephone.number]);
  if (own === undefined) return;
  const message = "this is one of the house's own lines: a telephone outside the house is wanted";
  const faults = [{ path: "json.telephone.number", message, value: own, rule: { is: "own_number" } }];
  throw new Refusal("invalid", "own_number", message, { faults });
}

async function rowOf(tx: OperatorTx, agentId: AgentId): Promise<Row | undefined> {
  const rows = await tx.execute<Row>(sql`
    select id, name, telephone, telephone_rings as rings, version, filed::text as filed, changed_by,
      (extract(epoch from changed_at) * 1000)::float8 as changed_ms
    from house.agents where id = ${agentId} and status = 'active' for update`);
  return rows[0];
}

function viewOf(row: Row | undefined): TelephoneView | null {
  if (row === undefined) return null;
  const filed = row.filed === null ? row : (JSON.parse(row.filed) as { telephone: string | null }); // by sync.ts
  return {
    agentId: row.id,
    name: row.name,
    telephone: telephoneOf(row),
    version: row.version,
    differsFromFiles: filed.telephone !== row.telephone,
    changedAt: row.changed_ms,
    changedBy: row.changed_by,
  };
}

function telephoneOf({ telephone, rings }: Row): Telephone | null {
  return telephone === null ? null : { number: telephone, rings };
}
