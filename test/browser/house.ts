import { existsSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { type WebSocket, WebSocketServer } from "ws";

const DIST = join(import.meta.dirname, "../../web/dist");
const TYPES: Record<string, string> = {
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".html": "text/html",
};

/** What was asked of the house, so that a test can see what the console sent. */
export type Asked = { readonly method: string; readonly path: string; readonly body: unknown };
type Given = { readonly status?: number; readonly body: unknown };
/** Furnishes a played house: what a GET of this path answers. */
export type Get = (path: string, body: unknown) => void;
type Answer = Given | ((asked: Asked) => Given | Promise<Given>);

/**
 * A house of answers written by the test: serves the built console, answers its requests from a table, and plays the
 * other end of its sockets. For flows that need no back end; what the real one answers is tested elsewhere.
 */
export class PlayedHouse {
  readonly asked: Asked[] = [];
  readonly commands: Record<string, unknown>[] = [];
  /** Refuses desktop commands of these kinds with this code. */
  readonly refuse = new Map<string, string>();
  private readonly answers: [RegExp, Answer][] = [];
  private readonly server: Server;
  private readonly sockets = new Map<string, Set<WebSocket>>();
  private readonly first = new Map<string, () => object[]>();
  private readonly seqs = new WeakMap<WebSocket, number>();
  private silent = false;

  constructor() {
    this.server = createServer((request, response) => void this.serve(request, response));
    const sockets = new WebSocketServer({ noServer: true });
    this.server.on("upgrade", (request, socket, head) => {
      if (this.silent) {
        socket.destroy();
        return;
      }
      sockets.handleUpgrade(request, socket, head, (opened) =>
        this.meet(new URL(request.url ?? "/", "http://house").pathname, opened),
      );
    });
  }

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.hangUpAll();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** Later answers stand before earlier ones. */
  answer(path: RegExp, answer: Answer): void {
    this.answers.unshift([path, answer]);
  }

  /** What a socket on this path hears when it opens. */
  greet(path: string, frames: () => object[]): void {
    this.first.set(path, frames);
  }

  tell(path: string, frame: object): void {
    for (const socket of this.sockets.get(path) ?? []) this.send(socket, frame);
  }

  /** The network is gone for sockets: none stays and none can be opened. */
  cut(on: boolean): void {
    this.silent = on;
    if (on) this.hangUpAll();
  }

  private hangUpAll(): void {
    for (const group of this.sockets.values()) for (const socket of group) socket.terminate();
  }

  private meet(path: string, socket: WebSocket): void {
    const group = this.sockets.get(path) ?? new Set();
    this.sockets.set(path, group.add(socket));
    socket.on("close", () => group.delete(socket));
    socket.on("error", () => group.delete(socket));
    socket.on("message", (data) => this.hear(socket, String(data)));
    for (const frame of this.first.get(path)?.() ?? []) this.send(socket, frame);
  }

  private hear(socket: WebSocket, text: string): void {
    if (text === "ping") return socket.send("pong");
    const message = JSON.parse(text) as Record<string, unknown>;
    this.commands.push(message);
    if (message.type === "register")
      socket.send(JSON.stringify({ type: "registered", identity: "agent", accountSids: [] }));
    if (typeof message.cmd !== "string") return;
    const code = this.refuse.get(message.cmd) ?? null;
    this.send(socket, { kind: "reply", id: message.id, ok: code === null, code });
  }

  private send(socket: WebSocket, frame: object): void {
    const seq = (this.seqs.get(socket) ?? 0) + 1;
    this.seqs.set(socket, seq);
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify({ seq, ...frame }));
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? "/", "http://house");
    if (!pathname.startsWith("/api/")) return serveFile(pathname, response);
    let text = "";
    for await (const chunk of request) text += String(chunk);
    const asked: Asked = {
      method: request.method ?? "GET",
      path: pathname,
      body: text === "" ? null : JSON.parse(text),
    };
    this.asked.push(asked);
    const known = this.answers.find(([path]) => path.test(`${asked.method} ${pathname}`))?.[1];
    const { status = 200, body } = typeof known === "function" ? await known(asked) : (known ?? NOT_FOUND);
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  }
}

const NOT_FOUND = {
  status: 404,
  body: { title: "Not found", status: 404, code: "not_found", detail: "no answer was written", requestId: "played" },
};

function serveFile(pathname: string, response: ServerResponse): void {
  const asked = join(DIST, pathname);
  const file = extname(pathname) !== "" && existsSync(asked) ? asked : join(DIST, "index.html");
  response
    .writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream" })
    .end(readFileSync(file));
}
