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
let states: LinkState[];
let link: Link;

beforeEach(() => {
  vi.useFakeTimers();
  ToySocket.made.length = 0;
  assign.mockClear();
  states = [];
  vi.stubGlobal("WebSocket", ToySocket);
  vi.stubGlobal("location", { href: "http://house.test/desktop", assign });
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
