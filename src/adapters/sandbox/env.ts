import type { Mailbox } from "./mail/mailbox.ts";
import type { Variables } from "./settings.ts";
import type { StripeAccount } from "./stripe/account.ts";

/** Bindings and variables of the sandbox bureau's own Worker, as its wrangler.toml declares them. */
export type Env = {
  readonly STRIPE_ACCOUNT: DurableObjectNamespace<StripeAccount>;
  readonly MAILBOX: DurableObjectNamespace<Mailbox>;
} & Variables;
