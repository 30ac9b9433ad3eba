import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { runDay } from "./day/run.ts";
import { explain, Trouble } from "./trouble.ts";

const HELP = `npm run day -- [--calls N] [--seed S] [--speed X] [--faults] [--json]

  --calls N   calls placed through the sandbox carrier (1 to 20000; 500)
  --seed S    names the whole day: who rings, when, and what goes wrong (7)
  --speed X   house seconds a real second (1 to 120; 60)
  --faults    callbacks doubled, reordered and lost, objects evicted, the database stopped
              for a while; billing runs killed, and a payment bureau that misbehaves
  --json      only the last line, one JSON object, on standard output

  Boots the whole house on free ports with a temporary database (DATABASE_URL for an outside one), lets simulated callers
  and agents work a day, then bills, collects and books its month, and compares carrier, facts, records, live numbers,
  usage, invoices, book, payment bureau and bank. Ends with 1 when anything is lost, doubled or unequal.`;

const optionsSchema = z.object({
  calls: z.coerce.number("must be a number").int("must be a whole number").min(1).max(20_000).default(500),
  seed: z.coerce.number("must be a number").int("must be a whole number").default(7),
  speed: z.coerce.number("must be a number").min(1).max(120).default(60),
  faults: z.boolean().default(false),
  json: z.boolean().default(false),
  help: z.boolean().default(false),
});

const MISMATCHES_SHOWN_MAX = 40;

await main();

async function main(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), "callhouse-day-"));
  let code = 1;
  try {
    const options = readOptions();
    if (options.help) {
      console.log(HELP);
      code = 0;
      return;
    }
    const log = (line: string) => void (options.json ? process.stderr : process.stdout).write(`· ${line}\n`);
    const report = await runDay({ ...options, dataDir, log });
    for (const one of report.mismatchList.slice(0, MISMATCHES_SHOWN_MAX)) log(`unequal: ${one}`);
    const { mismatchList, ...figures } = report;
    console.log(JSON.stringify(figures));
    code = mismatchList.length === 0 ? 0 : 1;
  } catch (error) {
    console.error(explain(error));
  } finally {
    if (code === 0) rmSync(dataDir, { recursive: true, force: true });
    else console.error(`What the house kept of this day, its logs included, is in ${dataDir}`);
    process.exit(code);
  }
}

function readOptions(): z.infer<typeof optionsSchema> {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  const { values } = parseArgs({
    options: { calls: text, seed: text, speed: text, faults: flag, json: flag, help: flag },
    strict: true,
  });
  const parsed = optionsSchema.safeParse(values);
  if (parsed.success) return parsed.data;
  throw new Trouble(parsed.error.issues.map((issue) => `--${issue.path.join(".")} ${issue.message}`).join("\n"));
}
