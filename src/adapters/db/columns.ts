import { customType, pgSchema } from "drizzle-orm/pg-core";
import type { Instant } from "../../domain/kernel/instant.ts";

/** Clients' data: every table carries tenant_id and row level security. Reached through `withTenant` alone. */
export const tenantSchema = pgSchema("tenant");
/** The outsourcer's own data: floor, people, register of tenants. Reached through `withOperator` alone. */
export const houseSchema = pgSchema("house");

/** timestamptz as the domain's instant: milliseconds since 1970, never a Date. */
export const instant = customType<{ data: Instant; driverData: string }>({
  dataType: () => "timestamp with time zone",
  fromDriver: (text) => Date.parse(text),
  toDriver: (at) => new Date(at).toISOString(),
});

/** Local dates, `from` inclusive, `to` exclusive or null for open. */
export type DateRange = { readonly from: string; readonly to: string | null };

const RANGE = /^\[(\d{4}-\d{2}-\d{2}),(\d{4}-\d{2}-\d{2})?\)$/;

export const dateRange = customType<{ data: DateRange; driverData: string }>({
  dataType: () => "daterange",
  fromDriver(text) {
    const match = RANGE.exec(text);
    if (!match?.[1]) throw new Error(`not a range of dates: ${text}`);
    return { from: match[1], to: match[2] ?? null };
  },
  toDriver: ({ from, to }) => `[${from},${to ?? ""})`,
});
