import { type SQL, sql } from "drizzle-orm";
import type { OwnerTx } from "../../adapters/db/index.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import type { Desired, Row } from "./desired.ts";
import { canonicalJson } from "./stable-id.ts";

/** One difference between the files and the database, in a form people can read. */
export type Change = {
  readonly table: string;
  /** `keep`: the console has changed these fields since; they stay as they are (`from`), whatever the files say (`to`). */
  readonly what: "add" | "change" | "retire" | "remove" | "keep";
  readonly name: string;
  readonly fields: readonly { readonly column: string; readonly from: unknown; readonly to: unknown }[];
};

type Difference = {
  readonly desired: Desired;
  readonly added: readonly Row[];
  readonly changed: readonly Row[];
  readonly gone: readonly Row[];
  readonly changes: readonly Change[];
};

/** Compares one table with what the files ask for. Nothing is written. */
export async function compare(tx: OwnerTx, given: Desired, filesWin: boolean): Promise<Difference> {
  const desired = given.shared === undefined ? given : withFiled(given, given.shared);
  const stored = new Map((await storedRows(tx, desired)).map((row) => [keyOf(desired, row), row]));
  const wanted = new Set(desired.rows.map((row) => keyOf(desired, row)));
  const added = desired.rows.filter((row) => !stored.has(keyOf(desired, row)));
  const changes: Change[] = added.map((row) => changeOf(desired, "add", row, []));
  const changed: Row[] = [];
  for (const filed of desired.rows) {
    const before = stored.get(keyOf(desired, filed));
    if (before === undefined) continue;
    const { row, kept } = merged(desired, before, filed, filesWin);
    if (kept.length > 0) changes.push(changeOf(desired, "keep", row, kept));
    const fields = fieldsChanged(desired, before, row);
    if (fields.length === 0 && !remembersOtherwise(desired, before, row)) continue;
    if (desired.immutable !== undefined && fields.some(({ column }) => !desired.immutableSave?.includes(column))) {
      throw refuseChange(desired, row, desired.immutable);
    }
    changed.push(row);
    if (fields.length > 0) changes.push(changeOf(desired, "change", row, fields));
  }
  const gone = goneRows(desired, stored, wanted);
  const lost = gone[0];
  if (lost && desired.missing === "refuse") {
    throw refuseChange(desired, lost, "this has been applied and may be billed; it must stay in the file");
  }
  const what = desired.missing === "retire" ? "retire" : "remove";
  changes.push(...gone.map((row) => changeOf(desired, what, row, [])));
  return { desired, added, changed, gone, changes };
}

/** Each row remembers what the files say of the columns that the console may change as well. */
function withFiled(desired: Desired, shared: readonly string[]): Desired {
  const rows = desired.rows.map((row) => ({
    ...row,
    filed: Object.fromEntries(shared.map((column) => [column, row[column]])),
  }));
  return { ...desired, rows, secret: [...(desired.secret ?? []), "filed"] };
}

/**
 * Three ways at once: what the files said last, what they say now, and what stands in the database. A column that the
 * console has changed since the files last spoke stays, so that nobody's change is undone in silence.
 */
function merged(
  desired: Desired,
  before: Row,
  filed: Row,
  filesWin: boolean,
): { readonly row: Row; readonly kept: Change["fields"] } {
  if (desired.shared === undefined || filesWin) return { row: filed, kept: [] };
  const base = (before.filed ?? before) as Row; // a row from before there was `filed` is as the files left it
  const kept = desired.shared
    .filter((column) => !same(before[column], base[column]) && !same(before[column], filed[column]))
    .map((column) => ({ column, from: before[column], to: filed[column] }));
  return { row: { ...filed, ...Object.fromEntries(kept.map(({ column, from }) => [column, from])) }, kept };
}

function remembersOtherwise({ shared }: Desired, before: Row, after: Row): boolean {
  return shared !== undefined && !same(before.filed, after.filed);
}

function same(a: unknown, b: unknown): boolean {
  return canonicalJson(a) === canonicalJson(b);
}

/** Writes a difference: what goes first, because a temporal key refuses two rows that hold on one day. */
export async function write(tx: OwnerTx, { desired, added, changed, gone }: Difference): Promise<void> {
  const { table, key } = desired;
  const name = sql.raw(table);
  if (gone.length > 0) {
    const retire = desired.missing === "retire";
    await tx.execute(sql`${retire ? sql`update ${name} t set retired_at = now()` : sql`delete from ${name} t`}
      ${retire ? sql`from` : sql`using`} ${recordset(table, gone)} r where ${sameKey(key)}`);
  }
  const first = changed[0];
  if (first) {
    const once = new Set([...key, ...(desired.onceOnly ?? [])]);
    const columns = Object.keys(first).filter((column) => !once.has(column));
    const assignments = columns.map((column) => sql`${sql.identifier(column)} = r.${sql.identifier(column)}`);
    if (desired.shared !== undefined) assignments.push(sql`version = t.version + 1`);
    await tx.execute(sql`update ${name} t set ${sql.join(assignments, sql`, `)}
      from ${recordset(table, changed)} r where ${sameKey(key)}`);
  }
  const firstAdded = added[0];
  if (firstAdded) {
    const columns = list(Object.keys(firstAdded));
    await tx.execute(sql`insert into ${name} (${columns}) select ${columns} from ${recordset(table, added)}`);
  }
}

/** History (`keep`) is looked up by key and never read whole: customers may be many. */
async function storedRows(tx: OwnerTx, desired: Desired): Promise<Row[]> {
  if (desired.rows.length === 0 && desired.missing === "keep") return [];
  const only =
    desired.missing === "keep"
      ? sql`where exists (select from ${recordset(desired.table, desired.rows)} r where ${sameKey(desired.key)})`
      : sql``;
  const rows = await tx.execute<{ row: Row }>(sql`select to_jsonb(t) as row from ${sql.raw(desired.table)} t ${only}`);
  return rows.map(({ row }) => row);
}

function goneRows(desired: Desired, stored: ReadonlyMap<string, Row>, wanted: ReadonlySet<string>): Row[] {
  if (desired.missing === "keep") return [];
  const gone = [...stored].filter(([key]) => !wanted.has(key)).map(([, row]) => row);
  return desired.missing === "retire" ? gone.filter((row) => row.retired_at === null) : gone;
}

function fieldsChanged(desired: Desired, before: Row, after: Row): Change["fields"] {
  const skipped = new Set([...(desired.onceOnly ?? []), ...(desired.secret ?? [])]);
  return Object.entries(after)
    .filter(([column, to]) => !skipped.has(column) && !same(before[column], to))
    .map(([column, to]) => ({ column, from: before[column], to }));
}

function refuseChange(desired: Desired, row: Row, cure: string): Refusal {
  return new Refusal("conflict", "immutable", `${desired.table} ${nameOf(desired, row)}: ${cure}`);
}

function changeOf(desired: Desired, what: Change["what"], row: Row, fields: Change["fields"]): Change {
  return { table: desired.table, what, name: nameOf(desired, row), fields };
}

/** What people call the row: the first of these that it has, or else its key. */
const NAMES = ["slug", "e164", "code", "email", "account_sid", "name", "as_given", "skill", "valid", "role"];

function nameOf(desired: Desired, row: Row): string {
  if (desired.key.includes("version")) return `${row.slug ?? row.valid} (version ${row.version})`;
  const column = NAMES.find((name) => typeof row[name] === "string");
  return column === undefined ? desired.key.map((key) => String(row[key])).join(" ") : String(row[column]);
}

function keyOf(desired: Desired, row: Row): string {
  return canonicalJson(desired.key.map((column) => row[column]));
}

/** Rows go over as JSON and PostgreSQL types them by the table's own columns. Table and column names are ours, never input. */
function recordset(table: string, rows: readonly Row[]): SQL {
  return sql`jsonb_populate_recordset(null::${sql.raw(table)}, ${JSON.stringify(rows)}::jsonb)`;
}

function sameKey(key: readonly string[]): SQL {
  return sql.join(
    key.map((column) => sql`t.${sql.identifier(column)} = r.${sql.identifier(column)}`),
    sql` and `,
  );
}

function list(columns: readonly string[]): SQL {
  return sql.join(
    columns.map((column) => sql.identifier(column)),
    sql`, `,
  );
}
