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

function transactionOn(connection: Connection, failed: { first?: unknown }): Transaction {
  const session = new PostgresJsSession<Client, NoSchema, NoSchema>(clientOn(connection, failed), dialect, undefined);
  return new PostgresJsTransaction<NoSchema, NoSchema>(dialect, session, undefined);
}

type Client = postgres.TransactionSql & postgres.Sql;

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
