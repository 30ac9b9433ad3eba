/** All that the shells and the simulator may see of the pool machine. */
export { type AgentProfile, POLICIES, type Policy, type PoolConfig, type SeatEntitlement } from "./config.ts";
export { createPool } from "./configure.ts";
export { nextDeadline } from "./deadlines.ts";
export type { PoolEvent, RefusalCode, Reply } from "./events.ts";
export { brokenPromise } from "./invariants.ts";
export type {
  AfterWrapUp,
  ContactSeatRpc,
  PoolMessage,
  SeatPoolRpc,
  SeatStage,
  StayEnd,
  Ticket,
  WaitAnswer,
  WithdrawReason,
} from "./protocol.ts";
export { agentsWithoutDevice, type PoolRows, restorePool } from "./restore.ts";
export { type AgentRow, dumpAgent, dumpQueue, dumpTicket, type QueueRow, type TicketRow } from "./rows.ts";
export { shareParts } from "./share.ts";
export type { Agent, Chance, Outcome, Pool } from "./state.ts";
export { step } from "./step.ts";
export { agentView, floorView, heldTenant, queueView } from "./view.ts";
