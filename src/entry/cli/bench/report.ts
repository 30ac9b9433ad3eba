import { execFileSync } from "node:child_process";
import { cpus, loadavg } from "node:os";
import { ROOT } from "../bundle.ts";
import { type Figure, type Gate, type Verdict, verdictOn } from "./measure.ts";

export type Machine = {
  readonly cpu: string;
  readonly cores: number;
  readonly load: readonly number[];
  readonly node: string;
  readonly commit: string;
};
export type Judged = Figure & { readonly verdict: Verdict };

export function thisMachine(): Machine {
  const processors = cpus();
  return {
    cpu: processors[0]?.model ?? "unknown",
    cores: processors.length,
    load: loadavg().map((value) => Math.round(value * 100) / 100),
    node: process.version,
    commit: commit(),
  };
}

export function judged(figures: readonly Figure[]): Judged[] {
  return figures.map((figure) => ({ ...figure, verdict: verdictOn(figure) }));
}

export function table(figures: readonly Judged[], machine: Machine): string {
  const rows = figures.map((figure) => {
    const { id, what, against, unit, gate, aim, measured, verdict } = figure;
    const { median, low, high } = measured;
    const interval = low === high ? "" : ` (${show(low, unit)} – ${show(high, unit)})`;
    const gated = gate === null ? [] : [asked(gate, unit)];
    const wanted = [...gated, ...(aim === null ? [] : [`aim ${show(aim, unit)}`])].join(", ");
    return `| ${id} | ${what} | ${against} | ${show(median, unit)}${interval} ${unit} | ${wanted} | ${verdict} |`;
  });
  return [
    "| | ours | against | measured (95 %) | wanted | |",
    "| --- | --- | --- | --- | --- | --- |",
    ...rows,
    "",
    `${machine.cpu}, ${machine.cores} cores, load ${machine.load.join(" ")}, Node ${machine.node}, commit ${machine.commit}`,
  ].join("\n");
}

/** One object: each figure by its id, and where it was measured. */
export function asJson(figures: readonly Judged[], machine: Machine): string {
  const byId = Object.fromEntries(figures.map(({ id, ...rest }) => [id, rest]));
  return JSON.stringify({ ok: !figures.some(({ verdict }) => verdict === "missed"), machine, figures: byId });
}

function asked(gate: Gate, unit: Figure["unit"]): string {
  const value = show(gate.value, unit);
  return gate.at === "within" ? `${value} – ${show(gate.most, unit)}` : `${gate.at === "least" ? "≥" : "≤"} ${value}`;
}

function show(value: number, unit: Figure["unit"]): string {
  return unit === "bytes" ? Math.round(value).toLocaleString("en-US") : String(Math.round(value * 100) / 100);
}

/** A copy without its history has no commit to name. */
function commit(): string {
  try {
    const git = (...args: string[]) =>
      execFileSync("git", args, { cwd: ROOT, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    return git("rev-parse", "--short", "HEAD").trim() + (git("status", "--porcelain", "src").trim() === "" ? "" : "+");
  } catch {
    return "unknown";
  }
}
