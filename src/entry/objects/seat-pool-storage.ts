import type { AgentFact } from "../../domain/call/facts.ts";
import type { ContactId, TenantId } from "../../domain/kernel/ids.ts";
import {
  type AgentRow,
  dumpAgent,
  dumpQueue,
  dumpTicket,
  type Pool,
  type PoolConfig,
  type PoolMessage,
  type PoolRows,
  type QueueRow,
  type TicketRow,
} from "../../domain/routing/index.ts";

/** A message to a contact that has not been delivered yet. */
export type Owed = {
  readonly id: number;
  readonly tenantId: TenantId;
  readonly contactId: ContactId;
  readonly message: PoolMessage;
};

/** What one step owes to the outside. */
export type Debt = {
  readonly messages: readonly Owed[];
  readonly facts: readonly { readonly id: number; readonly fact: AgentFact }[];
};

type Json = { json: string };

/**
 * A pool's storage: one row for each agent, ticket and queue, rewritten when it changes, and what is owed to the outside.
 * Everything that one step changed is written without a pause in between, hence in one commit, before any frame or answer
 * leaves the object.
 */
export class SeatPoolStorage {
  private readonly sql: SqlStorage;
  private lastId = 0;
  /** Delivered, and to be deleted with the next write: a commit of its own for each would cost more than the message. */
  private readonly settled = { owed: [] as number[], facts: [] as number[] };

  constructor(sql: SqlStorage) {
    this.sql = sql;
    sql.exec(`
      create table if not exists settings (name text primary key, json text not null) without rowid;
      create table if not exists agents (id text primary key, json text not null) without rowid;
      create table if not exists tickets (id text primary key, json text not null) without rowid;
      create table if not exists queues (id text primary key, json text not null) without rowid;
      create table if not exists owed (
        id integer primary key, tenant_id text not null, contact_id text not null, json text not null
      );
      create table if not exists facts (id integer primary key, json text not null);
    `);
  }

  /** Null for a pool that was never configured. */
  load(): PoolRows | null {
    const config = this.setting<PoolConfig>("config");
    if (config === null) return null;
    return {
      config,
      agents: this.all<AgentRow>("select json from agents"),
      tickets: this.all<TicketRow>("select json from tickets"),
      queues: this.all<QueueRow>("select json from queues"),
    };
  }

  setting<T>(name: string): T | null {
    const row = this.sql.exec<Json>("select json from settings where name = ?", name).toArray()[0];
    return row === undefined ? null : JSON.parse(row.json);
  }

  setSetting(name: string, value: unknown): void {
    this.sql.exec("insert or replace into settings (name, json) values (?, ?)", name, JSON.stringify(value));
  }

  /** What was not known to be delivered when the object was last there. */
  loadDebt(): Debt {
    const messages = this.sql
      .exec<Json & { id: number; tenant_id: string; contact_id: string }>("select * from owed order by id")
      .toArray()
      .map(({ id, tenant_id, contact_id, json }) => ({
        id,
        tenantId: tenant_id as TenantId,
        contactId: contact_id as ContactId,
        message: JSON.parse(json) as PoolMessage,
      }));
    const facts = this.sql
      .exec<Json & { id: number }>("select id, json from facts order by id")
      .toArray()
      .map(({ id, json }) => ({ id, fact: JSON.parse(json) as AgentFact }));
    this.lastId = Math.max(this.lastId, messages.at(-1)?.id ?? 0, facts.at(-1)?.id ?? 0);
    return { messages, facts };
  }

  /** Writes what the last step changed, and forgets what was delivered since. */
  save(pool: Pool): Debt {
    const { out } = pool;
    for (const agent of out.agents) {
      const id = agent.profile.agentId;
      this.put("agents", id, pool.agents.get(id) === agent ? dumpAgent(agent) : null);
    }
    for (const ticket of out.tickets) {
      const row = dumpTicket(pool, ticket);
      if (row !== null || !pool.tickets.has(ticket.contactId)) this.put("tickets", ticket.contactId, row);
    }
    for (const queue of out.queues) this.put("queues", queue.queueId, dumpQueue(pool, queue));
    if (out.messages.length + out.facts.length > 0) this.forgetSettled();
    return { messages: out.messages.map((owed) => this.owe(owed)), facts: out.facts.map((fact) => this.record(fact)) };
  }

  settleMessage(id: number): void {
    this.settled.owed.push(id);
  }

  settleFacts(ids: readonly number[]): void {
    this.settled.facts.push(...ids);
  }

  /** Deletes what was delivered. A repeat after a crash in between is harmless. */
  forgetSettled(): void {
    for (const id of this.settled.owed.splice(0)) this.sql.exec("delete from owed where id = ?", id);
    for (const id of this.settled.facts.splice(0)) this.sql.exec("delete from facts where id = ?", id);
  }

  private owe(owed: Omit<Owed, "id">): Owed {
    this.lastId += 1;
    const json = JSON.stringify(owed.message);
    this.sql.exec("insert into owed values (?, ?, ?, ?)", this.lastId, owed.tenantId, owed.contactId, json);
    return { ...owed, id: this.lastId };
  }

  private record(fact: AgentFact): { readonly id: number; readonly fact: AgentFact } {
    this.lastId += 1;
    this.sql.exec("insert into facts values (?, ?)", this.lastId, JSON.stringify(fact));
    return { id: this.lastId, fact };
  }

  private put(table: "agents" | "tickets" | "queues", id: string, row: unknown): void {
    if (row === null) this.sql.exec(`delete from ${table} where id = ?`, id);
    else this.sql.exec(`insert or replace into ${table} (id, json) values (?, ?)`, id, JSON.stringify(row));
  }

  private all<T>(query: string): T[] {
    return this.sql
      .exec<Json>(query)
      .toArray()
      .map((row) => JSON.parse(row.json));
  }
}
