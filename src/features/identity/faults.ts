import type { z } from "zod";
import type { Fault, FaultRule } from "../../domain/kernel/trouble.ts";

type Issue = z.core.$ZodIssue;

/** A place in a request that is not as described, with the rule it broke: pages say it in their reader's language. */
export function faultOf(target: string, issue: Issue): Fault {
  return {
    path: [target, ...issue.path].join("."),
    message: issue.message,
    rule: ruleOf(issue),
    ...("values" in issue && Array.isArray(issue.values) ? { allowed: issue.values } : {}),
  };
}

/** What has no name of its own is `unlike`: it differs from the description in some other way. */
function ruleOf(issue: Issue): FaultRule {
  switch (issue.code) {
    case "invalid_type":
      return { is: issue.expected === "int" ? "whole" : issue.expected === "number" ? "number" : "missing" };
    case "too_small":
      if (issue.origin !== "string")
        return { is: issue.origin === "array" ? "too_few" : "min", limit: bound(issue.minimum) };
      return issue.minimum === 1 ? { is: "missing" } : { is: "too_short", limit: bound(issue.minimum) };
    case "too_big": {
      const is = issue.origin === "string" ? "too_long" : issue.origin === "array" ? "too_many" : "max";
      return { is, limit: bound(issue.maximum) };
    }
    case "invalid_format":
      return { is: issue.format === "date" ? "date" : "form" };
    case "invalid_value":
      return { is: "choice" };
    case "custom":
      return ownRule(issue.params);
    default:
      return { is: "unlike" };
  }
}

/** A rule that a schema names itself: `params: { is, limit }` of a refinement. */
function ownRule(params: Record<string, unknown> | undefined): FaultRule {
  if (typeof params?.is !== "string") return { is: "unlike" };
  const { is, limit } = params;
  return typeof limit === "number" || typeof limit === "string" ? { is, limit } : { is };
}

function bound(limit: number | bigint): number {
  return Number(limit);
}
