/**
 * The zone that times are told in. A client's people read their company's own clock, which also cuts its days, hours and
 * months; everybody else reads the clock of the machine they sit at.
 */
let chosen: string | undefined;

export function readInZone(timeZone: string | undefined): void {
  chosen = timeZone;
}

/** Undefined stands for the machine's own. */
export function readersZone(): string | undefined {
  return chosen;
}

function partsAt(ms: number, timeZone: string | undefined): Record<string, number> {
  const format = new Intl.DateTimeFormat("en-GB", {
    ...(timeZone === undefined ? {} : { timeZone }),
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  return Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
}

/** Milliseconds that the zone's clock is ahead of UTC at an instant. */
function aheadMs(ms: number, timeZone: string | undefined): number {
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = partsAt(ms, timeZone);
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(ms / 1000) * 1000;
}

/** When a calendar day (`2026-11-22`, moved by so many days) begins in the zone, in milliseconds since 1970. */
export function startOfDay(day: string, plusDays = 0, timeZone = readersZone()): number {
  const asUtc = Date.parse(`${day}T00:00:00Z`) + plusDays * 86_400_000;
  const guess = asUtc - aheadMs(asUtc, timeZone);
  // The clock may have been changed between the guess and midnight: judged once more from there.
  return asUtc - aheadMs(guess, timeZone);
}

/** The calendar day in the zone at an instant. */
export function dayAt(ms: number, timeZone = readersZone()): string {
  const { year = 0, month = 1, day = 1 } = partsAt(ms, timeZone);
  return [year, month, day].map((part) => String(part).padStart(2, "0")).join("-");
}
