import { z } from "zod";
import { EXCEPTION_REASONS } from "../../domain/rating/exceptions.ts";
import { TAX_CATEGORIES } from "../../domain/rating/invoice-tax.ts";
import { plainText } from "../identity/schema.ts";

/**
 * Invoices on the wire. Amounts are whole minor units of the named currency; `exact` and quantities are exact numbers as
 * text, a decimal or a fraction, in major units. Instants are milliseconds of the house's clock.
 */

/** A month of the client's calendar. */
export const PeriodSchema = z.string().regex(/^[0-9]{4}-(0[1-9]|1[0-2])$/, "a period is written YYYY-MM");

/** A name in both languages of the house. */
export const LabelSchema = z.object({ zh: z.string(), en: z.string() });
const label = LabelSchema;

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
  /** Series and number as people write them; null until the invoice is final. */
  number: z.string().nullable(),
  issuedOn: z.string().nullable(),
  dueOn: z.string().nullable(),
  /** Net: the sum of the lines. With tax it is gross; less prepaid credit drawn it is what is due. */
  totalMinor: z.int(),
  taxMinor: z.int(),
  grossMinor: z.int(),
  prepaidMinor: z.int(),
  dueMinor: z.int(),
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
  /** `adjustment`: late or corrected usage of `originalPeriod`, against the line of that month's invoice. */
  kind: z.enum(["charge", "adjustment"]),
  originalPeriod: PeriodSchema.nullable(),
  correctsLine: z.string().nullable(),
  taxCategory: z.enum(TAX_CATEGORIES),
  taxRate: z.string(),
  /** Contacts behind the line; none where no event stands behind it, such as a monthly fee. */
  contacts: z.int(),
  /** Why the line comes to its amount: `kind` and the numbers that belong to it. */
  detail: z.record(z.string(), z.unknown()),
});

export const TaxGroupSchema = z.object({
  category: z.enum(TAX_CATEGORIES),
  rate: z.string(),
  baseMinor: z.int(),
  taxMinor: z.int(),
  exemption: z.string().nullable(),
});

export const InvoiceSchema = InvoiceSummarySchema.extend({
  engineVersion: z.int(),
  inputHash: z.string(),
  outputHash: z.string(),
  cutoff: z.number(),
  taxProfile: z.enum(["none", "cn_vat", "eu_vat"]),
  taxes: z.array(TaxGroupSchema),
  /** People who made or changed the draft: none of them may approve it. */
  preparedBy: z.array(z.string()),
  approvedBy: z.string().nullable(),
  approvedAt: z.number().nullable(),
  finalizedAt: z.number().nullable(),
  items: z.array(InvoiceLineSchema),
});

/** As the client sees it: that it was looked at and when, and not by which persons of the house. */
export const ClientInvoiceSchema = InvoiceSchema.omit({ preparedBy: true, approvedBy: true });

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

/** Why a contract's month could not be drafted; pages say it in the reader's language. */
export const RUN_FAILURES = ["terms_unreadable", "database_refused", "unexpected"] as const;

export const RunRequestSchema = z.strictObject({ period: PeriodSchema, tenantId: z.uuid().optional() });

export const RunOutcomeSchema = z.object({
  tenantId: z.string(),
  contractId: z.string(),
  invoiceId: z.string().nullable(),
  what: z.enum(["written", "unchanged", "closed", "no_terms", "failed"]),
  /** For `failed`: why; the technical detail is in the operator's log. */
  failure: z.enum(RUN_FAILURES).nullable(),
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
  lines: z.array(
    InvoiceLineSchema.omit({
      id: true,
      contacts: true,
      kind: true,
      originalPeriod: true,
      correctsLine: true,
      taxCategory: true,
      taxRate: true,
    }),
  ),
  /** Usage records that no charge asks for. */
  unrated: z.int(),
  /** `kind` with the numbers that belong to it: volume_cliff, increments_coarser, negative_margin, never_charged. */
  warnings: z.array(z.looseObject({ kind: z.string(), code: z.string() })),
});

export const LineExplanationSchema = z.object({
  currency: z.string(),
  decimals: z.int(),
  line: InvoiceLineSchema,
  /** The line's own reckoning: tier, increments, base, fee, target and what was reached; `kind` says which. */
  breakdown: z.record(z.string(), z.unknown()),
  /** Sums over all usage behind the line, not over this page. */
  behind: z.object({ records: z.int(), quantity: z.int(), exact: z.string() }),
  /** True where the parts sum to the line's exact amount, or no usage stands behind it. */
  agrees: z.boolean(),
  items: z.array(
    z.object({
      usageId: z.string(),
      source: z.string(),
      kind: z.string(),
      contactId: z.string().nullable(),
      at: z.number(),
      /** The whole of the usage, and how much of it this line charges. */
      used: z.int(),
      quantity: z.int(),
      billedS: z.int().nullable(),
      exact: z.string(),
    }),
  ),
  next: z.string().nullable(),
});

const compared = z.object({ id: z.string(), period: PeriodSchema, grossMinor: z.int() });
export const ComparisonSchema = z.object({
  currency: z.string(),
  decimals: z.int(),
  before: compared,
  after: compared,
  differenceMinor: z.int(),
  /** Largest first; they sum exactly to the difference. `code` is the charge; null for tax. */
  causes: z.array(
    z.object({
      kind: z.enum([
        "usage",
        "price",
        "minimum",
        "discount",
        "sla_credit",
        "late_usage",
        "new_charge",
        "gone_charge",
        "tax",
      ]),
      code: z.string().nullable(),
      amountMinor: z.int(),
    }),
  ),
});
export type LineExplanation = z.infer<typeof LineExplanationSchema>;
export type ComparisonView = z.infer<typeof ComparisonSchema>;

export const RunViewSchema = z.object({
  id: z.string(),
  batchId: z.string(),
  tenantId: z.string(),
  tenantName: z.string(),
  contract: label,
  period: PeriodSchema,
  state: z.enum(["queued", "running", "done", "failed"]),
  outcome: z.enum(["written", "unchanged", "closed", "no_terms", "failed"]).nullable(),
  /** Why it failed; the technical detail is in the operator's log. */
  failure: z.enum(RUN_FAILURES).nullable(),
  requestedAt: z.number(),
  finishedAt: z.number().nullable(),
  attempts: z.int(),
  invoiceId: z.string().nullable(),
  lines: z.int().nullable(),
  usageRows: z.number().nullable(),
  notCharged: z.record(z.string(), z.int()),
  exceptions: z.int(),
  inputHash: z.string().nullable(),
  outputHash: z.string().nullable(),
});
export type RunView = z.infer<typeof RunViewSchema>;

export const ExceptionSchema = z.object({
  id: z.string(),
  tenantId: z.string(),
  tenantName: z.string(),
  usageId: z.string().nullable(),
  contactId: z.string().nullable(),
  source: z.string(),
  kind: z.string(),
  occurredAt: z.number(),
  quantity: z.int().nullable(),
  reason: z.enum(EXCEPTION_REASONS),
  state: z.enum(["open", "resolved"]),
  /** `rated`: a later run charged it. `accepted`: billed in spite of it. `excluded`: billed nowhere, `note` says why. `corrected`:
   * later usage took its place. */
  resolution: z.enum(["rated", "accepted", "excluded", "corrected"]).nullable(),
  note: z.string().nullable(),
  openedAt: z.number(),
  resolvedAt: z.number().nullable(),
});

/** Usage of a draft that no charge of its contract asks for: records by kind, as the run counted them. */
export const NotChargedSchema = z.object({
  tenantId: z.string(),
  tenantName: z.string(),
  contractId: z.string(),
  contract: label,
  invoiceId: z.string(),
  period: PeriodSchema,
  kinds: z.array(z.object({ kind: z.string(), records: z.int() })),
});

const note = plainText().min(1).max(1_000);
export const ResolutionSchema = z.discriminatedUnion("what", [
  z.strictObject({ what: z.literal("retry") }),
  z.strictObject({ what: z.literal("accept"), note: note.optional() }),
  z.strictObject({ what: z.literal("exclude"), note }),
]);

export type NotChargedView = z.infer<typeof NotChargedSchema>;
export type ExceptionView = z.infer<typeof ExceptionSchema>;
export type Preview = z.infer<typeof PreviewSchema>;
export type InvoiceSummary = z.infer<typeof InvoiceSummarySchema>;
export type InvoiceView = z.infer<typeof InvoiceSchema>;
export type ClientInvoice = z.infer<typeof ClientInvoiceSchema>;
export type TaxGroupView = z.infer<typeof TaxGroupSchema>;
export type InvoiceLineView = z.infer<typeof InvoiceLineSchema>;
export type LineContact = z.infer<typeof LineContactSchema>;
export type LineContactsView = z.infer<typeof LineContactsSchema>;
export type ContactLine = z.infer<typeof ContactLineSchema>;
export type BilledContact = z.infer<typeof BilledContactSchema>;
