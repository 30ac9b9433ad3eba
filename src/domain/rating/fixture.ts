import { exactText } from "../kernel/rational.ts";
import type { RatingInput, Segment } from "./allot.ts";
import type { Charge, UsageKind } from "./charge.ts";
import { type Rating, rateMonth } from "./rate.ts";
import type { UsageAttributes, UsageRecord } from "./usage.ts";

/** A month for tests: November 2026, from the first instant to the last of thirty days. */
export const FROM = Date.UTC(2026, 10, 1);
export const TO = Date.UTC(2026, 11, 1);
export const WHOLE = { days: 30, of: 30 };
export const THIRD = { days: 10, of: 30 };

export const named = (code: string) => ({ code, label: { zh: code, en: code } });

export function segment(charges: readonly Charge[], more: Partial<Segment> = {}): Segment {
  return {
    version: "v1",
    from: FROM,
    to: TO,
    share: WHOLE,
    seatsPeak: 0,
    begins: false,
    serviceLevel: null,
    charges,
    ...more,
  };
}

export function month(usage: readonly UsageRecord[], ...segments: readonly Segment[]): RatingInput {
  return { currency: "CNY", period: { from: FROM, to: TO }, segments, usage };
}

export const rated = (usage: readonly UsageRecord[], ...segments: readonly Segment[]): Rating =>
  rateMonth(month(usage, ...segments));

export function record(id: string, kind: UsageKind, quantity = 1, attributes: UsageAttributes = {}): UsageRecord {
  return { id, kind, occurredAt: FROM, quantity, contactId: null, attributes };
}

/** One record of each of these quantities. */
export function used(kind: UsageKind, ...quantities: readonly number[]): UsageRecord[] {
  return quantities.map((quantity, at) => record(`${kind}-${at}`, kind, quantity));
}

/** Lines as they stand on the invoice: how many of what at which price come to how much, and why. */
export const told = ({ lines }: Rating) =>
  lines.map((it) => ({
    line: it.component,
    of: `${exactText(it.quantity)} ${it.unit}`,
    at: it.unitPrice === null ? null : exactText(it.unitPrice),
    minor: Number(it.amountMinor),
    why: it.detail,
  }));
