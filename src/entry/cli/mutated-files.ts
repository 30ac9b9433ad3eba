import { readdirSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./bundle.ts";
import { Trouble } from "./trouble.ts";

/** Slices of rules whose tests are tried against mutants, and what in them is no rule of its own. */
const NO_RULES: { readonly [slice: string]: readonly string[] } = {
  routing: ["fixture.ts"],
  rating: ["fixture.ts"],
};

export const SLICES = Object.keys(NO_RULES);

/** What is to be mutated, as Stryker takes it, and what else Stryker is told. */
export type Mutated = { readonly slice: string; readonly pattern: string; readonly options: readonly string[] };

/**
 * Reads `SLICE [FILE …] [options of Stryker]`. Files are named up to the first option, as they are called in the slice, with
 * or without `.ts`; whatever follows is Stryker's. A mistake says what is allowed.
 */
export function mutatedFiles([slice = "", ...rest]: readonly string[]): Mutated {
  const noRules = NO_RULES[slice];
  if (noRules === undefined) throw new Trouble(`no slice ${slice}: must be one of ${SLICES.join(", ")}`);
  const folder = `src/domain/${slice}`;
  const firstOption = rest.findIndex((arg) => arg.startsWith("-"));
  const names = firstOption < 0 ? rest : rest.slice(0, firstOption);
  const rules = rulesIn(folder).filter((file) => !noRules.includes(file));
  const files = names.map((name) => fileNamed(name, rules, folder));
  const chosen = files.length > 0 ? files : rules;
  return {
    slice,
    pattern: chosen.map((file) => `${folder}/${file}`).join(","),
    options: rest.slice(names.length),
  };
}

function fileNamed(name: string, rules: readonly string[], folder: string): string {
  const file = name.endsWith(".ts") ? name : `${name}.ts`;
  if (rules.includes(file)) return file;
  const known = rules.map((rule) => rule.replace(/\.ts$/, "")).join(", ");
  throw new Trouble(`no rule ${name} in ${folder}. Options of Stryker stand after the files; files are ${known}`);
}

function rulesIn(folder: string): readonly string[] {
  const all = readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" });
  return all.filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts")).sort();
}
