import { globSync } from "node:fs";
import { registerHooks } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { INSTRUMENTER_CONSTANTS, type MutantCoverage } from "@stryker-mutator/api/core";
import { declareFactoryPlugin, PluginKind } from "@stryker-mutator/api/plugin";
import {
  type DryRunResult,
  DryRunStatus,
  determineHitLimitReached,
  type MutantRunOptions,
  type MutantRunResult,
  type TestResult,
  type TestRunner,
  TestStatus,
  toMutantRunResult,
} from "@stryker-mutator/api/test-runner";
import { type CollectedTest, collected } from "./collector.ts";

/** What Stryker's instrumented code reads and writes. */
type Instrumented = {
  activeMutant?: string | undefined;
  currentTestId?: string | undefined;
  hitCount?: number | undefined;
  hitLimit?: number | undefined;
  mutantCoverage?: MutantCoverage;
};

/**
 * Runs the tests of one slice in Stryker's own process. The tests are loaded once and then tried against one mutant after the
 * other; only a mutant of a module's constants loads them anew. A runner that starts a worker for each mutant takes ten
 * times as long, nearly all of it for starting. Assertions are Vitest's own.
 */
class InProcess implements TestRunner {
  private readonly folder = process.cwd();
  private readonly code = instrumented();
  private tests: readonly CollectedTest[] = [];
  /** Times the tests were loaded: part of every module's address, so that each time is a new one. */
  private loads = 0;
  /** What each test took when nothing was changed. */
  private readonly spentMs = new Map<string, number>();

  capabilities() {
    return { reloadEnvironment: true };
  }

  async init(): Promise<void> {
    const shim = pathToFileURL(join(import.meta.dirname, "collector.ts")).href;
    const own = pathToFileURL(`${this.folder}/`).href;
    registerHooks({
      resolve: (specifier, context, next) => {
        if (specifier === "vitest" && context.parentURL?.startsWith(own)) return { url: shim, shortCircuit: true };
        const found = next(specifier, context);
        const isOurs = found.url.startsWith(own) && !found.url.includes("/node_modules/");
        return isOurs ? { ...found, url: `${found.url}?load=${this.loads}` } : found;
      },
    });
  }

  async dryRun(): Promise<DryRunResult> {
    this.code.activeMutant = undefined;
    await this.load();
    const tests = await this.run(this.tests);
    for (const { id, timeSpentMs } of tests) this.spentMs.set(id, timeSpentMs);
    this.tests = this.fastestFirst(this.tests);
    const { mutantCoverage } = this.code;
    return { status: DryRunStatus.Complete, tests, ...(mutantCoverage === undefined ? {} : { mutantCoverage }) };
  }

  async mutantRun(options: MutantRunOptions): Promise<MutantRunResult> {
    const { activeMutant, hitLimit, mutantActivation, reloadEnvironment, testFilter } = options;
    this.code.hitCount = hitLimit === undefined ? undefined : 0;
    this.code.hitLimit = hitLimit;
    this.code.activeMutant = mutantActivation === "static" ? activeMutant.id : undefined;
    if (reloadEnvironment || this.tests.length === 0) {
      try {
        await this.load();
      } catch (error) {
        // Rules that cannot even be loaded are noticed by every test.
        return this.judged([failed(testFilter?.[0] ?? "loading", 0, error)], undefined);
      }
    }
    const results = await this.tried(activeMutant.id, testFilter);
    const { status, id } = results.at(-1) ?? { status: TestStatus.Success, id: "" };
    if (status === TestStatus.Failed && mutantActivation === "runtime" && !(await this.passesUnchanged(id))) {
      // Something that the tests share was spoiled by a mutant before this one: this one is tried with all of it new.
      await this.load();
      this.code.hitCount = hitLimit === undefined ? undefined : 0;
      return this.judged(await this.tried(activeMutant.id, testFilter), hitLimit);
    }
    return this.judged(results, hitLimit);
  }

  private judged(tests: TestResult[], hitLimit: number | undefined): MutantRunResult {
    const endless = determineHitLimitReached(this.code.hitCount, hitLimit);
    return toMutantRunResult(endless ?? { status: DryRunStatus.Complete, tests });
  }

  /** The tests against one mutant, up to the first that fails. */
  private async tried(mutantId: string, chosen: readonly string[] | undefined): Promise<TestResult[]> {
    const wanted = chosen === undefined ? null : new Set(chosen);
    this.code.activeMutant = mutantId;
    const results = await this.run(
      this.tests.filter(({ id }) => wanted === null || wanted.has(id)),
      true,
    );
    this.code.activeMutant = undefined;
    return results;
  }

  private async passesUnchanged(testId: string): Promise<boolean> {
    const [result] = await this.run(this.tests.filter(({ id }) => id === testId));
    return result?.status === TestStatus.Success;
  }

  private async load(): Promise<void> {
    this.loads += 1;
    const slice = process.env.MUTATED_SLICE ?? "*";
    const files = globSync([`src/domain/${slice}/**/*.test.ts`, `test/${slice}/**/*.test.ts`], { cwd: this.folder });
    const found: CollectedTest[] = [];
    for (const file of files.sort()) {
      if (HISTORIES.some((name) => file.endsWith(name))) continue;
      const path = resolve(this.folder, file);
      await import(`${pathToFileURL(path).href}`);
      found.push(...collected(path));
    }
    this.tests = this.fastestFirst(found);
  }

  /** A table kills most mutants in no time; a property is for those that are left. */
  private fastestFirst(tests: readonly CollectedTest[]): readonly CollectedTest[] {
    return tests.toSorted((a, b) => (this.spentMs.get(a.id) ?? 0) - (this.spentMs.get(b.id) ?? 0));
  }

  private async run(tests: readonly CollectedTest[], toFirstFailure = false): Promise<TestResult[]> {
    const results: TestResult[] = [];
    for (const test of tests) {
      this.code.currentTestId = test.id;
      const before = performance.now();
      try {
        await test.body();
        const { id, name, fileName } = test;
        results.push({ id, name, fileName, timeSpentMs: performance.now() - before, status: TestStatus.Success });
      } catch (error) {
        results.push(failed(test.id, performance.now() - before, error));
        if (toFirstFailure) break;
      } finally {
        this.code.currentTestId = undefined;
      }
    }
    return results;
  }
}

/** Random histories of the pool: what they alone would notice wants a table that says what it is. */
const HISTORIES = ["/protocol.test.ts", "/reasons.test.ts"];

function failed(id: string, timeSpentMs: number, error: unknown): TestResult {
  const failureMessage = error instanceof Error ? error.message : String(error);
  return { id, name: id, timeSpentMs, status: TestStatus.Failed, failureMessage };
}

function instrumented(): Instrumented {
  const all = globalThis as unknown as { [name: string]: Instrumented | undefined };
  const known = all[INSTRUMENTER_CONSTANTS.NAMESPACE] ?? {};
  all[INSTRUMENTER_CONSTANTS.NAMESPACE] = known;
  return known;
}

export const strykerPlugins = [
  declareFactoryPlugin(
    PluginKind.TestRunner,
    "in-process",
    Object.assign(() => new InProcess(), { inject: [] as const }),
  ),
];
