/** A point in time: milliseconds since 1970-01-01T00:00Z. The domain never reads a clock; an instant is always given. */
export type Instant = number;
/** A length of time in milliseconds. */
export type Ms = number;

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
