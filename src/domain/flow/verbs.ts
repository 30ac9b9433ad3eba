import type { Language } from "../kernel/language.ts";

/**
 * What a caller hears and does next, without addresses: `key` names the turn whose answer is wanted, and the shell turns
 * it into the carrier's URL. `recording` is a key of a recorded prompt or of music.
 */
export type Verb =
  | { readonly do: "say"; readonly text: string; readonly language: Language }
  | { readonly do: "play"; readonly recording: string; readonly loop: number }
  | { readonly do: "pause"; readonly seconds: number }
  | {
      readonly do: "gather";
      readonly prompts: readonly Verb[];
      readonly numDigits: number | null;
      readonly finishOnKey: string;
      readonly timeoutS: number;
      readonly language: Language;
      readonly key: string;
    }
  /** Come back with nothing in hand: the caller typed nothing, or the music is over. */
  | { readonly do: "ask_again"; readonly key: string }
  | { readonly do: "join_conference"; readonly name: string; readonly record: boolean }
  | { readonly do: "record"; readonly maxS: number; readonly finishOnKey: string; readonly key: string }
  | { readonly do: "hang_up" };
