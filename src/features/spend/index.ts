export { type Alerted, tellSpending } from "./alerts.ts";
export { spendRoutes } from "./routes.ts";
