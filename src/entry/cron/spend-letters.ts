import { resendMailer } from "../../adapters/mail/resend.ts";
import { type Alerted, tellSpending } from "../../features/spend/index.ts";
import { configOf, type Env } from "../env.ts";
import { errorFields, log } from "../log.ts";
import { servicesOf } from "../services.ts";

/** Every minute: clients whose month reached a step of a package or of their own limit are told by letter. */
export async function spendLetters(env: Env): Promise<Omit<Alerted, "failures"> & { readonly failed: number }> {
  const { clock, mail, publicUrl: portalUrl } = configOf(env);
  const services = servicesOf(env);
  try {
    const { db, operatorDb } = services;
    const actor = { kind: "system", name: "spend" } as const;
    const mailer = mail === null ? null : resendMailer(mail);
    const { failures, ...done } = await tellSpending({ db, operatorDb, mailer, actor, now: clock.now(), portalUrl });
    for (const failure of failures) log("error", "client_not_told", errorFields(failure));
    if (done.steps > 0) log("info", "spending_told", { steps: done.steps, letters: done.letters });
    return { ...done, failed: failures.length };
  } finally {
    await services.close();
  }
}
