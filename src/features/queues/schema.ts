import { z } from "zod";
import { POLICIES, SEAT_KINDS } from "../../domain/routing/config.ts";
import { parseNeed } from "../../domain/routing/demand.ts";
import { STRATEGIES } from "../../domain/routing/strategies/index.ts";
import { plainText } from "../identity/schema.ts";

/** Settings of queues and pools, as files write them and as the console changes them: one set of limits for both. */
const NAME = "[a-z][a-z0-9-]{0,39}";
/** A contact that waits longer than this has other troubles than its skills. */
const RELAX_S_MAX = 3_600;
const LISTED_MAX = 12;

export const SkillNameSchema = z
  .string()
  .regex(new RegExp(`^${NAME}$`), "a skill is a-z, 0-9 and -, at most 40, starting with a letter");
export const GroupNameSchema = z
  .string()
  .regex(new RegExp(`^${NAME}$`), "a group is a-z, 0-9 and -, at most 40, starting with a letter");
/** `zh` asks for level 1, `zh>=7` for level 7. */
export const SkillNeedSchema = z
  .string()
  .regex(
    new RegExp(`^${NAME}(>=([1-9]|10))?$`),
    'a skill is written "zh", or with the least level from 1 to 10 "zh>=7"',
  );
const SkillsSchema = z.array(SkillNeedSchema).max(LISTED_MAX);
export const SeatKindSchema = z.enum(SEAT_KINDS);
export const PolicySchema = z.enum(POLICIES);

const afterS = z.int().min(1).max(RELAX_S_MAX);
const level = z.int().min(1).max(10);
export const RELAX_STEPS = [
  z.strictObject({ afterS, do: z.literal("lower"), skill: SkillNameSchema, level }),
  z.strictObject({ afterS, do: z.literal("drop"), skill: SkillNameSchema }),
  z.strictObject({ afterS, do: z.literal("lend"), group: GroupNameSchema }),
  z.strictObject({ afterS, do: z.literal("raise"), points: z.int().min(1).max(100) }),
  z.strictObject({
    afterS,
    do: z.literal("outside"),
    number: z.string().regex(/^\+[1-9][0-9]{6,14}$/, "a telephone number in E.164: + and 7 to 15 digits"),
    /** Who answers there, as the contact's page says it. */
    name: plainText().trim().min(1).max(80),
  }),
] as const;
const RelaxSchema = z
  .array(
    z.discriminatedUnion("do", [...RELAX_STEPS, z.strictObject({ afterS, do: z.literal("move"), poolId: z.uuid() })]),
  )
  .max(LISTED_MAX);

const points = z.int().min(0).max(100);
export const TiersSchema = z.strictObject({ silver: points, gold: points, platinum: points });
export const LastAgentSchema = z.strictObject({
  /** Seconds a caller waits for the agent who served him last; 0 for not at all. */
  patienceS: z.int().min(0).max(600),
  withinDays: z.int().min(1).max(366),
});
export const NamedAgentSchema = z.strictObject({
  /** Seconds a caller waits for the agent whose extension he typed; 0 for not at all. */
  patienceS: z.int().min(0).max(600),
  /** The name under which the flow collects the digits. */
  variable: z.string().regex(/^[a-z][a-zA-Z0-9_]{0,39}$/, "a name in a flow is letters, digits and _, at most 40"),
});
export const WrapUpSchema = z.strictObject({
  kind: z.enum(["timed", "optional", "mandatory"]),
  extensions: z.int().min(0).max(20),
  extensionS: z.int().min(10).max(600),
});
export const TargetSchema = z.strictObject({
  percent: z.int().min(1).max(100),
  withinS: z.int().min(1).max(3600),
  shortAbandonS: z.int().min(0).max(60),
});

/** Fields that files and console share. */
export const QUEUE_FIELDS = {
  priority: z.int().min(0).max(100),
  skills: SkillsSchema,
  preferred: SkillsSchema,
  strategy: z.enum([...STRATEGIES.keys()]),
  ringTimeoutS: z.int().min(5).max(120),
  wrapUpS: z.int().min(0).max(1800),
  wrapUp: WrapUpSchema,
  target: TargetSchema,
  tiers: TiersSchema,
  lastAgent: LastAgentSchema,
  namedAgent: NamedAgentSchema,
  missesMax: z.int().min(1).max(10),
  autoAnswer: z.boolean(),
};
type Relaxing = {
  readonly skills: readonly string[];
  readonly preferred: readonly string[];
  readonly relax: readonly {
    readonly afterS: number;
    readonly do: string;
    readonly skill?: string;
    readonly level?: number;
  }[];
};

/** What one field alone cannot tell: skills named twice, steps out of order, steps about skills that nobody asks for. */
export function checkTogether({ skills, preferred, relax }: Relaxing, ctx: z.core.$RefinementCtx): void {
  const fault = (path: (string | number)[], message: string, input: unknown, params: object) =>
    ctx.addIssue({ code: "custom", path, message, input, params: { ...params } });
  const lists = [
    ["skills", skills],
    ["preferred", preferred],
  ] as const;
  for (const [field, list] of lists) {
    const names = list.map((text) => parseNeed(text).skill);
    names.forEach((skill, at) => {
      if (names.indexOf(skill) < at) fault([field, at], `${skill} stands twice`, list[at], { is: "twice" });
    });
  }
  const levels = new Map(skills.map(parseNeed).map((need) => [need.skill, need.level]));
  relax.forEach(({ afterS: after, do: what, skill, level: wanted }, at) => {
    if (after < (relax[at - 1]?.afterS ?? 0)) {
      fault(["relax", at, "afterS"], "steps stand in the order of their time", after, { is: "order" });
    }
    if (skill === undefined) return;
    const asked = levels.get(skill);
    if (asked === undefined) {
      const message = "the queue does not ask for this skill by then";
      fault(["relax", at, "skill"], message, skill, { is: "not_asked" });
    } else if (what === "drop") levels.delete(skill);
    else if (wanted !== undefined && wanted >= asked) {
      const message = `must be below ${asked}, which is asked for until then`;
      fault(["relax", at, "level"], message, wanted, { is: "not_below", below: asked });
    } else levels.set(skill, wanted ?? asked);
  });
}

export const QueueSettingsSchema = z.strictObject({ ...QUEUE_FIELDS, relax: RelaxSchema }).superRefine(checkTogether);

/** What was read, and what it is to be. A version that is not the present one is refused: nobody overwrites blindly. */
export const QueueSaveSchema = z
  .strictObject({ version: z.int().min(1), ...QUEUE_FIELDS, relax: RelaxSchema })
  .superRefine(checkTogether);

export const QueueViewSchema = z.object({
  tenantId: z.string(),
  tenantName: z.string(),
  color: z.string(),
  queueId: z.string(),
  slug: z.string(),
  name: z.string(),
  poolId: z.string(),
  version: z.number(),
  settings: QueueSettingsSchema,
  /** Fields that the console has changed, with what the files say of them. */
  filed: z.array(z.object({ field: z.string(), value: z.unknown() })),
  changedAt: z.number().nullable(),
  changedBy: z.string().nullable(),
});

export const PoolViewSchema = z.object({
  poolId: z.string(),
  name: z.string(),
  site: z.string(),
  policy: PolicySchema,
  /** What the files say, where the console says otherwise. */
  filed: PolicySchema.nullable(),
  version: z.number(),
  changedAt: z.number().nullable(),
  changedBy: z.string().nullable(),
});

export const QueueListSchema = z.object({
  pools: z.array(PoolViewSchema),
  queues: z.array(QueueViewSchema),
  /** Skills that somebody has, and groups that somebody is in. */
  skills: z.array(z.object({ skill: z.string(), agents: z.number() })),
  groups: z.array(z.object({ group: z.string(), agents: z.number() })),
});

/** `live` is false where it is written but the live objects could not be told: publishing again mends it. */
export const QueueSavedSchema = z.object({ queue: QueueViewSchema, live: z.boolean() });
export const PoolSavedSchema = z.object({ pool: PoolViewSchema, live: z.boolean() });
export const PolicySaveSchema = z.strictObject({ poolId: z.uuid(), version: z.int().min(1), policy: PolicySchema });

export const QueueChangesSchema = z.object({
  items: z.array(
    z.object({
      at: z.number(),
      by: z.string(),
      changes: z.array(z.object({ field: z.string(), from: z.unknown(), to: z.unknown() })),
    }),
  ),
});

/** A client's own queues, to read. */
export const OwnQueuesSchema = z.object({
  queues: z.array(
    z.object({
      queueId: z.string(),
      name: z.string(),
      settings: QueueSettingsSchema,
      changedAt: z.number().nullable(),
    }),
  ),
});

export type QueueSettings = z.infer<typeof QueueSettingsSchema>;
export type QueueView = z.infer<typeof QueueViewSchema>;
export type PoolView = z.infer<typeof PoolViewSchema>;
export type QueueList = z.infer<typeof QueueListSchema>;
export type QueueChanges = z.infer<typeof QueueChangesSchema>;
export type OwnQueues = z.infer<typeof OwnQueuesSchema>;
