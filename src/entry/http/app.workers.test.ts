import { exports } from "cloudflare:workers";
import { expect, test } from "vitest";

const worker = (exports as unknown as { default: Fetcher }).default;
const ORIGIN = "http://callhouse.test";
const json = { "content-type": "application/json", origin: ORIGIN };

test.each(["/openapi.json", "/docs", "/", "/desktop"])(
  "%s carries the headers that keep other people's pages out",
  async (path) => {
    const { headers } = await worker.fetch(ORIGIN + path);
    expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
    expect(headers.get("content-security-policy")).not.toContain("unsafe-eval");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  },
);

test("an answer of the API says under which id the log knows it", async () => {
  expect((await worker.fetch(`${ORIGIN}/api/session`)).headers.get("x-request-id")).not.toBeNull();
});

test.each([
  ["another site", "https://evil.example"],
  ["nowhere", null],
])("a change asked from %s is refused", async (_case, origin) => {
  const headers: Record<string, string> = { "content-type": "application/json" };
  if (origin !== null) headers.origin = origin;
  const answer = await worker.fetch(`${ORIGIN}/api/session`, { method: "POST", headers, body: "{}" });
  expect(answer.status).toBe(403);
  expect(await answer.json()).toMatchObject({ code: "foreign_origin" });
});

test("a socket asked from another site is refused", async () => {
  const answer = await worker.fetch(`${ORIGIN}/api/agent/socket`, {
    headers: { upgrade: "websocket", origin: "https://evil.example" },
  });
  expect(answer.status).toBe(403);
});

test("wrong input is a problem document that names each place and repeats no value", async () => {
  const answer = await worker.fetch(`${ORIGIN}/api/session`, {
    method: "POST",
    headers: json,
    body: JSON.stringify({ email: 5, secret: "my-password" }),
  });
  expect(answer.status).toBe(422);
  expect(answer.headers.get("content-type")).toContain("application/problem+json");
  const text = await answer.text();
  expect(JSON.parse(text).errors.map((each: { path: string }) => each.path)).toEqual(["json.email", "json.password"]);
  expect(text).not.toContain("my-password");
});

test.each([
  ["text that is not JSON", "{", 400],
  ["a body beyond the limit", JSON.stringify({ email: "a@b.c", password: "x".repeat(200_000) }), 413],
])("%s is refused", async (_case, body, status) => {
  const answer = await worker.fetch(`${ORIGIN}/api/session`, { method: "POST", headers: json, body });
  expect(answer.status).toBe(status);
  expect(answer.headers.get("content-type")).toContain("application/problem+json");
});

test("what does not exist is a problem document too, and the internal door wants its key", async () => {
  const none = await worker.fetch(`${ORIGIN}/api/nothing`);
  expect([none.status, (await none.json<{ code: string }>()).code]).toEqual([404, "not_found"]);
  const shut = await worker.fetch(`${ORIGIN}/internal/publish`, {
    method: "POST",
    headers: { authorization: "Bearer wrong" },
  });
  expect(shut.status).toBe(401);
});

test("nobody signed in has no session, and signing in as nobody is refused in one way", async () => {
  const nobody = await worker.fetch(`${ORIGIN}/api/session`);
  expect([nobody.status, await nobody.json()]).toEqual([200, { user: null, roles: [] }]);
  const answer = await worker.fetch(`${ORIGIN}/api/session`, {
    method: "POST",
    headers: json,
    body: JSON.stringify({ email: "nobody@callhouse.example", password: "guess" }),
  });
  expect([answer.status, (await answer.json<{ code: string }>()).code]).toEqual([401, "wrong_credentials"]);
});

test("every operation says who may call it", async () => {
  const document = await (await worker.fetch(`${ORIGIN}/openapi.json`)).json<{
    paths: Record<string, Record<string, { operationId?: string; "x-roles"?: string[] }>>;
  }>();
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${path}`, operation })),
  );
  expect(operations.length).toBeGreaterThan(20);
  for (const { name, operation } of operations) {
    expect(operation.operationId, name).toMatch(/^[a-z][A-Za-z]+$/);
    expect(operation["x-roles"], name).toBeInstanceOf(Array);
  }
});
