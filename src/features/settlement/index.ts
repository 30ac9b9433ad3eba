export { settlementRoutes } from "./routes.ts";
