import { SESSION_OVER } from "../../src/domain/kernel/session-over.ts";
import { read } from "../api/http.ts";
import { setHouseClock } from "./house-clock.ts";

export type LinkState = "connecting" | "live" | "lost";

/** What every frame of our sockets has. `seq` rises by one per frame; a hole means something was missed. */
export type Frame = { readonly kind: string; readonly seq?: number; readonly now?: number; readonly speed?: number };

export type Listener = {
  readonly frame: (frame: Frame) => void;
  readonly state: (state: LinkState) => void;
  /** The other end is there and has nothing new: what is shown is as it is. */
  readonly alive: () => void;
};

/** Silence this long asks for a sign of life; twice this long without one means lost. Together under three seconds. */
const SILENCE_MS = 1_200;
const WATCH_MS = 300;
const RETRY_MS = [200, 500, 1_000, 2_000, 4_000] as const;
/** Plain text, which the platform answers without waking the object behind the socket. */
const PING = "ping";
const PONG = "pong";

/** Tries in vain after which the house is asked whether the session is what ended: a browser does not say why none opens. */
const ASK_AFTER = 3;

const SIGN_IN = "/sign-in";

/** One socket kept open for as long as the page lives: reconnects, notices silence, asks for a snapshot after a hole. */
export class Link {
  private readonly path: string;
  private readonly on: Listener;
  private socket: WebSocket | null = null;
  private attempts = 0;
  private lastSeq = 0;
  private heardAt = 0;
  private closed = false;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private readonly watch: ReturnType<typeof setInterval>;

  constructor(path: string, on: Listener) {
    this.path = path;
    this.on = on;
    this.watch = setInterval(() => this.listenForSilence(), WATCH_MS);
    window.addEventListener("offline", this.lose);
    window.addEventListener("online", this.tryNow);
    on.state("connecting");
    this.connect();
  }

  /** False when the link is down: nothing was sent. */
  send(message: object): boolean {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  close(): void {
    this.closed = true;
    clearInterval(this.watch);
    clearTimeout(this.retry);
    window.removeEventListener("offline", this.lose);
    window.removeEventListener("online", this.tryNow);
    this.socket?.close();
  }

  private connect(): void {
    if (this.closed) return;
    const opened = new WebSocket(new URL(this.path, location.href.replace(/^http/, "ws")));
    this.socket = opened;
    this.heardAt = performance.now();
    this.lastSeq = 0;
    opened.onmessage = (event) => {
      if (this.socket === opened) this.hear(String(event.data));
    };
    opened.onclose = ({ code }) => {
      if (this.socket !== opened) return;
      if (code === SESSION_OVER) this.leave();
      else this.lose();
    };
  }

  private hear(text: string): void {
    this.heardAt = performance.now();
    if (text === PONG) return this.on.alive();
    const frame = JSON.parse(text) as Frame;
    const seq = frame.seq ?? 0;
    const whole = frame.kind === "snapshot";
    // An old frame is a leftover of a slower path; a snapshot is whole and may repeat the number it stands at.
    if (!whole && seq > 0 && seq <= this.lastSeq) return;
    if (!whole && this.lastSeq > 0 && seq > this.lastSeq + 1) this.send({ id: crypto.randomUUID(), cmd: "snapshot" });
    this.lastSeq = Math.max(this.lastSeq, seq);
    if (frame.now !== undefined) setHouseClock(frame.now, frame.speed);
    this.attempts = 0;
    this.on.state("live");
    this.on.frame(frame);
  }

  private readonly lose = (): void => {
    const old = this.socket;
    this.socket = null;
    old?.close();
    if (this.closed) return;
    this.on.state("lost");
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.connect(), RETRY_MS[Math.min(this.attempts, RETRY_MS.length - 1)]);
    this.attempts += 1;
    if (this.attempts % ASK_AFTER === 0) void this.askForSession();
  };

  /** Of a computer that slept through the end of its session: no socket was there to hear of it. */
  private async askForSession(): Promise<void> {
    const answer = await read<{ readonly user: unknown }>("/api/session").catch(() => null); // the house is away
    if (answer?.user === null && !this.closed) this.leave();
  }

  /** A fresh page, so that nothing this person saw stays in memory. */
  private leave(): void {
    this.close();
    location.assign(SIGN_IN);
  }

  private readonly tryNow = (): void => {
    if (this.socket !== null) return;
    clearTimeout(this.retry);
    this.connect();
  };

  private listenForSilence(): void {
    if (this.socket === null) return;
    const silentMs = performance.now() - this.heardAt;
    if (silentMs > 2 * SILENCE_MS) this.lose();
    else if (silentMs > SILENCE_MS && this.socket.readyState === WebSocket.OPEN) this.socket.send(PING);
  }
}
