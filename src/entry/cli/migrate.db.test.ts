import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { useDatabase } from "../../../test/support/database.ts";
import { migrate } from "./migrate.ts";

const db = useDatabase();
let dir = "";

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "callhouse-migrations-"));
  await db.owner`delete from house.migrations`;
  await db.owner`drop schema if exists trial cascade`;
});
afterEach(() => rmSync(dir, { recursive: true }));

function file(name: string, sql: string): void {
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, name), sql);
}

async function trialTables(): Promise<string[]> {
  const rows = await db.owner<{ name: string }[]>`
    select tablename as name from pg_tables where schemaname = 'trial' order by 1`;
  return rows.map((row) => row.name);
}

test("OPS-1 files are applied in the order of their time, once", async () => {
  file("20260101000001_second.sql", "create table trial.b (id int);");
  file("20260101000000_first.sql", "create schema trial; create table trial.a (id int);");
  expect(await migrate(db.urls.owner, dir)).toEqual(["20260101000000_first.sql", "20260101000001_second.sql"]);
  expect(await migrate(db.urls.owner, dir)).toEqual([]);
  expect(await trialTables()).toEqual(["a", "b"]);
});

test("a broken statement is named with file and line, and nothing of its file stays", async () => {
  file("20260101000000_first.sql", "create schema trial;");
  file("20260101000001_broken.sql", "create table trial.a (id int);\n\n-- why\ninsert into trial.a values ('x');");
  await expect(migrate(db.urls.owner, dir)).rejects.toThrow(
    /20260101000001_broken\.sql:4: statement 2 \("insert into trial\.a values \('x'\)…"\) failed: .*Nothing of this file/,
  );
  expect(await trialTables()).toEqual([]);
  const rows = await db.owner<{ name: string }[]>`select name from house.migrations`;
  expect(rows.map((row) => row.name)).toEqual(["20260101000000_first.sql"]);
});

test("a file changed after it ran is refused", async () => {
  file("20260101000000_first.sql", "create schema trial;");
  await migrate(db.urls.owner, dir);
  file("20260101000000_first.sql", "create schema trial; ");
  await expect(migrate(db.urls.owner, dir)).rejects.toThrow("was changed after it was applied");
});

test("a file older than the newest applied one is refused", async () => {
  file("20260101000005_first.sql", "create schema trial;");
  await migrate(db.urls.owner, dir);
  file("20260101000001_late.sql", "create table trial.a (id int);");
  await expect(migrate(db.urls.owner, dir)).rejects.toThrow("Give it a newer time");
});

test("two runs at once apply each file once", async () => {
  file("20260101000000_first.sql", "create schema trial; create table trial.a (id int);");
  const [one, two] = await Promise.all([migrate(db.urls.owner, dir), migrate(db.urls.owner, dir)]);
  expect([...one, ...two]).toEqual(["20260101000000_first.sql"]);
});

test("the three roles may not pass row-level security by, and only the owner makes tables", async () => {
  const roles = await db.admin`
    select rolname from pg_roles where rolname like 'callhouse%' and (rolsuper or rolbypassrls or rolcreaterole)`;
  expect(roles).toHaveLength(0);
  await expect(db.app`create schema theirs`).rejects.toThrow("permission denied");
  await expect(db.operator`create schema theirs`).rejects.toThrow("permission denied");
});
