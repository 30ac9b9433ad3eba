export { tellSeatPeaks } from "./peaks.ts";
export { splitAgentTime } from "./split-store.ts";
export { tellAgentTime } from "./tell.ts";
