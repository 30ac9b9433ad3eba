/**
 * The house's clock as this browser knows it. Frames of the live sockets carry `now` and `speed`; between frames the
 * time is carried on by the browser's monotonic clock, so that a wrong system clock cannot bend a timer.
 */
let anchor = { house: Date.now(), local: performance.now(), speed: 1 };

/** Frames that do not say how fast the clock runs leave the speed as it was. */
export function setHouseClock(now: number, speed: number = anchor.speed): void {
  anchor = { house: now, local: performance.now(), speed };
}

export function houseNow(): number {
  return anchor.house + (performance.now() - anchor.local) * anchor.speed;
}

/** One timer for the whole page; each writer touches its own DOM text, outside React, so a thousand timers stay cheap. */
const TICK_MS = 500;
const writers = new Set<(now: number) => void>();
let timer: ReturnType<typeof setInterval> | null = null;

function tick(): void {
  const now = houseNow();
  for (const write of writers) write(now);
}

export function onTick(write: (now: number) => void): () => void {
  writers.add(write);
  write(houseNow());
  timer ??= setInterval(tick, TICK_MS);
  return () => {
    writers.delete(write);
    if (writers.size === 0 && timer !== null) {
      clearInterval(timer);
      timer = null;
    }
  };
}
