export { type StripeAccess, stripeProvider } from "./provider.ts";
export { readEvent } from "./webhook.ts";
