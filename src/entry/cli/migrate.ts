import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import postgres from "postgres";
import { type SqlStatement, splitStatements } from "./sql-statements.ts";
import { Trouble } from "./trouble.ts";

export const MIGRATIONS_DIR = join(import.meta.dirname, "../../../migrations");

/** `20261123061500_tenants.sql`: UTC time to the second, then a name. */
const FILE_NAME = /^\d{14}_[a-z0-9_]+\.sql$/;
/** Two runs at once wait for each other on this advisory lock; the number only has to be ours. */
const LOCK = 4_711_001;

type Migration = { readonly name: string; readonly text: string; readonly sha256: string };

/**
 * Brings a database forward: each file once, in the order of its timestamp, in a transaction of its own. There is no way
 * back; a mistake is mended by the next file. A file that was changed after it ran is refused.
 */
export async function migrate(ownerUrl: string, dir = MIGRATIONS_DIR): Promise<string[]> {
  const sql = postgres(ownerUrl, { max: 1, onnotice: () => {} });
  try {
    await sql`select pg_advisory_lock(${LOCK})`;
    await sql`create schema if not exists house`;
    await sql`create table if not exists house.migrations (
      name text primary key, sha256 text not null, applied_at timestamptz not null default now())`;
    const applied = await sql<{ name: string; sha256: string }[]>`select name, sha256 from house.migrations`;
    const pending = pendingMigrations(readMigrations(dir), new Map(applied.map((row) => [row.name, row.sha256])));
    for (const migration of pending) await apply(sql, migration);
    return pending.map((migration) => migration.name);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

function readMigrations(dir: string): Migration[] {
  return readdirSync(dir)
    .filter((name) => name.endsWith(".sql"))
    .sort()
    .map((name) => {
      if (!FILE_NAME.test(name)) {
        throw new Trouble(
          `migrations/${name}: the name must be <UTC time to the second>_<name>.sql, in small letters.`,
        );
      }
      const text = readFileSync(`${dir}/${name}`, "utf8");
      return { name, text, sha256: createHash("sha256").update(text).digest("hex") };
    });
}

function pendingMigrations(files: Migration[], applied: ReadonlyMap<string, string>): Migration[] {
  const known = new Set(files.map((file) => file.name));
  for (const name of applied.keys()) {
    if (known.has(name)) continue;
    throw new Trouble(
      `migrations/${name} was applied to this database but is not in this checkout: it is older than its database.`,
    );
  }
  const last = [...applied.keys()].sort().at(-1) ?? "";
  for (const file of files) {
    const sha256 = applied.get(file.name);
    if (sha256 !== undefined && sha256 !== file.sha256) {
      throw new Trouble(`migrations/${file.name} was changed after it was applied. Restore it and write a new file.`);
    }
    if (sha256 === undefined && file.name < last) {
      throw new Trouble(
        `migrations/${file.name} is older than ${last}, which is already applied. Give it a newer time.`,
      );
    }
  }
  return files.filter((file) => !applied.has(file.name));
}

async function apply(sql: postgres.Sql, migration: Migration): Promise<void> {
  await sql.begin(async (tx) => {
    for (const [index, statement] of splitStatements(migration.text).entries()) {
      await tx.unsafe(statement.text).catch((error: unknown) => {
        throw whyBroken(migration, index + 1, statement, error);
      });
    }
    await tx`insert into house.migrations (name, sha256) values (${migration.name}, ${migration.sha256})`;
  });
}

function whyBroken(migration: Migration, number: number, statement: SqlStatement, error: unknown): Trouble {
  const words = statement.text.replaceAll(/\s+/g, " ").slice(0, 60);
  const reason = error instanceof Error ? error.message : String(error);
  return new Trouble(
    `migrations/${migration.name}:${statement.line}: statement ${number} ("${words}…") failed: ${reason}. Nothing of this file was applied: mend it and start again.`,
  );
}
