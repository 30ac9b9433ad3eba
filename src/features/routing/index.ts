export { telephoneRoutes } from "./routes.ts";
