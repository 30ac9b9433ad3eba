export { twilioCarrier } from "./carrier.ts";
export { isSigned, parseSignedForm, type SignedForm } from "./signature.ts";
export { softphoneTicket } from "./softphone.ts";
export { renderTwiml } from "./twiml.ts";
export { parseWebhook, type Webhook, type WebhookKind } from "./webhook.ts";
