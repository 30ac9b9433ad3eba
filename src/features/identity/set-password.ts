import { type Database, withOperator } from "../../adapters/db/index.ts";
import { auditHouseCommand } from "../audit/index.ts";
import { hashPassword } from "./passwords.ts";
import { deleteSessionsOf, findUserByEmail, replacePasswordHash } from "./store.ts";

/**
 * A person's first password, or one in place of what was forgotten or seen by others: sessions they have end with it. False
 * where nobody active signs in with this address. `command` is the name under which it is written down.
 */
export async function setPassword(db: Database, email: string, password: string, command: string): Promise<boolean> {
  const passwordHash = await hashPassword(password);
  return withOperator(db, async (tx) => {
    const user = await findUserByEmail(tx, email);
    if (user === null) return false;
    await replacePasswordHash(tx, user.id, passwordHash);
    await deleteSessionsOf(tx, user.id);
    await auditHouseCommand(tx, command, "password_set", { kind: "user", id: user.id });
    return true;
  });
}
