import { expect, test } from "vitest";
import { mutatedFiles } from "./mutated-files.ts";
import { Trouble } from "./trouble.ts";

const AGENTS = "src/domain/routing/agents.ts";

test.each([
  ["names without .ts", ["routing", "lazy-heap", "agents"], `src/domain/routing/lazy-heap.ts,${AGENTS}`, []],
  ["names with .ts", ["routing", "agents.ts"], AGENTS, []],
  ["a file in a folder", ["routing", "strategies/random"], "src/domain/routing/strategies/random.ts", []],
  ["options after the files", ["routing", "agents", "--concurrency", "1"], AGENTS, ["--concurrency", "1"]],
  ["a value that is named like a file", ["routing", "agents", "--x", "heap"], AGENTS, ["--x", "heap"]],
])("the files to mutate are read from %s", (_, args, pattern, options) => {
  expect(mutatedFiles(args)).toEqual({ slice: "routing", pattern, options });
});

test("without a file the whole slice is mutated, but for its tests and what only they use", () => {
  const { pattern, options } = mutatedFiles(["rating", "--force"]);
  const files = pattern.split(",");
  expect(files).toContain("src/domain/rating/tiers.ts");
  expect(files.filter((file) => file.endsWith(".test.ts") || file.endsWith("/fixture.ts"))).toEqual([]);
  expect(options).toEqual(["--force"]);
});

test.each([
  ["no slice", [], /one of routing, rating/],
  ["another slice", ["sla"], /no slice sla: must be one of routing, rating/],
  ["a file that is not there", ["routing", "lazyheap"], /no rule lazyheap in src\/domain\/routing.*lazy-heap/],
  ["a test", ["routing", "heap.test"], /no rule heap.test/],
  ["what only tests use", ["routing", "fixture"], /no rule fixture/],
])("%s is refused, and what is allowed is said", (_, args, message) => {
  expect(() => mutatedFiles(args)).toThrow(Trouble);
  expect(() => mutatedFiles(args)).toThrow(message);
});
