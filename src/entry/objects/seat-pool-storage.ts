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
type DebtRow = {
  readonly no: number;
  readonly messages: readonly Omit<Owed, "row">[];
  readonly facts: readonly AgentFact[];
};

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
 *
 * A commit writes whole pages, and every thousandth page is followed by a pause in which they are moved to their places. So
 * tickets stand in the order in which they came, those of today's callers side by side, and a debt takes the place of one
 * that was paid.
 */
export class SeatPoolStorage {
  private readonly sql: SqlStorage;
  private rows = 0;
  /** Debts so far: the order in which contacts must be told. */
  private debts = 0;
  /** How much of a row of debts has not arrived yet. */
  private readonly left = new Map<number, number>();
  /** Rows whose debt is paid: taken by the next ones, or deleted; a commit for each would cost more than the message. */
  private settled: number[] = [];
  /** Rows that were deleted: taken before new ones, so that debts stay within a page or two. */
  private readonly free: number[] = [];

  constructor(sql: SqlStorage) {
    this.sql = sql;
    sql.exec(`
      create table if not exists settings (name text primary key, json text not null) without rowid;
      create table if not exists agents (id text primary key, json text not null) without rowid;
      create table if not exists waits (arrival integer primary key, json text not null);
      create table if not exists queues (id text primary key, json text not null) without rowid;
      create table if not exists debts (id integer primary key, json text not null);
    `);
    this.adoptOlderForm();
  }

  /** Null for a pool that was never configured. */
  load(): PoolRows | null {
    const config = this.setting<PoolConfig>("config");
    if (config === null) return null;
    return {
      config,
      agents: this.all<AgentRow>("select json from agents"),
      tickets: this.all<TicketRow>("select json from waits"),
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
    const rows = this.sql
      .exec<Json & { id: number }>("select id, json from debts")
      .toArray()
      .map(({ id, json }) => ({ id, debt: JSON.parse(json) as DebtRow }));
    const debts = rows.sort((a, b) => a.debt.no - b.debt.no).map(({ id, debt }) => this.enter(id, debt));
    return { messages: debts.flatMap(({ messages }) => messages), facts: debts.flatMap(({ facts }) => facts) };
  }

  /** Writes what a turn changed, and forgets what was delivered since. */
  save(pool: Pool, changes: Changes): Debt {
    for (const agent of changes.agents) {
      const id = agent.profile.agentId;
      this.put("agents", id, pool.agents.get(id) === agent ? dumpAgent(agent) : null);
    }
    for (const ticket of changes.tickets) this.putTicket(ticket.arrival, dumpTicket(pool, ticket));
    for (const queue of changes.queues) this.put("queues", queue.queueId, dumpQueue(pool, queue));
    const { messages, facts } = changes;
    if (messages.length + facts.length === 0) return { messages: [], facts: [] };
    const debt: DebtRow = { no: this.debts + 1, messages, facts };
    const row = this.settled.pop() ?? this.free.pop() ?? this.rows + 1;
    this.sql.exec("insert or replace into debts (id, json) values (?, ?)", row, JSON.stringify(debt));
    return this.enter(row, debt);
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
    this.free.push(...this.settled);
    this.settled = [];
  }

  /** Pools once kept tickets by contact, and a row for each message and each fact, in two tables. */
  private adoptOlderForm(): void {
    const older = this.sql.exec("select 1 from sqlite_master where type = 'table' and name = 'owed'").toArray();
    if (older.length === 0) return;
    this.sql.exec(`
      insert or replace into waits select json_extract(json, '$.arrival'), json from tickets;
      insert into debts (json)
        select json_object('no', 0, 'messages', json_array(json_object(
          'tenantId', tenant_id, 'contactId', contact_id, 'message', json(json))), 'facts', json_array())
        from owed order by id;
      insert into debts (json)
        select json_object('no', 0, 'messages', json_array(), 'facts', json_array(json(json))) from facts order by id;
      drop table tickets;
      drop table owed;
      drop table facts;
    `);
  }

  private enter(row: number, { no, messages, facts }: DebtRow): Debt {
    this.rows = Math.max(this.rows, row);
    this.debts = Math.max(this.debts, no);
    this.left.set(row, messages.length + facts.length);
    return { messages: messages.map((owed) => ({ ...owed, row })), facts: facts.map((fact) => ({ row, fact })) };
  }

  private putTicket(arrival: number, row: TicketRow | null): void {
    if (row === null) this.sql.exec("delete from waits where arrival = ?", arrival);
    else this.sql.exec("insert or replace into waits (arrival, json) values (?, ?)", arrival, JSON.stringify(row));
  }

  private put(table: "agents" | "queues", id: string, row: unknown): void {
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
