export { safe } from "./amounts.ts";
export { tenantsOfHouse } from "./balances.ts";
export { after, placeAfter } from "./cursor.ts";
export { accrueLastMonths } from "./month-end.ts";
export { type Deed, type Posted, post, reverse } from "./post.ts";
export { ledgerRoutes } from "./routes.ts";
