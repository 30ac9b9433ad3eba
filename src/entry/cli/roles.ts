import { createHash } from "node:crypto";
import postgres from "postgres";
import { Trouble } from "./trouble.ts";

/**
 * The three accounts of the database. `owner` runs migrations and nothing else; `app` is the Worker at a client's data,
 * under row-level security; `operator` is the Worker at the outsourcer's own tables. None may pass row-level security by.
 */
export const ROLES = ["owner", "app", "operator"] as const;
export type Role = (typeof ROLES)[number];
export type DatabaseUrls = Readonly<Record<Role, string>>;

/**
 * No statement waits or works for ever, and none goes on for a Worker that has gone. A month's chunk takes seconds; what
 * takes two minutes is a fault. The owner's migrations have no such limit.
 */
const LIMITS = {
  statement_timeout: "120s",
  idle_in_transaction_session_timeout: "60s",
  client_connection_check_interval: "5s",
} as const;

/** Two starts at once against one server take turns on this advisory lock. */
const LOCK = 4_711_000;
/** SQLSTATE 3D000: invalid_catalog_name. */
const NO_SUCH_DATABASE = "3D000";

/**
 * Makes the login roles and the database before the first migration, as often as it is asked. The administrative
 * connection is used here and never again.
 */
export async function prepareDatabase(adminUrl: string, database: string): Promise<DatabaseUrls> {
  const sql = await connectAnywhere(adminUrl);
  try {
    const [row] = await sql<{ version: number; name: string }[]>`
      select current_setting('server_version_num')::int as version, current_setting('server_version') as name`;
    if (!row || row.version < 180_000) {
      throw new Trouble(`DATABASE_URL leads to PostgreSQL ${row?.name ?? "?"}; Callhouse needs version 18 or newer.`);
    }
    await sql`select pg_advisory_lock(${LOCK})`;
    for (const role of ROLES) await makeRole(sql, role, passwordOf(adminUrl, role));
    const [exists] = await sql`select 1 from pg_database where datname = ${database}`;
    // The creator of a database for somebody else must be a member of that role (superusers are members of all).
    await sql.unsafe("grant callhouse_owner to current_user");
    if (!exists) await sql.unsafe(`create database ${quoteName(database)} owner callhouse_owner`);
    else await sql.unsafe(`alter database ${quoteName(database)} owner to callhouse_owner`);
    await sql.unsafe(`revoke all on database ${quoteName(database)} from public`);
    for (const role of ["callhouse_app", "callhouse_operator"]) {
      await sql.unsafe(`grant connect on database ${quoteName(database)} to ${role}`);
    }
  } finally {
    await sql.end({ timeout: 1 });
  }
  return roleUrls(adminUrl, database);
}

/**
 * A connection to the server, for work that belongs to no one database: to the named database, or, while it does not exist
 * yet, to the one that every server has.
 */
async function connectAnywhere(adminUrl: string): Promise<postgres.Sql> {
  const open = (url: string) => postgres(url, { max: 1, onnotice: () => {} });
  const named = open(adminUrl);
  try {
    await named`select 1`;
    return named;
  } catch (error) {
    await named.end({ timeout: 1 });
    if (!(error instanceof postgres.PostgresError) || error.code !== NO_SUCH_DATABASE) throw error;
    const url = new URL(adminUrl);
    url.pathname = "/postgres";
    return open(url.toString());
  }
}

/** The same server and database seen by each role. */
export function roleUrls(adminUrl: string, database: string): DatabaseUrls {
  const urlFor = (role: Role) => {
    const url = new URL(adminUrl);
    url.username = `callhouse_${role}`;
    url.password = passwordOf(adminUrl, role);
    url.pathname = `/${database}`;
    return url.toString();
  };
  return { owner: urlFor("owner"), app: urlFor("app"), operator: urlFor("operator") };
}

async function makeRole(sql: postgres.Sql, role: Role, password: string): Promise<void> {
  const name = `callhouse_${role}`;
  const [known] = await sql<{ rolsuper: boolean; rolbypassrls: boolean }[]>`
    select rolsuper, rolbypassrls from pg_roles where rolname = ${name}`;
  if (known?.rolsuper || known?.rolbypassrls) {
    throw new Trouble(
      `The database role ${name} is a superuser or passes row-level security by. Take that right away.`,
    );
  }
  await sql.unsafe(`${known ? "alter" : "create"} role ${name} login password '${password}'`);
  if (role === "owner") return;
  for (const [setting, limit] of Object.entries(LIMITS))
    await sql.unsafe(`alter role ${name} set ${setting} = '${limit}'`);
}

/** Made from the administrator's own password, so that two checkouts on one server agree without telling each other. */
function passwordOf(adminUrl: string, role: Role): string {
  return createHash("sha256")
    .update(`${new URL(adminUrl).password}|callhouse|${role}`)
    .digest("hex")
    .slice(0, 40);
}

function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
