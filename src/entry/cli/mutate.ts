import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { ROOT } from "./bundle.ts";
import { type Mutated, mutatedFiles, SLICES } from "./mutated-files.ts";
import { Trouble } from "./trouble.ts";

/** Runs of a property against one mutant: what only the hundredth run would notice wants a table of its own. */
const FEW = "20";

const HELP = `npm run mutate -- SLICE [FILE …] [options of Stryker]   are the tests of a slice able to fail?

  SLICE   one of ${SLICES.join(", ")}: each change that Stryker makes to src/domain/SLICE is tried against its tests
  FILE    only these files of the slice, such as offers or strategies/random; all of them where none is named

What is known of a mutant is kept in .callhouse/mutation and tried again when its code or its tests have changed
(--force: all of them). Ends with 1 when fewer than 85 of 100 mutants are noticed.
`;

try {
  process.exitCode = mutate(mutatedFiles(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof Trouble)) throw error;
  console.error(`${error.message}\n\n${HELP}`);
  process.exitCode = 2;
}

function mutate({ slice, pattern, options }: Mutated): number {
  const stryker = join(ROOT, "node_modules/@stryker-mutator/core/bin/stryker.js");
  const known = `.callhouse/mutation/${slice}.json`;
  const settings = ["run", "test/mutation/stryker.json", "--mutate", pattern, "--incrementalFile", known];
  const { status } = spawnSync(process.execPath, [stryker, ...settings, ...options], {
    cwd: ROOT,
    stdio: "inherit",
    env: { PROPERTY_RUNS: FEW, INVARIANT_RUNS: FEW, ...process.env, MUTATED_SLICE: slice },
  });
  return status ?? 1;
}
