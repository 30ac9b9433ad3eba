import type { z } from "zod";
import type { RunOutcomeSchema } from "../../src/features/billing/schema.ts";

export type {
  BilledContact,
  ClientInvoice,
  ContactLine,
  InvoiceLineView,
  InvoiceSummary,
  InvoiceView,
  LineContactsView,
} from "../../src/features/billing/schema.ts";
export type RunOutcome = z.infer<typeof RunOutcomeSchema>;
