import type { Disposition, LineConfig } from "../domain/call/line-config.ts";
import type { AgentCommand } from "../domain/call/messages.ts";
import type { AgentId, ContactId, PoolId, TenantId } from "../domain/kernel/ids.ts";

/** The live objects as HTTP verbs see them: contacts that take an agent's commands, pools that know who serves whom. */
export interface LiveHouse {
  /**
   * The tenant whose contact this agent is being offered or is serving now; null otherwise. The pool is the authority, so
   * nothing an agent's browser sends can name a tenant.
   */
  serving(seat: { readonly agentId: AgentId; readonly poolId: PoolId }, contactId: ContactId): Promise<TenantId | null>;
  /** What the contact itself knows for the desktop; null when it never began. Customers come from the database. */
  card(tenantId: TenantId, contactId: ContactId): Promise<LiveCard | null>;
  /** Throws a refusal with the contact's own code: `not_now`, `not_your_contact`, `unknown_disposition`. */
  command(tenantId: TenantId, contactId: ContactId, command: AgentCommand): Promise<void>;
  /**
   * Tells lines and pools what stands in the database, of one client or of all; false where they could not be told. What is
   * told is whole and may be repeated.
   */
  publish(only: TenantId | null): Promise<boolean>;
  /** Something is known anew of callers by these numbers: calls will know it in a moment. */
  callersChanged(tenantId: TenantId, numbers: readonly string[]): Promise<void>;
  /** Closes the session's sockets at these pools and clients. What cannot be told now the objects find by themselves. */
  endSession(
    hash: string,
    at: { readonly pools: readonly PoolId[]; readonly tenants: readonly TenantId[] },
  ): Promise<void>;
}

export type LiveCard = {
  readonly from: string;
  readonly to: string;
  readonly brand: LineConfig["brand"];
  readonly queueName: string | null;
  readonly queuedAt: number | null;
  readonly dispositions: readonly Disposition[];
  /** Digits the caller typed in the flow, by the names the flow gave them. */
  readonly variables: { readonly [name: string]: string };
};
