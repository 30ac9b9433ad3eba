import { randomUUID } from "node:crypto";
import type postgres from "postgres";
import { OURS, THEIRS } from "./canaries.ts";

/** One cell of the matrix that did not come out as isolation promises. */
export type Leak = { readonly table: string; readonly command: string; readonly context: string; readonly saw: string };

type Row = { readonly [column: string]: unknown };
type Link = {
  readonly name: string;
  readonly parent: string;
  readonly columns: readonly string[];
  readonly parentColumns: readonly string[];
};
type Outcome = { readonly code: string } | { readonly rows: number };
/** Whose scope is set while the command runs; the row it aims at is always ours. */
type Context = "none" | "own" | "foreign";
const CONTEXTS: readonly Context[] = ["none", "own", "foreign"];
const SCOPE: { readonly [context in Context]: string } = { none: "", own: OURS, foreign: THEIRS };

const DENIED = "42501";
const NO_SUCH_PARENT = "23503";

export async function tenantTables(sql: postgres.ISql): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select relname as name from pg_class where relnamespace = 'tenant'::regnamespace and relkind in ('r', 'p') order by 1`;
  return rows.map(({ name }) => name);
}

/** Every command in every context against one table. Runs inside the caller's transaction and undoes what it does. */
export async function leaksOf(tx: postgres.TransactionSql, table: string): Promise<Leak[]> {
  const leaks: Leak[] = [];
  const [canary] = await tx<
    { row: Row }[]
  >`select to_jsonb(t) as row from ${tx(`tenant.${table}`)} t where tenant_id = ${OURS} limit 1`;
  if (!canary)
    return [{ table, command: "seed", context: "none", saw: "no canary row: add one in test/isolation/canaries.ts" }];
  const granted = await grantsOf(tx, table);
  const expectThat = async (
    command: string,
    context: Context,
    text: string,
    values: readonly unknown[],
    wanted: (outcome: Outcome) => boolean,
  ) => {
    const outcome = await attempt(tx, "callhouse_app", SCOPE[context], text, values);
    if (!wanted(outcome)) leaks.push({ table, command, context, saw: JSON.stringify(outcome) });
  };
  const columns = await insertableColumns(tx, table);
  const whole = `(${columns}) select ${columns} from jsonb_populate_record(null::tenant.${table}, $1)`;
  for (const context of CONTEXTS) {
    const own = context === "own";
    await expectThat("select", context, `select 1 from tenant.${table} where tenant_id = $1`, [OURS], sees(own));
    await expectThat(
      "select all",
      context,
      `select 1 from tenant.${table} where tenant_id <> $1`,
      [SCOPE[context] || null],
      sees(false),
    );
    await expectThat(
      "insert",
      context,
      `insert into tenant.${table} ${whole}`,
      [canary.row],
      own ? notDenied(granted.insert) : denied,
    );
    await expectThat(
      "on conflict",
      context,
      `insert into tenant.${table} ${whole} on conflict do nothing`,
      [canary.row],
      own ? notDenied(granted.insert) : denied,
    );
    await expectThat(
      "update",
      context,
      `update tenant.${table} set tenant_id = tenant_id where tenant_id = $1`,
      [OURS],
      touches(own, granted.update),
    );
    await expectThat(
      "delete",
      context,
      `delete from tenant.${table} where tenant_id = $1`,
      [OURS],
      touches(own, granted.delete),
    );
    const moved = own || !granted.update ? denied : sees(false);
    await expectThat(
      "move tenant_id",
      context,
      `update tenant.${table} set tenant_id = '${own ? THEIRS : SCOPE[context] || THEIRS}' where tenant_id = $1`,
      [OURS],
      moved,
    );
  }
  leaks.push(...(await ownerLeaks(tx, table)), ...(await linkLeaks(tx, table, granted.insert)));
  return leaks;
}

/** FORCE: even the tables' owner sees nothing without a scope. */
async function ownerLeaks(tx: postgres.TransactionSql, table: string): Promise<Leak[]> {
  const outcome = await attempt(tx, "callhouse_owner", "", `select 1 from tenant.${table}`, []);
  return sees(false)(outcome)
    ? []
    : [{ table, command: "select as owner", context: "none", saw: JSON.stringify(outcome) }];
}

/** A row of ours that points at a row of theirs is refused exactly as one that points at nothing. */
async function linkLeaks(tx: postgres.TransactionSql, table: string, insertable: boolean): Promise<Leak[]> {
  if (!insertable) return [];
  const leaks: Leak[] = [];
  for (const link of await linksOf(tx, table)) {
    const free = link.columns.filter((column) => column !== "tenant_id");
    const [parent] = await tx<
      { row: Row }[]
    >`select to_jsonb(t) as row from ${tx(`tenant.${link.parent}`)} t where tenant_id = ${THEIRS} limit 1`;
    if (free.length === 0 || !parent) continue;
    const row = await rowThatUses(tx, table, free);
    const theirs = free.map(
      (column) => [column, parent.row[link.parentColumns[link.columns.indexOf(column)] ?? ""]] as const,
    );
    const nobodys = theirs.map(
      ([column, value]) => [column, typeof value === "number" ? 2_000_000_000 : randomUUID()] as const,
    );
    const foreign = await linkAttempt(tx, table, { ...row, ...Object.fromEntries(theirs) });
    const missing = await linkAttempt(tx, table, { ...row, ...Object.fromEntries(nobodys) });
    if (
      JSON.stringify(foreign) !== JSON.stringify(missing) ||
      !("code" in foreign) ||
      foreign.code !== NO_SUCH_PARENT
    ) {
      leaks.push({
        table,
        command: `foreign key ${link.name}`,
        context: "own",
        saw: `${JSON.stringify(foreign)}, for nothing ${JSON.stringify(missing)}`,
      });
    }
  }
  return leaks;
}

/** A row of ours, best one that uses the link already: then no CHECK stands in the way of another value. */
async function rowThatUses(tx: postgres.TransactionSql, table: string, columns: readonly string[]): Promise<Row> {
  const nulls = columns.map((column) => `"${column}" is null`).join(" or ");
  const [found] = await tx.unsafe<{ row: Row }[]>(
    `select to_jsonb(t) as row from tenant.${table} t where tenant_id = $1 order by ${nulls} limit 1`,
    [OURS],
  );
  if (!found) throw new Error(`no canary row in ${table}`);
  return found.row;
}

/** The table is emptied of our rows first, by one who may, so that no unique key answers before the foreign key does. */
function linkAttempt(tx: postgres.TransactionSql, table: string, row: Row): Promise<Outcome> {
  return undone(tx, async (inner) => {
    const columns = await insertableColumns(inner, table);
    await inner`set local session_replication_role = replica`;
    await inner`delete from ${inner(`tenant.${table}`)}`;
    await inner`set local session_replication_role = origin`;
    await enter(inner, "callhouse_app", OURS);
    const result = await inner.unsafe(
      `insert into tenant.${table} (${columns}) select ${columns} from jsonb_populate_record(null::tenant.${table}, $1)`,
      [inner.json(row as postgres.JSONValue)],
    );
    return { rows: result.count };
  });
}

/** Every column but those that the database computes: nobody may give them a value. */
async function insertableColumns(tx: postgres.TransactionSql, table: string): Promise<string> {
  const rows = await tx<{ name: string }[]>`select attname as name from pg_attribute
    where attrelid = ${`tenant.${table}`}::regclass and attnum > 0 and not attisdropped and attgenerated = '' order by attnum`;
  return rows.map(({ name }) => `"${name}"`).join(", ");
}

function attempt(
  tx: postgres.TransactionSql,
  role: string,
  scope: string,
  text: string,
  values: readonly unknown[],
): Promise<Outcome> {
  return undone(tx, async (inner) => {
    await enter(inner, role, scope);
    const bound = values.map((value) =>
      value !== null && typeof value === "object" ? inner.json(value as postgres.JSONValue) : value,
    );
    const result = await inner.unsafe(text, bound as postgres.ParameterOrJSON<never>[]);
    return { rows: result.count };
  });
}

async function enter(tx: postgres.TransactionSql, role: string, scope: string): Promise<void> {
  await tx`select set_config('role', ${role}, true), set_config('app.tenant_id', ${scope}, true)`;
}

/** Runs and rolls back; what the server refused comes back as its code. */
async function undone(
  tx: postgres.TransactionSql,
  work: (inner: postgres.TransactionSql) => Promise<Outcome>,
): Promise<Outcome> {
  const finished: { outcome?: Outcome } = {};
  const undo = new Error("undo");
  try {
    await tx.savepoint(async (inner) => {
      finished.outcome = await work(inner);
      throw undo;
    });
  } catch (error) {
    if (error === undo && finished.outcome) return finished.outcome;
    if (error instanceof Error && "code" in error && typeof error.code === "string") return { code: error.code };
    throw error;
  }
  throw new Error("unreachable: the savepoint is always undone");
}

async function grantsOf(tx: postgres.TransactionSql, table: string) {
  const [row] = await tx<{ insert: boolean; update: boolean; delete: boolean }[]>`select
    has_table_privilege('callhouse_app', ${`tenant.${table}`}, 'insert') as insert,
    has_table_privilege('callhouse_app', ${`tenant.${table}`}, 'update') as update,
    has_table_privilege('callhouse_app', ${`tenant.${table}`}, 'delete') as delete`;
  if (!row) throw new Error(`no such table: ${table}`);
  return row;
}

function linksOf(tx: postgres.TransactionSql, table: string) {
  return tx<Link[]>`select k.conname as name, k.confrelid::regclass::text as whole, p.relname as parent,
      array(select attname::text from unnest(k.conkey) with ordinality c(n, o) join pg_attribute a on a.attrelid = k.conrelid and a.attnum = c.n order by o) as columns,
      array(select attname::text from unnest(k.confkey) with ordinality c(n, o) join pg_attribute a on a.attrelid = k.confrelid and a.attnum = c.n order by o) as "parentColumns"
    from pg_constraint k join pg_class p on p.oid = k.confrelid
    where k.contype = 'f' and k.conrelid = ${`tenant.${table}`}::regclass and p.relnamespace = 'tenant'::regnamespace and k.conparentid = 0`;
}

const denied = (outcome: Outcome) => "code" in outcome && outcome.code === DENIED;
const sees = (some: boolean) => (outcome: Outcome) => "rows" in outcome && outcome.rows > 0 === some;
/** In its own scope a row may meet a unique key or a trigger, but never the policy. */
const notDenied = (granted: boolean) => (outcome: Outcome) => (granted ? !denied(outcome) : denied(outcome));
const touches = (own: boolean, granted: boolean) => (outcome: Outcome) => {
  if (!granted) return denied(outcome);
  return own ? !denied(outcome) && !("rows" in outcome && outcome.rows === 0) : sees(false)(outcome);
};
