import { type Database, DatabaseOutage } from "../../src/adapters/db/index.ts";

/** The same database, whose server ends the connection instead of answering one statement: as if the run were killed there. */
export function killedAt(db: Database, statement: number): Database & { sent(): number } {
  let sent = 0;
  return {
    sent: () => sent,
    close: async () => {},
    borrow: (work) =>
      db.borrow((connection) => {
        const sql = new Proxy(connection.sql, {
          get(target, name) {
            if (name !== "unsafe") return Reflect.get(target, name);
            return (text: string, ...rest: never[]) => {
              sent += 1;
              const end = "select pg_terminate_backend(pg_backend_pid())";
              return sent === statement ? target.unsafe(end) : target.unsafe(text, ...rest);
            };
          },
        });
        return work({ sql, isLost: () => connection.isLost() });
      }),
  };
}

/** Work that the kill ended; what it threw otherwise is thrown. */
export async function unlessKilled(work: Promise<unknown>): Promise<void> {
  await work.catch((trouble: unknown) => {
    if (!(trouble instanceof DatabaseOutage)) throw trouble;
  });
}
