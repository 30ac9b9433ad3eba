const MONTHS_OFFERED = 18;

/** This month and those before it, and the month that stands in the address even where it is older. */
export function monthsBack(now: string, chosen: string | undefined): string[] {
  const [year = 0, last = 1] = now.split("-").map(Number);
  const months = Array.from({ length: MONTHS_OFFERED }, (_, back) =>
    new Date(Date.UTC(year, last - 1 - back)).toISOString().slice(0, 7),
  );
  return chosen === undefined || months.includes(chosen) ? months : [...months, chosen];
}
