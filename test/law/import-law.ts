import { posix } from "node:path";

/** One import that the law forbids, with the rule it breaks and what to do instead. */
export type Breach = { readonly from: string; readonly to: string; readonly rule: string; readonly cure: string };

/** A source file by its path from the root, with its text. */
export type SourceFile = { readonly path: string; readonly text: string };

type Row = {
  readonly area: RegExp;
  readonly rule: string;
  readonly cure: string;
  /** May a file of the area import this file of ours? `own` is what the area's pattern captured. */
  readonly allows: (to: string, own: string, from: string) => boolean;
  /** May it import this package? */
  readonly allowsPackage: (name: string) => boolean;
};

const never = () => false;
const always = () => true;

/** Which siblings a domain folder may compose; all others know the kernel alone. */
const DOMAIN_SIBLINGS: Readonly<Record<string, readonly string[]>> = {
  call: ["flow", "routing", "rating", "sla", "dialer", "compliance"],
  dialer: ["compliance"],
  routing: ["sla"],
};

/** Words of the house rather than rules: what has become true, and what a line is set to. Every rule may speak them. */
const VOCABULARY = new Set(["src/domain/call/facts.ts", "src/domain/call/line-config.ts"]);

/** The table of the import law, first match wins. README.md carries it for people. */
const ROWS: readonly Row[] = [
  {
    area: /^src\/domain\/(kernel)\//,
    rule: "domain/kernel imports nothing",
    cure: "move what needs the import out of the kernel, or take it as an argument",
    allows: (to) => to.startsWith("src/domain/kernel/"),
    allowsPackage: never,
  },
  {
    area: /^src\/domain\/([^/]+)\//,
    rule: "domain/x imports domain/kernel and the words of call/facts.ts and call/line-config.ts; call its siblings, dialer compliance, routing sla; no package, no platform",
    cure: "take the value as an argument, or let domain/call compose the two",
    allows: (to, own) =>
      VOCABULARY.has(to) ||
      ["kernel", own, ...(DOMAIN_SIBLINGS[own] ?? [])].some((folder) => to.startsWith(`src/domain/${folder}/`)),
    allowsPackage: never,
  },
  {
    area: /^src\/ports\/()/,
    rule: "ports import domain types only",
    cure: "describe the interface in the domain's types; the adapter translates",
    allows: (to) => /^src\/(domain|ports)\//.test(to),
    allowsPackage: never,
  },
  {
    area: /^src\/adapters\/(carriers\/[^/]+|[^/]+)\b/,
    rule: "adapters/x imports ports, domain/kernel and packages; never a feature or another adapter",
    cure: "let entry pass what is needed, or move shared words to ports",
    allows: (to, own) => /^src\/(ports|domain\/kernel)\//.test(to) || to.startsWith(`src/adapters/${own}`),
    allowsPackage: always,
  },
  {
    area: /^src\/features\/([^/]+)\/schema\.ts$/,
    rule: "a feature's schema.ts imports zod, domain and other features' schema.ts only: the console loads it",
    cure: "move what touches the database or HTTP into store.ts or routes.ts",
    allows: (to) => /^src\/domain\//.test(to) || /^src\/features\/[^/]+\/schema\.ts$/.test(to),
    allowsPackage: (name) => name === "zod",
  },
  {
    area: /^src\/features\/([^/]+)\//,
    rule: "features/x imports domain, ports, adapters/db, its own files and other features' index.ts",
    cure: "export what you need from that feature's index.ts, or pass the adapter in from entry",
    allows: (to, own, from) =>
      /^src\/(domain|ports|adapters\/db)\//.test(to) ||
      to.startsWith(`src/features/${own}/`) ||
      /^src\/features\/[^/]+\/index\.ts$/.test(to) ||
      (from.endsWith("/tables.ts") && to.endsWith("/tables.ts")),
    allowsPackage: always,
  },
  {
    area: /^src\/entry\/()/,
    rule: "entry imports anything but the console and the tests",
    cure: "move what is shared into src",
    // The version has one owner, and /health tells it.
    allows: (to) => to.startsWith("src/") || to === "package.json",
    allowsPackage: always,
  },
  {
    area: /^web\/()/,
    rule: "web imports features/*/schema.ts, domain types and its own files",
    cure: "put the words both sides speak into the feature's schema.ts",
    allows: (to) => to.startsWith("web/") || /^src\/features\/[^/]+\/schema\.ts$/.test(to) || isSpokenByBrowsers(to),
    allowsPackage: always,
  },
];

/** Two files outside features carry words that browsers speak: the domain's values and the sandbox carrier's protocol. */
function isSpokenByBrowsers(to: string): boolean {
  return to.startsWith("src/domain/") || to === "src/adapters/carriers/sandbox/browser-protocol.ts";
}

/** Every import of the files that the law forbids. Tests may import anything: they are not asked. */
export function breaches(files: readonly SourceFile[]): Breach[] {
  return files.filter((file) => !isTest(file.path)).flatMap(breachesOf);
}

function breachesOf(file: SourceFile): Breach[] {
  const found = ROWS.map((row) => ({ row, match: row.area.exec(file.path) })).find(({ match }) => match);
  if (!found?.match) return [];
  const { row, match } = found;
  const own = match[1] ?? "";
  return importsOf(file)
    .filter((to) =>
      to.startsWith(".") ? !row.allows(resolved(file.path, to), own, file.path) : !row.allowsPackage(to),
    )
    .map((to) => ({ from: file.path, to, rule: row.rule, cure: row.cure }));
}

/**
 * Circles of files, whichever folder they are in: each of them can only be read after the other. An import of a type alone
 * counts, since a reader follows it too. What breaks one: move what both need into a file below both, or let the lower one
 * return a value, or take what it needs as an argument.
 */
export function circles(files: readonly SourceFile[]): string[] {
  return cycles(files, (path) => path, "all");
}

/** Chains of imports that come back to where they began, at least one for each ring. A type binds nothing: "values" leaves it out. */
export function cycles(
  files: readonly SourceFile[],
  unitOf: (path: string) => string | undefined,
  which: "all" | "values" = "values",
): string[] {
  const edges = new Map<string, Set<string>>();
  for (const file of files.filter((one) => !isTest(one.path))) {
    const from = unitOf(file.path);
    if (from === undefined) continue;
    const known = edges.get(from) ?? new Set();
    edges.set(from, known);
    for (const to of importsOf(file, which)) {
      const unit = to.startsWith(".") ? unitOf(resolved(file.path, to)) : undefined;
      if (unit !== undefined && unit !== from) known.add(unit);
    }
  }
  return [...edges.keys()].flatMap((start) => wayBack(start, edges) ?? []);
}

function wayBack(start: string, edges: ReadonlyMap<string, ReadonlySet<string>>): string | undefined {
  const queue = [[start]];
  const seen = new Set<string>();
  for (let path = queue.shift(); path; path = queue.shift()) {
    for (const next of edges.get(path.at(-1) ?? "") ?? []) {
      // Told by its first name in the alphabet alone, so that one ring is one line.
      if (next === start) return path.every((unit) => unit >= start) ? [...path, start].join(" → ") : undefined;
      if (!seen.has(next)) queue.push([...path, next]);
      seen.add(next);
    }
  }
  return undefined;
}

/**
 * Ways from one file to another or to a package that a pattern names, through imports that bind something: the first found
 * from each start, as a chain. What stands behind `stops` is not looked at.
 */
export function waysTo(
  files: readonly SourceFile[],
  starts: readonly string[],
  forbidden: RegExp,
  stops: ReadonlySet<string> = new Set(),
): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  return starts.flatMap((start) => {
    const seen = new Set([start]);
    const queue = [[start]];
    for (let way = queue.shift(); way; way = queue.shift()) {
      const file = byPath.get(way.at(-1) ?? "");
      if (file === undefined) continue;
      for (const name of [...importsOf(file, "values"), ...loadedBy(file)]) {
        const to = name.startsWith(".") ? resolved(file.path, name) : name;
        if (seen.has(to) || stops.has(to)) continue;
        seen.add(to);
        if (forbidden.test(to)) return [[...way, to].join(" → ")];
        queue.push([...way, to]);
      }
    }
    return [];
  });
}

const IMPORT = /^\s*(?:import|export)\s+(type\s)?(?:[^"';]*?\sfrom\s+)?["']([^"']+)["']/gm;
const LOADED_IMPORT = /\bawait import\(\s*["']([^"']+)["']\s*\)|\bimport\(\s*["']([^"']+)["']\s*\)\s*\.then\b/g;
const DYNAMIC_IMPORT = /\bimport\(\s*["']([^"']+)["']\s*\)/g;

export function importsOf(file: SourceFile, which: "all" | "values" = "all"): string[] {
  const fixed = [...file.text.matchAll(IMPORT)].filter((match) => which === "all" || match[1] === undefined);
  return [...fixed.map((match) => match[2] ?? ""), ...(which === "all" ? dynamicImportsOf(file) : [])];
}

/** `import("…").Name` in a type loads nothing: only what is waited for does. */
function loadedBy({ text }: SourceFile): string[] {
  return [...text.matchAll(LOADED_IMPORT)].map((match) => match[1] ?? match[2] ?? "");
}

function dynamicImportsOf(file: SourceFile): string[] {
  return [...file.text.matchAll(DYNAMIC_IMPORT)].map((match) => match[1] ?? "");
}

function resolved(from: string, to: string): string {
  return posix.join(posix.dirname(from), to);
}

function isTest(path: string): boolean {
  return /\.test\.tsx?$/.test(path) || path.startsWith("test/") || /\/(fixtures|testing)\//.test(path);
}
