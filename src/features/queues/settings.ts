import { PLAIN_RULES } from "../../domain/routing/config.ts";
import type { QueueSettings } from "./schema.ts";

/** A queue's row as JSON, by column. */
export type QueueRow = { readonly [column: string]: unknown };

/** Columns that the console may change; what stands in `filed` is by these names. */
export const SHARED_COLUMNS = [
  "priority",
  "skills",
  "strategy",
  "ring_timeout_s",
  "wrap_up_s",
  "target_percent",
  "target_within_s",
  "short_abandon_s",
  "rules",
] as const;

/** Settings as they are stored: plain columns for what every queue has, `rules` for the rest. */
export function columnsOf(settings: QueueSettings) {
  const { priority, skills, strategy, ringTimeoutS, wrapUpS, target, ...rules } = settings;
  return {
    priority,
    skills,
    strategy,
    ring_timeout_s: ringTimeoutS,
    wrap_up_s: wrapUpS,
    target_percent: target.percent,
    target_within_s: target.withinS,
    short_abandon_s: target.shortAbandonS,
    rules,
  };
}

export function settingsOf(row: QueueRow): QueueSettings {
  const rules = { ...PLAIN_RULES, ...(row.rules as Partial<QueueSettings>) }; // written by columnsOf alone
  return {
    priority: Number(row.priority),
    skills: row.skills as string[],
    strategy: row.strategy as QueueSettings["strategy"], // the schema is where a wrong name is refused
    ringTimeoutS: Number(row.ring_timeout_s),
    wrapUpS: Number(row.wrap_up_s),
    target: {
      percent: Number(row.target_percent),
      withinS: Number(row.target_within_s),
      shortAbandonS: Number(row.short_abandon_s),
    },
    preferred: [...rules.preferred],
    relax: [...rules.relax] as QueueSettings["relax"],
    tiers: { ...rules.tiers },
    lastAgent: { ...rules.lastAgent },
    namedAgent: { ...rules.namedAgent },
    wrapUp: { ...rules.wrapUp },
    missesMax: rules.missesMax,
    autoAnswer: rules.autoAnswer,
  };
}

export type FieldChange = { readonly field: string; readonly from: unknown; readonly to: unknown };

/** Which settings differ, by the names the console shows. */
export function changesBetween(before: QueueSettings, after: QueueSettings): FieldChange[] {
  const fields = Object.keys(after) as (keyof QueueSettings)[];
  return fields
    .filter((field) => canonical(before[field]) !== canonical(after[field]))
    .map((field) => ({ field, from: before[field], to: after[field] }));
}

/** Equal values give equal text whatever order their keys came in: PostgreSQL gives jsonb back in an order of its own. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    part !== null && typeof part === "object" && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
