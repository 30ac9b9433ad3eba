export { accrueLastMonthCosts } from "./accrue-costs.ts";
export { marginRoutes } from "./routes.ts";
