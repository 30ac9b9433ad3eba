import { expect, test } from "vitest";
import { ConfigError, parseConfig } from "./env.ts";

const SEAL_KEY = Buffer.alloc(32, 7).toString("base64");
const production = {
  ENVIRONMENT: "production",
  PUBLIC_URL: "https://calls.example.com",
  SEAL_KEY,
  INTERNAL_KEY: "k".repeat(24),
};
const sandbox = { ...production, ENVIRONMENT: "sandbox", PUBLIC_URL: "http://127.0.0.1:8787" };
const clock = { CLOCK_ORIGIN_MS: "1000", CLOCK_REAL_ORIGIN_MS: "0", CLOCK_SPEED: "60" };

test("a complete configuration is typed and its clock is the platform's", () => {
  const config = parseConfig(production);
  expect(config).toMatchObject({ environment: "production", publicUrl: "https://calls.example.com" });
  expect(config.clock.realInstant(42)).toBe(42);
});

test("the sandbox may run on a faster clock", () => {
  expect(parseConfig({ ...sandbox, ...clock }).clock.realInstant(61_000)).toBe(1_000);
});

test.each([
  ["a missing variable", { ...production, PUBLIC_URL: undefined }, "PUBLIC_URL must be set: an address such as"],
  ["a path in the address", { ...production, PUBLIC_URL: "https://a.example/x" }, "PUBLIC_URL must be http(s)://host"],
  ["plain http in production", { ...production, PUBLIC_URL: "http://a.example" }, "PUBLIC_URL must be https"],
  ["an unknown environment", { ...production, ENVIRONMENT: "dev" }, 'ENVIRONMENT must be "production" or "sandbox"'],
  ["a short key", { ...production, SEAL_KEY: "abc" }, "SEAL_KEY must be 32 bytes as base64"],
  ["a weak bearer", { ...production, INTERNAL_KEY: "short" }, "INTERNAL_KEY must have 24 characters or more"],
  [
    "a fast clock in production",
    { ...production, ...clock },
    "CLOCK_SPEED is allowed only when ENVIRONMENT is sandbox",
  ],
  ["half a clock", { ...sandbox, CLOCK_SPEED: "60" }, "CLOCK_* must be given together"],
  ["a clock out of range", { ...sandbox, ...clock, CLOCK_SPEED: "0" }, "CLOCK_SPEED must be 0.1 to 1000"],
])("%s is refused by name, with what is allowed", (_name, env, message) => {
  expect(() => parseConfig(env)).toThrow(ConfigError);
  expect(() => parseConfig(env)).toThrow(message);
});

test("all mistakes are told at once and no secret is repeated", () => {
  const wrong = () => parseConfig({ ...production, SEAL_KEY: "my-secret-value", INTERNAL_KEY: "short-secret" });
  expect(wrong).toThrow(/SEAL_KEY[\s\S]*INTERNAL_KEY/);
  expect(wrong).not.toThrow(/my-secret-value|short-secret/);
});
