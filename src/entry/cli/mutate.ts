import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { ROOT } from "./bundle.ts";

/** Slices of rules whose tests are tried against mutants, and what in them is no rule of its own. */
const SLICES: { readonly [slice: string]: readonly string[] } = {
  routing: ["!src/domain/routing/fixture.ts"],
  rating: ["!src/domain/rating/fixture.ts"],
};

/** Runs of a property against one mutant: what only the hundredth run would notice wants a table of its own. */
const FEW = "20";

const HELP = `npm run mutate -- SLICE [FILE …] [options of Stryker]   are the tests of a slice able to fail?

  SLICE   one of ${Object.keys(SLICES).join(", ")}: each change that Stryker makes to src/domain/SLICE is tried against its tests
  FILE    only these files of the slice, such as offers.ts (all)

What is known of a mutant is kept in .callhouse/mutation and tried again when its code or its tests have changed
(--force: all of them). Ends with 1 when fewer than 85 of 100 mutants are noticed.
`;

const [slice = "", ...rest] = process.argv.slice(2);
const others = SLICES[slice];
if (others === undefined) {
  console.error(HELP);
  process.exitCode = 2;
} else process.exitCode = mutate(slice, others, rest);

function mutate(name: string, notRules: readonly string[], args: readonly string[]): number {
  const folder = `src/domain/${name}`;
  const files = args.filter((arg) => arg.endsWith(".ts"));
  const options = args.filter((arg) => !arg.endsWith(".ts"));
  const chosen = files.length > 0 ? files.map((file) => `${folder}/${file}`) : [`${folder}/**/*.ts`];
  const pattern = [...chosen, `!${folder}/**/*.test.ts`, ...notRules].join(",");
  const stryker = join(ROOT, "node_modules/@stryker-mutator/core/bin/stryker.js");
  const known = `.callhouse/mutation/${name}.json`;
  const settings = ["run", "test/mutation/stryker.json", "--mutate", pattern, "--incrementalFile", known];
  const { status } = spawnSync(process.execPath, [stryker, ...settings, ...options], {
    cwd: ROOT,
    stdio: "inherit",
    env: { PROPERTY_RUNS: FEW, INVARIANT_RUNS: FEW, ...process.env, MUTATED_SLICE: name },
  });
  return status ?? 1;
}
