import type { Language } from "../kernel/language.ts";
import type { Prompt, Utterance } from "./flow.ts";
import type { Verb } from "./verbs.ts";

/** Where a caller stands, as far as the pool has said. */
export type Standing = { readonly position: number; readonly estimatedWaitS: number | null };

/** A wait is announced in whole minutes up to here; beyond it a figure is a guess that annoys. */
const WAIT_ANNOUNCED_MIN_MAX = 60;

/**
 * The utterance of a prompt in the wanted language, else in a sister language (en-US for en-GB), else in the line's own,
 * else any. An empty prompt is silence.
 */
export function utter(prompt: Prompt | undefined, wanted: Language, fallback: Language): Verb[] {
  if (prompt === undefined) return [];
  const spoken = Object.keys(prompt).filter(isSpoken(prompt)) as Language[];
  const language =
    spoken.find((tag) => tag === wanted) ??
    spoken.find((tag) => base(tag) === base(wanted)) ??
    spoken.find((tag) => tag === fallback) ??
    spoken[0];
  if (language === undefined) return [];
  const utterance = prompt[language];
  return utterance === undefined ? [] : [toVerb(utterance, language)];
}

function isSpoken(prompt: Prompt): (tag: string) => boolean {
  return (tag) => prompt[tag as Language] !== undefined;
}

function base(language: Language): string {
  return language.slice(0, 2);
}

function toVerb(utterance: Utterance, language: Language): Verb {
  if ("text" in utterance) return { do: "say", text: utterance.text, language };
  return { do: "play", recording: utterance.recording, loop: 1 };
}

/** Position and estimated wait in words; null when there is nothing to say. */
export function announcement(
  standing: Standing,
  what: { readonly position: boolean; readonly wait: boolean },
  language: Language,
): Verb | null {
  const say = language === "zh-CN" ? inChinese : inEnglish;
  const parts = [
    ...(what.position && standing.position > 0 ? [say.position(standing.position)] : []),
    ...(what.wait && standing.estimatedWaitS !== null ? [say.wait(Math.ceil(standing.estimatedWaitS / 60))] : []),
  ];
  if (parts.length === 0) return null;
  return { do: "say", text: parts.join(language === "zh-CN" ? "" : " "), language };
}

const inChinese = {
  position: (position: number) => (position === 1 ? "您是下一位。" : `您前面还有${position - 1}位客户在等候。`),
  wait: (minutes: number) => {
    if (minutes <= 1) return "预计等待不到一分钟。";
    if (minutes > WAIT_ANNOUNCED_MIN_MAX) return "预计等待超过一小时。";
    return `预计等待约${minutes}分钟。`;
  },
};

const inEnglish = {
  position: (position: number) =>
    position === 1 ? "You are next in line." : `You are number ${position} in the queue.`,
  wait: (minutes: number) => {
    if (minutes <= 1) return "Your estimated wait is less than a minute.";
    if (minutes > WAIT_ANNOUNCED_MIN_MAX) return "Your estimated wait is more than an hour.";
    return `Your estimated wait is about ${minutes} minutes.`;
  },
};
