import { describe, expect, test } from "vitest";
import { SAMPLE_LINE } from "../../../test/support/sample-line.ts";
import { asId, type StepId } from "../kernel/ids.ts";
import type { FlowStep } from "./flow.ts";
import { openness } from "./hours.ts";
import { enter, type FlowWorld, queueKey, reply, waitingVerbs } from "./interpreter.ts";
import { announcement, utter } from "./wording.ts";

const noon = { date: "2026-11-20", weekday: 5, minuteOfDay: 720 };
const world = (change: Partial<FlowWorld> = {}): FlowWorld => ({
  flow: SAMPLE_LINE.flow,
  calendars: SAMPLE_LINE.calendars,
  local: () => noon,
  language: "zh-CN",
  fallback: "zh-CN",
  key: "7",
  ...change,
});
const orders = SAMPLE_LINE.flow.steps.orders as Extract<FlowStep, { kind: "queue" }>;

test.each([
  ["2026-11-20", 5, 479, "closed"],
  ["2026-11-20", 5, 480, "open"],
  ["2026-11-20", 5, 1_319, "open"],
  ["2026-11-20", 5, 1_320, "closed"],
  ["2026-10-01", 4, 720, "holiday"],
] as const)("IVR-4 on %s (weekday %i) at minute %i the shop is %s", (date, weekday, minuteOfDay, expected) => {
  const calendar = SAMPLE_LINE.calendars.shop;
  if (calendar === undefined) throw new Error("the sample has a shop calendar");
  expect(openness(calendar, { date, weekday, minuteOfDay })).toBe(expected);
});

test("IVR-4 a make-up workday is open although its weekday is not", () => {
  const calendar = {
    timeZone: "Asia/Shanghai",
    weekly: [{ weekday: 1, fromMin: 0, toMin: 1_440 }],
    exceptions: [{ date: "2026-10-10", name: "调休", hours: [{ fromMin: 540, toMin: 1_080 }] }],
  };
  expect(openness(calendar, { date: "2026-10-10", weekday: 6, minuteOfDay: 600 })).toBe("open");
  expect(openness(calendar, { date: "2026-10-17", weekday: 6, minuteOfDay: 600 })).toBe("closed");
});

describe("IVR-2 the walk", () => {
  test("goes through hours to the menu and asks", () => {
    const walk = enter(world(), SAMPLE_LINE.flow.entry);
    expect(walk.rest).toEqual({ kind: "asking", stepId: "menu", repeats: 0 });
    expect(walk.entered.map((step) => step.kind)).toEqual(["hours", "menu"]);
    expect(walk.verbs).toMatchObject([{ do: "gather", numDigits: 1, key: "7" }, { do: "ask_again" }]);
  });
  test("is turned away when closed", () => {
    const walk = enter(world({ local: () => ({ ...noon, minuteOfDay: 0 }) }), SAMPLE_LINE.flow.entry);
    expect(walk).toMatchObject({ rest: { kind: "hang_up" }, turnedAway: true });
    expect(walk.verbs.at(-1)).toEqual({ do: "hang_up" });
  });
  test("a circle without a stop is lost, not endless", () => {
    const step = { kind: "prompt", say: {}, next: asId<StepId>("a") } as const;
    const flow = { ...SAMPLE_LINE.flow, steps: { a: step } };
    expect(enter(world({ flow }), asId("a")).rest.kind).toBe("lost");
  });
});

describe("IVR-2 a menu", () => {
  const answer = (digits: string | null, repeats = 0) => reply(world(), asId("menu"), repeats, digits);
  test("follows a key", () => expect(answer("1")).toMatchObject({ chosen: "1", walk: { rest: { kind: "queue" } } }));
  test("is said again once, then goes on", () => {
    expect(answer(null).walk.rest).toMatchObject({ kind: "asking", repeats: 1 });
    expect(answer("5").walk.rest).toMatchObject({ kind: "asking", repeats: 1 });
    expect(answer(null, 1).walk.rest.kind).toBe("queue");
  });
  test("changes the language for all that follows", () => {
    const { language, walk } = answer("9");
    expect(language).toBe("en-US");
    expect(walk.verbs[0]).toMatchObject({ prompts: [{ language: "en-US" }], language: "en-US" });
  });
  test("does not follow names of the language's own objects", () => {
    expect(answer("constructor").chosen).toBeNull();
  });
});

test.each([
  ["12", "asking"],
  ["1234", "queue"],
])("IVR-2 %s digits collected lead to %s", (digits, kind) => {
  expect(reply(world(), asId("account"), 0, digits).walk.rest.kind).toBe(kind);
});

test("IVR-4 waiting says the welcome, then where the caller stands, in the caller's language", () => {
  expect(waitingVerbs(world(), orders, { welcome: true, standing: null })[0]).toMatchObject({
    prompts: [{ text: "请稍候。" }, { do: "pause" }],
  });
  const standing = { position: 3, estimatedWaitS: 130 };
  const english = waitingVerbs(world({ language: "en-US" }), orders, { welcome: false, standing })[0];
  expect(english).toMatchObject({
    prompts: [{ text: "You are number 3 in the queue. Your estimated wait is about 3 minutes." }, { do: "pause" }],
  });
  expect(queueKey(orders, "2")).toBe("message");
  expect(queueKey(orders, "3")).toBeNull();
});

test.each([
  [1, 30, "您是下一位。预计等待不到一分钟。"],
  [3, 240, "您前面还有2位客户在等候。预计等待约4分钟。"],
  [2, null, "您前面还有1位客户在等候。"],
  [0, 7_200, "预计等待超过一小时。"],
])("IVR-4 place %i with %s s to wait is announced in Chinese", (position, estimatedWaitS, text) => {
  const told = announcement({ position, estimatedWaitS }, { position: true, wait: true }, "zh-CN");
  expect(told).toEqual({ do: "say", text, language: "zh-CN" });
});

test.each([
  ["en-GB", "en-US"],
  ["zh-CN", "zh-CN"],
] as const)("IVR-2 a caller who speaks %s hears %s when that is what there is", (wanted, heard) => {
  const prompt = { "en-US": { text: "Hello" }, "zh-CN": { text: "您好" } };
  expect(utter(prompt, wanted, "zh-CN")).toMatchObject([{ language: heard }]);
  expect(utter({ "en-US": { text: "Hello" } }, "zh-CN", "zh-CN")).toMatchObject([{ language: "en-US" }]);
  expect(utter({}, wanted, "zh-CN")).toEqual([]);
});
