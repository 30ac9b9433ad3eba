import { env, exports } from "cloudflare:workers";
import { createHmac } from "node:crypto";
import { sql } from "drizzle-orm";
import { expect, test, vi } from "vitest";
import { SAMPLE_LINE } from "../../../../test/support/sample-line.ts";
import { sealAccount } from "../../../adapters/carriers/seal.ts";
import { connect, withOperator } from "../../../adapters/db/index.ts";
import type { CarrierAccount } from "../../../ports/carrier.ts";
import { configOf, type Env } from "../../env.ts";
import { objectName } from "../../objects/contact-id.ts";

// The platform types its bindings by the generated file of a deployment; ours are listed in env.ts.
const bindings = env as unknown as Env;
const worker = (exports as unknown as { default: Fetcher }).default;
const ORIGIN = "http://callhouse.test";
const LINE = SAMPLE_LINE;
const FORM = "application/x-www-form-urlencoded";
const account: CarrierAccount = {
  carrier: "sandbox",
  accountSid: `AC${"a".repeat(32)}`,
  authTokens: ["token-now", "token-before"],
  baseUrl: "http://carrier.invalid",
  apiKeySid: `SK${"b".repeat(32)}`,
  apiKeySecret: "secret",
  applicationSid: `AP${"c".repeat(32)}`,
};
let calls = 0;

async function tokenOf(tenantId: string = LINE.tenantId): Promise<string> {
  return sealAccount(configOf(bindings).sealKey, { tenantId: tenantId as typeof LINE.tenantId, account });
}

function newCallSid(): string {
  calls += 1;
  return `CA${calls.toString(16).padStart(32, "0")}`;
}

/** A webhook as the carrier sends it: signed over exactly this address and form. */
function send(
  path: string,
  fields: Record<string, string>,
  given: { authToken?: string; type?: string; signature?: string } = {},
) {
  const url = ORIGIN + path;
  const signed =
    url +
    Object.keys(fields)
      .sort()
      .map((name) => name + fields[name])
      .join("");
  const signature =
    given.signature ??
    createHmac("sha1", given.authToken ?? "token-now")
      .update(signed)
      .digest("base64");
  return worker.fetch(url, {
    method: "POST",
    headers: { "content-type": given.type ?? FORM, "x-twilio-signature": signature },
    body: new URLSearchParams(fields).toString(),
  });
}

const arrival = (to: string = LINE.number.e164) => ({
  AccountSid: account.accountSid,
  CallSid: newCallSid(),
  From: "+14155550100",
  To: to,
});

async function publishLine(): Promise<void> {
  await bindings.LINE.get(bindings.LINE.idFromName(objectName.line(LINE.number.e164))).publish(LINE, 1);
}

test("NUM-4 a call to a published number is answered with instructions, and a repeat with the same", async () => {
  await publishLine();
  const path = `/t/${await tokenOf()}/voice`;
  const fields = arrival();
  const first = await send(path, fields);
  expect(first.status).toBe(200);
  expect(first.headers.get("content-type")).toContain("text/xml");
  const text = await first.text();
  expect(text).toContain("<Response>");
  expect(await (await send(path, fields)).text()).toBe(text);
});

test("the former token is good while a rotation overlaps", async () => {
  await publishLine();
  expect((await send(`/t/${await tokenOf()}/voice`, arrival(), { authToken: "token-before" })).status).toBe(200);
});

test("a number nobody published is told so politely in both languages, with 200", async () => {
  const answer = await send(`/t/${await tokenOf()}/voice`, arrival("+14155550199"));
  expect(answer.status).toBe(200);
  const text = await answer.text();
  expect(text).toContain('language="zh-CN"');
  expect(text).toContain("not in service");
});

test("NUM-4 a call to an unknown number is a fact, once however often it is told, and says nothing of the caller", async () => {
  const fields = arrival("+14155550198");
  const path = `/t/${await tokenOf()}/voice`;
  for (let told = 0; told < 3; told++) expect((await send(path, fields)).status).toBe(200);
  const db = connect(bindings.DB_OPERATOR);
  const rows = () =>
    withOperator(db, (tx) =>
      tx.execute(sql`select * from house.unknown_number_calls where call_sid = ${fields.CallSid}`),
    );
  await vi.waitFor(async () => expect(await rows()).toHaveLength(1), { timeout: 10_000, interval: 200 });
  const [row] = await rows();
  expect(row).toMatchObject({ account_sid: account.accountSid, to_number: fields.To, another_tenants: false });
  expect(JSON.stringify(row)).not.toContain(fields.From);
  await db.close();
});

test("a carrier account that delivers a call for another client's number gets no further than that", async () => {
  await publishLine();
  const path = `/t/${await tokenOf("00000000-0000-4000-8000-00000000ffff")}/voice`;
  expect(await (await send(path, arrival())).text()).toContain("not in service");
});

test.each([
  ["a wrong signature", { signature: "AAAAAAAAAAAAAAAAAAAAAAAAAAA=" }],
  ["a foreign token's signature", { authToken: "somebody-elses" }],
])("forged with %s: 403 and a problem document", async (_case, given) => {
  const answer = await send(`/t/${await tokenOf()}/voice`, arrival(), given);
  expect(answer.status).toBe(403);
  expect(answer.headers.get("content-type")).toContain("application/problem+json");
  expect(await answer.json()).toMatchObject({ status: 403, code: "forged" });
});

test("an address that was never given out is forged too", async () => {
  expect((await send("/t/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/voice", arrival())).status).toBe(403);
});

test("a genuine webhook of another account is not found", async () => {
  const answer = await send(`/t/${await tokenOf()}/voice`, { ...arrival(), AccountSid: `AC${"f".repeat(32)}` });
  expect(answer.status).toBe(404);
});

test("a leg of a foreign call is not found, whatever contact the address names", async () => {
  const contact = "00000000-0000-8000-8000-000000000001";
  const fields = { AccountSid: account.accountSid, CallSid: newCallSid(), CallStatus: "completed", CallDuration: "5" };
  const answer = await send(`/t/${await tokenOf()}/c/${contact}/leg/caller`, fields);
  expect(answer.status).toBe(404);
});

test("a malformed notice names its fields", async () => {
  const answer = await send(`/t/${await tokenOf()}/status`, {
    AccountSid: account.accountSid,
    CallSid: "CA1",
    CallStatus: "dreaming",
  });
  expect(answer.status).toBe(422);
  const problem = await answer.json<{ errors: { path: string; allowed?: string[] }[] }>();
  expect(problem.errors.map((each) => each.path)).toEqual(["CallSid", "CallStatus"]);
  expect(problem.errors[1]?.allowed).toContain("completed");
});

test("JSON, GET and an oversized form are refused by name", async () => {
  const path = `/t/${await tokenOf()}/voice`;
  expect((await send(path, arrival(), { type: "application/json" })).status).toBe(415);
  expect((await worker.fetch(ORIGIN + path)).status).toBe(405);
  expect((await send(path, { ...arrival(), Digits: "1".repeat(70_000) })).status).toBe(413);
});

test("a number's own status callback finds the contact of its call", async () => {
  await publishLine();
  const token = await tokenOf();
  const fields = arrival();
  await send(`/t/${token}/voice`, fields);
  const over = {
    AccountSid: account.accountSid,
    CallSid: fields.CallSid,
    CallStatus: "completed",
    CallDuration: "5",
    SequenceNumber: "3",
  };
  expect((await send(`/t/${token}/status`, over)).status).toBe(204);
  expect((await send(`/t/${token}/status`, over)).status).toBe(204);
});

test("the fallback asks nothing of anybody", async () => {
  const answer = await worker.fetch(`${ORIGIN}/t/anything/fallback`, { method: "POST", body: "x" });
  expect(answer.status).toBe(200);
  expect(await answer.text()).toContain("<Hangup/>");
});
