import { randomBytes } from "node:crypto";
import postgres from "postgres";
import { afterAll, beforeAll, inject } from "vitest";
import { type DatabaseUrls, roleUrls } from "../../src/entry/cli/roles.ts";

/** A freshly migrated database of its own, seen by each of the three roles. */
export type TestDatabase = {
  readonly owner: postgres.Sql;
  readonly app: postgres.Sql;
  readonly operator: postgres.Sql;
  /** The superuser: only for the catalogue and for breaking things on purpose. */
  readonly admin: postgres.Sql;
  readonly urls: DatabaseUrls;
};

const TEMPLATE_DATABASE = "callhouse_template";

/**
 * Gives the test file a database of its own. Call it at the top of the file and read the connections inside tests:
 * they open in `beforeAll` and close in `afterAll`.
 */
export function useDatabase(): TestDatabase {
  let open: TestDatabase | undefined;
  beforeAll(async () => {
    open = await openDatabase(inject("adminUrl"));
  });
  afterAll(async () => {
    if (open) await closeDatabase(inject("adminUrl"), open);
  });
  const current = () => {
    if (!open) throw new Error("The test database is open only inside tests and hooks.");
    return open;
  };
  return {
    get owner() {
      return current().owner;
    },
    get app() {
      return current().app;
    },
    get operator() {
      return current().operator;
    },
    get admin() {
      return current().admin;
    },
    get urls() {
      return current().urls;
    },
  };
}

export async function openDatabase(adminUrl: string): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString("hex")}`;
  await asAdmin(adminUrl, async (admin) => {
    // Copying locks the template, so files that start together take turns.
    await admin`select pg_advisory_lock(1)`;
    await admin.unsafe(`create database ${name} template ${TEMPLATE_DATABASE} owner callhouse_owner`);
    await admin.unsafe(`revoke all on database ${name} from public`);
    await admin.unsafe(`grant connect on database ${name} to callhouse_app, callhouse_operator`);
  });
  const urls = roleUrls(adminUrl, name);
  const adminHere = new URL(adminUrl);
  adminHere.pathname = `/${name}`;
  const connect = (url: string) => postgres(url, { max: 4, onnotice: () => {} });
  return {
    owner: connect(urls.owner),
    app: connect(urls.app),
    operator: connect(urls.operator),
    admin: connect(adminHere.toString()),
    urls,
  };
}

export async function closeDatabase(adminUrl: string, database: TestDatabase): Promise<void> {
  const { owner, app, operator, admin } = database;
  await Promise.all([owner, app, operator, admin].map((sql) => sql.end({ timeout: 1 })));
  const name = new URL(database.urls.owner).pathname.slice(1);
  await asAdmin(adminUrl, (sql) => sql.unsafe(`drop database if exists ${name} with (force)`));
}

async function asAdmin<T>(adminUrl: string, work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(adminUrl, { max: 1, onnotice: () => {} });
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
}
