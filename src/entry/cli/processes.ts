import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** The command line of a process, or nothing when it is gone: proves that a remembered id is still the same program. */
export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    try {
      return execFileSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8", stdio: "pipe" });
    } catch {
      return "";
    }
  }
}

/** Asks a process (or, with a negative id, its whole group) to end, and insists after the grace period. */
export async function endProcess(pid: number, gentle: NodeJS.Signals, graceMs: number): Promise<void> {
  if (!signal(pid, gentle)) return;
  const until = Date.now() + graceMs;
  while (isAlive(pid) && Date.now() < until) await sleep(25);
  if (isAlive(pid)) signal(pid, "SIGKILL");
  while (isAlive(pid) && Date.now() < until + 5_000) await sleep(25);
}

function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    process.kill(pid, name);
    return true;
  } catch {
    return false;
  }
}

/** The processes this one has started and that still run. */
export function ownChildren(): number[] {
  return parentage()
    .filter(([, parent]) => parent === process.pid)
    .map(([pid]) => pid);
}

/** Every process with its parent: from /proc where there is one, since small systems come without `ps`. */
function parentage(): [pid: number, parent: number][] {
  try {
    const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
    return pids.map((pid) => [Number(pid), parentIn(pid)]);
  } catch {
    const rows = execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" }).trim().split("\n");
    return rows.map((row) => row.trim().split(/\s+/).map(Number) as [number, number]);
  }
}

function parentIn(pid: string): number {
  try {
    return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
  } catch {
    // It ended while we were reading.
    return 0;
  }
}
