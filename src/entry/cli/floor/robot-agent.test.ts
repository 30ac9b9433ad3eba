import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { seededRandom } from "../../../domain/kernel/random.ts";
import { SESSION_OVER } from "../../../domain/kernel/session-over.ts";
import { CALM_HABITS, type RobotAgent, seatRobotAgent } from "./robot-agent.ts";

/** A house that knows sessions, an agent's socket and a carrier's phone line, and nothing else. */
const house = {
  signIns: 0,
  /** Sessions that are over. */
  ended: new Set<string>(),
  desks: [] as WebSocket[],
  phones: [] as WebSocket[],
  isAway: false,
};
const server = createServer((request, response) => {
  const { url = "", method } = request;
  if (house.isAway) return void response.writeHead(503).end("{}");
  if (url === "/api/session" && method === "POST") {
    house.signIns += 1;
    response.setHeader("set-cookie", `callhouse=${house.signIns}; HttpOnly`);
    return void response.end("{}");
  }
  if (house.ended.has(cookieOf(request))) {
    if (url === "/api/session") return void response.end('{"user":null,"roles":[]}');
    return void response.writeHead(401).end("{}");
  }
  if (url === "/api/session") return void response.end('{"user":{}}');
  response.end(JSON.stringify({ kind: "sandbox", url: `${origin().replace("http", "ws")}/line`, tokens: ["t"] }));
});
const sockets = new WebSocketServer({ noServer: true });
server.on("upgrade", (request, socket, head) => {
  const isPhone = request.url === "/line";
  if (house.isAway || (!isPhone && house.ended.has(cookieOf(request)))) {
    socket.end("HTTP/1.1 401 Unauthorized\r\n\r\n");
    return;
  }
  sockets.handleUpgrade(request, socket, head, (opened) => {
    (isPhone ? house.phones : house.desks).push(opened);
    if (isPhone) opened.on("message", () => opened.send('{"type":"registered"}'));
  });
});

const cookieOf = ({ headers }: IncomingMessage) => headers.cookie?.split("=")[1] ?? "";
const origin = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

const PATIENCE = { timeout: 15_000 };
let robot: RobotAgent;

beforeEach(async () => {
  await new Promise<void>((open) => server.listen(0, "127.0.0.1", open));
  const host = { appUrl: origin(), sandboxUrl: origin(), sandboxKey: "k", now: Date.now, speed: 1 };
  const who = { email: "robot@callhouse.example", password: "p" };
  robot = await seatRobotAgent(host, who, seededRandom(1), CALM_HABITS);
  await expect.poll(() => house.desks.length, PATIENCE).toBe(1);
});
afterEach(async () => {
  await robot.stop();
  server.closeAllConnections();
  for (const socket of [...house.desks, ...house.phones]) socket.terminate();
  await new Promise((closed) => server.close(closed));
  Object.assign(house, { signIns: 0, ended: new Set(), desks: [], phones: [], isAway: false });
});

test("a simulated agent whose session has ended signs in again and sits down again", async () => {
  house.ended.add("1");
  house.desks[0]?.close(SESSION_OVER);
  await expect.poll(() => house.desks.length, PATIENCE).toBe(2);
  expect(house.signIns).toBe(2);
});

test("its phone comes back however long the carrier was away", async () => {
  house.isAway = true;
  house.phones[0]?.terminate();
  // Two tries in vain and more: the first failure must not be the last try.
  let refused = 0;
  server.on("request", () => {
    refused += 1;
  });
  await expect.poll(() => refused, PATIENCE).toBeGreaterThanOrEqual(2);
  house.isAway = false;
  await expect.poll(() => house.phones.length, PATIENCE).toBe(2);
});

test("while the floor is paused a simulated agent takes a break, and is ready again after it", async () => {
  const said: unknown[] = [];
  const desk = house.desks[0];
  desk?.on("message", (data) => said.push(JSON.parse(String(data))));
  const show = (state: string, since: number) =>
    desk?.send(
      JSON.stringify({ kind: "agent", seq: since, agent: { agentId: "a1", state, since, offer: null, contact: null } }),
    );
  robot.rest(true);
  await expect.poll(() => said, PATIENCE).toMatchObject([{ cmd: "set_state", to: "not_ready", reason: "break" }]);
  show("not_ready", 1);
  await expect.poll(() => robot.agentId(), PATIENCE).not.toBeNull();
  robot.rest(false);
  await expect.poll(() => said.at(-1), PATIENCE).toMatchObject({ cmd: "set_state", to: "ready" });
});
