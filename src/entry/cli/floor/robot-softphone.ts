import WebSocket from "ws";
import type { ClientMessage, ToClient } from "../../../adapters/carriers/sandbox/browser-protocol.ts";
import type { Host, Session } from "./house-client.ts";

/** A softphone that answers at once: it has no ears, so the sandbox carrier need not send it any sound. */
export type RobotSoftphone = { readonly close: () => void };

type SoftphoneGrant = { readonly kind: string; readonly url: string; readonly tokens: readonly string[] };

const REGISTER_DEADLINE_MS = 10_000;
const RECONNECT_MS = 500;
/** Access tokens live four hours; a floor that runs all day asks for fresh ones well before. */
const REFRESH_MS = 30 * 60_000;

/**
 * Registers the signed-in agent's browser phone with the sandbox carrier and keeps it registered until closed, whatever goes
 * away meanwhile. `session` gives the one that the agent has by then.
 */
export async function connectSoftphone(host: Host, session: () => Session): Promise<RobotSoftphone> {
  const phone: Phone = { host, session, socket: null, closed: false };
  await connect(phone);
  // On the same socket: a new one would hang up the call that the old one holds.
  const refresh = setInterval(() => void register(phone).catch(() => undefined), REFRESH_MS);
  refresh.unref();
  return {
    close: () => {
      phone.closed = true;
      clearInterval(refresh);
      phone.socket?.close();
    },
  };
}

type Phone = { readonly host: Host; readonly session: () => Session; socket: WebSocket | null; closed: boolean };

async function connect(phone: Phone): Promise<void> {
  const { url } = await phone.session().get<SoftphoneGrant>("/api/agent/softphone");
  const socket = new WebSocket(url, { headers: { origin: phone.host.appUrl } });
  phone.socket = socket;
  try {
    await registered(phone, socket);
  } catch (error) {
    socket.terminate();
    throw error;
  }
  socket.on("close", () => connectAgain(phone));
}

function connectAgain(phone: Phone): void {
  setTimeout(() => {
    if (!phone.closed) void connect(phone).catch(() => connectAgain(phone)); // still away
  }, RECONNECT_MS);
}

function registered(phone: Phone, socket: WebSocket): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    const deadline = setTimeout(
      () => reject(new Error("the softphone was not registered in time")),
      REGISTER_DEADLINE_MS,
    );
    socket.on("open", () => void register(phone).catch(reject));
    socket.on("error", reject);
    socket.on("message", (data) => {
      const answer = JSON.parse(String(data)) as ToClient;
      if (answer.type === "refused" && answer.code === "bad_token") reject(new Error(answer.message));
      if (answer.type !== "registered") return;
      clearTimeout(deadline);
      resolve();
    });
  });
}

async function register({ session, socket }: Phone): Promise<void> {
  const { tokens } = await session().get<SoftphoneGrant>("/api/agent/softphone");
  const message: ClientMessage = { type: "register", tokens, autoAnswer: true };
  socket?.send(JSON.stringify(message));
}
