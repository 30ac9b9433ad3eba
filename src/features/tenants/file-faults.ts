import type { z } from "zod";
import type { Fault } from "../../domain/kernel/trouble.ts";

/** A mistake in one of the files: which file, where in it, what stands there and what may stand there. */
export type FileFault = Fault & { readonly file: string };

/** The file as its schema reads it; null when it is missing or wrong, and then `faults` says all that is. */
export function parseFile<S extends z.ZodType>(
  file: string,
  schema: S,
  source: unknown,
  faults: FileFault[],
): z.output<S> | null {
  if (source === null || source === undefined) {
    faults.push({ file, path: "", message: "this file is missing" });
    return null;
  }
  const result = schema.safeParse(source, { reportInput: true });
  if (result.success) return result.data;
  faults.push(...result.error.issues.flatMap(faultsOf).map((fault) => ({ file, ...fault })));
  return null;
}

/** One mistake in words; several where one issue names several keys. */
export function faultsOf(issue: z.core.$ZodIssue): Fault[] {
  const path = issue.path.map(String).join(".");
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      path: path === "" ? key : `${path}.${key}`,
      message: "nothing of this name belongs here",
    }));
  }
  const { input } = wrongChoice(issue) ?? issue;
  const choices = issue.code === "invalid_value" ? issue.values : wrongChoice(issue)?.options;
  const allowed = choices === undefined ? {} : { allowed: choices };
  const value = input === undefined || typeof input === "object" ? {} : { value: input };
  return [
    {
      path,
      message: input === undefined ? `${issue.message} (it is missing)` : issue.message,
      ...value,
      ...allowed,
    },
  ];
}

/** What stands in the field that says which of several forms this is, where it says none of them. */
function wrongChoice(issue: z.core.$ZodIssue): { readonly input: unknown; readonly options: unknown[] } | null {
  if (issue.code !== "invalid_union" || !("options" in issue) || issue.discriminator === undefined) return null;
  const form = issue.input as { readonly [field: string]: unknown } | undefined; // zod looked for the field in it
  return { input: form?.[issue.discriminator], options: issue.options ?? [] };
}
