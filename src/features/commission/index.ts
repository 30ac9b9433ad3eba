export { collectSales } from "./collect.ts";
export { commissionRoutes } from "./routes.ts";
