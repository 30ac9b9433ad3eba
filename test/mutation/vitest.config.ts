import { join } from "node:path";
import { defineConfig } from "vitest/config";

const slice = process.env.MUTATED_SLICE ?? "*";

/**
 * The tests of one slice of rules: what each mutant is tried against. `npm run mutate` names the slice. Random histories
 * are left out: they take seconds for each mutant, and a rule that they alone defend has no table that says what it is.
 */
export default defineConfig({
  root: join(import.meta.dirname, "../.."),
  test: {
    include: [`src/domain/${slice}/**/*.test.ts`, `test/${slice}/**/*.test.ts`],
    exclude: ["**/protocol.test.ts", "**/reasons.test.ts"],
    testTimeout: 60_000,
    maxWorkers: 1,
    isolate: false,
  },
});
