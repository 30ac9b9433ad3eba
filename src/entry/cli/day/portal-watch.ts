import type { Host } from "../floor/house-client.ts";
import { signIn } from "../floor/house-client.ts";

/** A client's administrator who watches the portal all day and notes whatever is not this client's. */
export type PortalWatch = {
  readonly today: () => Promise<PortalToday>;
  /** The day as the live board told it last; null before its first frame. */
  readonly board: () => PortalToday | null;
  /** Frames in which another client's id stood. */
  readonly foreignFrames: () => number;
  readonly frames: () => number;
  readonly close: () => void;
};

export type PortalToday = {
  /** The client's local date that is counted. */
  readonly day: string;
  readonly queues: readonly {
    readonly queueId: string;
    readonly offered: number;
    readonly answered: number;
    readonly abandoned: number;
    readonly withinTarget: number;
  }[];
};

const RECONNECT_MS = 500;

export async function watchPortal(
  host: Host,
  credentials: { readonly email: string; readonly password: string },
  foreignIds: readonly string[],
): Promise<PortalWatch> {
  const session = await signIn(host, credentials.email, credentials.password);
  let frames = 0;
  let foreign = 0;
  let board: PortalToday | null = null;
  let closed = false;
  let socket = session.open("/api/portal/socket");
  const attach = (): void => {
    socket.on("message", (data) => {
      const text = String(data);
      frames += 1;
      if (foreignIds.some((id) => text.includes(id))) foreign += 1;
      if (text.startsWith("{")) board = (JSON.parse(text) as { readonly today?: PortalToday }).today ?? board;
    });
    socket.on("error", () => undefined); // `close` follows and reconnects
    socket.on("close", () => {
      if (closed) return;
      setTimeout(() => {
        if (closed) return;
        socket = session.open("/api/portal/socket");
        attach();
      }, RECONNECT_MS).unref();
    });
  };
  attach();
  return {
    board: () => board,
    today: () => session.get<PortalToday>("/api/portal/today"),
    foreignFrames: () => foreign,
    frames: () => frames,
    close: () => {
      closed = true;
      socket.close();
    },
  };
}
