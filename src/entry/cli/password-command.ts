import { randomBytes } from "node:crypto";
import { connect } from "../../adapters/db/index.ts";
import { Outage } from "../../domain/kernel/trouble.ts";
import { setPassword } from "../../features/identity/index.ts";
import { houseAtHand, urlsOf } from "./house-at-hand.ts";
import { explain, Trouble } from "./trouble.ts";

const USAGE = `Usage: npm run password -- <e-mail address>
  gives that person a new password, which is printed once, and ends every session they have
Without more it works on the house that runs on this machine; for a deployment set DATABASE_URL (administrative address).`;
/** 120 bits: nobody guesses it, and nobody has to think one up. */
const PASSWORD_BYTES = 15;

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(
    error instanceof Outage ? "The database cannot be reached. Is the house running? (npm start)" : explain(error),
  );
  process.exitCode = 1;
}

async function main([email, ...rest]: string[]): Promise<void> {
  if (email === undefined || rest.length > 0 || !email.includes("@")) throw new Trouble(USAGE);
  const { DATABASE_URL } = process.env;
  const { operator } = DATABASE_URL === undefined ? houseAtHand().urls : urlsOf(DATABASE_URL);
  const password = randomBytes(PASSWORD_BYTES).toString("base64url");
  const db = connect(operator, { max: 1 });
  try {
    const isKnown = await setPassword(db, email, password, "password");
    if (!isKnown)
      throw new Trouble(`Nobody signs in as ${email}: people stand in tenants/ and come with npm run tenants.`);
  } finally {
    await db.close();
  }
  console.log(`${email} signs in with ${password}`);
}
