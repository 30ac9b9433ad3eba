export { type ApplyInput, type ApplyResult, applySetup } from "./apply.ts";
export { idOf, type StoredAccount } from "./desired.ts";
export type { FileFault } from "./file-faults.ts";
export {
  CARDS_DIR,
  type CardSource,
  type HouseSetup,
  parseSetup,
  TENANT_FILES,
  type TenantFileName,
  type TenantFiles,
  type TenantSource,
} from "./parse.ts";
export type { Change } from "./sync.ts";
