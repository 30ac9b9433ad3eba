export { audit, auditHouse } from "./store.ts";
