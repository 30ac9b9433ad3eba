export { type ConnectionSource, connect, type Database } from "./connect.ts";
export { nextPlace, placeAfter } from "./cursor.ts";
export { DatabaseOutage, DatabaseRefusal, type DatabaseRefusalCode } from "./errors.ts";
export { iso } from "./iso.ts";
export {
  type Actor,
  actorId,
  enterTenant,
  type OperatorTx,
  type OwnerTx,
  type TenantScope,
  type TenantTx,
  withOperator,
  withOwner,
  withTenant,
  withTenantOnce,
} from "./with-tenant.ts";
