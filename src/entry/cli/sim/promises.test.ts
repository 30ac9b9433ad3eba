import { expect, test } from "vitest";
import { SimFloor } from "./floor.ts";
import { readOptions } from "./options.ts";
import type { SimReport } from "./report.ts";

function days(policy: string): SimReport {
  const options = readOptions([
    "--seats",
    "44",
    "--tenants",
    "20",
    "--erlangs",
    "2",
    "--days",
    "40",
    "--policy",
    policy,
  ]);
  if (options === "help") throw new Error("no help was asked for");
  return new SimFloor(options).run();
}

test("ACD-4 on 44 shared seats the slack policy keeps what fifo fails, and nobody waits much longer for it", () => {
  const [fifo, slack] = [days("fifo"), days("slack")];
  expect([fifo.invariantsBroken, slack.invariantsBroken]).toEqual([0, 0]);
  // The same callers come; the full claim, over 400 days and several seeds, stands in the README with its commands.
  expect(slack.contacts).toBe(fifo.contacts);
  expect(fifo.failingTenantDays).toBeGreaterThan(12);
  expect(slack.failingTenantDays).toBeLessThanOrEqual(fifo.failingTenantDays / 4);
  expect(slack.over60s).toBeLessThanOrEqual(1.4 * fifo.over60s);
  expect(slack.maxWaitS).toBeLessThanOrEqual(1.5 * fifo.maxWaitS);
}, 300_000);
