export type { Shell } from "./approve.ts";
export type { CreditRequest } from "./credit.ts";
export { expirePrepaid } from "./prepaid.ts";
export { invoicingRoutes } from "./routes.ts";
export { secondPersonRoutes } from "./second-person-routes.ts";
