import { type Ms, SECOND_MS } from "../../../../domain/kernel/instant.ts";
import type { Prompt } from "./twiml.ts";

/** Unhurried synthetic speech: characters a second, and the breath around a sentence. */
const CHINESE_PER_SECOND = 4.5;
const LATIN_PER_SECOND = 15;
const BREATH_MS = 400;

/** A sound file whose address does not declare its length (`…?seconds=12`, or `….12s.mp3`) lasts this long. */
const PLAY_DEFAULT_MS = 8 * SECOND_MS;

/** `loop="0"` plays without end as far as a caller can tell: Twilio stops at a thousand. */
const LOOPS_MAX = 1_000;

export function promptMs(prompt: Prompt): Ms {
  switch (prompt.verb) {
    case "Say":
      return speechMs(prompt.text) * loops(prompt.loop);
    case "Play":
      return prompt.digits === "" ? playMs(prompt.url) * loops(prompt.loop) : prompt.digits.length * 300;
    case "Pause":
      return prompt.lengthS * SECOND_MS;
  }
}

export function speechMs(text: string): Ms {
  const chinese = [...text].filter((character) => character >= "\u2e80").length;
  const latin = [...text].length - chinese;
  return Math.round(BREATH_MS + (chinese / CHINESE_PER_SECOND + latin / LATIN_PER_SECOND) * SECOND_MS);
}

function playMs(url: string): Ms {
  const declared = /[?&]seconds=(\d+(?:\.\d+)?)/.exec(url) ?? /\.(\d+(?:\.\d+)?)s\.\w+(?:$|\?)/.exec(url);
  return declared?.[1] === undefined ? PLAY_DEFAULT_MS : Number(declared[1]) * SECOND_MS;
}

function loops(loop: number): number {
  return loop === 0 ? LOOPS_MAX : Math.min(loop, LOOPS_MAX);
}
