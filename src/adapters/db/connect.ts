import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import { lostConnection, translateOpening } from "./errors.ts";

/** A Hyperdrive binding, or anything else that knows its connection string. */
export type ConnectionSource = string | { readonly connectionString: string };

/**
 * A pool of connections under one role. It is deliberately no query interface: rows are reached through `withTenant` and
 * `withOperator`, which alone borrow from it.
 */
export type Database = {
  /** Lends a connection to `work` alone; waits while all are lent. Rejects as soon as the connection is lost. */
  borrow<T>(work: (connection: Connection) => Promise<T>): Promise<T>;
  close(): Promise<void>;
};

/** One connection to the server. After `isLost` nothing may be sent on it: the driver would break or wait for ever. */
export type Connection = { readonly sql: postgres.ReservedSql; isLost(): boolean };

/** A Worker may hold six connections at once; one is left for its other outgoing requests. */
const CONNECTIONS_MAX = 5;
/** A caller or an agent waits behind it, and what can be done without the database is done only after it. */
const CONNECT_TIMEOUT_S = 3;
const CLOSE_TIMEOUT_S = 5;

type Slot = {
  readonly connection: Connection;
  /** Rejects when the connection is lost, and never otherwise. */
  readonly lost: Promise<never>;
  close(): Promise<void>;
};

/**
 * Opens no connection yet: the first transaction does. In a Worker this is called once a request, because the platform
 * ties sockets to the request that opened them; Hyperdrive keeps the real ones warm.
 *
 * The pool is our own and each connection a driver of its own, because the driver's pool forgets which transaction sat on
 * a connection that died: it leaves the transaction's next statement waiting for ever, or sends it down a new connection
 * outside of any transaction.
 */
export function connect(source: ConnectionSource, options: { readonly max?: number } = {}): Database {
  const url = typeof source === "string" ? source : source.connectionString;
  const max = options.max ?? CONNECTIONS_MAX;
  const idle: Slot[] = [];
  const all = new Set<Slot>();
  const waiting: (() => void)[] = [];
  let opened = 0;

  async function take(): Promise<Slot> {
    for (;;) {
      const slot = idle.pop();
      if (slot) return slot;
      if (opened < max) return open();
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
  }

  async function open(): Promise<Slot> {
    opened += 1;
    try {
      const slot = await openSlot(url);
      all.add(slot);
      slot.lost.catch(() => drop(slot));
      return slot;
    } catch (error) {
      opened -= 1;
      waiting.shift()?.();
      throw translateOpening(error);
    }
  }

  function drop(slot: Slot): void {
    if (!all.delete(slot)) return;
    opened -= 1;
    const at = idle.indexOf(slot);
    if (at >= 0) idle.splice(at, 1);
    waiting.shift()?.();
  }

  return {
    async borrow(work) {
      const slot = await take();
      try {
        return await Promise.race([work(slot.connection), slot.lost]);
      } finally {
        if (all.has(slot) && !slot.connection.isLost()) {
          idle.push(slot);
          waiting.shift()?.();
        }
      }
    },
    async close() {
      await Promise.all([...all].map((slot) => slot.close()));
    },
  };
}

async function openSlot(url: string): Promise<Slot> {
  const { promise: lost, reject } = Promise.withResolvers<never>();
  // While nobody borrows it, a loss is nobody's failure.
  lost.catch(() => {});
  let isLost = false;
  const client = postgres(url, {
    max: 1,
    connect_timeout: CONNECT_TIMEOUT_S,
    prepare: true,
    // Costs one round trip for each new connection. Without it `reserve` never answers on a connection that is not open
    // yet (postgres 3.4.9).
    fetch_types: true,
    onnotice: () => {},
    onclose: () => {
      isLost = true;
      reject(lostConnection());
    },
  });
  // Drizzle teaches the driver to leave dates and JSON to its columns.
  drizzle(client);
  const sql = await client.reserve();
  return {
    connection: { sql, isLost: () => isLost },
    lost,
    close: async () => {
      if (!isLost) sql.release();
      await client.end({ timeout: CLOSE_TIMEOUT_S });
    },
  };
}
