export { asksWhoCalls, numbersAnswered, numbersKnown, readKnownCallers } from "./known-caller.ts";
export { contactRoutes } from "./routes.ts";
export { stuckContacts } from "./stuck.ts";
