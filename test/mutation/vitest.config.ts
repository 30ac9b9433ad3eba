import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const slice = process.env.MUTATED_SLICE ?? "*";

/** Histories made at random take seconds; a table finds most mutants in milliseconds. */
const SLOW = /protocol\.test\.ts$|\.property\.test\.ts$/;

class TablesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const byName = [...files].sort((a, b) => a.moduleId.localeCompare(b.moduleId));
    return byName.sort((a, b) => Number(SLOW.test(a.moduleId)) - Number(SLOW.test(b.moduleId)));
  }
}

/** The tests of one slice of rules: what each mutant is tried against. `npm run mutate` names the slice. */
export default defineConfig({
  root: join(import.meta.dirname, "../.."),
  test: {
    include: [`src/domain/${slice}/**/*.test.ts`, `test/${slice}/**/*.test.ts`],
    testTimeout: 60_000,
    maxWorkers: 1,
    isolate: false,
    sequence: { sequencer: TablesFirst },
  },
});
