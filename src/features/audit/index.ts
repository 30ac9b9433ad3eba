export { audit, auditHouse, auditHouseCommand } from "./store.ts";
