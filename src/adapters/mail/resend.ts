import { z } from "zod";
import { type Letter, type Mailer, MailOutage } from "../../ports/mailer.ts";

export type MailAccess = {
  readonly apiKey: string;
  /** `Callhouse Billing <billing@example.com>`: a sender whose domain the service knows. */
  readonly from: string;
  /** `https://api.resend.com`, or the sandbox bureau. */
  readonly baseUrl: string;
};

type Fetch = (request: Request) => Promise<Response>;
const TIMEOUT_MS = 10_000;
const Answer = z.object({ id: z.string() });

/** Resend's `POST /emails` (resend.com/docs/api-reference/emails/send-email): JSON, bearer, `Idempotency-Key` for a day. */
export function resendMailer(
  { apiKey, from, baseUrl }: MailAccess,
  fetchIt: Fetch = (request) => fetch(request),
): Mailer {
  return {
    async send(letter) {
      const request = new Request(`${baseUrl}/emails`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${apiKey}`,
          "content-type": "application/json",
          "idempotency-key": letter.key,
        },
        body: JSON.stringify(bodyOf(letter, from)),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const answer = await fetchIt(request).catch((cause: unknown) => {
        throw new MailOutage("the mail service did not answer", { cause });
      });
      const text = await answer.text();
      if (!answer.ok) throw refusalOf(answer, text);
      const parsed = Answer.safeParse(jsonOf(text));
      if (!parsed.success) throw new MailOutage("the mail service answered without an id");
      return { letterId: parsed.data.id };
    },
  };
}

function bodyOf({ to, subject, text, topic }: Letter, from: string) {
  return { from, to, subject, text, tags: [{ name: "topic", value: topic }] };
}

/** Busy or broken may be tried again; a letter that is refused for what it is would be refused again. */
function refusalOf(answer: Response, text: string): MailOutage {
  const name = z.object({ name: z.string() }).safeParse(jsonOf(text));
  const why = `the mail service answered ${answer.status}${name.success ? ` (${name.data.name})` : ""}`;
  const busy = answer.status === 429 || answer.status >= 500;
  const seconds = Number(answer.headers.get("retry-after") ?? Number.NaN);
  return new MailOutage(why, { retryable: busy, retryAfterMs: Number.isFinite(seconds) ? seconds * 1_000 : null });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // Not JSON is as unusable as JSON of another shape.
  }
}
