export { type ContractFile, ContractFileSchema } from "./contract-schema.ts";
export { type Reconciliation, reconcileMonth } from "./reconcile.ts";
export { billingRoutes } from "./routes.ts";
export { type BillingContext, type RunOutcome, refreshDrafts, runMonth } from "./run-month.ts";
export { usage } from "./tables.ts";
export { billedContact, contactLines, getInvoice, lineContacts, listInvoices } from "./views.ts";
