import { houseRouter } from "../identity/index.ts";
import { addAgentRoutes } from "./agent-routes.ts";
import { addPortalRoutes } from "./portal-routes.ts";
import { addRoutedRoutes } from "./routed-routes.ts";

/** Contacts as agents work on them and as clients look at them. */
export function contactRoutes() {
  const router = houseRouter();
  addAgentRoutes(router);
  addPortalRoutes(router);
  addRoutedRoutes(router);
  return router;
}
