import type { TFunction } from "i18next";
import { parseNeed } from "../../src/domain/routing/demand.ts";
import type { QueueSettings } from "../../src/features/queues/schema.ts";
import type { Loss } from "../design/ask.tsx";
import { count } from "../words/format.ts";
import { currentTongue } from "../words/words.ts";

export const STRATEGY_NAMES = [
  "longest_idle",
  "longest_since_contact",
  "longest_ready",
  "round_robin",
  "fewest_contacts",
  "least_talk",
  "most_skilled",
  "least_skilled",
  "ring_all",
  "progressive",
  "fixed_order",
  "random",
  "weighted_share",
] as const;
export const POLICY_NAMES = ["fifo", "edf", "slack"] as const;

export function strategyName(t: TFunction, strategy: unknown): string {
  const known = STRATEGY_NAMES.find((name) => name === strategy);
  return known === undefined ? String(strategy) : t(`contact.rule.${known}`);
}

export function policyName(t: TFunction, policy: unknown): string {
  const known = POLICY_NAMES.find((name) => name === policy);
  return known === undefined ? String(policy) : t(`queues.policy.${known}`);
}

/** `zh ≥ 7`, or the skill alone where any level will do. */
export function needText(text: string): string {
  const { skill, level } = parseNeed(text);
  return level > 1 ? `${skill} ≥ ${level}` : skill;
}

type Step = QueueSettings["relax"][number];

export function stepText(t: TFunction, step: Step, poolName: (id: string) => string): string {
  const after = seconds(t, step.afterS);
  switch (step.do) {
    case "lower":
      return t("queues.step.lower", { after, skill: step.skill, level: String(step.level) });
    case "drop":
      return t("queues.step.drop", { after, skill: step.skill });
    case "lend":
      return t("queues.step.lend", { after, group: step.group });
    case "raise":
      return t("queues.step.raise", { after, points: String(step.points) });
    case "outside":
      return t("queues.step.outside", { after, name: step.name, number: step.number });
    case "move":
      return t("queues.step.move", { after, pool: poolName(step.poolId) });
  }
}

export function seconds(t: TFunction, n: number): string {
  return t("contact.seconds", { n: count(currentTongue(), n) });
}

export function wrapUpText(t: TFunction, { wrapUp, wrapUpS }: QueueSettings): string {
  const kind = t(`queues.wrapUpKind.${wrapUp.kind}`);
  return wrapUp.kind === "mandatory" ? kind : `${kind} · ${seconds(t, wrapUpS)}`;
}

export function targetText(t: TFunction, { target }: QueueSettings): string {
  return t("floor.targetText", { share: `${target.percent}%`, s: String(target.withinS) });
}

const FIELDS = [
  "priority",
  "skills",
  "preferred",
  "strategy",
  "ringTimeoutS",
  "wrapUpS",
  "wrapUp",
  "target",
  "tiers",
  "lastAgent",
  "namedAgent",
  "missesMax",
  "autoAnswer",
  "relax",
  "policy",
] as const;

export function fieldName(t: TFunction, field: string): string {
  const known = FIELDS.find((name) => name === field);
  return known === undefined ? field : t(`queues.field.${known}`);
}

/** One setting as text, for a history and for what the files say; whatever its form was when it was written. */
export function valueText(t: TFunction, field: string, value: unknown, poolName: (id: string) => string): string {
  const none = t("queues.none");
  if (field === "strategy") return strategyName(t, value);
  if (field === "policy") return policyName(t, value);
  if (typeof value === "boolean") return t(value ? "queues.yes" : "queues.no");
  if (field === "relax") {
    const steps = value as Step[];
    return steps.length === 0 ? none : steps.map((step) => stepText(t, step, poolName)).join(t("app.listSemi"));
  }
  if (Array.isArray(value))
    return value.length === 0 ? none : value.map((one) => needText(String(one))).join(t("app.listComma"));
  if (typeof value === "object" && value !== null) {
    const part = value as Record<string, unknown>;
    if (field === "wrapUp") {
      const kind = (["timed", "optional", "mandatory"] as const).find((name) => name === part.kind) ?? "timed";
      const more = t("queues.extensionsText", { n: String(part.extensions), s: String(part.extensionS) });
      return [t(`queues.wrapUpKind.${kind}`), more].join(t("app.listComma"));
    }
    if (field === "target") {
      return t("queues.targetText", {
        percent: String(part.percent),
        s: String(part.withinS),
        short: String(part.shortAbandonS),
      });
    }
    if ((field === "lastAgent" || field === "namedAgent") && part.patienceS === 0) return none;
    if (field === "namedAgent")
      return t("queues.namedText", { s: String(part.patienceS), variable: String(part.variable) });
    if (field === "lastAgent")
      return t("queues.lastAgentText", { s: String(part.patienceS), days: String(part.withinDays) });
    if (field === "tiers") {
      return (["silver", "gold", "platinum"] as const)
        .map((tier) => `${t(`tier.${tier}`)} ${String(part[tier])}`)
        .join(t("app.listComma"));
    }
  }
  if (field === "ringTimeoutS" || field === "wrapUpS") return seconds(t, Number(value));
  return String(value);
}

/** Settings of the draft that differ from others, each with what it is now and what it would be again. */
export function settingLosses(
  t: TFunction,
  draft: QueueSettings,
  others: QueueSettings,
  poolName: (id: string) => string,
): Loss[] {
  const text = (field: keyof QueueSettings, { [field]: value }: QueueSettings) => valueText(t, field, value, poolName);
  return (Object.keys(draft) as (keyof QueueSettings)[])
    .filter((field) => JSON.stringify(draft[field]) !== JSON.stringify(others[field]))
    .map((field) => {
      const says = t("loss.fromTo", { from: text(field, others), to: text(field, draft) });
      return { key: field, name: fieldName(t, field), says };
    });
}
