import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { commandOf, endProcess, isAlive, ownChildren } from "./processes.ts";
import { isNodeError, Trouble } from "./trouble.ts";

const runSchema = z.object({
  pid: z.number(),
  children: z.array(z.object({ pid: z.number(), command: z.string() })),
});

/**
 * Takes the data folder for this process. A run that still lives is left alone; what a killed run left behind is ended,
 * but only when the process is still the same program.
 */
export async function takeDataDir(dataDir: string): Promise<void> {
  makeDataDir(dataDir);
  const file = join(dataDir, "run.json");
  if (existsSync(file)) {
    const run = runSchema.safeParse(parseJson(readFileSync(file, "utf8")));
    if (run.success) {
      const { pid, children } = run.data;
      if (pid !== process.pid && isAlive(pid) && /start\.ts|node/.test(commandOf(pid))) {
        throw new Trouble(
          `Callhouse already runs from ${dataDir} (process ${pid}). Use it, or end it with: kill ${pid}`,
        );
      }
      for (const child of children) {
        if (isAlive(child.pid) && commandOf(child.pid) === child.command) await endProcess(child.pid, "SIGKILL", 0);
      }
    }
  }
  rememberChildren(dataDir);
}

/** Says before anything starts when the house could not keep its data there. */
function makeDataDir(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true });
    accessSync(dataDir, constants.W_OK | constants.X_OK);
    if (!statSync(dataDir).isDirectory()) throw new Error("it is not a folder");
  } catch (error) {
    if (isNodeError(error) && error.code === "ENOSPC") throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new Trouble(
      `The data folder ${dataDir} cannot be used: ${reason}. Make it writable, or choose another: CALLHOUSE_DATA=/some/folder npm start`,
    );
  }
}

/** Writes down the runtimes this process has started. The database has a pid file of its own. */
export function rememberChildren(dataDir: string): void {
  mkdirSync(dataDir, { recursive: true });
  const children = ownChildren()
    .map((pid) => ({ pid, command: commandOf(pid) }))
    .filter(({ command }) => command.includes("workerd"));
  writeFileSync(join(dataDir, "run.json"), JSON.stringify({ pid: process.pid, children }));
}

export function leaveDataDir(dataDir: string): void {
  rmSync(join(dataDir, "run.json"), { force: true });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Cut short by a full disk or a killed process: as good as absent.
    return undefined;
  }
}
