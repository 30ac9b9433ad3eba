import fc from "fast-check";
import { expect, test } from "vitest";
import type { AgentState } from "../call/facts.ts";
import { asId, type TenantId } from "../kernel/ids.ts";
import { agentTime, type StateInterval, timeStateOf } from "./agent-time.ts";
import { seatPeak } from "./seat-peak.ts";

const [A, B, C] = ["a", "b", "c"].map((name) => asId<TenantId>(name)) as [TenantId, TenantId, TenantId];
const stay = (change: Partial<StateInterval>): StateInterval => ({
  seq: 3,
  state: "ready",
  reason: null,
  tenantId: null,
  startedAt: 10_000,
  endedAt: 20_000,
  ...change,
});
const told = (change: Partial<StateInterval>, serves: readonly TenantId[]) =>
  agentTime(stay(change), serves).map((it) => [it.tenantId, it.state, it.seconds, it.agents]);

test.each<[string, Partial<StateInterval>, readonly TenantId[], unknown[]]>([
  [
    "a conversation is its client's alone",
    { state: "on_contact", tenantId: B },
    [A, B],
    [[B, "on_contact", 10, "shared"]],
  ],
  ["an agent of one client is dedicated", { state: "wrap_up", tenantId: B }, [B], [[B, "wrap_up", 10, "dedicated"]]],
  ["an offer not yet on screen is ringing", { state: "reserved", tenantId: A }, [A], [[A, "ringing", 10, "dedicated"]]],
  [
    "a client no longer served pays for what it had",
    { state: "ringing", tenantId: C },
    [A],
    [[C, "ringing", 10, "shared"]],
  ],
  ["waiting of a dedicated agent is its client's", {}, [A], [[A, "waiting", 10, "dedicated"]]],
  [
    "waiting of a shared agent is split, the odd second in turn",
    { seq: 3 },
    [A, B, C],
    [
      [A, "waiting", 4, "shared"],
      [B, "waiting", 3, "shared"],
      [C, "waiting", 3, "shared"],
    ],
  ],
  [
    "the next turn bears the next odd second",
    { seq: 5 },
    [C, A, B],
    [
      [A, "waiting", 3, "shared"],
      [B, "waiting", 4, "shared"],
      [C, "waiting", 3, "shared"],
    ],
  ],
  [
    "a brand more of the same client is no client more",
    { state: "not_ready", reason: "training" },
    [A, A],
    [[A, "training", 10, "dedicated"]],
  ],
  ["every other reason is a pause", { state: "not_ready", reason: "lunch" }, [A], [[A, "pause", 10, "dedicated"]]],
  ["time off shift is nobody's", { state: "off_shift" }, [A], []],
  ["an agent who serves nobody waits at the house's cost", {}, [], []],
  ["what ends within its second is no second", { startedAt: 10_100, endedAt: 10_900 }, [A], []],
  ["a second is counted where it ends", { startedAt: 10_900, endedAt: 11_100 }, [A], [[A, "waiting", 1, "dedicated"]]],
])("BIL-4 %s", (_name, change, serves, expected) => {
  expect(told(change, serves)).toEqual(expected);
});

const STATES = ["off_shift", "ready", "reserved", "ringing", "on_contact", "wrap_up", "not_ready"] as const;
const history = fc.array(
  fc.record({
    state: fc.constantFrom<AgentState>(...STATES),
    reason: fc.constantFrom(null, "training", "break"),
    ms: fc.integer({ min: 0, max: 90_000 }),
  }),
  { minLength: 1, maxLength: 30 },
);

test("BIL-4 an agent's parts add up to the time on shift, however often the state changed and however many clients share it", () => {
  fc.assert(
    fc.property(
      history,
      fc.shuffledSubarray([A, B, C], { minLength: 1 }),
      fc.nat(10_000),
      (states, serves, startMs) => {
        let at = startMs;
        let [parts, onShift] = [0, 0];
        for (const [seq, { state, reason, ms }] of states.entries()) {
          const own = ["ready", "not_ready", "off_shift"].includes(state) ? null : A;
          const interval = { seq, state, reason, tenantId: own, startedAt: at, endedAt: at + ms };
          parts += agentTime(interval, serves).reduce((sum, { seconds }) => sum + seconds, 0);
          if (timeStateOf(interval) !== null) onShift += Math.floor((at + ms) / 1_000) - Math.floor(at / 1_000);
          at += ms;
        }
        expect(parts).toBe(onShift);
      },
    ),
  );
});

test.each<[string, [number, number | null][], { seats: number; at: number } | null]>([
  ["nobody was there", [], null],
  [
    "from ringing to talking is one seat",
    [
      [0, 10],
      [10, 40],
    ],
    { seats: 1, at: 0 },
  ],
  [
    "two at once",
    [
      [0, 30],
      [20, 40],
      [30, 60],
    ],
    { seats: 2, at: 20 },
  ],
  [
    "what lasts counts to the end",
    [
      [10, null],
      [90, 95],
    ],
    { seats: 2, at: 90 },
  ],
  [
    "over midnight only the day's part counts",
    [
      [-50, 5],
      [95, 200],
    ],
    { seats: 1, at: 0 },
  ],
  ["what ends where the day begins is of the day before", [[-50, 0]], null],
])("BIL-3 most seats at work: %s", (_name, stays, expected) => {
  expect(
    seatPeak(
      stays.map(([from, to]) => ({ from, to })),
      0,
      100,
    ),
  ).toEqual(expected);
});
