import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { z } from "zod";
import { type Verdict, verdictOn } from "./rating/solve.ts";

/**
 * `npm run rate -- --cases FILE [--json]`: rates the cases of a file with the engine that makes invoices, and says for each
 * what came out and what should. The last line counts. Exit 1 when a case came out otherwise, 2 when the file is unusable.
 */
const FileSchema = z.object({
  cases: z.array(
    z.object({
      id: z.string(),
      group: z.string(),
      model: z.string().default(""),
      inputs: z.record(z.string(), z.unknown()),
      expected: z.unknown(),
      ours: z.unknown().optional(),
      unit: z.string().default(""),
      stance: z.enum(["hold", "option", "anti"]).default("hold"),
    }),
  ),
});

const { values } = parseArgs({ options: { cases: { type: "string" }, json: { type: "boolean", default: false } } });
process.exitCode = rateFile(values.cases, values.json);

function rateFile(path: string | undefined, json: boolean): number {
  const cases = path === undefined ? refused("name a file: npm run rate -- --cases FILE --json") : casesIn(path);
  if (cases === null) return 2;
  const verdicts = cases.map(verdictOn);
  for (const verdict of verdicts) console.log(json ? JSON.stringify(verdict) : lineFor(verdict));
  const ok = verdicts.filter((it) => it.ok).length;
  const unsupported = verdicts.filter((it) => it.unsupported).length;
  const failed = verdicts.length - ok - unsupported;
  const summary = { cases: verdicts.length, ok, failed, unsupported };
  console.log(
    json
      ? JSON.stringify(summary)
      : `${ok} of ${verdicts.length} as expected, ${failed} otherwise, ${unsupported} unsupported`,
  );
  return failed > 0 ? 1 : 0;
}

function casesIn(path: string): z.infer<typeof FileSchema>["cases"] | null {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return refused(`cannot read ${path}`);
  }
  try {
    const parsed = FileSchema.safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data.cases;
    const [issue] = parsed.error.issues;
    return refused(`${path}: ${issue?.path.join(".")}: ${issue?.message}`);
  } catch {
    return refused(`${path} is not JSON`);
  }
}

function refused(why: string): null {
  console.error(why);
  return null;
}

function lineFor({ id, got, expected, ok, unsupported, why }: Verdict): string {
  if (ok) return `ok           ${id}  ${JSON.stringify(got)}`;
  if (unsupported) return `unsupported  ${id}  ${why ?? "no model knows these inputs"}`;
  return `otherwise    ${id}  got ${JSON.stringify(got)}, expected ${JSON.stringify(expected)}`;
}
