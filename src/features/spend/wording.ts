import type { AlertStep } from "../../domain/rating/allowance.ts";

export type AlertFacts = {
  readonly what: "package" | "limit";
  /** The package's name in the letter's language; empty for a limit. */
  readonly label: string;
  readonly step: AlertStep;
  /** As people read them: a number of units, or an amount with its currency. */
  readonly used: string;
  readonly of: string;
  /** `YYYY-MM`. */
  readonly month: string;
  readonly usedUpOn: string | null;
  readonly company: string;
  readonly portalUrl: string;
};

/** What was reached, how much that is, when it is used up at this pace, and what follows from it: nothing is ever stopped. */
export function alertLetter(
  language: "zh" | "en",
  facts: AlertFacts,
): { readonly subject: string; readonly text: string } {
  return language === "zh" ? chinese(facts) : english(facts);
}

function english({ what, label, step, used, of, month, usedUpOn, company, portalUrl }: AlertFacts) {
  const name = what === "package" ? label : "your spending limit";
  const subject = step === 100 ? `${month}: ${name} is used up` : `${month}: ${step} % of ${name} is used`;
  const pace = step === 100 || usedUpOn === null ? "" : `At the pace so far it is used up on ${usedUpOn}.\n`;
  const follows =
    what === "package"
      ? "Calls go on as before; what goes beyond the package is charged at the price of your contract."
      : "The limit only tells you; no call is stopped because of it.";
  const text = `To ${company}

${month}: ${used} of ${of} used (${what === "package" ? label : "spending limit, before tax"}).
${pace}
${follows}

Your month so far: ${portalUrl}/portal/spend
`;
  return { subject, text };
}

function chinese({ what, label, step, used, of, month, usedUpOn, company, portalUrl }: AlertFacts) {
  const name = what === "package" ? `「${label}」` : "费用提醒额度";
  const subject = step === 100 ? `${month}：${name}已用完` : `${month}：${name}已用 ${step}%`;
  const pace = step === 100 || usedUpOn === null ? "" : `按目前用量，将于 ${usedUpOn} 用完。\n`;
  const follows =
    what === "package" ? "服务照常进行；超出套餐的部分按合同单价计费。" : "该额度仅用于提醒，不会因此中断任何通话。";
  const text = `${company}：

${month} 已用 ${used}，共 ${of}（${what === "package" ? label : "费用提醒额度，未税"}）。
${pace}
${follows}

本月费用：${portalUrl}/portal/spend
`;
  return { subject, text };
}
