import { expect, test } from "vitest";
import type { Session } from "../api/session.ts";
import { placeAt, placesOf } from "./shell.tsx";

const as = (role: "billing_admin" | "tenant_admin") => placesOf({ roles: [{ role }] } as unknown as Session);

test.each([
  ["billing_admin", "/billing", "billing"],
  ["billing_admin", "/billing/1/invoices/2/lines/3", "billing"],
  ["billing_admin", "/billing/ledger", "books"],
  ["billing_admin", "/billing/commission", "books"],
  ["billing_admin", "/contracts/1/2", "contracts"],
  ["billing_admin", "/contractsx", undefined],
  ["tenant_admin", "/portal", "today"],
  ["tenant_admin", "/portal/contacts/1", "contacts"],
  ["tenant_admin", "/floor", undefined],
] as const)("for %s the page %s belongs to one place only: %s", (role, path, word) => {
  expect(placeAt(as(role), path)?.word).toBe(word);
});
