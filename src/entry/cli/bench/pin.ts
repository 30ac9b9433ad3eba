import { execFileSync } from "node:child_process";
import { availableParallelism } from "node:os";

/**
 * Gives workerd the first core and this process, the load, the second, so that neither is measured waiting for the other.
 * Answers what undoes it; null where the machine cannot do it (one core, or no `taskset`), and both share what there is.
 */
export function pinApart(): (() => void) | null {
  if (availableParallelism() < 2) return null;
  const self = String(process.pid);
  try {
    const before = /: (\S+)$/.exec(run("taskset", "-cp", self))?.[1];
    const children = run("pgrep", "-P", self, "-x", "workerd").split("\n").filter(Boolean);
    if (before === undefined || children.length === 0) return null;
    for (const child of children) run("taskset", "-acp", "0", child);
    run("taskset", "-acp", "1", self);
    return () => void run("taskset", "-acp", before, self);
  } catch {
    return null; // no such program here, or no right to use it
  }
}

function run(program: string, ...args: string[]): string {
  return execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
}
