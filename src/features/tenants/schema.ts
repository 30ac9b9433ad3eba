import { z } from "zod";
import { CURRENCIES } from "../../domain/kernel/currency.ts";
import { PLAIN_RULES, TELEPHONE_RINGS } from "../../domain/routing/config.ts";
import { LanguageSchema } from "../flow/schema.ts";
import { SellerFileSchema } from "../parties/schema.ts";
import {
  checkTogether,
  GroupNameSchema,
  PolicySchema,
  QUEUE_FIELDS,
  RELAX_STEPS,
  SeatKindSchema,
  SkillNameSchema,
} from "../queues/schema.ts";

/**
 * The files of a client company and of the house. Each schema is strict: a key that is not known is a mistake, because a
 * misspelt price or target that is silently ignored costs money.
 */
const SlugSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, "a name in files is a-z, 0-9 and -, at most 40, starting with a letter");
const TextSchema = z.string().min(1).max(200);
const LongTextSchema = z.string().max(2000);
const BilingualSchema = z.strictObject({ zh: TextSchema, en: TextSchema });
const E164Schema = z
  .string()
  .regex(/^\+[1-9][0-9]{6,14}$/, 'a number is written in E.164, for example "+442079460123"');
const DateSchema = z.iso.date("a date is written YYYY-MM-DD");

const CurrencySchema = z.enum(CURRENCIES as [string, ...string[]]);
const PriceSchema = z
  .string({ error: 'write an amount as text in quotes, for example "45.00"' })
  .regex(/^(0|[1-9][0-9]{0,11})(\.[0-9]{1,6})?$/, "an amount is digits with at most 6 decimals and no sign");

const ZONES = new Set(Intl.supportedValuesOf("timeZone"));
const TimeZoneSchema = z
  .string()
  .refine((zone) => zone === "UTC" || ZONES.has(zone), 'not a time zone; write one such as "Asia/Shanghai"');

export const PersonSchema = z.strictObject({
  email: z.email(),
  name: TextSchema,
  locale: LanguageSchema,
});

export const CompanyFileSchema = z.strictObject({
  company: z.strictObject({
    name: TextSchema,
    nameZh: TextSchema,
    nameEn: TextSchema,
    trade: TextSchema,
    timeZone: TimeZoneSchema,
    currency: z.enum(CURRENCIES),
    language: LanguageSchema,
    status: z.enum(["active", "suspended", "closed"]).default("active"),
  }),
  /** Left out, the sandbox's own account is used; outside the sandbox it must be there. */
  carrier: z
    .strictObject({
      accountSid: z.string().regex(/^AC[0-9a-f]{32}$/),
      apiKeySid: z.string(),
      applicationSid: z.string(),
    })
    .optional(),
  brands: z.record(
    SlugSchema,
    z.strictObject({
      name: TextSchema,
      color: z.string().regex(/^#[0-9a-f]{6}$/, 'a colour is written "#1a2b3c"'),
      greeting: TextSchema,
      script: LongTextSchema.default(""),
    }),
  ),
  numbers: z
    .array(
      z.strictObject({
        e164: E164Schema,
        label: TextSchema,
        brand: SlugSchema,
        language: LanguageSchema,
        record: z.boolean().default(false),
      }),
    )
    .min(1),
  seats: z
    .array(
      z.strictObject({
        pool: SlugSchema,
        guaranteed: z.int().min(0).max(2000),
        burst: z.int().min(0).max(2000),
        from: DateSchema,
      }),
    )
    .min(1),
  dispositions: z
    .array(
      z.strictObject({
        code: z
          .string()
          .regex(/^[a-z][a-z0-9_]{0,39}$/, "a code is a-z, 0-9 and _, at most 40")
          .refine((code) => code !== "auto", "`auto` is kept for wrap-up that its timer ended"),
        label: BilingualSchema,
        success: z.boolean().default(false),
      }),
    )
    .min(1),
  admins: z.array(PersonSchema).default([]),
});

const MINUTES_OF_DAY = 24 * 60;
/** `09:00-17:30`; `24:00` ends a day. */
const HoursSchema = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'hours are written "09:00-17:30"')
  .transform((text) => {
    const [from = "", to = ""] = text.split("-");
    return { fromMin: minutesOf(from), toMin: minutesOf(to) };
  })
  .refine((hours) => hours.toMin > hours.fromMin && hours.toMin <= MINUTES_OF_DAY, "hours must end after they begin");

function minutesOf(clock: string): number {
  const [hours = "0", minutes = "0"] = clock.split(":");
  return Number(hours) * 60 + Number(minutes);
}

export const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

export const CalendarsFileSchema = z.record(
  SlugSchema,
  z.strictObject({
    timeZone: TimeZoneSchema.optional(),
    weekly: z.partialRecord(z.enum(WEEKDAYS), z.array(HoursSchema)),
    /** A date without hours is closed all day; one with hours is open in those, weekend or not. */
    exceptions: z
      .array(z.strictObject({ date: DateSchema, name: TextSchema, hours: z.array(HoursSchema).default([]) }))
      .default([])
      .superRefine((exceptions, ctx) => {
        exceptions.forEach(({ date }, at) => {
          if (exceptions.findIndex((other) => other.date === date) < at) {
            ctx.addIssue({ code: "custom", path: [at, "date"], message: `${date} stands twice` });
          }
        });
      }),
  }),
);

/** A step as in the console, save that a file names the other site's pool. */
const RelaxFileSchema = z
  .array(
    z.discriminatedUnion("do", [
      ...RELAX_STEPS,
      z.strictObject({ afterS: RELAX_STEPS[0].shape.afterS, do: z.literal("move"), pool: SlugSchema }),
    ]),
  )
  .max(12);

/** An object whose every field may be left out: the house's own values stand for what is not there. */
function withDefaults<S extends z.ZodRawShape>(schema: z.ZodObject<S>, plain: { readonly [name: string]: unknown }) {
  return z.preprocess(
    (given) => (typeof given === "object" && given !== null ? { ...plain, ...given } : (given ?? plain)),
    schema,
  );
}

export const QueuesFileSchema = z.record(
  SlugSchema,
  z
    .strictObject({
      name: TextSchema,
      pool: SlugSchema,
      priority: QUEUE_FIELDS.priority.default(0),
      skills: QUEUE_FIELDS.skills.default([]),
      preferred: QUEUE_FIELDS.preferred.default([]),
      relax: RelaxFileSchema.default([]),
      strategy: QUEUE_FIELDS.strategy.default("longest_idle"),
      ringTimeoutS: QUEUE_FIELDS.ringTimeoutS.default(20),
      wrapUpS: QUEUE_FIELDS.wrapUpS.default(30),
      wrapUp: withDefaults(QUEUE_FIELDS.wrapUp, PLAIN_RULES.wrapUp),
      target: QUEUE_FIELDS.target.extend({ shortAbandonS: QUEUE_FIELDS.target.shape.shortAbandonS.default(5) }),
      tiers: withDefaults(QUEUE_FIELDS.tiers, PLAIN_RULES.tiers),
      namedAgent: withDefaults(QUEUE_FIELDS.namedAgent, PLAIN_RULES.namedAgent),
      lastAgent: withDefaults(QUEUE_FIELDS.lastAgent, PLAIN_RULES.lastAgent),
      missesMax: QUEUE_FIELDS.missesMax.default(PLAIN_RULES.missesMax),
      autoAnswer: QUEUE_FIELDS.autoAnswer.default(PLAIN_RULES.autoAnswer),
    })
    .superRefine(checkTogether),
);

/** Customers for a demonstration: applied in the sandbox alone. */
export const CustomersFileSchema = z.strictObject({
  customers: z
    .array(
      z.strictObject({
        name: TextSchema,
        tier: z.enum(["standard", "silver", "gold", "platinum"]).default("standard"),
        language: LanguageSchema.optional(),
        phones: z.array(E164Schema).default([]),
        emails: z.array(z.email()).default([]),
        notes: z.array(z.string().min(1).max(4000)).default([]),
      }),
    )
    .default([]),
});

export const HouseFileSchema = z.strictObject({
  outsourcer: z.strictObject({ slug: SlugSchema, name: TextSchema }),
  /** Who sends the invoices; without it none becomes final. */
  seller: SellerFileSchema.optional(),
  /** What an hour of an agent's time costs the house; without it margins count no agent time. */
  costs: z
    .strictObject({
      currency: CurrencySchema,
      perHour: PriceSchema,
      pools: z.record(SlugSchema, PriceSchema).default({}),
      agents: z.record(SlugSchema, PriceSchema).default({}),
      /** How much of another currency one unit of `currency` is. */
      exchange: z.partialRecord(CurrencySchema, PriceSchema).default({}),
    })
    .optional(),
  sites: z.record(SlugSchema, z.strictObject({ name: TextSchema, timeZone: TimeZoneSchema })),
  pools: z.record(
    SlugSchema,
    z.strictObject({
      site: SlugSchema,
      name: TextSchema,
      seats: z.int().min(1).max(2000),
      policy: PolicySchema.default("fifo"),
    }),
  ),
  agents: z.array(
    z.strictObject({
      slug: SlugSchema,
      name: TextSchema,
      email: z.email(),
      locale: LanguageSchema,
      pool: SlugSchema,
      /** Skill name to level, 1 (can) to 10 (expert). */
      skills: z.record(SkillNameSchema, z.int().min(1).max(10)),
      kind: SeatKindSchema.default("ordinary"),
      /** Digits by which a caller may ask for this agent in a flow. */
      extension: z
        .string()
        .regex(/^[0-9]{2,8}$/, "an extension is two to eight digits")
        .optional(),
      /** An outside telephone instead of the browser phone: at home, in a pocket, at a branch. */
      telephone: E164Schema.optional(),
      /** `at_once`: it rings with the offer, and picking it up accepts. */
      telephoneRings: z.enum(TELEPHONE_RINGS).default("on_accept"),
      /** Groups that a queue may be lent after a while. */
      groups: z.array(GroupNameSchema).max(12).default([]),
      /** `tenant/brand`, or `tenant/*` for all brands of one client. */
      brands: z.array(z.string().regex(/^[a-z][a-z0-9-]*\/([a-z][a-z0-9-]*|\*)$/, 'a brand is written "tenant/brand"')),
    }),
  ),
  staff: z.array(
    z.strictObject({
      ...PersonSchema.shape,
      roles: z.array(z.enum(["supervisor", "billing_admin", "house_admin"])).min(1),
    }),
  ),
});

export type CompanyFile = z.infer<typeof CompanyFileSchema>;
export type CalendarsFile = z.infer<typeof CalendarsFileSchema>;
export type QueuesFile = z.infer<typeof QueuesFileSchema>;
export type CustomersFile = z.infer<typeof CustomersFileSchema>;
export type HouseFile = z.infer<typeof HouseFileSchema>;
