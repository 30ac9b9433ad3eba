import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { useDatabase } from "../../../test/support/database.ts";
import { connect } from "../../adapters/db/index.ts";
import { TENANTS_DIR } from "../../entry/cli/tenant-files.ts";
import { applyTenants, describeChanges } from "../../entry/cli/tenants.ts";
import { readPublishable } from "../numbers/index.ts";

const databases = useDatabase();
const SEAL_KEY = Buffer.alloc(32, 7).toString("base64");
const HARBOURLIGHT = "harbourlight/tenant.toml";
let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "callhouse-tenants-"));
  cpSync(TENANTS_DIR, dir, { recursive: true });
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const apply = (more: { only?: string; dryRun?: boolean } = {}) =>
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

describe("OPS-1: tenants as files", () => {
  test("a dry run shows everything and writes nothing", async () => {
    expect(await applied({ dryRun: true })).toContain("+ companies harbourlight");
    expect(await databases.admin`select * from house.tenants`).toHaveLength(0);
  });

  test("applied once is applied: a second time finds no difference", async () => {
    expect(await applied()).toContain("+ numbers +442079460120");
    expect(await applied()).toBe("No difference.");
  });

  test("a changed target is shown, applied, and raises the revision that lines carry", async () => {
    await apply();
    const revision = async () =>
      (await databases.admin`select revision from tenant.companies where slug = 'harbourlight'`)[0]?.revision;
    const before = await revision();
    edit("harbourlight/queues.toml", "percent = 75", "percent = 90");
    expect(await applied()).toBe("harbourlight\n  ~ queues visitors\n      target_percent: 75 -> 90");
    expect(await revision()).toBe(before + 1);
  });

  test("BIL-11 what an hour costs is applied from the house's file, and a rate that is no longer named is gone", async () => {
    await apply();
    const rates = async () =>
      (
        await databases.admin<{ of: string; per_hour: string }[]>`
          select coalesce(a.slug, p.slug, 'house') as of, r.per_hour from house.cost_rates r
          left join house.agents a on a.id = r.agent_id left join house.pools p on p.id = r.pool_id order by 1`
      ).map((row) => `${row.of} ${row.per_hour}`);
    expect(await rates()).toContain("emma-clarke 62.00");
    expect(await rates()).toContain("house 45.00");
    edit("house.toml", '"emma-clarke" = "62.00", ', "");
    expect(await applied()).toContain("- cost rates");
    expect(await rates()).not.toContain("emma-clarke 62.00");
    edit("house.toml", '"james-okafor" = "58.00"', '"nobody" = "58.00"');
    await expect(apply()).rejects.toThrow("costs.agents.nobody");
  });

  test("a changed flow becomes the next version and the former stays", async () => {
    await apply();
    edit("harbourlight/flow.toml", "Goodbye.", "Good-bye.");
    expect(await applied()).toContain("version: 1 -> 2");
    const versions = await databases.admin`select version from tenant.flow_versions f
      join tenant.companies c using (tenant_id) where c.slug = 'harbourlight' order by version`;
    expect(versions.map((row) => row.version)).toEqual([1, 2]);
    edit("harbourlight/flow.toml", "Good-bye.", "Goodbye.");
    expect(await applied()).toContain("version: 2 -> 3");
  });

  test("an applied price is never changed; the refusal says what to do, and nothing of the apply remains", async () => {
    await apply();
    edit("qingchuan-tv/contract.toml", 'price = "6800.00"', 'price = "6900.00"');
    edit("harbourlight/queues.toml", "withinS = 40", "withinS = 41");
    await expect(apply()).rejects.toThrow("add a version with a later validFrom");
    const [queue] = await databases.admin`select target_within_s from tenant.queues where slug = 'visitors'`;
    expect(queue?.target_within_s).toBe(40);
  });

  test("a number that is no longer named is retired, not deleted, and comes back when it is named again", async () => {
    await apply();
    edit(HARBOURLIGHT, "+442079460120", "+442079460121");
    expect(await applied()).toContain("- numbers +442079460120 (retired)");
    edit(HARBOURLIGHT, "+442079460121", "+442079460120");
    expect(await applied()).toContain("~ numbers +442079460120");
  });

  test("only one client's own rows are touched when it is named", async () => {
    await apply();
    edit("harbourlight/queues.toml", "wrapUpS = 30", "wrapUpS = 31");
    edit("hearthline/queues.toml", "wrapUpS = 45", "wrapUpS = 46");
    expect(await applied({ only: "harbourlight" })).not.toContain("hearthline");
    expect(await applied()).toContain("hearthline");
  });

  test("a password somebody has changed is left alone", async () => {
    await apply();
    await databases.operator`update house.users set password_hash = 'theirs' where email = 'billing@callhouse.example'`;
    edit("house.toml", 'name = "Ada Finch"', 'name = "Ada B. Finch"');
    await apply();
    const [user] =
      await databases.operator`select name, password_hash from house.users where email = 'billing@callhouse.example'`;
    expect(user).toEqual({ name: "Ada B. Finch", password_hash: "theirs" });
  });
});

describe("a mistake in a file", () => {
  test.each([
    [
      "harbourlight/flow.toml",
      'next = "bye"',
      'next = "by"',
      /tenants\/harbourlight\/flow\.toml:\d+: steps\.times\.next = "by": there is no step of this name; allowed: .*bye/,
    ],
    [
      "harbourlight/flow.toml",
      'queue = "visitors"',
      'queue = "visiters"',
      /steps\.visitors\.queue = "visiters": there is no queue of this name; allowed: visitors/,
    ],
    [
      "harbourlight/tenant.toml",
      '"Europe/London"',
      '"Europe/Londn"',
      /tenant\.toml:8: company\.timeZone = "Europe\/Londn": not a time zone/,
    ],
    ["harbourlight/tenant.toml", 'currency = "GBP"', 'currency = "GPB"', /company\.currency = "GPB".*allowed: /],
    [
      "harbourlight/tenant.toml",
      'label = "Visitor line"',
      'lable = "Visitor line"',
      /numbers\.0\.lable: nothing of this name belongs here/,
    ],
    ["harbourlight/queues.toml", "percent = 75", 'percent = "75"', /queues\.toml:7: visitors\.target\.percent = "75"/],
    ["harbourlight/calendars.toml", "09:00-21:00", "21:00-09:00", /calendars\.toml:2: visitor-line\.weekly\.thu/],
    [
      "qingchuan-tv/contract.toml",
      'price = "6800.00"',
      "price = 6800.00",
      /contract\.toml:\d+: versions\.0\.charges\.0\.price = 6800/,
    ],
    [
      "hearthline/tenant.toml",
      "+12065550110",
      "+442079460120",
      /numbers\.0\.e164 = "\+442079460120": this number is in service already/,
    ],
    [
      "house.toml",
      '"qingchuan-tv/*"',
      '"qingchuan/*"',
      /agents\.0\.brands\.0 = "qingchuan\/\*": there is no brand of this name/,
    ],
    [
      "harbourlight/queues.toml",
      '"museum"]',
      '"museum>=11"]',
      /queues\.toml:\d+: visitors\.skills\.1 = "museum>=11": a skill is written "zh"/,
    ],
    [
      "harbourlight/queues.toml",
      "wrapUpS = 30",
      'strategy = "round"',
      /visitors\.strategy = "round".*allowed: longest_idle, .*weighted_share/,
    ],
    [
      "harbourlight/queues.toml",
      'afterS = 60, do = "outside", number = "+442079460187", name = "Museum front desk"',
      'afterS = 30, do = "drop", skill = "zh"',
      /visitors\.relax\.0\.skill = "zh": the queue does not ask for this skill by then/,
    ],
    [
      "harbourlight/queues.toml",
      '"+442079460187"',
      '"020 7946 0187"',
      /queues\.toml:9: visitors\.relax\.0\.number = "020 7946 0187": a telephone number in E\.164: \+ and 7 to 15 digits/,
    ],
    [
      "harbourlight/queues.toml",
      '"+442079460187"',
      '"+12065550110"',
      /visitors\.relax\.0\.number = "\+12065550110": this is a number of the house/,
    ],
    [
      "harbourlight/queues.toml",
      'do = "outside"',
      'do = "elsewhere"',
      /visitors\.relax\.0\.do = "elsewhere".*allowed: lower, drop, lend, raise, outside, move/,
    ],
    [
      "harbourlight/queues.toml",
      'afterS = 60, do = "outside", number = "+442079460187", name = "Museum front desk"',
      'afterS = 30, do = "lend", group = "nobody"',
      /visitors\.relax\.0\.group = "nobody": there is no group of agents of this name; allowed: /,
    ],
    [
      "house.toml",
      'telephone = "+442079460321"',
      'telephone = "+12065550110"',
      /agents\.\d+\.telephone = "\+12065550110": this is a number of the house/,
    ],
    ["house.toml", 'policy = "slack"', 'policy = "lifo"', /pools\.main\.policy = "lifo".*allowed: fifo, edf, slack/],
    ["harbourlight/queues.toml", "ringTimeoutS = 20", "ringTimeoutS = ", /tenants\/harbourlight\/queues\.toml:5: /],
  ])("in %s (%s -> %s) is named, and nothing is applied", async (file, from, to, message) => {
    edit(file, from, to);
    await expect(apply()).rejects.toThrow(message);
  });

  test("all mistakes of all files come together", async () => {
    edit("harbourlight/queues.toml", "percent = 75", "percent = 175");
    edit("hearthline/queues.toml", "withinS = 30", "withinS = 0");
    await expect(apply()).rejects.toThrow(/harbourlight[\s\S]*hearthline/);
  });
});

test("what is published is whole: lines with their flow and queues, pools with agents, brands and seats", async () => {
  const { tenants } = await apply();
  const db = connect(databases.urls.app);
  const operatorDb = connect(databases.urls.operator);
  const { lines, pools } = await readPublishable({ db, operatorDb, now: Date.UTC(2026, 10, 23) });
  await Promise.all([db.close(), operatorDb.close()]);
  const numbers = tenants.flatMap((tenant) => tenant.numbers.map(({ e164 }) => e164));
  expect(lines.map(({ config }) => config.number.e164).sort()).toEqual(numbers.sort());
  for (const { config } of lines) {
    expect(Object.keys(config.flow.steps)).toContain(config.flow.entry);
    for (const step of Object.values(config.flow.steps)) {
      if (step.kind === "queue") expect(config.queues[step.queue]?.poolId).toBe(pools[0]?.poolId);
      if (step.kind === "hours") expect(config.calendars[step.calendar]?.weekly.length).toBeGreaterThan(0);
    }
  }
  expect(pools).toHaveLength(1);
  expect(pools[0]?.agents).toHaveLength(12);
  expect(pools[0]?.tenants).toHaveLength(3);
  expect(pools[0]?.brands).toHaveLength(4);
  const liNa = pools[0]?.agents.find(({ name }) => name.startsWith("李娜"));
  expect(liNa).toMatchObject({ skills: { zh: 10, "tv-orders": 9 }, brands: [expect.any(String)] });
});

test("a later version ends the one before it, and cannot be taken back", async () => {
  await apply();
  const path = join(dir, "qingchuan-tv/contract.toml");
  const [, , terms = ""] = /^([\s\S]*?)(\[\[versions\.charges\]\][\s\S]*)$/.exec(readFileSync(path, "utf8")) ?? [];
  const later = terms.replace('"6800.00"', '"6900.00"');
  writeFileSync(path, `${readFileSync(path, "utf8")}\n[[versions]]\nvalidFrom = "2027-01-01"\n\n${later}`);
  expect(await applied()).toContain('      seats.price: "6800.00" -> "6900.00"');
  const versions = await databases.admin`select valid::text from tenant.contract_versions v
    join tenant.companies c using (tenant_id) where c.slug = 'qingchuan-tv' order by version`;
  expect(versions.map((row) => row.valid)).toEqual(["[2026-01-01,2027-01-01)", "[2027-01-01,)"]);

  rmSync(dir, { recursive: true });
  cpSync(TENANTS_DIR, dir, { recursive: true });
  await expect(apply()).rejects.toThrow("it must stay in the file");
});
