import { expect, test } from "vitest";
import { asId, type TenantId } from "../../domain/kernel/ids.ts";
import { OPENED_MAX, openAccount, openedSeals, type SealedAccount, sealAccount } from "./seal.ts";

const key = Buffer.alloc(32, 1).toString("base64");
const otherKey = Buffer.alloc(32, 255).toString("base64");
const sealed: SealedAccount = {
  tenantId: asId<TenantId>("00000000-0000-4000-8000-000000000001"),
  account: {
    carrier: "twilio",
    accountSid: `AC${"a".repeat(32)}`,
    authTokens: ["now", "before"],
    baseUrl: "https://api.twilio.com",
    apiKeySid: `SK${"b".repeat(32)}`,
    apiKeySecret: "secret",
    applicationSid: `AP${"c".repeat(32)}`,
  },
};

test("what is sealed opens with the same secret, and stands in a path as it is", async () => {
  const token = await sealAccount(key, sealed);
  expect(token).toMatch(/^[A-Za-z0-9_-]+$/);
  expect(encodeURIComponent(token)).toBe(token);
  expect(await openAccount(key, token)).toEqual(sealed);
  expect(await sealAccount(key, sealed)).not.toBe(token);
});

test("a seal changed at any place does not open", async () => {
  const token = await sealAccount(key, sealed);
  for (let at = 0; at < token.length; at += 1) {
    const changed = token.slice(0, at) + (token[at] === "A" ? "B" : "A") + token.slice(at + 1);
    expect(await openAccount(key, changed), `character ${at}`).toBeNull();
  }
});

test.each([
  ["", "empty"],
  ["A", "no length base64 has"],
  ["not base64 at all!", "other characters"],
  ["AAAA", "too short"],
])("%j does not open: %s", async (token) => {
  expect(await openAccount(key, token)).toBeNull();
});

test("a seal does not open with another secret, even after it was opened with the right one", async () => {
  const token = await sealAccount(key, sealed);
  await openAccount(key, token);
  expect(await openAccount(otherKey, token)).toBeNull();
});

test("an isolate keeps a bounded number of opened seals", async () => {
  for (let made = 0; made < OPENED_MAX + 20; made += 1) await openAccount(key, await sealAccount(key, sealed));
  expect(openedSeals()).toBe(OPENED_MAX);
});

test("a secret of the wrong length is refused by name", async () => {
  await expect(sealAccount("c2hvcnQ=", sealed)).rejects.toThrow("SEAL_KEY");
});
