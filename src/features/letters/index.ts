export { handOver, type LetterContext, type Outcome, recipientOf } from "./post.ts";
export { letterRoutes } from "./routes.ts";
export { LETTER_TRIES_MAX } from "./sent.ts";
