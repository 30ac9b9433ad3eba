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
    expect(row).toEqual({ database: name, owner: "callhouse_owner" });
  } finally {
    const admin = postgres(inject("adminUrl"), { max: 1 });
    await admin.unsafe(`drop database if exists ${name} with (force)`);
    await admin.end();
  }
});
