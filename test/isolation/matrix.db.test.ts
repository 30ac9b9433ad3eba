import type postgres from "postgres";
import { beforeAll, describe, expect, test } from "vitest";
import { useDatabase } from "../support/database.ts";
import { plantCanaries } from "./canaries.ts";
import { findHoles } from "./catalogue.ts";
import { type Leak, leaksOf, tenantTables } from "./matrix.ts";

const databases = useDatabase();
beforeAll(() => plantCanaries(databases));

/** Gives `work` a transaction and takes back all it did. */
async function inScratch<T>(work: (tx: postgres.TransactionSql) => Promise<T>): Promise<T> {
  const undo = new Error("undo");
  const kept: { value?: T } = {};
  await databases.admin
    .begin(async (tx) => {
      kept.value = await work(tx);
      throw undo;
    })
    .catch((error: unknown) => {
      if (error !== undo) throw error;
    });
  return kept.value as T;
}

test("every tenant table × every command × no, own and foreign scope comes out as isolation promises", async () => {
  const tables = await tenantTables(databases.admin);
  expect(tables.length).toBeGreaterThan(20);
  const leaks: Leak[] = [];
  for (const table of tables) leaks.push(...(await inScratch((tx) => leaksOf(tx, table))));
  expect(leaks).toEqual([]);
});

/** True of every row there can be, so it keeps nobody out. */
const ANYBODYS = "tenant_id is not null";

/** Each way to weaken a table, and which of the two proofs must notice. */
const MUTATIONS: readonly (readonly [
  name: string,
  sql: (table: string) => string,
  noticedBy: readonly ("gate" | "matrix")[],
])[] = [
  ["policy dropped", (t) => `drop policy own_rows on tenant.${t}`, ["gate", "matrix"]],
  ["row security off", (t) => `alter table tenant.${t} disable row level security`, ["gate", "matrix"]],
  ["FORCE dropped", (t) => `alter table tenant.${t} no force row level security`, ["gate", "matrix"]],
  ["USING widened", (t) => `alter policy own_rows on tenant.${t} using (${ANYBODYS})`, ["gate", "matrix"]],
  ["WITH CHECK widened", (t) => `alter policy own_rows on tenant.${t} with check (${ANYBODYS})`, ["gate", "matrix"]],
  [
    "second policy for everybody",
    (t) => `create policy extra on tenant.${t} using (true) with check (true)`,
    ["gate", "matrix"],
  ],
];

async function isWritten(tx: postgres.TransactionSql, table: string): Promise<boolean> {
  const [row] = await tx<{ written: boolean }[]>`
    select has_table_privilege('callhouse_app', ${`tenant.${table}`}, 'insert, update') as written`;
  return row?.written ?? true;
}

describe("mutation: a weakened table is noticed", () => {
  test.each(MUTATIONS)("%s, on every table", async (name, mutate, noticedBy) => {
    const survivors: string[] = [];
    for (const table of await tenantTables(databases.admin)) {
      await inScratch(async (tx) => {
        await tx.unsafe(mutate(table));
        const noticed = { gate: (await findHoles(tx)).length > 0, matrix: (await leaksOf(tx, table)).length > 0 };
        // A row that the app role can neither add nor change needs no check of what it would become: the gate sees it.
        const harmless = name === "WITH CHECK widened" && !(await isWritten(tx, table));
        for (const proof of noticedBy) {
          if (!noticed[proof] && !(harmless && proof === "matrix")) survivors.push(`${table} (${proof})`);
        }
      });
    }
    expect(survivors).toEqual([]);
  });
});
