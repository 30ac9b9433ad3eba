import type { z } from "zod";
import type { HandUsageSchema } from "../../../../features/billing/index.ts";

export type HandUsage = z.input<typeof HandUsageSchema>;

const HOUR_MS = 3_600_000;
const november = (day: number, hour = 12) => Date.UTC(2026, 10, day, hour);
const december = (day: number, hour = 12) => Date.UTC(2026, 11, day, hour);

/** What no call tells of, as billing staff record it once the month is over. */
export const HAND_USAGE: { readonly [client: string]: readonly HandUsage[] } = {
  "qingchuan-tv": [
    ...Array.from({ length: 20 }, (_, at) => ({
      kind: "seat_day" as const,
      key: `studio-${at + 1}`,
      at: november(at + 3),
      seats: 2,
    })),
    { kind: "milestone", key: "scripts-done", at: november(9), milestone: "scripts" },
  ],
  hearthline: [
    { kind: "message", key: "reminders-1", at: november(10), segments: 640 },
    { kind: "message", key: "reminders-2", at: november(24), segments: 330 },
    { kind: "service_time", key: "workshop", from: november(5, 17), to: november(5, 17) + 6.5 * HOUR_MS, people: 2 },
    { kind: "seat_time", key: "storm", from: november(12, 2), to: november(12, 2) + 7 * HOUR_MS, seats: 3 },
    // Over the night in which clocks on the west coast go back: elapsed hours, not the wall's.
    { kind: "seat_time", key: "night", from: november(1, 7), to: november(1, 7) + 6 * HOUR_MS, seats: 1 },
  ],
  harbourlight: [
    { kind: "seat_shift", key: "half-term", at: november(4, 9), seats: 3 },
    { kind: "seat_shift", key: "late-opening", at: november(20, 17), seats: 2 },
  ],
};

/** What comes to light after the month's invoices are final: more of something, and less of something. */
export const LATE_USAGE: { readonly [client: string]: readonly HandUsage[] } = {
  "qingchuan-tv": [
    { kind: "milestone", key: "live", at: november(30), milestone: "go-live" },
    { kind: "seat_day", key: "studio-21", at: november(28), seats: 3 },
  ],
  hearthline: [
    // The thousandth message is passed: the whole month's price falls, and with it what was billed.
    { kind: "message", key: "reminders-3", at: november(29), segments: 85 },
    { kind: "seat_time", key: "storm-2", from: november(13, 2), to: november(13, 2) + 4 * HOUR_MS, seats: 1 },
  ],
  // The client's terms give less back as a credit note on the month's own invoice.
  harbourlight: [{ kind: "seat_shift", key: "half-term-2", corrects: "half-term", at: november(4, 9), seats: 1 }],
};

/** The month after, so that its invoices have more than what is late on them. */
export const NEXT_USAGE: { readonly [client: string]: readonly HandUsage[] } = {
  "qingchuan-tv": [{ kind: "seat_day", key: "studio-dec", at: december(12), seats: 2 }],
  hearthline: [{ kind: "message", key: "reminders-dec", at: december(14), segments: 400 }],
  harbourlight: [{ kind: "seat_shift", key: "christmas", at: december(20, 17), seats: 2 }],
};
