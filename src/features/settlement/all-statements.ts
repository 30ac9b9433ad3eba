import { z } from "@hono/zod-openapi";
import { nextPlace, placeAfter, withOperator } from "../../adapters/db/index.ts";
import { asId, type TenantId } from "../../domain/kernel/ids.ts";
import { type HouseContext, staffScope, within } from "../identity/index.ts";
import { tenantsOfHouse } from "../ledger/index.ts";
import { PeriodSchema, type SettlementView } from "./schema.ts";
import { listStatements, PAGE_MAX } from "./store.ts";

export const page = z.object({
  cursor: z.string().max(120).optional(),
  limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(50),
});
export const filter = page.extend({
  period: PeriodSchema.optional(),
  status: z.enum(["draft", "accepted", "settled"]).optional(),
  partyId: z.uuid().optional(),
});

/** Each client is asked in a transaction of its own, and the pages are woven together. */
export async function listAll(c: HouseContext, given: z.infer<typeof filter> & { tenantId?: string | undefined }) {
  const { operatorDb } = c.get("services");
  const wanted = filterOf(given);
  // One more than a page tells whether there is a next.
  const query = { ...wanted, limit: wanted.limit + 1, ownOnly: false };
  placeAfter(query.cursor, ["month", "id"]);
  const tenants =
    given.tenantId === undefined ? await withOperator(operatorDb, tenantsOfHouse) : [asId<TenantId>(given.tenantId)];
  const found: SettlementView[] = [];
  for (const tenantId of tenants) {
    const { items } = await within(c, staffScope(c, tenantId), (tx) => listStatements(tx, query));
    found.push(...items);
  }
  const order = (it: SettlementView) => `${it.period}_${it.statementId}`;
  const sorted = found.toSorted((a, b) => (order(a) < order(b) ? 1 : -1));
  const items = sorted.slice(0, wanted.limit);
  const last = items.at(-1);
  return { items, next: nextPlace(sorted.length > wanted.limit, last && [last.period, last.statementId]) };
}

export function filterOf({ period, status, partyId, cursor, limit }: z.infer<typeof filter>) {
  return { period: period ?? null, status: status ?? null, partyId: partyId ?? null, cursor: cursor ?? null, limit };
}
