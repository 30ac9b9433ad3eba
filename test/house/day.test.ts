import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type DayReport, runDay } from "../../src/entry/cli/day/run.ts";

/**
 * A short day through the whole house, with a carrier that doubles, reorders and loses callbacks, objects that die in
 * mid-call and a database that stops. `npm run day` drives longer ones.
 */
const dataDir = mkdtempSync(join(tmpdir(), "callhouse-day-test-"));
let report: DayReport;

beforeAll(async () => {
  report = await runDay({ calls: 40, seed: 11, speed: 30, faults: true, dataDir, log: () => undefined });
}, 240_000);

afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

test("every call the carrier booked is a contact, and every fact it told is stored", () => {
  expect(report.calls).toBe(40);
  expect(report.lostCalls).toBe(0);
  expect(report.factsStored).toBe(report.factsExpected);
});

test("ACD-7 no desk ever holds two calls", () => {
  expect(report.doubleBooked).toBe(0);
});

test("BIL-7 billed seconds are the carrier's seconds, and every draft comes out of SQL alone the same", () => {
  expect(report.mismatchList).toEqual([]);
  expect(report.billedSeconds).toBe(report.carrierSeconds);
  expect(report.carrierSeconds).toBeGreaterThan(0);
});

test("ISO-1 no row and no live frame of one client names another", () => {
  expect(report.crossTenantRows).toBe(0);
});

test("people were answered, whatever went wrong", () => {
  expect(report.answered).toBeGreaterThan(0);
  expect(report.evictions).toBeGreaterThan(0);
});
