export { contractRoutes } from "./contract-routes.ts";
export { type ContractFile, ContractFileSchema } from "./contract-schema.ts";
export { type Reconciliation, reconcileMonth } from "./reconcile.ts";
export { billingRoutes } from "./routes.ts";
export type { BillingContext } from "./run-contract.ts";
export { refreshDrafts } from "./run-month.ts";
export { ContactLineSchema } from "./schema.ts";
export { type NewUsage, storeUsage } from "./usage-store.ts";
export { contactLines } from "./views.ts";
