import { sql } from "drizzle-orm";
import type { TenantTx } from "../../adapters/db/index.ts";
import { exact, roundHalfAwayFromZero, times } from "../../domain/kernel/rational.ts";
import { type Match, matchLines, type OurLine, type TheirLine } from "../../domain/settlement/match.ts";
import { type KeptRow, wholeFiles } from "./files-store.ts";
import { termsOf } from "./terms.ts";

const ROWS_A_STATEMENT = 2_000;
const MICROS_PER_MAJOR = 1_000_000n;

type Row = {
  readonly line_id: string | null;
  readonly their_key: string | null;
  readonly item: string;
  readonly ref: string;
  readonly theirs: string | null;
  readonly their_quantity: number | null;
  readonly state: Match["state"] | "unmatched";
};

/**
 * Matches a draft's lines with all their file's parts anew. A decision stays on a line that comes out as it was, and goes
 * from one whose other side has changed: it was about something else.
 */
export async function rematch(tx: TenantTx, statementId: string): Promise<void> {
  const theirs = theirLines(await wholeFiles(tx, statementId));
  const ours = await ourStored(tx, statementId);
  const rows =
    theirs === null ? ours.map(unmatched) : rowsOf(matchLines(ours, theirs, await toleranceOf(tx, statementId)));
  const keys = JSON.stringify(rows.flatMap((row) => (row.line_id === null ? [row.their_key] : [])));
  await tx.execute(sql`
    delete from tenant.settlement_lines where tenant_id = ${tx.tenantId} and statement_id = ${statementId} and source_key is null
      and their_key not in (select jsonb_array_elements_text(${keys}::jsonb))`);
  for (let at = 0; at < rows.length; at += ROWS_A_STATEMENT)
    await write(tx, statementId, rows.slice(at, at + ROWS_A_STATEMENT));
}

async function write(tx: TenantTx, statementId: string, rows: readonly Row[]): Promise<void> {
  const list = JSON.stringify(rows);
  const recordset = sql`jsonb_to_recordset(${list}::jsonb) as r(line_id uuid, their_key text, item text, ref text, theirs bigint, their_quantity bigint, state text)`;
  await tx.execute(sql`
    update tenant.settlement_lines l set theirs_micros = r.theirs, theirs_quantity = r.their_quantity, state = r.state,
      decision = null, decided_by = null, decided_at = null, reason = null
    from ${recordset}
    where l.tenant_id = ${tx.tenantId} and l.statement_id = ${statementId} and l.id = r.line_id
      and (l.theirs_micros, l.theirs_quantity, l.state) is distinct from (r.theirs, r.their_quantity, r.state)`);
  await tx.execute(sql`
    insert into tenant.settlement_lines (tenant_id, statement_id, party_id, item, ref, their_key, theirs_micros, theirs_quantity, state)
    select s.tenant_id, s.id, s.party_id, r.item, r.ref, r.their_key, r.theirs, r.their_quantity, r.state
    from tenant.settlement_statements s, ${recordset}
    where s.tenant_id = ${tx.tenantId} and s.id = ${statementId} and r.line_id is null
    on conflict (tenant_id, statement_id, their_key) do nothing`);
}

function rowsOf(matches: readonly Match[]): Row[] {
  const seen = new Map<string, number>();
  return matches.map((match) => {
    const { ours, theirs, state } = match;
    const name = `${theirs?.item ?? ""}|${theirs?.ref ?? ""}|${theirs?.micros ?? ""}|${theirs?.quantity ?? ""}`;
    const nth = seen.get(name) ?? 0;
    if (ours === null) seen.set(name, nth + 1);
    return {
      line_id: ours?.id ?? null,
      their_key: ours === null ? `${name}|${nth}` : null,
      item: (ours ?? theirs).item,
      ref: (ours ?? theirs).ref,
      theirs: theirs?.micros.toString() ?? null,
      their_quantity: theirs?.quantity ?? null,
      state,
    };
  });
}

function unmatched({ id, item, ref }: OurLine): Row {
  return { line_id: id, their_key: null, item, ref, theirs: null, their_quantity: null, state: "unmatched" };
}

/** Null when they have sent nothing: then nothing of ours is missing there. */
function theirLines(files: readonly (readonly KeptRow[])[]): TheirLine[] | null {
  if (files.length === 0) return null;
  return files.flatMap((rows) => rows.map((row) => ({ ...row, micros: BigInt(row.micros) })));
}

/** Adjustments are agreed between people and stand in nobody's file; so do corrections of earlier statements. */
async function ourStored(tx: TenantTx, statementId: string): Promise<OurLine[]> {
  const rows = await tx.execute<{ id: string; item: string; ref: string; micros: string; quantity: string | null }>(sql`
    select id, item, ref, ours_micros::text as micros, quantity::text as quantity from tenant.settlement_lines
    where tenant_id = ${tx.tenantId} and statement_id = ${statementId} and source_key is not null
      and (starts_with(source_key, 'leg:') or starts_with(source_key, 'sale:'))`);
  return rows.map(({ quantity, micros, ...row }) => ({
    ...row,
    micros: BigInt(micros),
    quantity: quantity === null ? null : Number(quantity),
  }));
}

/** Of the newest terms: a statement has one measure for all its lines. */
async function toleranceOf(tx: TenantTx, statementId: string): Promise<bigint> {
  const [row] = await tx.execute<{ party_id: string }>(
    sql`select party_id from tenant.settlement_statements where tenant_id = ${tx.tenantId} and id = ${statementId}`,
  );
  const [newest] = row === undefined ? [] : await termsOf(tx, row.party_id);
  return newest === undefined ? 0n : roundHalfAwayFromZero(times(exact(newest.terms.tolerance), MICROS_PER_MAJOR));
}
