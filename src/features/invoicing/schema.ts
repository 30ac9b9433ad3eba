import { z } from "zod";
import { TAX_CATEGORIES } from "../../domain/rating/invoice-tax.ts";
import { ClientInvoiceSchema, InvoiceSchema } from "../billing/schema.ts";
import { plainText } from "../identity/schema.ts";
import { BuyerSnapshotSchema, SellerSnapshotSchema } from "../parties/schema.ts";

/** Steps of an invoice on the wire. Amounts are whole minor units of the invoice's currency; instants are milliseconds. */
const Minor = z.int().min(-9_000_000_000_000).max(9_000_000_000_000);
const Positive = Minor.min(1);
const Reason = plainText().min(1).max(1_000);
/** Chosen by who asks: the same key again is the same deed, so a request may be repeated after a lost answer. */
const RequestKey = z.string().regex(/^[A-Za-z0-9:_-]{8,80}$/, "8 to 80 letters, digits, : _ and -");
const LocalDate = z.iso.date("a date is written YYYY-MM-DD");

export const ApproveSchema = z.strictObject({
  /** The draft as it was looked at. */
  outputHash: z.string().regex(/^[0-9a-f]{64}$/, "the output hash of the draft that was looked at"),
});
export const ReasonSchema = z.strictObject({ reason: Reason });
export const CreditSchema = z.strictObject({
  kind: z.enum(["goodwill", "correction", "cancellation"]),
  reason: Reason,
  /** Net of each line; null credits all that is left, or, as a correction, what the month no longer comes to. */
  lines: z
    .array(z.strictObject({ lineId: z.uuid(), netMinor: Minor }))
    .min(1)
    .max(2_000)
    .nullable(),
  requestKey: RequestKey,
});
export const WriteOffSchema = z.strictObject({
  /** Gross; null writes off all that is open. */
  amountMinor: Positive.nullable(),
  reason: Reason,
  requestKey: RequestKey,
});
export const DisputeRequestSchema = z.strictObject({
  lineId: z.uuid(),
  reason: plainText().min(1).max(2_000),
  /** Net; null claims all of the line. */
  claimedMinor: Positive.nullable().default(null),
});
export const VerdictSchema = z.discriminatedUnion("what", [
  z.strictObject({
    what: z.literal("accept"),
    decision: Reason,
    /** Net; null credits the whole claim. */
    creditMinor: Positive.nullable().default(null),
  }),
  z.strictObject({ what: z.literal("reject"), decision: Reason }),
]);
export const FapiaoIssuedSchema = z.strictObject({
  number: z.string().regex(/^[0-9]{8}([0-9]{12})?$/, "a fapiao number has 8 digits on paper, 20 when digital"),
  issuedOn: LocalDate,
});
export const PrepaidRequestSchema = z
  .strictObject({
    currency: z.string().regex(/^[A-Z]{3}$/),
    amountMinor: Positive,
    boughtOn: LocalDate,
    /** The first day on which it pays nothing any more. */
    expiresOn: LocalDate.nullable().default(null),
    priority: z.int().min(0).max(1_000).default(100),
    reference: plainText().min(1).max(200),
    into: z.enum(["cash", "stripe_clearing"]).default("cash"),
  })
  .refine((it) => it.expiresOn === null || it.expiresOn > it.boughtOn, {
    path: ["expiresOn"],
    message: "credit ends after it was bought",
  });

export const FinalizedSchema = z.object({ series: z.string(), number: z.int(), fresh: z.boolean() });

export const DisputeSchema = z.object({
  id: z.string(),
  tenantId: z.string(),
  invoiceId: z.string(),
  lineId: z.string(),
  label: z.object({ zh: z.string(), en: z.string() }),
  number: z.string(),
  currency: z.string(),
  state: z.enum(["open", "accepted", "rejected", "withdrawn"]),
  reason: z.string(),
  claimedMinor: z.int(),
  openedAt: z.number(),
  decidedAt: z.number().nullable(),
  decision: z.string().nullable(),
  creditNoteId: z.string().nullable(),
});

export const CreditNoteSchema = z.object({
  id: z.string(),
  invoiceId: z.string(),
  number: z.string(),
  kind: z.enum(["goodwill", "dispute", "correction", "cancellation"]),
  reason: z.string(),
  currency: z.string(),
  netMinor: z.int(),
  taxMinor: z.int(),
  grossMinor: z.int(),
  issuedOn: z.string(),
  lines: z.array(
    z.object({ lineId: z.string(), label: z.object({ zh: z.string(), en: z.string() }), netMinor: z.int() }),
  ),
  taxes: z.array(
    z.object({ category: z.enum(TAX_CATEGORIES), rate: z.string(), baseMinor: z.int(), taxMinor: z.int() }),
  ),
});

export const FapiaoSchema = z.object({
  id: z.string(),
  creditNoteId: z.string().nullable(),
  kind: z.enum(["special", "general"]),
  title: z.string(),
  taxId: z.string(),
  state: z.enum(["requested", "issued"]),
  number: z.string().nullable(),
  issuedOn: z.string().nullable(),
});

export const PrepaidSchema = z.object({
  id: z.string(),
  currency: z.string(),
  amountMinor: z.int(),
  leftMinor: z.int(),
  boughtOn: z.string(),
  expiresOn: z.string().nullable(),
  priority: z.int(),
  reference: z.string(),
});

/** All that stands on the paper, and what has become of it since. */
export const InvoiceDocumentSchema = z.object({
  invoice: InvoiceSchema,
  buyer: BuyerSnapshotSchema,
  /** Null on a draft of a house that does not say who sends its invoices. */
  seller: SellerSnapshotSchema.nullable(),
  /** 价税合计(大写). */
  capitals: z.string(),
  creditNotes: z.array(CreditNoteSchema),
  disputes: z.array(DisputeSchema),
  fapiaos: z.array(FapiaoSchema),
  writtenOffMinor: z.int(),
  paidMinor: z.int(),
  /** What is still owed, gross. */
  openMinor: z.int(),
  /** Net that a credit note of correction would give back, where the client's terms ask for one. */
  correctionMinor: z.int(),
  /** EN 16931 business terms by number, where the profile asks for them. */
  en16931: z.record(z.string(), z.unknown()).nullable(),
});

/** What the client sees of it: the same paper, without which persons of the house made and approved it. */
export const ClientDocumentSchema = InvoiceDocumentSchema.extend({ invoice: ClientInvoiceSchema });

export type ClientDocument = z.infer<typeof ClientDocumentSchema>;
/** A credit note or write-off that waits for a second person, or waited. */
export const DeedRequestSchema = z.object({
  id: z.string(),
  tenantId: z.string(),
  invoiceId: z.string(),
  number: z.string(),
  currency: z.string(),
  what: z.enum(["credit", "write_off"]),
  state: z.enum(["asked", "done", "refused"]),
  reason: z.string(),
  decision: z.string().nullable(),
  /** What it came to when it was asked for. */
  grossMinor: z.int(),
  askedAt: z.number(),
  /** Asked for by who looks: then another person does it. */
  mine: z.boolean(),
});
export const RequestVerdictSchema = z.discriminatedUnion("what", [
  z.strictObject({ what: z.literal("approve") }),
  z.strictObject({ what: z.literal("refuse"), decision: Reason }),
]);

export type DeedRequestView = z.infer<typeof DeedRequestSchema>;
export type DisputeView = z.infer<typeof DisputeSchema>;
export type CreditNoteView = z.infer<typeof CreditNoteSchema>;
export type FapiaoView = z.infer<typeof FapiaoSchema>;
export type InvoiceDocument = z.infer<typeof InvoiceDocumentSchema>;
