import { z } from "zod";

/** The control API's own bodies: how a test, the demo floor or a day's run sets the carrier up and makes it misbehave. */
const sid = (prefix: string) => z.string().regex(new RegExp(`^${prefix}[0-9a-f]{32}$`, "i"));
const phone = z.string().regex(/^\+?[0-9]{3,15}$/);

export const AccountSid = sid("AC");

/** Numbers of one account. */
const NUMBERS_MAX = 2_000;

export const AccountBody = z.object({
  authToken: z.string().min(8),
  apiKeySid: sid("SK"),
  apiKeySecret: z.string().min(8),
  numbers: z
    .array(
      z.object({
        e164: phone,
        voiceUrl: z.url(),
        fallbackUrl: z
          .url()
          .nullish()
          .transform((url) => url ?? null),
        statusCallback: z
          .url()
          .nullish()
          .transform((url) => url ?? null),
      }),
    )
    .max(NUMBERS_MAX),
});

const seconds = z.number().min(0).max(86_400);

/** A caller who withholds the number calls as the carrier names such callers. */
const caller = z.union([phone, z.literal("anonymous")]);

export const RobotCallBody = z.object({
  from: caller,
  to: phone,
  patienceS: seconds.nullish().transform((value) => value ?? null),
  script: z
    .array(
      z.object({
        on: z
          .enum(["start", "previous", "answered", "say", "play", "gather", "conference", "held", "record"])
          .default("start"),
        afterS: seconds.default(0),
        press: z
          .string()
          .regex(/^[0-9*#]{1,32}$/)
          .optional(),
        say: z.string().min(1).max(1_000).optional(),
        talkS: seconds.optional(),
        hangUpAfterS: seconds.optional(),
        voicemailS: seconds.optional(),
      }),
    )
    .max(50)
    .default([]),
});

export const RobotClientBody = z.object({ answerAfterS: seconds.nullable() });

const rate = z.number().min(0).max(1).default(0);

export const FaultsBody = z.object({
  seed: z.int().default(1),
  duplicate: rate,
  reorder: rate,
  drop: rate,
  /** How many callbacks are late (all of them when only `delayMs` is given), and by how much in real time. */
  delay: z.number().min(0).max(1).optional(),
  delayMs: z.number().min(0).max(60_000).default(0),
  http429: rate,
  http500: rate,
  timeout: rate,
});
