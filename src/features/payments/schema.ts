import { z } from "zod";
import { BUCKETS } from "../../domain/payments/ageing.ts";

/** Payments on the wire. Amounts are whole minor units of the named currency; days are `YYYY-MM-DD`. */
const minor = z.int().min(1).max(Number.MAX_SAFE_INTEGER);
const day = z.iso.date();
const text = (max: number) =>
  z
    .string()
    .max(max)
    .refine((given) => given.isWellFormed() && !given.includes("\0"), "must be text without NUL");

/** Made by whoever sends a form, once: sent again, it is the same deed. */
const requestKey = z.string().regex(/^[0-9A-Za-z_-]{8,100}$/, "8 to 100 letters, digits, - or _");

export const MethodSchema = z.enum(["stripe", "bank_transfer", "other"]);

export const PaymentSchema = z.object({
  id: z.string(),
  tenantId: z.string(),
  tenantName: z.string(),
  method: MethodSchema,
  currency: z.string(),
  decimals: z.int(),
  amountMinor: z.int(),
  /** What the provider keeps; null where there is none or it is not known yet. */
  feeMinor: z.int().nullable(),
  allocatedMinor: z.int(),
  refundedMinor: z.int(),
  unallocatedMinor: z.int(),
  payer: z.string(),
  reference: z.string(),
  receivedOn: z.string(),
});

export const PaymentDetailSchema = PaymentSchema.extend({
  allocations: z.array(z.object({ invoiceId: z.string(), number: z.string(), amountMinor: z.int() })),
  refunds: z.array(
    z.object({
      id: z.string(),
      amountMinor: z.int(),
      reopenedMinor: z.int(),
      state: z.enum(["asked", "succeeded", "failed"]),
      reason: z.string(),
    }),
  ),
});

export const RecordPaymentSchema = z.strictObject({
  requestKey,
  method: z.enum(["bank_transfer", "other"]),
  currency: z.string().regex(/^[A-Z]{3}$/, "three capital letters"),
  amountMinor: minor,
  payer: text(200).default(""),
  reference: text(500).default(""),
  receivedOn: day,
  /** Invoices it pays, in this order; none: the longest due first. */
  invoiceIds: z.array(z.uuid()).max(50).default([]),
});

export const AllocateSchema = z.strictObject({ requestKey, invoiceId: z.uuid(), amountMinor: minor });
export const RefundRequestSchema = z.strictObject({ requestKey, amountMinor: minor, reason: text(500).min(1) });
export const PayPageSchema = z.object({ requestId: z.string(), payUrl: z.string(), amountMinor: z.int() });

export const InvoiceOpenSchema = z.object({
  invoiceId: z.string(),
  number: z.string(),
  currency: z.string(),
  decimals: z.int(),
  issuedOn: z.string(),
  dueOn: z.string(),
  grossMinor: z.int(),
  openMinor: z.int(),
  paidMinor: z.int(),
  creditedMinor: z.int(),
});

export const AgeingSchema = z.object({
  currency: z.string(),
  decimals: z.int(),
  asOf: z.string(),
  buckets: z.object(
    Object.fromEntries(BUCKETS.map((bucket) => [bucket, z.int()])) as {
      [bucket in (typeof BUCKETS)[number]]: z.ZodInt;
    },
  ),
  openMinor: z.int(),
  creditMinor: z.int(),
});
export const HouseAgeingSchema = AgeingSchema.extend({ tenantId: z.string(), tenantName: z.string() });

export const RangeSchema = z
  .object({ from: day, to: day })
  .refine(({ from, to }) => from <= to, { path: ["to"], message: "must not be before from" });

export const StatementSchema = z.object({
  currency: z.string(),
  decimals: z.int(),
  from: z.string(),
  to: z.string(),
  openingMinor: z.int(),
  entries: z.array(
    z.object({
      kind: z.enum(["invoice", "prepaid", "credit_note", "write_off", "payment", "refund"]),
      id: z.string(),
      on: z.string(),
      name: z.string(),
      amountMinor: z.int(),
      balanceMinor: z.int(),
    }),
  ),
  closingMinor: z.int(),
});

export const RemittanceStateSchema = z.enum(["open", "matched", "ignored"]);

export const RemittanceSchema = z.object({
  id: z.string(),
  bookedOn: z.string(),
  currency: z.string(),
  decimals: z.int(),
  amountMinor: z.int(),
  payer: z.string(),
  reference: z.string(),
  state: RemittanceStateSchema,
  tenantId: z.string().nullable(),
  paymentId: z.string().nullable(),
  /** Nobody had to decide: number and amount said all. */
  exact: z.boolean(),
  note: z.string().nullable(),
  suggestions: z.array(
    z.object({
      tenantId: z.string(),
      tenantName: z.string(),
      invoices: z.array(z.object({ invoiceId: z.string(), number: z.string() })),
      because: z.array(z.enum(["number", "amount", "sum", "payer"])),
    }),
  ),
});

/** At most what the API takes as one body. */
export const ImportSchema = z.strictObject({ csv: text(120_000).min(1) });
export const ImportedSchema = z.object({ added: z.int(), known: z.int(), matched: z.int() });
export const ConfirmSchema = z.strictObject({ tenantId: z.uuid(), invoiceIds: z.array(z.uuid()).max(50).default([]) });
export const IgnoreSchema = z.strictObject({ note: text(500).min(1) });
export const ReconciledSchema = z.object({ checked: z.int(), missed: z.int(), released: z.int(), failed: z.int() });

export type PaymentView = z.infer<typeof PaymentSchema>;
export type PaymentDetail = z.infer<typeof PaymentDetailSchema>;
export type AgeingView = z.infer<typeof AgeingSchema>;
export type HouseAgeingView = z.infer<typeof HouseAgeingSchema>;
export type StatementView = z.infer<typeof StatementSchema>;
export type RemittanceView = z.infer<typeof RemittanceSchema>;
