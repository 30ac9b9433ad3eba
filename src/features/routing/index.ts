export { linesAmong } from "./house-lines.ts";
export { telephoneRoutes } from "./routes.ts";
