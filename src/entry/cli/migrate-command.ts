import { migrate } from "./migrate.ts";
import { prepareDatabase } from "./roles.ts";
import { explain, Trouble } from "./trouble.ts";

/** `npm run migrate`: prepares an outside database for a deployment and prints what Hyperdrive needs to know. */
try {
  const adminUrl = process.env.DATABASE_URL;
  if (!adminUrl || !URL.canParse(adminUrl) || new URL(adminUrl).pathname.length < 2) {
    throw new Trouble("Set DATABASE_URL to postgres://admin:password@host:5432/database.");
  }
  const urls = await prepareDatabase(adminUrl, new URL(adminUrl).pathname.slice(1));
  const applied = await migrate(urls.owner);
  console.log(applied.length === 0 ? "Nothing to apply." : `Applied:\n  ${applied.join("\n  ")}`);
  console.log(`\nAddress of the role app (Hyperdrive binding DB):\n  ${urls.app}`);
  console.log(`Address of the role operator (Hyperdrive binding DB_OPERATOR):\n  ${urls.operator}`);
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}
