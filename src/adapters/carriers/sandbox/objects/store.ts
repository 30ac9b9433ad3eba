import type { LedgerLine } from "../exchange/events.ts";
import { type Exchange, emptyExchange } from "../exchange/state.ts";

/** Ledger lines kept for an account: several months of a busy floor, some 50 MB. */
const LEDGER_MAX = 200_000;
const LEDGER_PAGE = 50_000;

/** The exchange on disk: one row for each thing it knows, and the ledger. All reads happen once, when the object wakes. */
export class ExchangeStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(
      "create table if not exists thing (kind text not null, id text not null, json text not null, primary key (kind, id)) without rowid",
    );
    sql.exec(
      "create table if not exists ledger (seq integer primary key autoincrement, sid text not null unique, ended_at real not null, json text not null)",
    );
  }

  load(): Exchange {
    const exchange = emptyExchange();
    const rows = this.#sql.exec<{ kind: string; id: string; json: string }>("select kind, id, json from thing");
    const things = [...rows].map(({ kind, id, json }) => ({ kind, id, value: JSON.parse(json) }));
    // Insertion order is age: what is oldest is pruned first.
    things.sort((a, b) => (a.value?.createdAt ?? 0) - (b.value?.createdAt ?? 0));
    for (const { kind, id, value } of things) {
      if (kind === "account") exchange.account = value;
      else if (kind === "faults") exchange.faults = value;
      else mapOf(exchange, kind).set(id, value);
    }
    for (const conference of exchange.conferences.values()) {
      if (conference.status !== "completed") exchange.openConferences.set(conference.name, conference.sid);
    }
    return exchange;
  }

  /** Writes what a step touched. The platform holds every outgoing message until these writes are on disk. */
  save(exchange: Exchange, touched: Iterable<string>): void {
    for (const key of touched) {
      const slash = key.indexOf("/");
      const kind = key.slice(0, slash);
      const id = key.slice(slash + 1);
      const value =
        kind === "account" ? exchange.account : kind === "faults" ? exchange.faults : mapOf(exchange, kind).get(id);
      if (value === undefined || value === null)
        this.#sql.exec("delete from thing where kind = ? and id = ?", kind, id);
      else {
        this.#sql.exec(
          "insert into thing (kind, id, json) values (?, ?, ?) on conflict (kind, id) do update set json = excluded.json",
          kind,
          id,
          JSON.stringify(value),
        );
      }
    }
  }

  book(line: LedgerLine): void {
    const { seq } = this.#sql
      .exec<{ seq: number }>(
        "insert into ledger (sid, ended_at, json) values (?, ?, ?) on conflict (sid) do update set json = excluded.json returning seq",
        line.sid,
        line.endedAt,
        JSON.stringify(line),
      )
      .one();
    this.#sql.exec("delete from ledger where seq <= ?", seq - LEDGER_MAX);
  }

  ledger(since: number): LedgerLine[] {
    const rows = this.#sql.exec<{ json: string }>(
      "select json from ledger where ended_at >= ? order by seq limit ?",
      since,
      LEDGER_PAGE,
    );
    return [...rows].map((row) => JSON.parse(row.json) as LedgerLine);
  }
}

function mapOf(exchange: Exchange, kind: string): Map<string, unknown> {
  switch (kind) {
    case "call":
      return exchange.calls as Map<string, unknown>;
    case "conference":
      return exchange.conferences as Map<string, unknown>;
    case "recording":
      return exchange.recordings as Map<string, unknown>;
    case "message":
      return exchange.messages as Map<string, unknown>;
    case "timer":
      return exchange.timers as Map<string, unknown>;
    case "client":
      return exchange.clients as Map<string, unknown>;
    case "held":
      return exchange.heldBack as Map<string, unknown>;
    default:
      throw new Error(`the store knows no ${kind}`);
  }
}
