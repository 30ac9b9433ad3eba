import { z } from "zod";
import { TAX_CATEGORIES } from "../../domain/rating/invoice-tax.ts";
import { isCreditCode, isVatId } from "../../domain/rating/tax-id.ts";

/** Who sends an invoice and who gets it, and how it is taxed: `[seller]` of tenants/house.toml, billing.toml of a client. */
const Text = z.string().min(1).max(200);
const RateSchema = z
  .string()
  .regex(/^[0-9]{1,2}(\.[0-9]{1,4})?$/, 'a rate is per cent as text with at most four decimals, such as "6" or "5.5"');
const VatIdSchema = z.string().refine(isVatId, 'not a VAT number; write country and number, such as "DE123456789"');
const CreditCodeSchema = z
  .string()
  .refine(
    isCreditCode,
    "not a unified social credit code: 18 characters, the last of which checks the others (GB 32100)",
  );

export const AddressSchema = z.strictObject({
  street: Text,
  city: Text,
  postcode: z.string().max(20).default(""),
  /** ISO 3166-1 alpha-2. */
  country: z.string().regex(/^[A-Z]{2}$/, 'a country is two letters, such as "CN"'),
});

const party = {
  nameZh: Text,
  nameEn: Text,
  address: AddressSchema,
  email: z.email().optional(),
  /** 统一社会信用代码; in other countries the company's registration. */
  creditCode: CreditCodeSchema.optional(),
  registration: Text.optional(),
  vatId: VatIdSchema.optional(),
};

const BankSchema = z.strictObject({
  bank: Text,
  account: z.string().regex(/^[0-9A-Z -]{4,40}$/, "an account is digits and capital letters"),
  holder: Text,
  swift: z
    .string()
    .regex(/^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$/, "a BIC has 8 or 11 characters")
    .optional(),
});

const PrefixSchema = z.string().regex(/^[A-Z][A-Z0-9]{0,9}$/, "a series begins with A-Z, 0-9 after, at most 10");

/** `[seller]` of house.toml. */
export const SellerFileSchema = z
  .strictObject({
    ...party,
    timeZone: z.string().min(1).max(60),
    banks: z.array(BankSchema).max(5).default([]),
    invoicePrefix: PrefixSchema.default("INV"),
    creditPrefix: PrefixSchema.default("CN"),
  })
  .refine((it) => it.invoicePrefix !== it.creditPrefix, {
    path: ["creditPrefix"],
    message: "credit notes have a series of their own",
  });

const ClassSchema = z
  .strictObject({ category: z.enum(TAX_CATEGORIES), rate: RateSchema })
  .refine(({ category, rate }) => (category === "S") === Number(rate) > 0, {
    path: ["rate"],
    message: "only the standard category S has a rate above 0",
  });

const FapiaoSchema = z.strictObject({
  /** 专用发票 lets the buyer deduct the tax, 普通发票 does not. */
  kind: z.enum(["special", "general"]),
  title: Text,
  taxId: CreditCodeSchema,
  addressAndPhone: z.string().max(200).default(""),
  bankAndAccount: z.string().max(200).default(""),
});

/** How a client is taxed. Rates of charges are by their code; what is not named takes the standard one. */
export const TaxSchema = z.discriminatedUnion("profile", [
  z.strictObject({ profile: z.literal("none") }),
  z.strictObject({
    profile: z.literal("cn_vat"),
    rate: RateSchema.default("6"),
    charges: z.record(z.string(), RateSchema).default({}),
    fapiao: FapiaoSchema.optional(),
  }),
  z.strictObject({
    profile: z.literal("eu_vat"),
    standard: ClassSchema,
    charges: z.record(z.string(), ClassSchema).default({}),
    /** Why nothing is charged (BT-120): needed for the categories E, AE, K, G and O. */
    exemption: Text.optional(),
  }),
]);

const BuyerSchema = z.strictObject({
  ...party,
  /** What the buyer wants to read on its invoices (BT-10). */
  reference: Text.optional(),
});

/** billing.toml of a client. Without it the client is named as its company is, and nothing is taxed. */
export const BillingFileSchema = z
  .strictObject({
    buyer: BuyerSchema.optional(),
    tax: TaxSchema.default({ profile: "none" }),
    dueDays: z.int().min(0).max(365).default(30),
    /** Months back that late usage is still rated by itself; older waits for a person. */
    lateMonths: z.int().min(0).max(24).default(3),
    corrections: z.enum(["next_invoice", "credit_note"]).default("next_invoice"),
    prepaidOrder: z.enum(["first_to_expire", "first_bought", "priority"]).default("first_to_expire"),
  })
  .superRefine(({ tax, buyer }, ctx) => {
    if (tax.profile !== "eu_vat") return;
    const classes = [tax.standard, ...Object.values(tax.charges)].map((it) => it.category);
    if (classes.some((it) => it !== "S" && it !== "Z") && tax.exemption === undefined) {
      ctx.addIssue({ code: "custom", path: ["tax", "exemption"], message: "say why no tax is charged" });
    }
    if (classes.some((it) => it === "AE" || it === "K") && buyer?.vatId === undefined) {
      const message = "reverse charge and intra-Community supply need the buyer's VAT number";
      ctx.addIssue({ code: "custom", path: ["buyer", "vatId"], message });
    }
  });

/** As frozen into an invoice. */
export const BuyerSnapshotSchema = z.object({
  ...BuyerSchema.shape,
  address: AddressSchema.nullable(),
});
export const SellerSnapshotSchema = z.object({
  ...party,
  timeZone: z.string(),
  banks: z.array(BankSchema),
});

export type BillingFile = z.infer<typeof BillingFileSchema>;
export type SellerFile = z.infer<typeof SellerFileSchema>;
export type Tax = z.infer<typeof TaxSchema>;
export type BuyerSnapshot = z.infer<typeof BuyerSnapshotSchema>;
export type SellerSnapshot = z.infer<typeof SellerSnapshotSchema>;
