import { describe, expect, test } from "vitest";
import { useDatabase } from "../support/database.ts";
import { findHoles } from "./catalogue.ts";

const databases = useDatabase();

test("the catalogue shows no hole between tenants", async () => {
  expect(await findHoles(databases.admin)).toEqual([]);
});

/** Each hole is planted in a transaction that is rolled back, so the database stays as migrations made it. */
const PLANTED: readonly (readonly [check: string, what: string, plant: string])[] = [
  ["rls-off", "customers", "alter table tenant.customers no force row level security"],
  ["rls-off", "contacts", "alter table tenant.contacts disable row level security"],
  ["no-policy", "customers", "drop policy own_rows on tenant.customers"],
  [
    "policy-not-on-tenant",
    "customers.own_rows",
    "drop policy own_rows on tenant.customers; create policy own_rows on tenant.customers using (tenant_id is not null) with check (tenant_id is not null)",
  ],
  ["policy-not-on-tenant", "customers.all_rows", "create policy all_rows on tenant.customers for select using (true)"],
  ["no-tenant_id", "loose", "create table tenant.loose (id uuid primary key)"],
  ["tenant_id-nullable", "loose", "create table tenant.loose (tenant_id uuid, unique (tenant_id))"],
  [
    "fk-without-tenant",
    "loose_fk",
    "create unique index u on tenant.flows (id); create table tenant.loose (tenant_id uuid not null, flow_id uuid constraint loose_fk references tenant.flows (id))",
  ],
  [
    "unique-not-tenant-first",
    "tenant.points_once",
    "create unique index points_once on tenant.customer_points (phone_e164)",
  ],
  ["view-not-invoker", "every_customer", "create view tenant.every_customer as select * from tenant.customers"],
  [
    "matview-granted",
    "every_customer",
    "create materialized view tenant.every_customer as select * from tenant.customers; grant select on tenant.every_customer to callhouse_app",
  ],
  [
    "partition-granted",
    "part_1",
    "create table tenant.part (tenant_id uuid not null) partition by hash (tenant_id); create table tenant.part_1 partition of tenant.part for values with (modulus 1, remainder 0); grant select on tenant.part_1 to callhouse_app",
  ],
  ["bad-grant", "customers", "grant truncate on tenant.customers to callhouse_app"],
  ["bad-grant", "customers", "grant trigger on tenant.customers to callhouse_app"],
  [
    "secdef-no-search_path",
    "peek",
    "create function tenant.peek() returns bigint language sql security definer as 'select count(*) from tenant.customers'",
  ],
  ["role", "callhouse_app", "alter role callhouse_app bypassrls"],
  ["role-member", "callhouse_app of callhouse_owner", "grant callhouse_owner to callhouse_app"],
  [
    "owns",
    "customers",
    "grant create on schema tenant to callhouse_app; alter table tenant.customers owner to callhouse_app",
  ],
  [
    "slow-index-col",
    "tenant.by_amount.amount",
    "create table tenant.loose (tenant_id uuid not null, amount numeric); create index by_amount on tenant.loose (tenant_id, amount)",
  ],
  [
    "not-leakproof-col",
    "customers.mood",
    "create type tenant.mood as enum ('fine'); alter table tenant.customers add mood tenant.mood",
  ],
  ["operator-granted", "customers", "grant select (name) on tenant.customers to callhouse_operator"],
  ["public-granted", "tenant.customers", "grant select on tenant.customers to public"],
  ["house-granted-to-app", "users.password_hash", "grant select (password_hash) on house.users to callhouse_app"],
];

describe("a planted hole is named", () => {
  test.each(PLANTED)("%s: %s", async (check, what, plant) => {
    const undo = new Error("undo");
    const planting = databases.admin.begin(async (tx) => {
      await tx.unsafe(plant);
      expect(await findHoles(tx)).toContainEqual({ check, what });
      throw undo;
    });
    await expect(planting).rejects.toBe(undo);
  });
});
