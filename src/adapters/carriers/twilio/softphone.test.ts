import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { softphoneTicket } from "./softphone.ts";

test("a browser phone's ticket may take calls under its name and may not dial", async () => {
  const account = {
    carrier: "twilio",
    accountSid: `AC${"a".repeat(32)}`,
    authTokens: ["t"] as const,
    baseUrl: "https://api.twilio.com",
    apiKeySid: `SK${"b".repeat(32)}`,
    apiKeySecret: "key-secret",
    applicationSid: `AP${"c".repeat(32)}`,
  };
  const { token, identity, expiresAt } = await softphoneTicket(account, "agent_1", 1_000);
  const [head = "", body = "", signature = ""] = token.split(".");
  expect(createHmac("sha256", "key-secret").update(`${head}.${body}`).digest("base64url")).toBe(signature);
  const claims = JSON.parse(Buffer.from(body, "base64url").toString());
  expect(claims).toMatchObject({
    iss: account.apiKeySid,
    sub: account.accountSid,
    grants: { identity: "agent_1", voice: { incoming: { allow: true } } },
  });
  expect(claims.grants.voice.outgoing).toBeUndefined();
  expect([identity, expiresAt]).toEqual(["agent_1", 1_000 + 4 * 3_600_000]);
});
