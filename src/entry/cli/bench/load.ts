import { connect, type Socket } from "node:net";

/** A request as it goes over the wire: made before anything is timed. */
export type Wire = Buffer;
export type Round = { readonly perSecond: number; readonly p50Ms: number; readonly p99Ms: number };

export function wire(method: "GET" | "POST", path: string, host: string, headers: object = {}, body = ""): Wire {
  const length = method === "POST" ? { "content-length": Buffer.byteLength(body) } : {};
  const lines = Object.entries({ host, ...headers, ...length }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n${body}`);
}

/**
 * A fixed number of kept-alive connections, each with one request under way: a closed loop for throughput. It writes and
 * reads bytes itself, because a client library would take as much processor time as the Worker that it measures.
 */
export class Load {
  private readonly connections: readonly Connection[];

  private constructor(connections: readonly Connection[]) {
    this.connections = connections;
  }

  static async open(port: number, concurrency: number): Promise<Load> {
    return new Load(await Promise.all(Array.from({ length: concurrency }, () => Connection.open(port))));
  }

  /** Sends all, answers when the last answer is in. Any other status than the wanted one ends the benchmark. */
  async run(requests: readonly Wire[], status: number): Promise<Round> {
    const waits: number[] = [];
    let next = 0;
    const began = performance.now();
    await Promise.all(
      this.connections.map(async (connection) => {
        for (let request = requests[next++]; request !== undefined; request = requests[next++]) {
          const sentAt = performance.now();
          const answer = await connection.ask(request);
          waits.push(performance.now() - sentAt);
          if (answer.status !== status) throw new Error(`wanted ${status}, was answered\n${answer.text}`);
        }
      }),
    );
    const seconds = (performance.now() - began) / 1_000;
    waits.sort((a, b) => a - b);
    const at = (share: number) => waits[Math.min(waits.length - 1, Math.floor(share * waits.length))] ?? 0;
    return { perSecond: requests.length / seconds, p50Ms: at(0.5), p99Ms: at(0.99) };
  }

  close(): void {
    for (const connection of this.connections) connection.close();
  }
}

type Answer = { readonly status: number; readonly text: string };

class Connection {
  private readonly socket: Socket;
  private text = "";
  private settle: { done: (answer: Answer) => void; fail: (error: Error) => void } | null = null;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.setEncoding("latin1");
    socket.on("data", (chunk: string) => this.read(chunk));
    socket.on("error", (error) => this.settle?.fail(error));
    socket.on("close", () => {
      this.settle?.fail(new Error("the Worker closed a connection"));
    });
  }

  static open(port: number): Promise<Connection> {
    return new Promise((done, fail) => {
      const socket = connect(port, "127.0.0.1", () => done(new Connection(socket)));
      socket.once("error", fail);
    });
  }

  ask(request: Wire): Promise<Answer> {
    return new Promise((done, fail) => {
      this.settle = { done, fail };
      this.socket.write(request);
    });
  }

  close(): void {
    this.settle = null;
    this.socket.destroy();
  }

  private read(chunk: string): void {
    this.text += chunk;
    const head = this.text.indexOf("\r\n\r\n");
    if (head < 0 || !isWhole(this.text, head)) return;
    const { text, settle } = this;
    this.text = "";
    this.settle = null;
    settle?.done({ status: Number(text.slice(9, 12)), text });
  }
}

/** One request is under way on a connection, so whatever has come is one answer or its beginning. */
function isWhole(text: string, head: number): boolean {
  const headers = text.slice(0, head);
  const length = /\r\ncontent-length: *(\d+)/i.exec(headers)?.[1];
  if (length !== undefined) return text.length >= head + 4 + Number(length);
  if (/\r\ntransfer-encoding: *chunked/i.test(headers)) return text.endsWith("\r\n0\r\n\r\n");
  return true;
}
