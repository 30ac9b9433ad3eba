import { z } from "zod";

/**
 * Text as it may be kept: PostgreSQL stores no NUL, and half of a surrogate pair is no character. Refused where it enters,
 * because a fact that carries it would be refused much later by the queue's consumer, again and again.
 */
export function plainText() {
  return z.string().refine((given) => given.isWellFormed() && !given.includes("\0"), {
    error: "must be text: no NUL character and no half of a surrogate pair",
    abort: true,
  });
}

export const RoleSchema = z.enum(["agent", "supervisor", "billing_admin", "house_admin", "tenant_admin"]);

export const SignInSchema = z.object({
  email: plainText().min(3).max(254),
  password: plainText().min(1).max(200),
});

export const SessionSchema = z.object({
  user: z.object({ id: z.string(), name: z.string(), email: z.string(), locale: z.enum(["zh-CN", "en-US", "en-GB"]) }),
  roles: z.array(
    z.object({
      role: RoleSchema,
      tenantId: z.string().optional(),
      tenantName: z.string().optional(),
      /** Of the client: its people are told times in it. */
      timeZone: z.string().optional(),
    }),
  ),
  agent: z.object({ agentId: z.string(), poolId: z.string() }).optional(),
});

/** The answer to who is signed in where nobody is: no failure, since a page must be able to ask. */
export const NobodySchema = z.object({ user: z.null(), roles: z.array(z.string()).max(0) });

/** RFC 9457. `code` is stable; `errors` names each wrong place in what was sent. */
export const ProblemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  code: z.string(),
  detail: z.string(),
  errors: z
    .array(
      z.object({
        path: z.string(),
        message: z.string(),
        rule: z.object({ is: z.string(), limit: z.union([z.number(), z.string()]).optional() }).optional(),
        value: z.unknown().optional(),
        allowed: z.array(z.unknown()).optional(),
      }),
    )
    .optional(),
  requestId: z.string(),
});

export type SessionView = z.infer<typeof SessionSchema>;
export type Problem = z.infer<typeof ProblemSchema>;
