import { addDays, daysBetween, type LocalDate } from "../kernel/calendar-days.ts";

/** What is done about an unpaid invoice. Each also sends a letter. */
export const DEEDS = ["remind", "warn", "stop_outbound", "suspend"] as const;
export type Deed = (typeof DEEDS)[number];

/** `day` counts from the due date: below zero before it, 0 on it. */
export type DunningStep = { readonly day: number; readonly deed: Deed };

/** Where nobody has said otherwise: a friendly word before, then three, then consequences. */
export const HOUSE_RULE: readonly DunningStep[] = [
  { day: -5, deed: "remind" },
  { day: 1, deed: "remind" },
  { day: 10, deed: "remind" },
  { day: 20, deed: "warn" },
  { day: 30, deed: "stop_outbound" },
  { day: 45, deed: "suspend" },
];

export const STANDINGS = ["good", "reminded", "warned", "outbound_stopped", "suspended"] as const;
export type Standing = (typeof STANDINGS)[number];

/** A step that was missed by more days than this is not made up for: a reminder of last month helps nobody. */
const LATE_LETTER_DAYS_MAX = 7;

export type Unpaid = {
  readonly dueOn: LocalDate;
  readonly rule: readonly DunningStep[];
  /** Steps already taken for this invoice. */
  readonly taken: readonly DunningStep[];
};

/**
 * Steps to be taken today, in their order. Of several reminders that are due at once only the last is sent; consequences
 * are never skipped, however late, but each waits for the warning before it: nobody is cut off who was not told.
 */
export function stepsDue({ dueOn, rule, taken }: Unpaid, today: LocalDate): DunningStep[] {
  const due = ordered(rule).filter(
    (step) => addDays(dueOn, step.day) <= today && !taken.some((it) => it.day === step.day && it.deed === step.deed),
  );
  // A later word has been said already: an earlier one would only confuse.
  const lastDay = Math.max(Number.NEGATIVE_INFINITY, ...taken.map(({ day }) => day));
  const letters = due.filter(({ deed, day }) => deed === "remind" && day > lastDay && isTimely(dueOn, day, today));
  const [harsher] = due.filter(({ deed }) => deed !== "remind");
  const last = letters.at(-1);
  return [...(last === undefined ? [] : [last]), ...(harsher === undefined ? [] : [harsher])];
}

/** How a client stands with these steps taken for invoices that are still unpaid. */
export function standingOf(taken: readonly DunningStep[]): Standing {
  const worst = Math.max(-1, ...taken.map(({ deed }) => DEEDS.indexOf(deed)));
  return STANDINGS[worst + 1] ?? "good";
}

/** Nobody is suspended by a rule without a warning before it: days rise with severity. Answers what is wrong, or nothing. */
export function faultsOf(rule: readonly DunningStep[]): { readonly path: string; readonly message: string }[] {
  const faults: { path: string; message: string }[] = [];
  for (const [at, { day, deed }] of rule.entries()) {
    const same = rule.findIndex((it) => it.day === day && it.deed === deed);
    if (same < at) faults.push({ path: `steps.${at}`, message: "stands there twice" });
    if (deed === "remind") continue;
    if (day < 1) faults.push({ path: `steps.${at}.day`, message: "a consequence comes after the due date: 1 or more" });
    if (deed === "warn") continue;
    const warned = rule.some((it) => it.deed === "warn" && it.day < day);
    if (!warned) faults.push({ path: `steps.${at}`, message: "a warning must come on an earlier day" });
  }
  return faults;
}

function ordered(rule: readonly DunningStep[]): DunningStep[] {
  return rule.toSorted((a, b) => a.day - b.day || DEEDS.indexOf(a.deed) - DEEDS.indexOf(b.deed));
}

function isTimely(dueOn: LocalDate, day: number, today: LocalDate): boolean {
  return daysBetween(addDays(dueOn, day), today) <= LATE_LETTER_DAYS_MAX;
}
