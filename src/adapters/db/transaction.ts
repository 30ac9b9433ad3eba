import { PgDialect } from "drizzle-orm/pg-core";
import { PostgresJsSession, PostgresJsTransaction } from "drizzle-orm/postgres-js";
import type postgres from "postgres";
import type { Connection, Database } from "./connect.ts";
import { fromDriver, lostConnection, translate } from "./errors.ts";

type NoSchema = Record<string, never>;
export type Transaction = PostgresJsTransaction<NoSchema, NoSchema>;
type Opening = { readonly text: string; readonly parameters: readonly (string | null)[] };

/** Statements with more parameters than this are bulk writes of varying length: preparing each would fill the server. */
const PREPARED_PARAMETERS_MAX = 40;
const dialect = new PgDialect();

/**
 * BEGIN, `opening` and the first statements of `work` leave in one write: the driver queues them on one connection
 * without waiting for answers, so entering a tenant costs no round trip of its own. When `opening` fails the server
 * refuses everything after it in this transaction, and the caller is told of the first error, not of those.
 */
export async function inTransaction<T>(
  database: Database,
  opening: Opening | null,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  try {
    return await database.borrow((connection) => run(connection, opening, work));
  } catch (error) {
    throw translate(error);
  }
}

/**
 * The same for work that is exactly one statement: COMMIT leaves right behind it, so that the whole transaction is one
 * flight. A second statement throws before it is sent: it would stand outside of the transaction, without its scope.
 */
export async function inOneFlight<T>(
  database: Database,
  opening: Opening,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  try {
    return await database.borrow((connection) => runInOneFlight(connection, opening, work));
  } catch (error) {
    throw translate(error);
  }
}

async function runInOneFlight<T>(
  connection: Connection,
  opening: Opening,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  const begun = settled(connection.sql.unsafe("begin"));
  const opened = settled(connection.sql.unsafe(opening.text, [...opening.parameters], { prepare: true }));
  const failed: { first?: unknown } = {};
  const flight: { landed: Promise<Trouble> | null } = { landed: null };
  const commit = () => {
    flight.landed = settled(connection.sql.unsafe("commit"));
  };
  const done = await work(transactionOn(connection, failed, commit)).then(
    (result) => ({ result }),
    (error: unknown) => ({ error }),
  );
  if (flight.landed === null && !connection.isLost()) commit();
  // In the order of the flight: after the first failure the server refuses the rest, and COMMIT rolls back.
  const trouble = (await begun) ?? (await opened);
  if (trouble) throw trouble.error;
  if ("error" in done) throw done.error;
  if ("first" in failed) throw failed.first;
  const landing = await flight.landed;
  if (landing) throw landing.error;
  return done.result;
}

async function run<T>(
  connection: Connection,
  opening: Opening | null,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  const begun = settled(connection.sql.unsafe("begin"));
  const opened =
    opening === null ? null : settled(connection.sql.unsafe(opening.text, [...opening.parameters], { prepare: true }));
  try {
    const failed: { first?: unknown } = {};
    const result = await work(transactionOn(connection, failed));
    const trouble = (await begun) ?? (await opened);
    if (trouble) throw trouble.error;
    // A statement whose failure the work swallowed has still aborted the transaction: COMMIT would quietly roll back.
    if ("first" in failed) throw failed.first;
    if (connection.isLost()) throw lostConnection();
    await connection.sql.unsafe("commit");
    return result;
  } catch (error) {
    const first = (await begun) ?? (await opened);
    // With the connection lost the server rolls back by itself.
    if (!connection.isLost()) await settled(connection.sql.unsafe("rollback"));
    throw first?.error ?? error;
  }
}

type Trouble = { readonly error: unknown } | null;

/** Starts the statement at once and turns its failure into a value, so that it is never an unhandled rejection. */
function settled(query: postgres.PendingQuery<postgres.Row[]>): Promise<Trouble> {
  return query.then(
    () => null,
    (error: unknown) => ({ error }),
  );
}

/** With `last`, one statement is all there is, and `last` is called when it has been sent. */
function transactionOn(connection: Connection, failed: { first?: unknown }, last?: () => void): Transaction {
  const client = last === undefined ? clientOn(connection, failed) : onceOn(clientOn(connection, failed), last);
  const session = new PostgresJsSession<Client, NoSchema, NoSchema>(client, dialect, undefined);
  return new PostgresJsTransaction<NoSchema, NoSchema>(dialect, session, undefined);
}

type Client = postgres.TransactionSql & postgres.Sql;

function onceOn(client: Client, last: () => void): Client {
  let sent = false;
  const once = {
    unsafe(text: string, parameters?: (string | null)[]) {
      if (sent) throw new Error("broken promise: work of one statement asked for a second; use withTenant");
      sent = true;
      const query = client.unsafe(text, parameters);
      last();
      return query;
    },
    savepoint() {
      throw new Error("broken promise: work of one statement asked for a savepoint; use withTenant");
    },
  };
  return once as unknown as Client; // as below: Drizzle uses these two methods only
}

let savepoints = 0;

/** The two calls Drizzle makes of a client: a statement, and a savepoint around others. */
function clientOn(connection: Connection, failed: { first?: unknown }): Client {
  const client = {
    unsafe(text: string, parameters: (string | null)[] = []) {
      if (connection.isLost()) throw lostConnection();
      const prepare = parameters.length > 0 && parameters.length <= PREPARED_PARAMETERS_MAX;
      const query = connection.sql.unsafe(text, parameters, { prepare });
      query.catch((error: unknown) => {
        if (!("first" in failed)) failed.first = fromDriver(error);
      });
      return query;
    },
    async savepoint<T>(work: (client: Client) => Promise<T>): Promise<T> {
      const name = `s${++savepoints}`;
      await connection.sql.unsafe(`savepoint ${name}`);
      const inner: { first?: unknown } = {};
      try {
        const result = await work(clientOn(connection, inner));
        if ("first" in inner) throw inner.first;
        return result;
      } catch (error) {
        if (!connection.isLost()) await connection.sql.unsafe(`rollback to savepoint ${name}`);
        throw error;
      }
    },
  };
  // Drizzle's session types ask for the driver's whole client but use these two methods only (drizzle-orm 0.45).
  return client as unknown as Client;
}
