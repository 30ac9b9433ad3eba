export { danglingNames, type FlowFile, FlowFileSchema, flowOf } from "./schema.ts";
export { flowVersions } from "./tables.ts";
