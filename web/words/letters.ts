import type { Tongue } from "./format.ts";

/** Words of the record of letters, on the client's page and on the house's. */
const zh = {
  title: "已发信函",
  none: "还没有信函。付款提醒和用量提醒发出后会列在这里。",
  at: "时间",
  about: "内容",
  to: "收件人",
  state: "状态",
  states: { sent: "已发出", waiting: "待发送", given_up: "未能发出" },
  deeds: {
    remind: "付款提醒 {{number}}",
    warn: "逾期警告 {{number}}",
    stop_outbound: "外呼停止通知 {{number}}",
    suspend: "服务暂停通知 {{number}}",
  },
  package: "「{{label}}」已用 {{step}}%",
  limit: "费用提醒额度已用 {{step}}%",
} as const;

type Text<T> = { readonly [K in keyof T]: T[K] extends string ? string : Text<T[K]> };
export type LetterWords = Text<typeof zh>;

const en: LetterWords = {
  title: "Letters sent",
  none: "No letters yet. Payment reminders and spending alerts stand here once they are written.",
  at: "Time",
  about: "About",
  to: "To",
  state: "State",
  states: { sent: "Sent", waiting: "Waiting to be sent", given_up: "Could not be sent" },
  deeds: {
    remind: "Payment reminder {{number}}",
    warn: "Warning, long overdue {{number}}",
    stop_outbound: "Outbound service stopped {{number}}",
    suspend: "Service suspended {{number}}",
  },
  package: "{{step}}% of {{label}} used",
  limit: "{{step}}% of the spending limit used",
};

export function letterWords(tongue: Tongue): LetterWords {
  return tongue === "zh" ? zh : en;
}
