import { withOperator } from "../../adapters/db/index.ts";
import { deleteExpiredSessions } from "../../features/identity/index.ts";
import type { Env } from "../env.ts";
import { servicesOf } from "../services.ts";

/** Every minute: sessions that are over leave the table. They were refused from the moment they ended. */
export async function removeEndedSessions(env: Env): Promise<void> {
  const services = servicesOf(env);
  try {
    await withOperator(services.operatorDb, deleteExpiredSessions);
  } finally {
    await services.close();
  }
}
