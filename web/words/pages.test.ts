import { readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, test } from "vitest";
import { WORDS } from "../page.ts";
import type { WordFile } from "./words.ts";

const WEB = join(import.meta.dirname, "..");
const FILES: readonly WordFile[] = [
  "billing",
  "books",
  "commission",
  "contact",
  "desktop",
  "floor",
  "identity",
  "invoicing",
  "phone",
  "portal",
  "queues",
  "refusal",
  "settlement",
  "shell",
];

/** Areas of words by the file that holds them. Refusals are said where they are there, and else by their kind. */
const fileOf = new Map<string, WordFile>();
for (const file of FILES) {
  const areas = (await import(`./zh/${file}.ts`)) as Record<string, unknown>;
  for (const area of Object.keys(areas)) if (area !== "refusal") fileOf.set(area, file);
}
const SPOKEN = new RegExp(`["\`](${[...fileOf.keys()].join("|")})\\.[a-zA-Z$]`, "g");

/** Word files that a module and all it imports speak with; what it loads later brings its own. */
function spokenBy(entry: string): Set<WordFile> {
  const [seen, spoken] = [new Set<string>(), new Set<WordFile>()];
  const visit = (path: string): void => {
    if (seen.has(path) || path.startsWith("words/")) return;
    seen.add(path);
    const text = readFileSync(join(WEB, path), "utf8");
    for (const [, area = ""] of text.matchAll(SPOKEN)) spoken.add(fileOf.get(area) ?? "shell");
    for (const [, from = ""] of text.matchAll(/(?:^|\n)import (?!type)[^;]*?from "(\.[^"]+\.tsx?)"/g)) {
      const at = normalize(join(dirname(path), from));
      if (!at.startsWith("..")) visit(at);
    }
  };
  visit(entry);
  return spoken;
}

const app = readFileSync(join(WEB, "app.tsx"), "utf8");
const PAGES = [...app.matchAll(/page\(\(\) => import\("\.\/([^"]+)"\), "(\w+)", ([^)]+)\)/g)].map(
  ([, path = "", name = "", words = ""]) => ({ path, name, words }),
);

function given(words: string): readonly WordFile[] {
  const named = /^WORDS\.(\w+)$/.exec(words)?.[1];
  return named === undefined ? (JSON.parse(words) as WordFile[]) : WORDS[named as keyof typeof WORDS];
}

test("every page of the console is one of these", () => {
  expect(PAGES.length).toBe(app.match(/import\("\.\//g)?.length);
});

test.each(PAGES)("$name comes with all the words it speaks", ({ path, words }) => {
  const missing = [...spokenBy(path)].filter((file) => file !== "shell" && !given(words).includes(file));
  expect(missing).toEqual([]);
});

test.each(["app.tsx", "shell/shell.tsx", "identity/session-over.tsx"])(
  "%s speaks with the words that are always there",
  (path) => {
    expect([...spokenBy(path)].filter((file) => file !== "shell")).toEqual([]);
  },
);
