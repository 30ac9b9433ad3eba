import { useEffect, useRef } from "react";
import { duration } from "../words/format.ts";
import { houseNow, onTick } from "./house-clock.ts";

/** Time since an instant, counting up. The text is written by the shared clock, not by React. */
export function Elapsed({ since, label }: { since: number; label?: string }) {
  const ref = useRef<HTMLSpanElement>(null);
  useEffect(() => onTick((now) => write(ref.current, duration(now - since))), [since]);
  return (
    <span ref={ref} role="timer" aria-live="off" aria-label={label}>
      {duration(houseNow() - since)}
    </span>
  );
}

/** Time until an instant, counting down to zero. */
export function Countdown({ until, label }: { until: number; label?: string }) {
  const ref = useRef<HTMLSpanElement>(null);
  // Rounded up: "1" stands for the last second, and zero means over.
  useEffect(() => onTick((now) => write(ref.current, duration(Math.ceil((until - now) / 1000) * 1000))), [until]);
  return (
    <span ref={ref} role="timer" aria-live="off" aria-label={label}>
      {duration(Math.ceil((until - houseNow()) / 1000) * 1000)}
    </span>
  );
}

/** A ring that empties, with the seconds in the middle: how long an offer stands. */
export function CountdownRing({ from, until, label }: { from: number; until: number; label: string }) {
  const circle = useRef<SVGCircleElement>(null);
  const text = useRef<HTMLSpanElement>(null);
  useEffect(
    () =>
      onTick((now) => {
        const left = Math.max(0, until - now);
        const share = until > from ? Math.min(1, left / (until - from)) : 0;
        circle.current?.style.setProperty("stroke-dashoffset", String(100 - share * 100));
        write(text.current, String(Math.ceil(left / 1000)));
      }),
    [from, until],
  );
  return (
    <span className="countdown-ring" role="timer" aria-live="off" aria-label={label}>
      <svg viewBox="0 0 40 40" aria-hidden="true">
        <circle cx="20" cy="20" r="17" pathLength={100} className="countdown-track" />
        <circle ref={circle} cx="20" cy="20" r="17" pathLength={100} className="countdown-left" />
      </svg>
      <span ref={text} />
    </span>
  );
}

/** A bar that empties: how long wrap-up lasts. */
export function CountdownBar({ from, until }: { from: number; until: number }) {
  const bar = useRef<HTMLSpanElement>(null);
  useEffect(
    () =>
      onTick((now) => {
        const share = until > from ? Math.min(1, Math.max(0, (until - now) / (until - from))) : 0;
        bar.current?.style.setProperty("transform", `scaleX(${share})`);
      }),
    [from, until],
  );
  return (
    <span className="countdown-bar" aria-hidden="true">
      <span ref={bar} />
    </span>
  );
}

function write(element: HTMLElement | null, text: string): void {
  if (element !== null && element.textContent !== text) element.textContent = text;
}
