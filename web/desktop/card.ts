import { queryOptions } from "@tanstack/react-query";
import type { ContactCard } from "../../src/features/contacts/schema.ts";
import { read, send } from "../api/http.ts";

export type Card = ContactCard;
export type Customer = Card["customers"][number];
export type HistoryRow = Card["history"][number];

/** Keyed by the contact alone, so nothing of another contact can stand in its place. */
export function cardQuery(contactId: string) {
  return queryOptions({
    queryKey: ["card", contactId],
    queryFn: ({ signal }) => read<Card>(`/api/agent/contacts/${contactId}`, signal),
    staleTime: 60_000,
    gcTime: 5 * 60_000,
  });
}

export function createCustomer(
  contactId: string,
  body: { name: string; phone: string | null; note: string | null },
): Promise<Customer> {
  return send<Customer>("POST", `/api/agent/contacts/${contactId}/customers`, body);
}

export function addCustomerNote(contactId: string, customerId: string, note: string): Promise<Customer> {
  return send<Customer>("PATCH", `/api/agent/contacts/${contactId}/customers/${customerId}`, { note });
}

export function hold(contactId: string, on: boolean): Promise<void> {
  return send("POST", `/api/agent/contacts/${contactId}/hold`, { on });
}

export function hangUp(contactId: string): Promise<void> {
  return send("POST", `/api/agent/contacts/${contactId}/hang-up`, {});
}

export type WrapUp = {
  /** Null where the time is over and none was chosen: the note is kept all the same. */
  readonly disposition: string | null;
  readonly notes: string;
  readonly then: "ready" | "not_ready" | "stay";
  readonly reason?: "break";
};

export function wrapUp(contactId: string, body: WrapUp): Promise<void> {
  return send("POST", `/api/agent/contacts/${contactId}/wrap-up`, body);
}
