import type { AgentFact } from "../../domain/call/facts.ts";
import type { ContactId, TenantId } from "../../domain/kernel/ids.ts";
import {
  type Agent,
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

/** A message to a contact that has not been delivered yet, and the row in which it stands. */
export type Owed = {
  readonly row: number;
  readonly tenantId: TenantId;
  readonly contactId: ContactId;
  readonly message: PoolMessage;
};

/** What a pool owes to the outside. */
export type Debt = {
  readonly messages: readonly Owed[];
  readonly facts: readonly { readonly row: number; readonly fact: AgentFact }[];
};

type Outcome = Pool["out"];
type Json = { json: string };
type DebtRow = { readonly messages: readonly Omit<Owed, "row">[]; readonly facts: readonly AgentFact[] };

/** What the steps of one turn changed, to be written at once. */
export class Changes {
  readonly agents = new Set<Agent>();
  readonly tickets = new Set<Outcome["tickets"][number]>();
  readonly queues = new Set<Outcome["queues"][number]>();
  readonly messages: Outcome["messages"] = [];
  readonly facts: AgentFact[] = [];

  add(out: Outcome): void {
    for (const agent of out.agents) this.agents.add(agent);
    for (const ticket of out.tickets) this.tickets.add(ticket);
    for (const queue of out.queues) this.queues.add(queue);
    this.messages.push(...out.messages);
    this.facts.push(...out.facts);
  }
}

/**
 * A pool's storage: one row for each agent, ticket and queue, rewritten when it changes, and one for all that a turn owes
 * to the outside. What one turn changed is written without a pause in between, hence in one commit, before any frame or
 * answer leaves the object.
 */
export class SeatPoolStorage {
  private readonly sql: SqlStorage;
  private lastRow = 0;
  /** How much of a row of debts has not arrived yet. */
  private readonly left = new Map<number, number>();
  /** Rows to be deleted with the next write: a commit of its own for each would cost more than the message. */
  private settled: number[] = [];

  constructor(sql: SqlStorage) {
    this.sql = sql;
    sql.exec(`
      create table if not exists settings (name text primary key, json text not null) without rowid;
      create table if not exists agents (id text primary key, json text not null) without rowid;
      create table if not exists tickets (id text primary key, json text not null) without rowid;
      create table if not exists queues (id text primary key, json text not null) without rowid;
      create table if not exists debts (id integer primary key, json text not null);
    `);
    this.adoptOlderDebts();
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
    const messages: Owed[] = [];
    const facts: Debt["facts"][number][] = [];
    for (const { id, json } of this.sql.exec<Json & { id: number }>("select id, json from debts order by id")) {
      const debt: Debt = this.enter(id, JSON.parse(json));
      messages.push(...debt.messages);
      facts.push(...debt.facts);
    }
    return { messages, facts };
  }

  /** Writes what a turn changed, and forgets what was delivered since. */
  save(pool: Pool, changes: Changes): Debt {
    for (const agent of changes.agents) {
      const id = agent.profile.agentId;
      this.put("agents", id, pool.agents.get(id) === agent ? dumpAgent(agent) : null);
    }
    for (const ticket of changes.tickets) {
      const row = dumpTicket(pool, ticket);
      if (row !== null || !pool.tickets.has(ticket.contactId)) this.put("tickets", ticket.contactId, row);
    }
    for (const queue of changes.queues) this.put("queues", queue.queueId, dumpQueue(pool, queue));
    const { messages, facts } = changes;
    if (messages.length + facts.length === 0) return { messages: [], facts: [] };
    this.forgetSettled();
    const row: DebtRow = { messages, facts };
    this.sql.exec("insert into debts (id, json) values (?, ?)", this.lastRow + 1, JSON.stringify(row));
    return this.enter(this.lastRow + 1, row);
  }

  /** Something of this row has arrived. */
  settle(row: number): void {
    const left = (this.left.get(row) ?? 1) - 1;
    if (left > 0) this.left.set(row, left);
    else {
      this.left.delete(row);
      this.settled.push(row);
    }
  }

  /** Deletes what was delivered. A repeat after a crash in between is harmless. */
  forgetSettled(): void {
    for (const row of this.settled) this.sql.exec("delete from debts where id = ?", row);
    this.settled = [];
  }

  /** Pools once kept a row for each message and each fact, in two tables. */
  private adoptOlderDebts(): void {
    const older = this.sql.exec("select 1 from sqlite_master where type = 'table' and name = 'owed'").toArray();
    if (older.length === 0) return;
    this.sql.exec(`
      insert into debts (json)
        select json_object('messages', json_array(json_object(
          'tenantId', tenant_id, 'contactId', contact_id, 'message', json(json))), 'facts', json_array())
        from owed order by id;
      insert into debts (json)
        select json_object('messages', json_array(), 'facts', json_array(json(json))) from facts order by id;
      drop table owed;
      drop table facts;
    `);
  }

  private enter(row: number, { messages, facts }: DebtRow): Debt {
    this.lastRow = Math.max(this.lastRow, row);
    this.left.set(row, messages.length + facts.length);
    return { messages: messages.map((owed) => ({ ...owed, row })), facts: facts.map((fact) => ({ row, fact })) };
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
