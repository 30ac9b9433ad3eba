import { and, desc, eq, sql } from "drizzle-orm";
import { type Database, enterTenant, type OwnerTx, withOwner } from "../../adapters/db/index.ts";
import type { TenantId } from "../../domain/kernel/ids.ts";
import { flowVersions } from "../flow/index.ts";
import { refuseCardsBehindBacks, withCardPrices, withoutConsoleContract, withPrices } from "./contract-sync.ts";
import { type Desired, desiredCustomers, desiredFlow, desiredTenant, idOf, type StoredAccount } from "./desired.ts";
import { desiredContract } from "./desired-contract.ts";
import { desiredHouse, desiredLinks } from "./desired-house.ts";
import type { HouseSetup, TenantFiles } from "./parse.ts";
import { contentHash } from "./stable-id.ts";
import { type Change, compare, write } from "./sync.ts";

export type ApplyInput = {
  readonly setup: HouseSetup;
  /** Only this client's own rows; the house's are always taken whole. */
  readonly only: string | null;
  /** Shows the difference and leaves everything as it is. */
  readonly dryRun: boolean;
  /** Takes back what the console has changed of things that the files name; without it such changes stay. */
  readonly filesWin: boolean;
  /** What people who are new get; somebody's own password is never overwritten. */
  readonly passwordHash: string;
  /** Adds the customers of customers.toml: for the sandbox, never for a real client. */
  readonly withCustomers: boolean;
  readonly accounts: ReadonlyMap<string, StoredAccount>;
};

export type TenantChanges = { readonly slug: string; readonly changes: readonly Change[] };
export type ApplyResult = { readonly house: readonly Change[]; readonly tenants: readonly TenantChanges[] };

const ACTOR = { kind: "cli", name: "tenants" } as const;
/** Two applies at once take turns; the number only has to be ours. */
const LOCK = 4_711_002;

/** Brings the database to what the files say, in one transaction: all of it or nothing. Twice the same is once. */
export function applySetup(db: Database, input: ApplyInput): Promise<ApplyResult> {
  return withOwner(db, async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(${LOCK})`);
    await refuseCardsBehindBacks(tx, input.setup.cards);
    const house = withCardPrices(
      await sync(tx, input, desiredHouse(input.setup, input.passwordHash)),
      input.setup.cards,
    );
    const tenants: TenantChanges[] = [];
    for (const files of input.setup.tenants) {
      if (input.only !== null && files.slug !== input.only) continue;
      tenants.push({ slug: files.slug, changes: await applyTenant(tx, input, files) });
    }
    const links = await sync(tx, input, desiredLinks(input.setup, input.only));
    return { house: [...house, ...links], tenants };
  });
}

async function applyTenant(tx: OwnerTx, input: ApplyInput, files: TenantFiles): Promise<Change[]> {
  const tenantId = idOf.tenant(files.slug);
  const account = input.accounts.get(files.slug);
  if (account === undefined) throw new Error(`no carrier account was made for ${files.slug}`);
  await enterTenant(tx, { tenantId, actor: ACTOR });
  const asked = [...desiredTenant(files, account), ...desiredContract(files)];
  const { tables, kept } = await withoutConsoleContract(tx, tenantId, files.contract, asked);
  const changes = [
    ...withPrices(await sync(tx, input, tables), files.contract),
    ...kept,
    ...(await publishFlow(tx, input, files)),
    ...(input.withCustomers ? await sync(tx, input, desiredCustomers(files)) : []),
  ];
  if (changes.some(({ what }) => what !== "keep") && !input.dryRun) await noteChange(tx, tenantId, changes);
  return changes;
}

async function sync(tx: OwnerTx, input: ApplyInput, tables: readonly Desired[]): Promise<Change[]> {
  // All are compared before any is written, so that a refusal in words comes before one of the database.
  const differences = [];
  for (const desired of tables) differences.push(await compare(tx, desired, input.filesWin));
  if (!input.dryRun) for (const difference of differences) await write(tx, difference);
  return differences.flatMap(({ changes }) => changes);
}

/** A flow that reads otherwise than its newest version becomes the next version; none is ever changed. */
async function publishFlow(tx: OwnerTx, input: ApplyInput, files: TenantFiles): Promise<Change[]> {
  const tenantId = idOf.tenant(files.slug);
  const flowId = idOf.flow(files.slug);
  const [newest] = await tx
    .select({ version: flowVersions.version, contentHash: flowVersions.contentHash })
    .from(flowVersions)
    .where(and(eq(flowVersions.tenantId, tenantId), eq(flowVersions.flowId, flowId)))
    .orderBy(desc(flowVersions.version))
    .limit(1);
  const version = (newest?.version ?? 0) + 1;
  const { entry, steps } = desiredFlow(files, version);
  const hash = contentHash({ entry, steps });
  if (newest?.contentHash === hash) return [];
  if (!input.dryRun) {
    await tx.insert(flowVersions).values({ tenantId, flowId, version, entry, steps, contentHash: hash });
  }
  const fields = [{ column: "version", from: newest?.version ?? null, to: version }];
  return [{ table: "tenant.flow_versions", what: newest ? "change" : "add", name: "main", fields }];
}

async function noteChange(tx: OwnerTx, tenantId: TenantId, changes: readonly Change[]): Promise<void> {
  await tx.execute(
    sql`update tenant.companies set revision = revision + 1, updated_at = now() where tenant_id = ${tenantId}`,
  );
  const counts: { [table: string]: number } = {};
  for (const { table, what } of changes) if (what !== "keep") counts[table] = (counts[table] ?? 0) + 1;
  await tx.execute(sql`insert into tenant.audit (tenant_id, actor_kind, actor_id, action, subject_kind, subject_id, detail)
    values (${tenantId}, ${ACTOR.kind}, ${ACTOR.name}, 'setup_applied', 'tenant', ${tenantId}, ${JSON.stringify(counts)}::jsonb)`);
}
