import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { refusal as en } from "../../web/words/en/refusal.ts";
import { refusal as zh } from "../../web/words/zh/refusal.ts";

const SRC = join(import.meta.dirname, "../../src");
/** What is refused at a person's request because of what stands: only its own words say what to do about it. */
const REFUSED = /new Refusal\(\s*"conflict",\s*"([a-z_]+)"|tooMuch\("([a-z_]+)"/g;
/** Made of the database's own constraints by `entry/http/problem.ts`. */
const OF_THE_DATABASE = ["exists", "overlaps", "still_referred_to"];

function codes(): Set<string> {
  const files = readdirSync(join(SRC, "features"), { recursive: true, encoding: "utf8" });
  const rules = files.filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"));
  const found = rules.flatMap((file) => [...readFileSync(join(SRC, "features", file), "utf8").matchAll(REFUSED)]);
  return new Set([...found.map(([, code, more]) => code ?? more ?? ""), ...OF_THE_DATABASE]);
}

test("every refusal that a page may meet is said in both languages", () => {
  const wanted = [...codes()].sort();
  expect(wanted.length).toBeGreaterThan(50);
  for (const [language, words] of Object.entries({ zh, en })) {
    expect(
      wanted.filter((code) => !(code in words)),
      language,
    ).toEqual([]);
  }
});
