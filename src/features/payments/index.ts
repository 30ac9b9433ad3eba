export type { PaymentsContext } from "./context.ts";
export { takeEvent } from "./events.ts";
export { type InvoiceMoney, invoiceMoney } from "./invoices-store.ts";
export { reconcilePayments, tenantsOf } from "./reconcile.ts";
export { paymentRoutes } from "./routes.ts";
export { todayOf } from "./statement.ts";
