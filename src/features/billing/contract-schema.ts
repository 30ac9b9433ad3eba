import { z } from "zod";
import { OUTCOMES } from "../../domain/call/facts.ts";
import { CURRENCIES, type Currency } from "../../domain/kernel/currency.ts";
import { isAbove } from "../../domain/kernel/rational.ts";
import { AGENT_TIME_STATES, type Charge, USUAL_FORMULA } from "../../domain/rating/charge.ts";
import { FORMULAS } from "../../domain/sla/attainment.ts";

/**
 * Charges as they stand in contract files and in the database. Prices are text, because a float cannot hold 0.1. Each row of
 * `tenant.charges` holds one `ChargeSchema` value; `contract-file.ts` is the file around them.
 */

/** Six decimals: the finest price a carrier quotes per minute. Twelve digits before them: beyond any contract. */
const DECIMAL = /^(0|[1-9][0-9]{0,11})(\.[0-9]{1,6})?$/;
/** Larger than any month of any client; keeps arithmetic and pages bounded. */
const COUNT_MAX = 100_000_000;
const CHARGES_MAX = 200;
const TIERS_MAX = 50;

export const PriceSchema = z
  .string({ error: 'write a price as text in quotes, for example "12.50"' })
  .regex(DECIMAL, 'a price is digits with at most 6 decimals and no sign, for example "12.50"');

export const CurrencySchema = z.string().refine((code): code is Currency => CURRENCIES.includes(code as Currency), {
  error: (issue) => `unknown currency ${JSON.stringify(issue.input)}; allowed: ${CURRENCIES.join(", ")}`,
});

export const LocalDateSchema = z.iso.date("a date is written YYYY-MM-DD");
const FirstOfMonthSchema = LocalDateSchema.regex(/-01$/, "a term begins on the first day of a month");

const CountSchema = z.int().min(0).max(COUNT_MAX);
const IncrementSchema = z.int().min(1).max(3600);

const TimeSchema = z.string().regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$/, "a time is written HH:MM");
/** A part of something: above a hundred per cent is a mistake, not a price. */
const PercentSchema = PriceSchema.refine((text) => Number(text) <= 100, {
  error: "a percentage is at most 100",
  params: { is: "max", limit: 100 },
});

const TERM_MONTHS_MAX = 120;
const STEPS_MAX = 20;

/** A charge's limits in a month; the minimum may not pass the maximum. */
export const LimitsSchema = z
  .strictObject({
    discountPercent: PercentSchema.optional(),
    maximum: PriceSchema.optional(),
    minimum: PriceSchema.optional(),
  })
  .refine((it) => it.minimum === undefined || it.maximum === undefined || !isAbove(it.minimum, it.maximum), {
    path: ["minimum"],
    error: "the minimum is above the maximum",
    params: { is: "above_maximum" },
  });

export const CodeSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, "a code is a-z, 0-9 and -, at most 40, starting with a letter");

const named = {
  code: CodeSchema,
  limits: LimitsSchema.optional(),
  label: z.strictObject({ zh: z.string().min(1).max(80), en: z.string().min(1).max(80) }),
};

/** What a charge may count; milestones have a model of their own. */
export const UsageKindSchema = z.enum([
  "contact",
  "carrier_leg",
  "success",
  "agent_time",
  "message",
  "seat_day",
  "seat_time",
  "seat_shift",
  "burst_seat_day",
  "service_time",
]);
export const StockSchema = z.enum(["seat", "burst_seat", "number", "agent", "recording", "agreed"]);

export const UsageFilterSchema = z.strictObject({
  outcomes: z.array(z.enum(OUTCOMES)).min(1).optional(),
  queues: z.array(z.string().min(1)).min(1).optional(),
  numbers: z.array(z.string().min(3)).min(1).optional(),
  directions: z
    .array(z.enum(["inbound", "outbound"]))
    .min(1)
    .optional(),
  parties: z
    .array(z.enum(["caller", "agent", "outside"]))
    .min(1)
    .optional(),
  dispositions: z.array(z.string().min(1)).min(1).optional(),
  states: z.array(z.enum(AGENT_TIME_STATES)).min(1).optional(),
  agents: z
    .array(z.enum(["dedicated", "shared"]))
    .min(1)
    .optional(),
  minTalkS: z.int().min(1).max(86_400).optional(),
  hours: z
    .strictObject({ from: TimeSchema, to: TimeSchema, weekdays: z.array(z.int().min(1).max(7)).min(1).optional() })
    .optional(),
});

export const TierSchema = z.strictObject({
  /** Left out in a file, or null: without end. */
  upTo: z
    .string()
    .regex(/^[1-9][0-9]{0,8}$/, "a tier ends at a whole number, written as text")
    .nullable()
    .default(null),
  price: PriceSchema,
  flat: PriceSchema.optional(),
});

/** Tiers rise strictly and only the last has no end: so there is neither gap nor overlap. */
export const TiersSchema = z
  .array(TierSchema)
  .min(1)
  .max(TIERS_MAX)
  .superRefine((tiers, ctx) => {
    tiers.forEach((tier, at) => {
      const last = at === tiers.length - 1;
      if (last !== (tier.upTo === null)) {
        const message = last
          ? "the last tier must be without end (leave upTo out)"
          : "only the last tier may be without end";
        ctx.addIssue({
          code: "custom",
          path: [at, "upTo"],
          message,
          params: { is: last ? "last_open" : "only_last_open" },
        });
      }
      const before = tiers[at - 1]?.upTo;
      if (tier.upTo !== null && before !== undefined && before !== null && Number(tier.upTo) <= Number(before)) {
        ctx.addIssue({
          code: "custom",
          path: [at, "upTo"],
          message: `tiers must rise: ${tier.upTo} follows ${before}`,
          params: { is: "rises", limit: before },
        });
      }
    });
  });

const tariff = {
  perMinute: PriceSchema,
  firstS: IncrementSchema,
  nextS: IncrementSchema,
  connectFee: PriceSchema.optional(),
  minCharge: PriceSchema.optional(),
  maxCharge: PriceSchema.optional(),
};
export const TariffSchema = z.strictObject(tariff);

const where = UsageFilterSchema.optional();
/** Charges that are made of others have no limits of their own. */
const unlimited = { code: named.code, label: named.label };

/** Bands of a success rate rise, and only the last has no end. */
const BandsSchema = z
  .array(z.strictObject({ upToPercent: PercentSchema.nullable().default(null), amount: PriceSchema }))
  .min(1)
  .max(TIERS_MAX)
  .superRefine((bands, ctx) => {
    bands.forEach((band, at) => {
      const [last, before] = [at === bands.length - 1, bands[at - 1]?.upToPercent ?? null];
      const rises = band.upToPercent === null || before === null || Number(band.upToPercent) > Number(before);
      if (last === (band.upToPercent === null) && rises) return;
      const message = "bands rise, and only the last is without end (leave upToPercent out)";
      ctx.addIssue({ code: "custom", path: [at, "upToPercent"], message, params: { is: "bands_rise" } });
    });
  });

/** Either so much a started point, or steps that credit more the lower they are; never both. */
const SlaCreditSchema = z
  .strictObject({
    ...unlimited,
    model: z.literal("sla_credit"),
    formula: z.enum(FORMULAS).optional(),
    targetPercent: PercentSchema,
    perStartedPointPercent: PercentSchema.optional(),
    steps: z
      .array(z.strictObject({ belowPercent: PercentSchema, creditPercent: PercentSchema }))
      .min(1)
      .max(STEPS_MAX)
      .optional(),
    capPercent: PercentSchema,
    of: z.array(z.string().min(1)).min(1).optional(),
  })
  .superRefine((charge, ctx) => {
    if ((charge.perStartedPointPercent === undefined) === (charge.steps === undefined)) {
      const message = "say either perStartedPointPercent or steps";
      ctx.addIssue({ code: "custom", path: ["perStartedPointPercent"], message, params: { is: "points_or_steps" } });
    }
    charge.steps?.forEach((step, at) => {
      const before = charge.steps?.[at - 1];
      if (Number(step.belowPercent) > Number(charge.targetPercent)) {
        const message = `a step begins at or below the target of ${charge.targetPercent}`;
        const params = { is: "max", limit: charge.targetPercent };
        ctx.addIssue({ code: "custom", path: ["steps", at, "belowPercent"], message, params });
      }
      if (before === undefined) return;
      const falls = Number(step.belowPercent) < Number(before.belowPercent);
      if (falls && Number(step.creditPercent) > Number(before.creditPercent)) return;
      const message = "steps go down from the target, and each credits more than the one before";
      ctx.addIssue({ code: "custom", path: ["steps", at, "belowPercent"], message, params: { is: "steps_fall" } });
    });
  });

const MilestonesSchema = z
  .array(z.strictObject({ code: named.code, amount: PriceSchema }))
  .min(1)
  .max(TIERS_MAX)
  .refine((all) => new Set(all.map((it) => it.code)).size === all.length, {
    error: "a milestone is named twice",
    params: { is: "twice" },
  });

export const ChargeSchema = z.discriminatedUnion("model", [
  z.strictObject({ ...named, model: z.literal("seat_month"), price: PriceSchema, minSeats: CountSchema }),
  z.strictObject({
    ...named,
    model: z.literal("unit"),
    usage: UsageKindSchema,
    where,
    price: PriceSchema,
    per: z.int().min(1).max(1_000_000).default(1),
    baseCount: CountSchema.default(0),
  }),
  z.strictObject({ ...named, model: z.literal("graduated"), usage: UsageKindSchema, where, tiers: TiersSchema }),
  z.strictObject({ ...named, model: z.literal("volume"), usage: UsageKindSchema, where, tiers: TiersSchema }),
  z.strictObject({
    ...named,
    model: z.literal("package"),
    usage: UsageKindSchema,
    where,
    fee: PriceSchema,
    included: CountSchema,
    overflow: PriceSchema,
  }),
  z.strictObject({
    ...named,
    model: z.literal("carrier_time"),
    where,
    buy: TariffSchema,
    sell: z.discriminatedUnion("by", [
      z.strictObject({
        by: z.literal("markup"),
        percent: PriceSchema,
        perMinute: PriceSchema.optional(),
        minCharge: PriceSchema.optional(),
      }),
      z.strictObject({ by: z.literal("tariff"), ...tariff }),
    ]),
  }),
  z.strictObject({
    ...named,
    model: z.literal("commission"),
    where,
    pay: z.discriminatedUnion("by", [
      z.strictObject({ by: z.literal("fixed"), amount: PriceSchema }),
      z.strictObject({
        by: z.literal("percent"),
        percent: PriceSchema,
        minEach: PriceSchema.optional(),
        maxEach: PriceSchema.optional(),
      }),
      z.strictObject({ by: z.literal("bands"), bands: BandsSchema }),
    ]),
  }),
  z.strictObject({ ...named, model: z.literal("day_rate"), price: PriceSchema, monthCap: PriceSchema.optional() }),
  z.strictObject({ ...named, model: z.literal("milestone"), milestones: MilestonesSchema }),
  z.strictObject({ ...named, model: z.literal("fee"), amount: PriceSchema, every: z.enum(["month", "once"]) }),
  z.strictObject({
    ...named,
    model: z.literal("recurring"),
    of: StockSchema,
    price: PriceSchema,
    per: z.int().min(1).max(1_000_000).default(1),
    minCount: CountSchema.default(0),
    timing: z.enum(["arrears", "advance"]).default("arrears"),
  }),
  z.strictObject({
    ...unlimited,
    model: z.literal("commitment"),
    amount: PriceSchema,
    term: z.strictObject({ from: FirstOfMonthSchema, months: z.int().min(2).max(TERM_MONTHS_MAX) }).optional(),
  }),
  SlaCreditSchema,
]) satisfies z.ZodType<Charge>;

/** Charges of one contract version: codes are unique, because stable line keys are built on them. */
export const ChargesSchema = z
  .array(ChargeSchema)
  .min(1)
  .max(CHARGES_MAX)
  .superRefine((charges, ctx) => {
    const seen = new Set<string>();
    charges.forEach((charge, at) => {
      if (seen.has(charge.code)) {
        const message = `the code ${charge.code} is used twice`;
        ctx.addIssue({ code: "custom", path: [at, "code"], message, params: { is: "twice" } });
      }
      seen.add(charge.code);
    });
    const formulas = new Set(charges.flatMap((it) => (it.model === "sla_credit" ? [it.formula ?? USUAL_FORMULA] : [])));
    charges.forEach((charge, at) => {
      if (charge.model !== "sla_credit" || formulas.size < 2) return;
      const message = `the service level of a version is reckoned in one way, not by ${[...formulas].join(" and ")}`;
      ctx.addIssue({ code: "custom", path: [at, "formula"], message, params: { is: "one_formula" } });
    });
  });

export type Charges = z.infer<typeof ChargesSchema>;
