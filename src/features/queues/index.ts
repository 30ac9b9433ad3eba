export { queueRoutes } from "./routes.ts";
export { columnsOf, SHARED_COLUMNS } from "./settings.ts";
