export { approve, discard, type Shell, sendBack } from "./approve.ts";
export { type CreditRequest, credit, creditIn } from "./credit.ts";
export { disputedMinor } from "./disputes.ts";
export { finalize } from "./finalize.ts";
export { addPrepaid, expirePrepaid } from "./prepaid.ts";
export { invoicingRoutes } from "./routes.ts";
export { openMinor } from "./store.ts";
export { invoiceDocument } from "./views.ts";
