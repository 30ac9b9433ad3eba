export { safe } from "./amounts.ts";
export { tenantsOfHouse } from "./balances.ts";
export { accrueLastMonths, isOver, monthToAccrue } from "./month-end.ts";
export { type Deed, type Posted, post } from "./post.ts";
export { ledgerRoutes } from "./routes.ts";
export { bookedOn, isBooked } from "./store.ts";
