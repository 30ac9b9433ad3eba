import type { LineConfig } from "../../src/domain/call/line-config.ts";
import type { FlowStep } from "../../src/domain/flow/flow.ts";
import { asId } from "../../src/domain/kernel/ids.ts";

const step = asId<FlowStepId>;
type FlowStepId = LineConfig["flow"]["entry"];

const say = (zh: string, en: string) => ({ "zh-CN": { text: zh }, "en-US": { text: en } });

const steps: { readonly [id: string]: FlowStep } = {
  hours: { kind: "hours", calendar: "shop", open: step("menu"), closed: step("closed") },
  menu: {
    kind: "menu",
    say: say("订购请按1，留言请按2，英文请按9。", "Press 1 to order, 2 to leave a message, 9 for English."),
    options: { "1": step("orders"), "2": step("message"), "3": step("account"), "9": step("menu") },
    languages: { "9": "en-US" },
    timeoutS: 5,
    repeats: 1,
    otherwise: step("orders"),
  },
  account: {
    kind: "collect",
    say: say("请输入账号。", "Please enter your account."),
    variable: "account",
    minDigits: 4,
    maxDigits: 8,
    finishOnKey: "#",
    timeoutS: 5,
    repeats: 1,
    next: step("orders"),
    otherwise: step("closed"),
  },
  orders: {
    kind: "queue",
    queue: asId("11111111-0000-4000-8000-000000000001"),
    music: null,
    welcome: say("请稍候。", "Please hold."),
    announceEveryS: 20,
    announcePosition: true,
    announceWait: true,
    maxWaitS: 300,
    onTimeout: step("message"),
    keys: { "2": step("message") },
  },
  message: { kind: "voicemail", say: say("请留言。", "Please leave a message."), maxS: 60, next: step("closed") },
  closed: { kind: "hangup", say: say("再见。", "Goodbye.") },
};

/** A small shop's line with every kind of step: what tests and the simulator call. */
export const SAMPLE_LINE: LineConfig = {
  version: 1,
  tenantId: asId("22222222-0000-4000-8000-000000000001"),
  tenantName: "Jade Garden Shopping",
  timeZone: "Asia/Shanghai",
  number: { id: asId("33333333-0000-4000-8000-000000000001"), e164: asId("+8601055550100"), label: "orders" },
  brand: {
    id: asId("44444444-0000-4000-8000-000000000001"),
    name: "Jade Garden",
    color: "#2f7d5b",
    greeting: "您好，翠园购物。",
  },
  language: "zh-CN",
  flow: { id: asId("55555555-0000-4000-8000-000000000001"), version: 1, entry: step("hours"), steps },
  calendars: {
    shop: {
      timeZone: "Asia/Shanghai",
      weekly: [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, fromMin: 8 * 60, toMin: 22 * 60 })),
      exceptions: [{ date: "2026-10-01", name: "国庆节", hours: [] }],
    },
  },
  queues: {
    "11111111-0000-4000-8000-000000000001": {
      id: asId("11111111-0000-4000-8000-000000000001"),
      poolId: asId("66666666-0000-4000-8000-000000000001"),
      name: "Orders",
      priority: 5,
      skills: ["zh"],
      strategy: "longest_idle",
      ringTimeoutS: 20,
      wrapUpS: 30,
      target: { share: 0.8, withinS: 20, shortAbandonS: 5 },
    },
  },
  recordCalls: true,
  dispositions: [
    { code: "sale", label: { zh: "成交", en: "Sale" }, success: true },
    { code: "inquiry", label: { zh: "咨询", en: "Inquiry" }, success: false },
  ],
};
