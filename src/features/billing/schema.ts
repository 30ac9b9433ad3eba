import { z } from "zod";

/**
 * Invoices on the wire. Amounts are whole minor units of the named currency; `exact` and quantities are exact numbers as
 * text, a decimal or a fraction, in major units. Instants are milliseconds of the house's clock.
 */

/** A month of the client's calendar. */
export const PeriodSchema = z.string().regex(/^[0-9]{4}-(0[1-9]|1[0-2])$/, "a period is written YYYY-MM");

const label = z.object({ zh: z.string(), en: z.string() });

export const InvoiceSummarySchema = z.object({
  id: z.string(),
  tenantId: z.string(),
  tenantName: z.string(),
  contract: label,
  period: PeriodSchema,
  /** Local dates in the contract's zone; `periodEnd` is the first day after it. */
  periodStart: z.string(),
  periodEnd: z.string(),
  timeZone: z.string(),
  currency: z.string(),
  decimals: z.int(),
  status: z.enum(["draft", "approved", "finalized", "credited", "discarded"]),
  totalMinor: z.int(),
  lines: z.int(),
  computedAt: z.number(),
});

export const InvoiceLineSchema = z.object({
  id: z.string(),
  /** The same line has the same key in every run of its month. */
  key: z.string(),
  label,
  code: z.string(),
  model: z.string(),
  /** Which part of the charge: `each`, `base-count`, `fee`, `included`, `overflow`, `time`, `success`, `tier-1` … */
  component: z.string(),
  quantity: z.string(),
  unit: z.string(),
  unitPrice: z.string().nullable(),
  amountMinor: z.int(),
  exact: z.string(),
  /** Contacts behind the line; none where no event stands behind it, such as a monthly fee. */
  contacts: z.int(),
  /** Why the line comes to its amount: `kind` and the numbers that belong to it. */
  detail: z.record(z.string(), z.unknown()),
});

export const InvoiceSchema = InvoiceSummarySchema.extend({
  engineVersion: z.int(),
  inputHash: z.string(),
  outputHash: z.string(),
  cutoff: z.number(),
  items: z.array(InvoiceLineSchema),
});

export const LineContactSchema = z.object({
  /** Null for usage that belongs to no contact. */
  contactId: z.string().nullable(),
  at: z.number(),
  from: z.string().nullable(),
  to: z.string().nullable(),
  outcome: z.string().nullable(),
  queueName: z.string().nullable(),
  talkMs: z.number().nullable(),
  /** Usage records of this contact in the line: a call has several carrier legs. */
  records: z.int(),
  quantity: z.int(),
  billedS: z.int().nullable(),
  /** This contact's exact part of the line, and the same to four decimals for reading. */
  exact: z.string(),
  amount: z.string(),
});

export const LineContactsSchema = z.object({
  currency: z.string(),
  decimals: z.int(),
  line: InvoiceLineSchema,
  /** Sums over everything behind the line, not over this page: `exact` is the line's own. */
  total: z.object({ contacts: z.int(), records: z.int(), quantity: z.int(), exact: z.string(), amountMinor: z.int() }),
  items: z.array(LineContactSchema),
  next: z.string().nullable(),
});

/** A line that charges a contact, with the contact's part of it. */
export const ContactLineSchema = z.object({
  invoiceId: z.string(),
  lineId: z.string(),
  period: PeriodSchema,
  status: z.string(),
  label,
  component: z.string(),
  unit: z.string(),
  quantity: z.int(),
  billedS: z.int().nullable(),
  currency: z.string(),
  exact: z.string(),
  amount: z.string(),
});

export const BilledContactSchema = z.object({
  contactId: z.string(),
  tenantId: z.string(),
  from: z.string(),
  to: z.string(),
  outcome: z.string().nullable(),
  queueName: z.string().nullable(),
  offeredAt: z.number(),
  answeredAt: z.number().nullable(),
  endedAt: z.number().nullable(),
  talkMs: z.number(),
  legs: z.array(
    z.object({
      callSid: z.string(),
      party: z.string(),
      direction: z.string(),
      status: z.string(),
      durationS: z.int(),
      endedAt: z.number(),
    }),
  ),
  facts: z.array(z.object({ seq: z.int(), at: z.number(), type: z.string(), body: z.record(z.string(), z.unknown()) })),
  usage: z.array(
    z.object({
      id: z.string(),
      source: z.string(),
      kind: z.string(),
      occurredAt: z.number(),
      quantity: z.int(),
      attrs: z.record(z.string(), z.unknown()),
    }),
  ),
  lines: z.array(ContactLineSchema),
});

export const RunRequestSchema = z.strictObject({ period: PeriodSchema, tenantId: z.uuid().optional() });

export const RunOutcomeSchema = z.object({
  tenantId: z.string(),
  contractId: z.string(),
  invoiceId: z.string().nullable(),
  what: z.enum(["written", "unchanged", "closed", "no_terms", "failed"]),
  /** For `failed`: what must be mended. */
  why: z.string().nullable(),
  totalMinor: z.int(),
  currency: z.string(),
  lines: z.int(),
  /** Usage that no charge of the contract asks for, in all and by kind. */
  unrated: z.int(),
  notCharged: z.record(z.string(), z.int()),
  /** Usage that waits for a person since this run. */
  exceptions: z.int(),
});

/** A month under charges that are only tried; lines as on an invoice, but nothing stands behind an id. */
export const PreviewSchema = z.object({
  currency: z.string(),
  decimals: z.int(),
  period: PeriodSchema,
  totalMinor: z.int(),
  lines: z.array(InvoiceLineSchema.omit({ id: true, contacts: true })),
  /** Usage records that no charge asks for. */
  unrated: z.int(),
  /** `kind` with the numbers that belong to it: volume_cliff, increments_coarser, negative_margin, never_charged. */
  warnings: z.array(z.looseObject({ kind: z.string(), code: z.string() })),
});

export type Preview = z.infer<typeof PreviewSchema>;
export type InvoiceSummary = z.infer<typeof InvoiceSummarySchema>;
export type InvoiceView = z.infer<typeof InvoiceSchema>;
export type InvoiceLineView = z.infer<typeof InvoiceLineSchema>;
export type LineContact = z.infer<typeof LineContactSchema>;
export type LineContactsView = z.infer<typeof LineContactsSchema>;
export type ContactLine = z.infer<typeof ContactLineSchema>;
export type BilledContact = z.infer<typeof BilledContactSchema>;
