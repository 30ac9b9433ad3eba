import { DurableObject } from "cloudflare:workers";
import { z } from "zod";
import { houseNow, settingsOf, type Variables } from "../settings.ts";

/** Letters kept; the oldest go. */
const LETTERS_MAX = 2_000;

/** The body of Resend's `POST /emails`, as far as it is honoured; anything else is refused as Resend refuses it. */
const SendBody = z.strictObject({
  from: z.string().min(3),
  to: z.union([z.string(), z.array(z.string()).min(1).max(50)]),
  subject: z.string().min(1),
  text: z.string().optional(),
  html: z.string().optional(),
  reply_to: z.union([z.string(), z.array(z.string())]).optional(),
  headers: z.record(z.string(), z.string()).optional(),
  tags: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[A-Za-z0-9_-]{1,256}$/),
        value: z.string().regex(/^[A-Za-z0-9_-]{1,256}$/),
      }),
    )
    .optional(),
});

export type Letter = z.infer<typeof SendBody> & { readonly id: string; readonly at: number };

/** A mail service that delivers to a page: Resend's interface on one side, the letters on the other. */
export class Mailbox extends DurableObject<Variables> {
  constructor(ctx: DurableObjectState, env: Variables) {
    super(ctx, env);
    ctx.storage.sql.exec(
      "create table if not exists letter (seq integer primary key autoincrement, key text unique, fingerprint text not null, json text not null)",
    );
  }

  letters(): Letter[] {
    const rows = this.ctx.storage.sql.exec<{ json: string }>("select json from letter order by seq desc limit 200");
    return [...rows].map((row) => JSON.parse(row.json) as Letter);
  }

  override async fetch(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (request.method === "GET" && pathname === "/mail") return mailPage(this.letters());
    if (request.method !== "POST" || pathname !== "/emails")
      return refusal(404, "not_found", "The endpoint does not exist.");
    const settings = settingsOf(this.env);
    if (request.headers.get("authorization") !== `Bearer ${settings.MAIL_API_KEY}`) {
      return refusal(401, "missing_api_key", "Missing API key in the authorization header.");
    }
    const text = await request.text();
    const body = SendBody.safeParse(jsonOf(text));
    if (!body.success) return refusal(422, "validation_error", z.prettifyError(body.error));
    if (body.data.text === undefined && body.data.html === undefined) {
      return refusal(422, "missing_required_field", "Missing `html` or `text` field.");
    }
    return this.#post(body.data, text, request.headers.get("idempotency-key"), houseNow(settings));
  }

  #post(body: z.infer<typeof SendBody>, fingerprint: string, key: string | null, at: number): Response {
    const { sql } = this.ctx.storage;
    const [known] = sql.exec<{ fingerprint: string; json: string }>(
      "select fingerprint, json from letter where key = ?",
      key,
    );
    if (known !== undefined) {
      if (known.fingerprint !== fingerprint) {
        return refusal(
          409,
          "invalid_idempotent_request",
          "Same idempotency key used with a different request payload.",
        );
      }
      return Response.json({ id: (JSON.parse(known.json) as Letter).id });
    }
    const letter: Letter = { ...body, id: crypto.randomUUID(), at };
    const { seq } = sql
      .exec<{ seq: number }>(
        "insert into letter (key, fingerprint, json) values (?, ?, ?) returning seq",
        key,
        fingerprint,
        JSON.stringify(letter),
      )
      .one();
    sql.exec("delete from letter where seq <= ?", seq - LETTERS_MAX);
    return Response.json({ id: letter.id });
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // Not JSON is as invalid as JSON of another shape; the schema says so.
  }
}

function refusal(statusCode: number, name: string, message: string): Response {
  return Response.json({ statusCode, name, message }, { status: statusCode });
}

function mailPage(letters: readonly Letter[]): Response {
  const items = letters.map(
    ({ to, subject, text = "", at }) =>
      `<article><h2>${escaped(subject)}</h2><p>${escaped([to].flat().join(", "))} · ${new Date(at).toISOString()}</p><pre>${escaped(text)}</pre></article>`,
  );
  const body = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sandbox mailbox</title><style>
body{font:16px/1.5 system-ui,"Noto Sans CJK SC",sans-serif;max-width:48rem;margin:2rem auto;padding:0 1rem;color:#1b1f24}
article{border:1px solid #d9dde3;border-radius:8px;padding:1rem;margin:1rem 0}h2{font-size:1.1rem;margin:0}p{color:#57606a;margin:.25rem 0}
pre{white-space:pre-wrap;font:inherit}</style></head><body><main><h1>Sandbox mailbox</h1>${items.join("") || "<p>No letters yet.</p>"}</main></body></html>`;
  return new Response(body, {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
    },
  });
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
