import { randomUUID } from "node:crypto";
import postgres from "postgres";
import { expect, inject, test } from "vitest";
import { prepareDatabase } from "./roles.ts";

test("OPS-4 an outside address may name a database that does not exist yet, and a second start finds it", async () => {
  const name = `outside_${randomUUID().replaceAll("-", "")}`;
  const address = new URL(inject("adminUrl"));
  address.pathname = `/${name}`;
  try {
    const urls = await prepareDatabase(address.toString(), name);
    expect(await prepareDatabase(address.toString(), name)).toEqual(urls);
    const owner = postgres(urls.owner, { max: 1 });
    const [row] = await owner<{ database: string; owner: string }[]>`
      select datname as database, pg_get_userbyid(datdba) as owner from pg_database where datname = current_database()`;
    await owner.end();
    expect(await limits(urls.owner)).toEqual(["0", "0"]);
    for (const url of [urls.app, urls.operator]) expect(await limits(url)).toEqual(["2min", "1min"]);
    expect(row).toEqual({ database: name, owner: "callhouse_owner" });
  } finally {
    const admin = postgres(inject("adminUrl"), { max: 1 });
    await admin.unsafe(`drop database if exists ${name} with (force)`);
    await admin.end();
  }
});

/** How long a statement may take, and a transaction that does nothing, for one who signs in so. */
async function limits(url: string): Promise<unknown[]> {
  const sql = postgres(url, { max: 1 });
  const [row] = await sql`select current_setting('statement_timeout') as statement,
    current_setting('idle_in_transaction_session_timeout') as idle`;
  await sql.end();
  return [row?.statement, row?.idle];
}
