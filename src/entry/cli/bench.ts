import { parseArgs } from "node:util";
import { benchBilling } from "./bench/billing.ts";
import { benchOffers, benchWaking } from "./bench/dispatch.ts";
import type { Figure } from "./bench/measure.ts";
import { benchMemory } from "./bench/memory.ts";
import { asJson, judged, table, thisMachine } from "./bench/report.ts";
import { benchRouting } from "./bench/routing.ts";
import { benchSizes } from "./bench/sizes.ts";
import { benchWalls } from "./bench/walls.ts";
import { benchWebhooks } from "./bench/webhooks.ts";
import { explain, Trouble } from "./trouble.ts";

const HELP = `npm run bench -- [--only B1,B2,B3,B4,B5,B6,B7,B8,B9,B10,B11,B13,B14,memory,size] [--json]

  --only   the benchmarks to run; all of them without it
  --json   only the last line, one JSON object, on standard output

  Each figure is a ratio of two things run in turn in one process, with the interval in which the median lies with 95 %.
  Ends with 1 only when a whole interval misses what is wanted.`;

const ALL = [
  ...["B1", "B2", "B3", "B4", "B5", "B6", "B7", "B8", "B9", "B10", "B11", "B13", "B14"],
  ...["memory", "size"],
] as const;

await main();

async function main(): Promise<void> {
  let code = 1;
  try {
    const { values } = parseArgs({
      options: { only: { type: "string" }, json: { type: "boolean", default: false }, help: { type: "boolean" } },
    });
    if (values.help) {
      console.log(HELP);
      code = 0;
      return;
    }
    const log = (line: string) => void (values.json ? process.stderr : process.stdout).write(`· ${line}\n`);
    const machine = thisMachine();
    const figures = judged(await measure(wantedIn(values.only), log));
    if (!values.json) console.log(`\n${table(figures, machine)}\n`);
    else console.log(asJson(figures, machine));
    code = figures.some(({ verdict }) => verdict === "missed") ? 1 : 0;
  } catch (error) {
    console.error(explain(error));
  } finally {
    process.exit(code);
  }
}

/** One after the other: they share the machine. */
async function measure(wanted: ReadonlySet<string>, log: (line: string) => void): Promise<Figure[]> {
  const has = (...ids: readonly string[]) => ids.some((id) => wanted.has(id));
  return [
    ...(has("B1", "B2", "B3") ? await benchWebhooks(wanted, log) : []),
    ...(has("B6", "B7", "B8") ? await benchBilling(wanted, log) : []),
    ...(has("B9", "B10") ? await benchWalls(wanted, log) : []),
    ...(has("B4", "B5", "B13") ? await benchRouting(wanted, log) : []),
    ...(has("B11") ? [await benchOffers(log)] : []),
    ...(has("B14") ? [await benchWaking(log)] : []),
    ...(has("memory") ? await benchMemory(log) : []),
    ...(has("size") ? await benchSizes(log) : []),
  ];
}

function wantedIn(only: string | undefined): ReadonlySet<string> {
  const wanted = only === undefined ? ALL : only.split(",").map((id) => id.trim());
  const unknown = wanted.filter((id) => !ALL.some((known) => known === id));
  if (unknown.length > 0) throw new Trouble(`--only ${unknown.join(",")}: known are ${ALL.join(", ")}.`);
  return new Set(wanted);
}
