export {
  type Access,
  access,
  agentOn,
  type HouseEnv,
  houseRouter,
  problems,
  type RequestServices,
  signedInOn,
  tenantOn,
} from "./http.ts";
export { hashPassword } from "./passwords.ts";
export {
  actorOn,
  body,
  deedContext,
  deedOf,
  type HouseContext,
  json,
  ownScope,
  staffScope,
  within,
} from "./route-parts.ts";
export { identityRoutes } from "./routes.ts";
export type { Problem } from "./schema.ts";
export { type Sessions, sessionsOn } from "./sessions.ts";
export { setPassword } from "./set-password.ts";
export { deleteExpiredSessions, liveSessions, type RoleHeld, type SignedIn } from "./store.ts";
