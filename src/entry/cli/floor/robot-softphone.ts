import WebSocket from "ws";
import type { ClientMessage, ToClient } from "../../../adapters/carriers/sandbox/browser-protocol.ts";
import type { Host, Session } from "./house-client.ts";

/** A softphone that answers at once: it has no ears, so the sandbox carrier need not send it any sound. */
export type RobotSoftphone = { readonly close: () => void };

type SoftphoneGrant = { readonly kind: string; readonly url: string; readonly tokens: readonly string[] };

const REGISTER_DEADLINE_MS = 10_000;
const RECONNECT_MS = 500;
/** Access tokens live an hour; a floor that runs all day asks for fresh ones well before. */
const REFRESH_MS = 30 * 60_000;

/** Registers the signed-in agent's browser phone with the sandbox carrier and keeps it registered until closed. */
export async function connectSoftphone(host: Host, session: Session): Promise<RobotSoftphone> {
  let closed = false;
  let socket: WebSocket | null = null;
  const register = async (): Promise<void> => {
    const grant = await session.get<SoftphoneGrant>("/api/agent/softphone");
    const message: ClientMessage = { type: "register", tokens: grant.tokens, autoAnswer: true };
    const next = new WebSocket(grant.url, { headers: { origin: host.appUrl } });
    await new Promise<void>((resolve, reject) => {
      const deadline = setTimeout(
        () => reject(new Error("the softphone was not registered in time")),
        REGISTER_DEADLINE_MS,
      );
      next.on("open", () => next.send(JSON.stringify(message)));
      next.on("error", reject);
      next.on("message", (data) => {
        const answer = JSON.parse(String(data)) as ToClient;
        if (answer.type === "refused" && answer.code === "bad_token") reject(new Error(answer.message));
        if (answer.type !== "registered") return;
        clearTimeout(deadline);
        resolve();
      });
    });
    const former = socket;
    socket = next;
    former?.close();
    next.on("close", () => {
      if (!closed && socket === next) setTimeout(() => void register().catch(() => undefined), RECONNECT_MS);
    });
  };
  await register();
  const refresh = setInterval(() => void register().catch(() => undefined), REFRESH_MS);
  refresh.unref();
  return {
    close: () => {
      closed = true;
      clearInterval(refresh);
      socket?.close();
    },
  };
}
