export { type Dunned, dun, markPublished } from "./dun.ts";
export { dunningRoutes } from "./routes.ts";
export { standingOfClient } from "./standing-store.ts";
