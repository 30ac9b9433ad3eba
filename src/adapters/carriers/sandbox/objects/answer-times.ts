/** How long the application took to answer, in real milliseconds: the last few thousand webhooks of this Worker. */
export type AnswerTimes = { readonly count: number; readonly p50Ms: number; readonly p99Ms: number };

const KEPT = 4_096;
const kept: number[] = [];
let count = 0;

export function noteAnswerTime(ms: number): void {
  kept[count % KEPT] = ms;
  count += 1;
}

export function answerTimes(): AnswerTimes {
  const sorted = [...kept].sort((a, b) => a - b);
  const rank = (share: number) => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
  return { count, p50Ms: rank(0.5), p99Ms: rank(0.99) };
}
