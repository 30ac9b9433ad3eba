import { type Database, DatabaseOutage } from "../../src/adapters/db/index.ts";

type Ask = (text: string, ...rest: never[]) => PromiseLike<readonly unknown[]>;

/** The same database, with each statement given to `send` in place of the server; `ask` is the way on to it. */
export function overStatements(db: Database, send: (ask: Ask, text: string, rest: never[]) => unknown): Database {
  return {
    close: async () => {},
    borrow: (work) =>
      db.borrow((connection) => {
        const sql = new Proxy(connection.sql, {
          get(target, name) {
            if (name !== "unsafe") return Reflect.get(target, name);
            const ask: Ask = (text, ...rest) => target.unsafe(text, ...rest);
            return (text: string, ...rest: never[]) => send(ask, text, rest);
          },
        });
        return work({ sql, isLost: () => connection.isLost() });
      }),
  };
}

/** The same database, whose server ends the connection instead of answering one statement: as if the run were killed there. */
export function killedAt(db: Database, statement: number): Database & { sent(): number } {
  let sent = 0;
  const over = overStatements(db, (ask, text, rest) => {
    sent += 1;
    return sent === statement ? ask("select pg_terminate_backend(pg_backend_pid())") : ask(text, ...rest);
  });
  return { ...over, sent: () => sent };
}

/** Work that the kill ended; what it threw otherwise is thrown. */
export async function unlessKilled(work: Promise<unknown>): Promise<void> {
  await work.catch((trouble: unknown) => {
    if (!(trouble instanceof DatabaseOutage)) throw trouble;
  });
}
