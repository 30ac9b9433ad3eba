import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { SESSION_OVER } from "../../src/domain/kernel/session-over.ts";
import { Link, type LinkState } from "./link.ts";

/** A browser's socket as far as the link uses it. */
class ToySocket {
  static readonly OPEN = 1;
  static readonly made: ToySocket[] = [];
  readonly readyState = ToySocket.OPEN;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  constructor() {
    ToySocket.made.push(this);
  }
  send(): void {}
  close(): void {}
}
const assign = vi.fn();
/** What the house says of who is signed in. */
let session: () => Response;
let states: LinkState[];
let link: Link;

beforeEach(() => {
  session = () => Response.json({ user: {}, roles: [] });
  vi.useFakeTimers();
  ToySocket.made.length = 0;
  assign.mockClear();
  states = [];
  vi.stubGlobal("WebSocket", ToySocket);
  vi.stubGlobal("location", { href: "http://house.test/desktop", assign });
  vi.stubGlobal("fetch", async () => session());
  vi.stubGlobal("window", { addEventListener() {}, removeEventListener() {} });
  link = new Link("/api/agent/socket", { frame() {}, alive() {}, state: (state) => states.push(state) });
});
afterEach(() => {
  link.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("SEC-3 a socket closed because the session is over leads to the sign-in page and is not opened again", async () => {
  ToySocket.made[0]?.onclose?.({ code: SESSION_OVER });
  expect(assign.mock.calls).toEqual([["/sign-in"]]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect([ToySocket.made.length, states]).toEqual([1, ["connecting"]]);
});

test("UX-4 a socket lost for any other reason is shown as lost and opened again", async () => {
  ToySocket.made[0]?.onclose?.({ code: 1006 });
  expect(states).toEqual(["connecting", "lost"]);
  await vi.advanceTimersByTimeAsync(250);
  expect(ToySocket.made.length).toBe(2);
  expect(assign).not.toHaveBeenCalled();
});

/** Loses the socket as often as it is opened anew, as a browser does whose handshake is refused. */
async function loseAll(times: number): Promise<void> {
  for (let at = 0; at < times; at++) {
    ToySocket.made.at(-1)?.onclose?.({ code: 1006 });
    await vi.advanceTimersByTimeAsync(5_000);
  }
}

test("SEC-3 a page that slept through the end of its session goes to the sign-in page, and asks no more", async () => {
  session = () => Response.json({ user: null, roles: [] });
  await loseAll(3);
  expect(assign.mock.calls).toEqual([["/sign-in"]]);
  const made = ToySocket.made.length;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(ToySocket.made.length).toBe(made);
});

test.each([
  ["the session lives", () => Response.json({ user: {}, roles: [] })],
  ["the house is away", () => Response.error()],
  ["the house cannot tell", () => new Response("{}", { status: 503 })],
])("UX-4 a page that finds no socket stays and tries on where %s", async (_where, answer) => {
  session = answer;
  await loseAll(7);
  expect(assign).not.toHaveBeenCalled();
  expect(ToySocket.made.length).toBeGreaterThanOrEqual(8);
});
