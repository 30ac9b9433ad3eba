import { sql } from "drizzle-orm";
import type { TenantTx } from "../../adapters/db/index.ts";

/** A row of their file as it is kept: amounts as text, because JSON numbers are floats. */
export type KeptRow = {
  readonly ref: string;
  readonly item: string;
  readonly micros: string;
  readonly quantity: number | null;
};

/** Incomplete files told of a statement, at most; an upload that is sent again completes them. */
const INCOMPLETE_MAX = 10;
/** Numbers of missing parts told of one file: enough to see where it broke off. */
const MISSING_TOLD_MAX = 20;

type PartKept = { readonly part: number; readonly parts: number; readonly hash: string };

/** The parts of a file that have come, by its key. */
export async function partsKept(tx: TenantTx, statementId: string, key: string): Promise<PartKept[]> {
  const rows = await tx.execute<PartKept>(sql`
    select part, parts, content_hash as hash from tenant.settlement_files
    where tenant_id = ${tx.tenantId} and statement_id = ${statementId} and coalesce(file_key, content_hash) = ${key} order by part`);
  return [...rows];
}

/** Rows of each file that is here whole, in the order they were sent; the same rows sent as two files are one. */
export async function wholeFiles(tx: TenantTx, statementId: string): Promise<KeptRow[][]> {
  const parts = await tx.execute<{ key: string; rows: unknown }>(sql`
    select key, rows from (
      select coalesce(file_key, content_hash) as key, rows, part, parts, min(id::text) over file as first, count(*) over file as here
      from tenant.settlement_files where tenant_id = ${tx.tenantId} and statement_id = ${statementId}
      window file as (partition by coalesce(file_key, content_hash))) f
    where here = parts order by first, part`);
  const files = new Map<string, KeptRow[]>();
  for (const { key, rows } of parts) {
    const kept: KeptRow[] = typeof rows === "string" ? JSON.parse(rows) : rows;
    files.set(key, [...(files.get(key) ?? []), ...kept]);
  }
  return [...new Map([...files.values()].map((rows) => [JSON.stringify(rows), rows])).values()];
}

/** A file of which parts are missing: its key, and the numbers of the first of them. */
export type BrokenFile = {
  readonly key: string;
  readonly name: string;
  readonly parts: number;
  readonly received: number;
  readonly missing: number[];
};

/** Files of which parts are missing and that no whole file has followed, the newest first. */
export async function incompleteFiles(tx: TenantTx, statementId: string): Promise<BrokenFile[]> {
  const rows = await tx.execute<BrokenFile>(sql`
    with files as (
      select coalesce(file_key, content_hash) as key, min(name) as name, min(parts) as parts, count(*)::int as received,
        max(id::text) as last, array_agg(part) as here
      from tenant.settlement_files
      where tenant_id = ${tx.tenantId} and statement_id = ${statementId} group by coalesce(file_key, content_hash))
    select key, name, parts, received,
      (select coalesce(json_agg(n), '[]') from (select n from generate_series(1, parts) n where n <> all (here) order by n limit ${MISSING_TOLD_MAX}) gaps) as missing
    from files f where received < parts
      and not exists (select from files w where w.received = w.parts and w.last > f.last)
    order by last desc limit ${INCOMPLETE_MAX}`);
  return rows.map(({ missing, ...file }) => ({
    ...file,
    missing: typeof missing === "string" ? (JSON.parse(missing) as number[]) : missing,
  }));
}

/** Throws the parts of a file away; the database refuses it for one that is whole or of a statement that is no draft. */
export async function dropParts(tx: TenantTx, statementId: string, key: string): Promise<void> {
  await tx.execute(sql`
    delete from tenant.settlement_files
    where tenant_id = ${tx.tenantId} and statement_id = ${statementId} and coalesce(file_key, content_hash) = ${key}`);
}
