import type { TFunction } from "i18next";
import { type QueueSettings, QueueSettingsSchema } from "../../src/features/queues/schema.ts";

/** What is wrong with a field, by its path in the settings (`relax.0.afterS`), in the reader's words. */
export type Faults = ReadonlyMap<string, string>;

/** The very rules by which the house would refuse the settings, so that nobody learns of a mistake only after saving. */
export function faultsOf(t: TFunction, settings: QueueSettings): Faults {
  const parsed = QueueSettingsSchema.safeParse(settings, { reportInput: true });
  const faults = new Map<string, string>();
  if (parsed.success) return faults;
  for (const issue of parsed.error.issues) {
    const path = issue.path.join(".");
    if (!faults.has(path)) faults.set(path, wordsFor(t, issue));
  }
  return faults;
}

type Issue = NonNullable<ReturnType<typeof QueueSettingsSchema.safeParse>["error"]>["issues"][number];

function wordsFor(t: TFunction, issue: Issue): string {
  switch (issue.code) {
    case "too_small":
      if (issue.path.at(-1) === "name") return t("queues.fault.name");
      return t("queues.fault.min", { min: String(issue.minimum) });
    case "too_big":
      return t("queues.fault.max", { max: String(issue.maximum) });
    case "invalid_type":
      return t("queues.fault.number");
    case "invalid_format":
      if (issue.path.at(-1) === "number") return t("floor.telephoneBad");
      return t("queues.fault.choose");
    case "custom":
      return customWords(t, issue.params);
    default:
      return t("queues.fault.choose");
  }
}

function customWords(t: TFunction, params: Record<string, unknown> | undefined): string {
  switch (params?.is) {
    case "twice":
      return t("queues.fault.twice");
    case "order":
      return t("queues.fault.order");
    case "not_asked":
      return t("queues.fault.notAsked");
    case "not_below":
      return t("queues.fault.notBelow", { level: String(params.below ?? "") });
    default:
      return t("queues.fault.choose");
  }
}
