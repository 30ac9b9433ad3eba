import { setHouseClock } from "./house-clock.ts";

export type LinkState = "connecting" | "live" | "lost";

/** What every frame of our sockets has. `seq` rises by one per frame; a hole means something was missed. */
export type Frame = { readonly kind: string; readonly seq?: number; readonly now?: number; readonly speed?: number };

export type Link = {
  /** False when the link is down: nothing was sent. */
  readonly send: (message: object) => boolean;
  readonly close: () => void;
};

/** Silence this long asks for a sign of life; twice this long without one means lost. Together under three seconds. */
const SILENCE_MS = 1_200;
const RETRY_MS = [200, 500, 1_000, 2_000, 4_000] as const;
/** Plain text, which the platform answers without waking the object behind the socket. */
const PING = "ping";
const PONG = "pong";

/** Keeps one socket open for as long as the page lives: reconnects, notices silence, asks for a snapshot after a hole. */
export function openLink(
  path: string,
  on: { readonly frame: (frame: Frame) => void; readonly state: (state: LinkState) => void },
): Link {
  let socket: WebSocket | null = null;
  let attempts = 0;
  let lastSeq = 0;
  let heardAt = 0;
  let closed = false;
  let retry: ReturnType<typeof setTimeout> | undefined;

  const connect = (): void => {
    if (closed) return;
    const opened = new WebSocket(new URL(path, location.href.replace(/^http/, "ws")));
    socket = opened;
    heardAt = performance.now();
    lastSeq = 0;
    opened.onmessage = (event) => {
      if (socket === opened) hear(String(event.data));
    };
    opened.onclose = () => {
      if (socket === opened) lose();
    };
  };

  const hear = (text: string): void => {
    heardAt = performance.now();
    if (text === PONG) return;
    const frame = JSON.parse(text) as Frame;
    const seq = frame.seq ?? 0;
    const whole = frame.kind === "snapshot";
    // An old frame is a leftover of a slower path; a snapshot is whole and may repeat the number it stands at.
    if (!whole && seq > 0 && seq <= lastSeq) return;
    if (!whole && lastSeq > 0 && seq > lastSeq + 1) send({ id: crypto.randomUUID(), cmd: "snapshot" });
    lastSeq = Math.max(lastSeq, seq);
    if (frame.now !== undefined) setHouseClock(frame.now, frame.speed);
    attempts = 0;
    on.state("live");
    on.frame(frame);
  };

  const send = (message: object): boolean => {
    if (socket?.readyState !== WebSocket.OPEN) return false;
    socket.send(JSON.stringify(message));
    return true;
  };

  const lose = (): void => {
    const old = socket;
    socket = null;
    old?.close();
    if (closed) return;
    on.state("lost");
    clearTimeout(retry);
    retry = setTimeout(connect, RETRY_MS[Math.min(attempts, RETRY_MS.length - 1)]);
    attempts += 1;
  };

  const watch = setInterval(() => {
    if (socket === null) return;
    const silentMs = performance.now() - heardAt;
    if (silentMs > 2 * SILENCE_MS) lose();
    else if (silentMs > SILENCE_MS && socket.readyState === WebSocket.OPEN) socket.send(PING);
  }, 300);
  const offline = (): void => lose();
  const online = (): void => {
    if (socket !== null) return;
    clearTimeout(retry);
    connect();
  };
  window.addEventListener("offline", offline);
  window.addEventListener("online", online);
  on.state("connecting");
  connect();

  return {
    send,
    close: () => {
      closed = true;
      clearInterval(watch);
      clearTimeout(retry);
      window.removeEventListener("offline", offline);
      window.removeEventListener("online", online);
      socket?.close();
    },
  };
}
