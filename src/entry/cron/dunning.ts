import { resendMailer } from "../../adapters/mail/resend.ts";
import { type Dunned, dun, markPublished } from "../../features/dunning/index.ts";
import type { LetterContext } from "../../features/letters/index.ts";
import { configOf, type Env } from "../env.ts";
import { publish } from "../http/publish.ts";
import { errorFields, log } from "../log.ts";
import { servicesOf } from "../services.ts";

/**
 * Every minute: reminders and what follows them. A client that was suspended, or is so no more, has its lines published at
 * once, so the next call hears it; a call under way goes on.
 */
export async function dunClients(env: Env): Promise<Omit<Dunned, "failures"> & { readonly failed: number }> {
  const { clock, mail, publicUrl: portalUrl } = configOf(env);
  const services = servicesOf(env);
  try {
    const { db, operatorDb } = services;
    const actor = { kind: "system", name: "dunning" } as const;
    const mailer = mail === null ? null : resendMailer(mail);
    const ctx: LetterContext = { db, operatorDb, mailer, actor, now: clock.now(), portalUrl };
    const { failures, ...done } = await dun(ctx);
    for (const failure of failures) log("error", "client_not_dunned", errorFields(failure));
    for (const tenantId of done.toPublish) {
      await publish(env, services, tenantId);
      await markPublished(ctx, tenantId);
      log("warn", "standing_published", { tenantId });
    }
    if (done.steps > 0) log("info", "dunned", { steps: done.steps, letters: done.letters });
    return { ...done, failed: failures.length };
  } finally {
    await services.close();
  }
}
