import { answerControl } from "./control.ts";
import type { Env } from "./env.ts";
import { settingsOf } from "./settings.ts";

export { Mailbox } from "./mail/mailbox.ts";
export { StripeAccount } from "./stripe/account.ts";

/** The sandbox bureau: Stripe's REST interface and payment pages, a mail service, and the control that stands behind. */
export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    settingsOf(env);
    const { pathname } = new URL(request.url);
    if (pathname.startsWith("/v1/") || pathname.startsWith("/i/")) {
      return env.STRIPE_ACCOUNT.get(env.STRIPE_ACCOUNT.idFromName("account")).fetch(request);
    }
    if (pathname === "/emails" || pathname.startsWith("/mail")) {
      return env.MAILBOX.get(env.MAILBOX.idFromName("mailbox")).fetch(request);
    }
    if (pathname.startsWith("/sandbox/")) return answerControl(request, env);
    return new Response("The sandbox bureau of Callhouse: payments and mail.\n", {
      status: pathname === "/" ? 200 : 404,
    });
  },
} satisfies ExportedHandler<Env>;
