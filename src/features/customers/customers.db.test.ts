import { afterAll, beforeAll, expect, test } from "vitest";
import { useDatabase } from "../../../test/support/database.ts";
import { connect, type Database, withTenant } from "../../adapters/db/index.ts";
import { asId, type CustomerId } from "../../domain/kernel/ids.ts";
import { applyTenants } from "../../entry/cli/tenants.ts";
import { idOf } from "../tenants/index.ts";
import { changeCustomer, createCustomer, customersByPhone } from "./index.ts";

const databases = useDatabase();
let db: Database;
const at = (slug: string) => ({ tenantId: idOf.tenant(slug), actor: { kind: "system", name: "test" } }) as const;
const names = async (slug: string, caller: string) =>
  (await withTenant(db, at(slug), (tx) => customersByPhone(tx, caller))).map(({ name }) => name).sort();

beforeAll(async () => {
  await applyTenants({
    ownerUrl: databases.urls.owner,
    sealKey: Buffer.alloc(32, 7).toString("base64"),
    sandbox: { baseUrl: "http://127.0.0.1:1", password: "not a secret" },
  });
  db = connect(databases.urls.app);
});
afterAll(() => db.close());

test.each([
  ["one customer", "+12065550161", ["Carol Whitfield"]],
  ["several who share a telephone", "+12065550163", ["Priya Raman", "陈国华 George Chen"]],
  ["none", "+12065550199", []],
  ["none, when the number was withheld", "anonymous", []],
  ["the same, however the number was written", "+1 (206) 555-0161", ["Carol Whitfield"]],
])("CRM-1: a caller's number finds %s", async (_, caller, expected) => {
  expect(await names("hearthline", caller)).toEqual(expected);
});

test("a number that another client knows is nobody's here", async () => {
  expect(await names("harbourlight", "+12065550161")).toEqual([]);
});

test("a customer met in a contact is found by that number at the next call, with the note", async () => {
  const created = await withTenant(db, at("harbourlight"), (tx) =>
    createCustomer(tx, {
      name: "Ida Moore",
      phone: "+44 20 7946 0899",
      note: "asked about the lamp room",
      contactId: null,
    }),
  );
  expect(created).toMatchObject({ name: "Ida Moore", points: [{ kind: "phone", value: "+442079460899" }] });
  const [found] = await withTenant(db, at("harbourlight"), (tx) => customersByPhone(tx, "+442079460899"));
  expect(found?.notes.map(({ text }) => text)).toEqual(["asked about the lamp room"]);
});

test("CRM-1: a caller who withholds the number is kept by name, without one", async () => {
  const created = await withTenant(db, at("harbourlight"), (tx) =>
    createCustomer(tx, { name: "Rose Withers", phone: null, note: null, contactId: null }),
  );
  expect(created).toMatchObject({ name: "Rose Withers", points: [] });
});

test("what is no telephone number is refused, and nothing is kept", async () => {
  const creating = withTenant(db, at("harbourlight"), (tx) =>
    createCustomer(tx, { name: "Nobody", phone: "call me", note: null, contactId: null }),
  );
  await expect(creating).rejects.toMatchObject({ kind: "invalid", faults: [{ path: "json.phone" }] });
  const rows = await databases.admin`select 1 from tenant.customers where name = 'Nobody'`;
  expect(rows).toHaveLength(0);
});

test("a change is kept and audited; another client's customer is not there to be changed", async () => {
  const [carol] = await withTenant(db, at("hearthline"), (tx) => customersByPhone(tx, "+12065550161"));
  const customerId = asId<CustomerId>(carol?.id ?? "");
  const change = { customerId, contactId: null, tier: "platinum", note: "moved house" };
  expect(await withTenant(db, at("harbourlight"), (tx) => changeCustomer(tx, change))).toBeNull();
  const changed = await withTenant(db, at("hearthline"), (tx) => changeCustomer(tx, change));
  expect(changed).toMatchObject({ name: "Carol Whitfield", tier: "platinum" });
  expect(changed?.notes[0]?.text).toBe("moved house");
  const audited =
    await databases.admin`select tenant_id from tenant.audit where action = 'customer_changed' and subject_id = ${customerId}`;
  expect(audited.map((row) => row.tenant_id)).toEqual([idOf.tenant("hearthline")]);
});
