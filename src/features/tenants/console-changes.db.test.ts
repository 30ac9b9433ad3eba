import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { useDatabase } from "../../../test/support/database.ts";
import { TENANTS_DIR } from "../../entry/cli/tenant-files.ts";
import { applyTenants, describeChanges } from "../../entry/cli/tenants.ts";

const databases = useDatabase();
const SEAL_KEY = Buffer.alloc(32, 7).toString("base64");
let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "callhouse-tenants-"));
  cpSync(TENANTS_DIR, dir, { recursive: true });
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const apply = (more: { dryRun?: boolean; filesWin?: boolean } = {}) =>
  applyTenants({
    ownerUrl: databases.urls.owner,
    sealKey: SEAL_KEY,
    sandbox: { baseUrl: "http://127.0.0.1:1", password: "not a secret" },
    dir,
    ...more,
  });
const edit = (file: string, from: string, to: string) => {
  const path = join(dir, file);
  const text = readFileSync(path, "utf8");
  expect(text).toContain(from);
  writeFileSync(path, text.replace(from, to));
};
const applied = async (more = {}) => describeChanges((await apply(more)).changes);

describe("ACD-1 what the console has changed", () => {
  /** As the console writes it: the row alone, not what the files said. */
  const byConsole = (strategy: string) =>
    databases.admin`update tenant.queues set strategy = ${strategy}, version = version + 1 where slug = 'visitors'`;
  const stored = async () =>
    (await databases.admin`select strategy, wrap_up_s, version from tenant.queues where slug = 'visitors'`)[0];
  const KEPT = [
    "harbourlight",
    "  = queues visitors (changed in the console, and stays so)",
    '      strategy: "ring_all"; the file says "longest_idle"',
  ].join("\n");

  test("is shown as a difference and stays, plan or apply, however often", async () => {
    await apply({ filesWin: true });
    await byConsole("ring_all");
    expect(await applied({ dryRun: true })).toBe(KEPT);
    expect(await applied()).toBe(KEPT);
    expect(await applied()).toBe(KEPT);
    expect(await stored()).toMatchObject({ strategy: "ring_all" });
  });

  test("stays beside what the files change of the same queue, also when they change the same field", async () => {
    await apply({ filesWin: true });
    await byConsole("ring_all");
    edit("harbourlight/queues.toml", "wrapUpS = 30", "wrapUpS = 31");
    expect(await applied()).toBe(`${KEPT}\n  ~ queues visitors\n      wrap_up_s: 30 -> 31`);
    edit("harbourlight/queues.toml", "wrapUpS = 31", 'wrapUpS = 31\nstrategy = "fixed_order"');
    expect(await applied()).toContain('strategy: "ring_all"; the file says "fixed_order"');
    expect(await stored()).toMatchObject({ strategy: "ring_all", wrap_up_s: 31 });
  });

  test("is taken back when the files are to win, and is no difference once the files say the same", async () => {
    await apply({ filesWin: true });
    await byConsole("ring_all");
    expect(await applied({ filesWin: true })).toContain('strategy: "ring_all" -> "longest_idle"');
    await byConsole("random");
    edit("harbourlight/queues.toml", "wrapUpS = 30", 'wrapUpS = 30\nstrategy = "random"');
    expect(await applied()).toBe("No difference.");
    expect(await applied()).toBe("No difference.");
  });
});
