import type { SourceFile } from "./import-law.ts";

/** Hard limits. The aim is 300 and 50; beyond these a file tells two stories. */
export const FILE_LINES_MAX = 400;
export const FUNCTION_LINES_MAX = 70;

/** File names that say nothing about what is inside. */
const EMPTY_NAMES = /(^|[-/])(utils?|helpers?|manager|misc|common)(\.|\/|-)/;

/** What the domain must be given as an argument. */
const DOMAIN_BANS: readonly (readonly [RegExp, string])[] = [
  [/\bDate\.now\(/, "Date.now(): take the instant as an argument"],
  [/\bnew Date\(\s*\)/, "new Date(): take the instant as an argument"],
  [/\bMath\.random\(/, "Math.random(): take the chance as an argument"],
  [/\bperformance\.now\(/, "performance.now(): take the instant as an argument"],
  [/\bcrypto\./, "crypto: take the id as an argument"],
  [/\basync\b/, "async: rules are synchronous, the shell waits"],
];

/** Marks of unfinished work, put together here so that this file does not carry them. */
const UNFINISHED = new RegExp(`\\b(${["TO" + "DO", "FIX" + "ME", "HA" + "CK"].join("|")})\\b`);

/** Dictionaries and recorded data grow with the product, and nobody reads them from top to bottom. */
const DATA = /^web\/words\/(en|zh)(\/|\.ts)|\/spec\//;

/** Every breach of the style law, one line each. */
export function styleBreaches(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => [
    ...lengthBreaches(file),
    ...wordBreaches(file),
    ...(isDomainRule(file.path) ? domainBreaches(file) : []),
  ]);
}

function lengthBreaches({ path, text }: SourceFile): string[] {
  const lines = text.split("\n").length - 1;
  const long =
    lines > FILE_LINES_MAX && !DATA.test(path)
      ? [`${path}: ${lines} lines, at most ${FILE_LINES_MAX}. Split it by story.`]
      : [];
  const isTable = /\.test\.tsx?$/.test(path);
  const functions = isTable ? [] : longFunctions(text);
  return [
    ...long,
    ...functions.map(
      ({ name, line, length }) =>
        `${path}:${line}: ${name} has ${length} lines, at most ${FUNCTION_LINES_MAX}. Branch high, compute low.`,
    ),
  ];
}

function wordBreaches({ path, text }: SourceFile): string[] {
  const named = EMPTY_NAMES.test(path)
    ? [`${path}: the name says nothing. Name it after what it does for the trade.`]
    : [];
  const unfinished = linesWith(text, UNFINISHED).map(
    (line) => `${path}:${line}: unfinished work. Finish it or leave it out.`,
  );
  const empty = linesWith(text, /catch\s*(\([^)]*\))?\s*\{\s*\}/).map(
    (line) => `${path}:${line}: empty catch. Say why.`,
  );
  return [...named, ...unfinished, ...empty];
}

function domainBreaches({ path, text }: SourceFile): string[] {
  const code = withoutComments(text);
  return DOMAIN_BANS.flatMap(([pattern, cure]) => linesWith(code, pattern).map((line) => `${path}:${line}: ${cure}`));
}

/** Top-level functions and methods of formatted code: they end at the closing brace on their own indentation. */
function longFunctions(text: string): { name: string; line: number; length: number }[] {
  const lines = text.split("\n");
  return lines.flatMap((line, index) => {
    const start =
      /^( {0,2})(?:export )?(?:default )?(?:async )?(?:function\*? (\w+)|(?:(?:private|override|static|async) )*(\w+)\(.*\{$)/.exec(
        line,
      );
    if (!start || /^\s*(if|for|while|switch|return|catch)\b/.test(line)) return [];
    const indent = start[1] ?? "";
    const end = lines.findIndex(
      (other, at) =>
        at > index &&
        other.startsWith(`${indent}}`) &&
        !other.startsWith(`${indent}} `) &&
        !other.startsWith(`${indent}})`),
    );
    const length = end - index + 1;
    return end !== -1 && length > FUNCTION_LINES_MAX
      ? [{ name: start[2] ?? start[3] ?? "a function", line: index + 1, length }]
      : [];
  });
}

function linesWith(text: string, pattern: RegExp): number[] {
  return text.split("\n").flatMap((line, index) => (pattern.test(line) ? [index + 1] : []));
}

function withoutComments(text: string): string {
  return text
    .replaceAll(/\/\*[\s\S]*?\*\//g, (comment) => comment.replaceAll(/[^\n]/g, " "))
    .replaceAll(/\/\/[^\n]*/g, "");
}

function isDomainRule(path: string): boolean {
  return path.startsWith("src/domain/") && !path.endsWith(".test.ts");
}
