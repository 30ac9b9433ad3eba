import parsePhoneNumber from "libphonenumber-js/min";
import { actorId, type TenantTx } from "../../adapters/db/index.ts";
import type { ContactId, CustomerId } from "../../domain/kernel/ids.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import type { Customer } from "./schema.ts";
import {
  findById,
  findByPhone,
  insertAudit,
  insertCustomer,
  insertNote,
  insertPhone,
  updateCustomer,
} from "./store.ts";

/** Who may be calling: customers of this client with the caller's number. A withheld number is nobody's. */
export async function customersByPhone(tx: TenantTx, caller: string): Promise<Customer[]> {
  const phone = normalPhone(caller);
  return phone === null ? [] : findByPhone(tx, phone);
}

export type CustomerGiven = {
  readonly name: string;
  /** Null where the caller withheld the number: the customer is found by name alone. */
  readonly phone: string | null;
  readonly note: string | null;
  readonly contactId: ContactId | null;
};

/** A new customer met in a contact, with one number where it is known. */
export async function createCustomer(tx: TenantTx, given: CustomerGiven): Promise<Customer> {
  const phone = given.phone === null ? null : normalPhone(given.phone);
  if (given.phone !== null && phone === null) {
    throw new Refusal("invalid", "invalid_input", "this is not a telephone number", {
      faults: [{ path: "json.phone", message: "write it with its country, such as +44 20 7946 0123" }],
    });
  }
  const customerId = await insertCustomer(tx, given.name);
  if (given.phone !== null && phone !== null) await insertPhone(tx, customerId, given.phone, phone);
  if (given.note !== null && given.note !== "") await note(tx, customerId, given.contactId, given.note);
  await audit(tx, "customer_created", customerId);
  return existing(await findById(tx, customerId));
}

export type CustomerChange = {
  readonly customerId: CustomerId;
  readonly contactId: ContactId | null;
  readonly name?: string | undefined;
  readonly tier?: string | undefined;
  readonly note?: string | undefined;
};

/** Null when this client has no such customer: one of another client is no different. */
export async function changeCustomer(tx: TenantTx, change: CustomerChange): Promise<Customer | null> {
  const { customerId, contactId, name = null, tier = null } = change;
  if (!(await updateCustomer(tx, customerId, { name, tier }))) return null;
  if (change.note !== undefined) await note(tx, customerId, contactId, change.note);
  await audit(tx, "customer_changed", customerId);
  return findById(tx, customerId);
}

function note(tx: TenantTx, customerId: CustomerId, contactId: ContactId | null, body: string): Promise<void> {
  const { kind } = tx.actor;
  const authorKind = kind === "cli" ? "system" : kind;
  return insertNote(tx, { customerId, contactId, body, authorKind, authorId: actorId(tx.actor) });
}

function audit(tx: TenantTx, action: string, customerId: CustomerId): Promise<void> {
  return insertAudit(tx, { actorKind: tx.actor.kind, actorId: actorId(tx.actor), action, customerId });
}

function existing(customer: Customer | null): Customer {
  if (customer === null) throw new Error("broken promise: a customer just written can be read");
  return customer;
}

/** E.164, or null for what is not a number; carriers give callers as E.164, people type spaces. */
function normalPhone(text: string): string | null {
  const parsed = parsePhoneNumber(text);
  if (parsed?.isPossible()) return parsed.number;
  return /^\+[1-9][0-9]{6,14}$/.test(text) ? text : null;
}
