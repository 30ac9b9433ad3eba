import { useEffect } from "react";
import type { Offer } from "./desk.ts";

const FLASH_MS = 900;

/** While an offer stands: the tab's title alternates, a notification shows when the window is not looked at, it rings. */
export function useAttention(offer: Offer | null, words: { title: string; flash: string; body: string }): void {
  const { title, flash, body } = words;
  const key = offer?.reservationId ?? null;
  useEffect(() => {
    document.title = title;
    if (key === null) return;
    let on = true;
    document.title = flash;
    const timer = setInterval(() => {
      on = !on;
      document.title = on ? flash : title;
    }, FLASH_MS);
    const notification = notify(key, flash, body);
    const quiet = ring();
    return () => {
      clearInterval(timer);
      document.title = title;
      notification?.close();
      quiet();
    };
  }, [key, title, flash, body]);
}

function notify(key: string, title: string, body: string): Notification | null {
  if (!("Notification" in window) || Notification.permission !== "granted" || document.visibilityState === "visible")
    return null;
  const notification = new Notification(title, { body, tag: key });
  notification.onclick = () => {
    window.focus();
    notification.close();
  };
  return notification;
}

/** Two soft tones every two seconds. Silent until the person has clicked something: browsers insist. */
function ring(): () => void {
  if (!navigator.userActivation?.hasBeenActive) return () => undefined;
  const context = new AudioContext();
  const chime = (): void => {
    for (const [at, frequency] of [
      [0, 660],
      [0.22, 880],
    ] as const) {
      const tone = context.createOscillator();
      const loudness = context.createGain();
      tone.frequency.value = frequency;
      const start = context.currentTime + at;
      loudness.gain.setValueAtTime(0.0001, start);
      loudness.gain.exponentialRampToValueAtTime(0.12, start + 0.03);
      loudness.gain.exponentialRampToValueAtTime(0.0001, start + 0.2);
      tone.connect(loudness).connect(context.destination);
      tone.start(start);
      tone.stop(start + 0.22);
    }
  };
  chime();
  const timer = setInterval(chime, 2_000);
  return () => {
    clearInterval(timer);
    void context.close();
  };
}
