import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { useDatabase } from "../../../test/support/database.ts";
import { freePorts } from "../../entry/cli/ports.ts";
import { applyTenants, publish } from "../../entry/cli/tenants.ts";
import { type RunningWorker, startWorker } from "../../entry/cli/workerd.ts";
import { DEMO_PASSWORD } from "../../entry/http/demo.ts";
import { idOf } from "../tenants/index.ts";
import type { OwnQueues, PoolView, QueueChanges, QueueList, QueueView } from "./schema.ts";

/** The whole way on the real Worker: the page's request, the row, the record of it, and the live pool. */
const INTERNAL_KEY = "internal-key-of-the-queues";
const databases = useDatabase();
const dir = mkdtempSync(join(tmpdir(), "callhouse-queues-"));
let worker: RunningWorker;
const cookies: { [who: string]: string } = {};

beforeAll(async () => {
  const sealKey = Buffer.alloc(32, 7).toString("base64");
  await applyTenants({
    ownerUrl: databases.urls.owner,
    sealKey,
    sandbox: { baseUrl: "http://127.0.0.1:1", password: DEMO_PASSWORD },
  });
  const [port = 0] = await freePorts(1);
  worker = await startWorker({
    name: "callhouse-queues",
    configPath: "wrangler.toml",
    port,
    variables: {
      ENVIRONMENT: "sandbox",
      PUBLIC_URL: `http://127.0.0.1:${port}`,
      SEAL_KEY: sealKey,
      INTERNAL_KEY,
    },
    hyperdrives: { DB: databases.urls.app, DB_OPERATOR: databases.urls.operator },
    stateDir: join(dir, "state"),
    log: () => {},
  });
  await publish(worker.url, INTERNAL_KEY);
  for (const [who, email] of [
    ["supervisor", "supervisor@callhouse.example"],
    ["client", (await clientAdmin()) ?? ""],
  ] as const) {
    const answer = await ask("POST", "/api/session", undefined, { email, password: DEMO_PASSWORD });
    expect(answer.status).toBe(200);
    cookies[who] = answer.cookie;
  }
});
afterAll(async () => {
  await worker?.stop();
  rmSync(dir, { recursive: true, force: true });
});

async function clientAdmin(): Promise<string | undefined> {
  const [row] = await databases.admin`select u.email from house.users u join house.user_roles r on r.user_id = u.id
    where r.role = 'tenant_admin' and r.tenant_id = ${idOf.tenant("qingchuan-tv")} limit 1`;
  return row?.email;
}

async function ask(method: string, path: string, who?: string, body?: unknown) {
  const answer = await fetch(worker.url + path, {
    method,
    headers: {
      origin: worker.url,
      ...(who === undefined ? {} : { cookie: cookies[who] ?? "" }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const json: unknown = await answer.json();
  return { status: answer.status, cookie: answer.headers.get("set-cookie")?.split(";")[0] ?? "", json };
}

const list = async () => (await ask("GET", "/api/queues", "supervisor")).json as QueueList;
const queueNamed = async (slug: string): Promise<QueueView> => {
  const found = (await list()).queues.find((queue) => queue.slug === slug);
  if (found === undefined) throw new Error(`no queue ${slug}`);
  return found;
};
const save = (queue: QueueView, change: object, version = queue.version) =>
  ask("PUT", `/api/queues/${queue.tenantId}/${queue.queueId}`, "supervisor", {
    version,
    ...queue.settings,
    ...change,
  });

/** What the live pool says of a queue, over its own socket. */
function live(queueId: string): Promise<{ target: { withinS: number } } | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<{ target: { withinS: number } } | undefined>();
  const socket = new WebSocket(`${worker.url.replace("http", "ws")}/api/floor/socket`, {
    headers: { origin: worker.url, cookie: cookies.supervisor ?? "" },
  });
  socket.on("message", (data) => {
    const frame = JSON.parse(String(data)) as { queues: { queueId: string; target: { withinS: number } }[] };
    resolve(frame.queues.find((queue) => queue.queueId === queueId));
    socket.close();
  });
  socket.on("error", reject);
  return promise;
}

describe("ACD-1 a supervisor changes a queue", () => {
  test("and the live pool has it at once; the record says who changed what, from what to what", async () => {
    const before = await queueNamed("orders");
    expect((await live(before.queueId))?.target.withinS).toBe(20);
    const target = { ...before.settings.target, withinS: 25 };
    const saved = await save(before, { strategy: "ring_all", target });
    expect(saved).toMatchObject({ status: 200, json: { live: true, queue: { version: before.version + 1 } } });
    expect((await live(before.queueId))?.target.withinS).toBe(25);
    const after = await queueNamed("orders");
    expect(after.settings.strategy).toBe("ring_all");
    expect(after.filed.map(({ field, value }) => [field, value])).toEqual(
      expect.arrayContaining([["strategy", "longest_idle"]]),
    );
    const changes = await ask("GET", `/api/queues/${before.tenantId}/${before.queueId}/changes`, "supervisor");
    expect((changes.json as QueueChanges).items[0]).toMatchObject({
      by: "周敏 Zhou Min",
      changes: expect.arrayContaining([{ field: "strategy", from: "longest_idle", to: "ring_all" }]),
    });
  });

  test("and nobody overwrites blindly: an older version is refused and changes nothing", async () => {
    const mine = await queueNamed("service");
    expect((await save(mine, { priority: 3 })).status).toBe(200);
    const late = await save(mine, { priority: 9 });
    expect(late).toMatchObject({ status: 409, json: { code: "changed_meanwhile" } });
    expect((await queueNamed("service")).settings.priority).toBe(3);
  });

  test("and the same settings once more are no change", async () => {
    const queue = await queueNamed("visitors");
    const saved = await save(queue, {});
    expect(saved).toMatchObject({ status: 200, json: { queue: { version: queue.version, changedAt: null } } });
  });

  test("ACD-2 and a number outside the house is kept, and reaches the lines with the rest of the queue", async () => {
    const before = await queueNamed("visitors");
    const filed = { afterS: 60, do: "outside", number: "+442079460187", name: "Museum front desk" };
    expect(before.settings.relax).toEqual([filed]);
    const relax = [
      { ...filed, afterS: 45 },
      { ...filed, afterS: 90, number: "+442079460188", name: "Ticket partner" },
    ];
    expect(await save(before, { relax })).toMatchObject({ status: 200, json: { live: true } });
    const after = await queueNamed("visitors");
    expect(after.settings.relax).toEqual(relax);
    const own = await save(after, { relax: [{ ...filed, number: "+442079460120" }] });
    expect(own, "its own line").toMatchObject({ status: 422, json: { code: "own_number" } });
    // Another client's line is refused in the very same words, and nothing tells whose it is.
    const [theirs] = await databases.admin<{ e164: string; tenant: string; name: string }[]>`
      select l.e164, l.tenant_id as tenant, t.name from house.lines l join house.tenants t on t.id = l.tenant_id
      where l.tenant_id <> ${after.tenantId} order by l.e164 limit 1`;
    const foreign = await save(after, { relax: [{ ...filed, number: theirs?.e164 ?? "" }] });
    const told = ({ status, json }: typeof own) => {
      const { code, detail, errors } = json as { code: string; detail: string; errors: { message: string }[] };
      return { status, code, detail, messages: errors.map(({ message }) => message) };
    };
    expect(told(foreign)).toEqual(told(own));
    for (const word of [theirs?.tenant, theirs?.name]) expect(JSON.stringify(foreign.json)).not.toContain(word);
    expect((await queueNamed("visitors")).settings.relax, "nothing was written").toEqual(relax);
    expect(await save(after, { relax: [filed] })).toMatchObject({ status: 200, json: { live: true } });
  });

  test.each([
    [{ ringTimeoutS: 3 }, "json.ringTimeoutS"],
    [{ skills: ["zh>=11"] }, "json.skills.0"],
    [{ skills: ["zh", "zh>=3"] }, "json.skills.1"],
    [{ strategy: "no such" }, "json.strategy"],
    [{ relax: [{ afterS: 10, do: "drop", skill: "latin" }] }, "json.relax.0.skill"],
    [
      {
        relax: [
          { afterS: 30, do: "raise", points: 1 },
          { afterS: 10, do: "raise", points: 1 },
        ],
      },
      "json.relax.1.afterS",
    ],
    [{ relax: [{ afterS: 10, do: "move", poolId: randomUUID() }] }, "json.relax.0.poolId"],
    [{ relax: [{ afterS: 60, do: "outside", number: "0207", name: "Desk" }] }, "json.relax.0.number"],
    [{ relax: [{ afterS: 60, do: "outside", number: "+442079460187", name: " " }] }, "json.relax.0.name"],
    [{ relax: [{ afterS: 60, do: "outside", number: "+442079460120", name: "Its own line" }] }, "json.relax.0.number"],
    [{ tiers: { silver: 1, gold: 2 } }, "json.tiers.platinum"],
  ])("and a mistake is named by its place: %j", async (change, path) => {
    const answer = await save(await queueNamed("visitors"), change);
    expect(answer.status).toBe(422);
    expect((answer.json as { errors: { path: string }[] }).errors.map((fault) => fault.path)).toContain(path);
  });
});

test("ACD-4 the order in which a pool serves is chosen per pool, with its version, and recorded", async () => {
  const pool = (await list()).pools[0] as PoolView;
  const change = (version: number, policy: string) =>
    ask("PUT", "/api/queues/policy", "supervisor", { poolId: pool.poolId, version, policy });
  expect(await change(pool.version, "fifo")).toMatchObject({ status: 200, json: { live: true } });
  expect(await change(pool.version, "edf")).toMatchObject({ status: 409, json: { code: "changed_meanwhile" } });
  expect((await list()).pools[0]).toMatchObject({ policy: "fifo", filed: "slack", changedBy: "周敏 Zhou Min" });
  const [row] = await databases.admin`select detail from house.audit where action = 'pool_policy_changed'`;
  expect(row?.detail).toMatchObject({ changes: [{ from: "slack", to: "fifo" }] });
});

test("POR-1 a client reads its own queues and changes none", async () => {
  const own = (await ask("GET", "/api/portal/queues", "client")).json as OwnQueues;
  expect(own.queues.map(({ name }) => name).sort()).toEqual(["售后", "订购"].sort());
  expect((await ask("GET", "/api/queues", "client")).status).toBe(403);
  const queue = await queueNamed("orders");
  const answer = await ask("PUT", `/api/queues/${queue.tenantId}/${queue.queueId}`, "client", {
    version: queue.version,
    ...queue.settings,
  });
  expect(answer.status).toBe(403);
});
