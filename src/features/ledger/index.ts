export { accrueLastMonths } from "./month-end.ts";
export { type Deed, type Posted, post, reverse } from "./post.ts";
export { ledgerRoutes } from "./routes.ts";
