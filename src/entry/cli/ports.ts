import { createServer } from "node:net";
import { isNodeError, Trouble } from "./trouble.ts";

/** A port that is free now on the loopback address. Ask for all you need at once, so that no two are equal. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(servers.map((server) => listen(server, 0)));
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}

/** Away from the neighbours: the house's own ports stand side by side. */
export function otherPort(port: number): number {
  return port > 65_000 ? port - 10 : port + 10;
}

/** Fails with one line when somebody else already listens there. */
export async function requireFree(port: number, whose: string, variable: string): Promise<void> {
  const server = createServer();
  try {
    await listen(server, port);
  } catch (error) {
    if (!isNodeError(error) || (error.code !== "EADDRINUSE" && error.code !== "EACCES")) throw error;
    const why = error.code === "EADDRINUSE" ? "is taken by another program" : "may not be used by this account";
    throw new Trouble(
      `Port ${port} (${whose}) ${why}. Stop that program, or choose another port: ${variable}=${otherPort(port)} npm start`,
    );
  }
  await new Promise((done) => server.close(done));
}

function listen(server: ReturnType<typeof createServer>, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address ? address.port : port);
    });
  });
}
