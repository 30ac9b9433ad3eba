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
  readonly attempts: number;
  /** Platform time before which it is not tried again. */
  readonly notBefore: number;
};

type Json = { json: string };

/**
 * A pool's storage: one row for each agent, ticket and queue, rewritten when it changes, and what is owed to the outside.
 * Everything that one step changed is written without a pause in between, hence in one commit, before any frame or answer
 * leaves the object.
 */
export class SeatPoolStorage {
  private readonly sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.sql = sql;
    sql.exec(`
      create table if not exists settings (name text primary key, json text not null) without rowid;
      create table if not exists agents (id text primary key, json text not null) without rowid;
      create table if not exists tickets (id text primary key, json text not null) without rowid;
      create table if not exists queues (id text primary key, json text not null) without rowid;
      create table if not exists owed (
        id integer primary key autoincrement,
        tenant_id text not null, contact_id text not null, json text not null,
        attempts integer not null default 0, not_before integer not null default 0
      );
      create table if not exists facts (id integer primary key autoincrement, json text not null);
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

  /** Writes what the last step changed. */
  save(pool: Pool): void {
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
    for (const { tenantId, contactId, message } of out.messages) {
      const json = JSON.stringify(message);
      this.sql.exec("insert into owed (tenant_id, contact_id, json) values (?, ?, ?)", tenantId, contactId, json);
    }
    for (const fact of out.facts) this.sql.exec("insert into facts (json) values (?)", JSON.stringify(fact));
  }

  /** What may be sent now, oldest first. A contact whose first message must wait is left out whole: order is kept. */
  owedNow(now: number, limit: number): Owed[] {
    return this.sql
      .exec<{ id: number; tenant_id: string; contact_id: string; json: string; attempts: number; not_before: number }>(
        `select * from owed o where not exists (
           select 1 from owed earlier where earlier.contact_id = o.contact_id and earlier.id <= o.id and earlier.not_before > ?
         ) order by id limit ?`,
        now,
        limit,
      )
      .toArray()
      .map((row) => ({
        id: row.id,
        tenantId: row.tenant_id as TenantId,
        contactId: row.contact_id as ContactId,
        message: JSON.parse(row.json),
        attempts: row.attempts,
        notBefore: row.not_before,
      }));
  }

  delivered(id: number): void {
    this.sql.exec("delete from owed where id = ?", id);
  }

  postpone(id: number, notBefore: number): void {
    this.sql.exec("update owed set attempts = attempts + 1, not_before = ? where id = ?", notBefore, id);
  }

  factsOwed(limit: number): { readonly upTo: number; readonly facts: AgentFact[] } {
    const rows = this.sql
      .exec<Json & { id: number }>("select id, json from facts order by id limit ?", limit)
      .toArray();
    return { upTo: rows.at(-1)?.id ?? 0, facts: rows.map((row) => JSON.parse(row.json)) };
  }

  factsSent(upTo: number): void {
    this.sql.exec("delete from facts where id <= ?", upTo);
  }

  /** Platform time from which something owed may be sent; null when nothing is owed to any contact or to the queue. */
  owedFrom(): number | null {
    const query =
      "select min(at) as at from (select min(not_before) as at from owed union all select 0 from facts limit 2)";
    return this.sql.exec<{ at: number | null }>(query).toArray()[0]?.at ?? null;
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
