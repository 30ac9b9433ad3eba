import { globSync } from "node:fs";
import { is } from "drizzle-orm";
import { getTableConfig, PgTable } from "drizzle-orm/pg-core";
import { expect, test } from "vitest";
import { useDatabase } from "../support/database.ts";

const databases = useDatabase();
const ROOT = new URL("../..", import.meta.url).pathname;

test("every column that the code knows stands in the database with the same type and the same duty to be filled", async () => {
  const wrong: string[] = [];
  for (const path of globSync("src/features/*/tables.ts", { cwd: ROOT })) {
    const module: Record<string, unknown> = await import(`${ROOT}${path}`);
    for (const table of Object.values(module).filter((value) => is(value, PgTable))) {
      const { schema, name, columns } = getTableConfig(table);
      const stored = await databases.admin<{ name: string; type: string; notnull: boolean }[]>`
        select attname as name, format_type(atttypid, null) as type, attnotnull as notnull from pg_attribute
        where attrelid = to_regclass(${`${schema}.${name}`}) and attnum > 0 and not attisdropped`;
      for (const column of columns) {
        const found = stored.find((each) => each.name === column.name);
        const known = `${schema}.${name}.${column.name} ${column.getSQLType()} ${column.notNull ? "not null" : "null"}`;
        const real = found && `${schema}.${name}.${found.name} ${found.type} ${found.notnull ? "not null" : "null"}`;
        if (known !== real) wrong.push(`${known}, in the database: ${real ?? "nothing"}`);
      }
    }
  }
  expect(wrong).toEqual([]);
});
