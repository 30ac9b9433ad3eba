import { connect, createServer, type Server, type Socket } from "node:net";

/** A wire to a server that a test may cut: while it is cut, open connections die and new ones are refused. */
export type Wire = { readonly url: (original: string) => string; cut(): Promise<void>; mend(): Promise<void> };

export async function wireTo(host: string, port: number): Promise<Wire> {
  const open = new Set<Socket>();
  let server = listenerTo(host, port, open);
  const ownPort = await listen(server, 0);
  return {
    url: (original) => {
      const url = new URL(original);
      url.hostname = "127.0.0.1";
      url.port = String(ownPort);
      url.search = "";
      return url.toString();
    },
    async cut() {
      const closed = new Promise((done) => server.close(done));
      for (const socket of open) socket.destroy();
      await closed;
    },
    async mend() {
      server = listenerTo(host, port, open);
      await listen(server, ownPort);
    },
  };
}

function listenerTo(host: string, port: number, open: Set<Socket>): Server {
  return createServer((near) => {
    const far = connect(port, host);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(socket);
      socket.on("error", () => other.destroy());
      socket.on("close", () => {
        open.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
}

function listen(server: Server, port: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.once("error", reject);
  server.listen(port, "127.0.0.1", () => {
    const address = server.address();
    resolve(typeof address === "object" && address !== null ? address.port : port);
  });
  return promise;
}
