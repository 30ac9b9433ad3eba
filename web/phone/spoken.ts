import { useEffect } from "react";
import type { Caption } from "./caller-phone.ts";

/** Reads what the line says with the browser's own voice. Silence when the browser has none. */
export function useSpokenCaptions(last: Caption | undefined, on: boolean): void {
  const id = last?.id;
  useEffect(() => {
    if (!on || id === undefined || last === undefined || !("speechSynthesis" in window)) return;
    speechSynthesis.cancel();
    if (last.kind === "music" || last.text === "") return;
    const words = new SpeechSynthesisUtterance(last.text);
    if (last.language !== null) words.lang = last.language;
    speechSynthesis.speak(words);
    return () => speechSynthesis.cancel();
  }, [id, last, on]);
}
