export type { PaymentsContext } from "./context.ts";
export { takeEvent } from "./events.ts";
export { type InvoiceMoney, invoiceMoney } from "./invoices-store.ts";
export { reconcilePayments, tenantsOf } from "./reconcile.ts";
export { paymentRoutes } from "./routes.ts";
export { RangeSchema } from "./schema.ts";
export { type Statement, type StatementEntry, statements, todayOf } from "./statement.ts";
