import { sql } from "drizzle-orm";
import type { z } from "zod";
import type { TenantTx } from "../../adapters/db/index.ts";
import { type Currency, isCurrency } from "../../domain/kernel/currency.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import { assert } from "../../domain/kernel/step.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import { audit } from "../audit/index.ts";
import { recordSaleEvents } from "./record.ts";
import { saleFile } from "./sale-file.ts";
import type { Recorded, SaleEventsSchema, SaleFileSchema } from "./schema.ts";

/** Who brings it: a source is of its bringer, so a client's file can never pass for a courier's or a wrap-up's. */
type Bringer = "staff" | "client";

export async function importEvents(
  tx: TenantTx,
  { source, events }: z.infer<typeof SaleEventsSchema>,
  by: Bringer,
  now: Instant,
): Promise<Recorded> {
  await clientOf(tx);
  const told = events.map((event, at) => ({ line: at + 1, event }));
  return logged(tx, source, await recordSaleEvents(tx, { source: `${by}:${source}`, told, now }));
}

export async function importFile(
  tx: TenantTx,
  { source, csv }: z.infer<typeof SaleFileSchema>,
  by: Bringer,
  now: Instant,
): Promise<Recorded> {
  const told = saleFile(csv, await clientOf(tx));
  return logged(tx, source, await recordSaleEvents(tx, { source: `${by}:${source}`, told, now }));
}

async function logged(tx: TenantTx, source: string, done: Recorded): Promise<Recorded> {
  const { recorded, known, refused } = done;
  await audit(tx, "sales_told", { kind: "source", id: source }, { recorded, known, refused });
  return done;
}

async function clientOf(tx: TenantTx): Promise<{ currency: Currency; timeZone: string }> {
  const [row] = await tx.execute<{ currency: string; time_zone: string }>(
    sql`select currency, time_zone from tenant.companies where tenant_id = ${tx.tenantId}`,
  );
  if (row === undefined) throw new Refusal("not_found", "tenant_not_found", "there is no such client");
  assert(isCurrency(row.currency), `the client's currency ${row.currency} is a known one`);
  return { currency: row.currency, timeZone: row.time_zone };
}
