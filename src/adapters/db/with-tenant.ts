import { sql } from "drizzle-orm";
import type { AgentId, ContactId, TenantId, UserId } from "../../domain/kernel/ids.ts";
import type { Database } from "./connect.ts";
import { inOneFlight, inTransaction, type Transaction } from "./transaction.ts";

declare const tenantTx: unique symbol;
declare const operatorTx: unique symbol;
declare const ownerTx: unique symbol;

/** A transaction that sees one tenant's rows and no other's. Stores of tenant data accept nothing else. */
export type TenantTx = Transaction & { readonly [tenantTx]: true; readonly tenantId: TenantId; readonly actor: Actor };
/** A transaction on the outsourcer's own tables. It holds no right on any tenant's data. */
export type OperatorTx = Transaction & { readonly [operatorTx]: true };

/** A transaction of the owner role: set-up from files, which writes the house and its tenants as one. Never in a Worker. */
export type OwnerTx = Transaction & { readonly [ownerTx]: true };

/** On whose behalf rows are read and written; audit rows name it. */
export type Actor =
  | { readonly kind: "user"; readonly userId: UserId }
  /** Needs a live grant for this contact, or for a brand of the tenant; the database checks it before anything is read. */
  | { readonly kind: "agent"; readonly agentId: AgentId; readonly contactId: ContactId | null }
  /** Callhouse itself: consumers, cron, publishing. The name says which part. */
  | { readonly kind: "system"; readonly name: string }
  | { readonly kind: "cli"; readonly name: string };

export type TenantScope = { readonly tenantId: TenantId; readonly actor: Actor };

/**
 * The one door to tenants' data. The scope is set inside the transaction and ends with it, so a connection that is used
 * again carries nothing over; without a scope every tenant table is empty. Throws `DatabaseRefusal` with code
 * `not_allowed` when an agent holds no live grant, `DatabaseOutage` when the database cannot be reached.
 */
export function withTenant<T>(db: Database, scope: TenantScope, work: (tx: TenantTx) => Promise<T>): Promise<T> {
  return inTransaction(db, openingOf(scope), (tx) => work(asTenantTx(tx, scope)));
}

/**
 * The same door for work that is exactly one statement, such as a page of a list: all of the transaction leaves in one
 * flight, COMMIT included. A second statement throws and is not sent; the first has happened by then.
 */
export function withTenantOnce<T>(db: Database, scope: TenantScope, work: (tx: TenantTx) => Promise<T>): Promise<T> {
  return inOneFlight(db, openingOf(scope), (tx) => work(asTenantTx(tx, scope)));
}

/** The door to the outsourcer's own tables; `db` must be connected under the operator role. */
export function withOperator<T>(db: Database, work: (tx: OperatorTx) => Promise<T>): Promise<T> {
  return inTransaction(db, null, (tx) => work(tx as OperatorTx));
}

/** For commands that set the house up; `db` must be connected under the owner role. */
export function withOwner<T>(db: Database, work: (tx: OwnerTx) => Promise<T>): Promise<T> {
  return inTransaction(db, null, (tx) => work(tx as OwnerTx));
}

/** Row level security is forced, so the owner too must say whose rows it writes: from here on, this tenant's. */
export async function enterTenant(tx: OwnerTx, { tenantId, actor }: TenantScope): Promise<void> {
  await tx.execute(sql`select tenant.enter(${tenantId}, ${`${actor.kind}:${actorId(actor)}`})`);
}

export function actorId(actor: Actor): string {
  switch (actor.kind) {
    case "user":
      return actor.userId;
    case "agent":
      return actor.agentId;
    case "system":
    case "cli":
      return actor.name;
  }
}

const ENTER = "select set_config('app.tenant_id', $1, true), set_config('app.actor', $2, true)";

function openingOf({ tenantId, actor }: TenantScope) {
  if (actor.kind === "agent") {
    return {
      text: "select tenant.enter_as_agent($1, $2, $3)",
      parameters: [tenantId, actor.agentId, actor.contactId],
    };
  }
  // The very statement of tenant.enter: a function call more would cost a tenth of a short transaction.
  return { text: ENTER, parameters: [tenantId, `${actor.kind}:${actorId(actor)}`] };
}

function asTenantTx(tx: Transaction, { tenantId, actor }: TenantScope): TenantTx {
  return Object.assign(tx, { tenantId, actor }) as TenantTx;
}
