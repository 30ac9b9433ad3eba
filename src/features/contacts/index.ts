export { readKnownCaller } from "./known-caller.ts";
export { contactRoutes } from "./routes.ts";
