export { danglingNames, type FlowFile, FlowFileSchema, flowOf, LanguageSchema } from "./schema.ts";
export { flows, flowVersions } from "./tables.ts";
