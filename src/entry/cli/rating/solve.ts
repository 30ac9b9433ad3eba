import { isCurrency } from "../../../domain/kernel/currency.ts";
import { Refusal } from "../../../domain/kernel/trouble.ts";
import { calls, callsRoundedOnce } from "./call-models.ts";
import { type Answer, compareWith, type RatingCase } from "./case.ts";
import { Inputs } from "./inputs.ts";
import { allocations, credits, minimums, settlements, taxes } from "./money-models.ts";
import { calendars, prorations } from "./time-models.ts";
import { lateUsage, markups, type Policy, percentages, priced, seats } from "./usage-models.ts";

type Model = (inputs: Inputs, policy: Policy) => Answer | null;

/** The models of each group, asked in turn: the first that knows what the inputs describe answers. */
const MODELS: { readonly [group: string]: readonly Model[] } = {
  allocation: [allocations],
  calendar: [calendars, prorations],
  clawback: [settlements],
  "credit-note": [credits],
  discount: [priced, taxes],
  graduated: [priced],
  "late-delta": [lateUsage],
  markup: [markups, calls],
  minimum: [minimums, priced],
  package: [priced],
  percentage: [percentages],
  proration: [prorations, calendars],
  rounding: [allocations, taxes],
  seats: [seats],
  tax: [taxes],
  telecom: [calls, priced],
  "telecom-anti": [callsRoundedOnce],
  volume: [priced],
};

/** A case of a group we do not know may still describe a model that we do. */
const ANY_GROUP: readonly Model[] = [
  percentages,
  settlements,
  seats,
  markups,
  calls,
  allocations,
  calendars,
  prorations,
  taxes,
  credits,
  minimums,
];

export type Verdict = {
  readonly id: string;
  readonly got: unknown;
  readonly expected: unknown;
  readonly ok: boolean;
  /** True where no model knows these inputs: said, never passed over. */
  readonly unsupported?: true;
  readonly why?: string;
  /** Where a case is an option of a contract, what our default gives instead. */
  readonly byDefault?: { readonly got: unknown; readonly expected: unknown; readonly ok: boolean };
};

/**
 * Rates one case. `hold` must give the expected values, and ours where the case adds some; `option` gives the peer's value
 * when a contract chooses that policy, and ours without it; `anti` must give ours.
 */
export function verdictOn(item: RatingCase): Verdict {
  const expected = item.stance === "anti" && item.ours !== undefined ? item.ours : item.expected;
  const found = answerTo(item, item.stance === "option");
  if (found === null) return { id: item.id, got: null, expected, ok: false, unsupported: true };
  if ("wrong" in found) return { id: item.id, got: null, expected, ok: false, unsupported: true, why: found.wrong };
  const { got, ok } = compareWith(found, expected);
  if (item.ours === undefined || item.stance === "anti") return { id: item.id, got, expected, ok };
  const usual = answerTo(item, false);
  if (usual === null || "wrong" in usual) return { id: item.id, got, expected, ok };
  const byDefault = { ...compareWith(usual, item.ours), expected: item.ours };
  return { id: item.id, got, expected, ok: ok && byDefault.ok, byDefault };
}

function answerTo(item: RatingCase, option: boolean): Answer | { readonly wrong: string } | null {
  const inputs = new Inputs(item.inputs);
  const currency = inputs.textOr("USD", "currency");
  if (!isCurrency(currency)) return { wrong: `unknown currency ${currency}` };
  const policy = { model: item.model, option, currency };
  try {
    for (const model of MODELS[item.group] ?? ANY_GROUP) {
      const answer = model(inputs, policy);
      if (answer !== null) return answer;
    }
    return null;
  } catch (error) {
    if (error instanceof Refusal) return { main: "rejected at validation", values: { refused: error.code } };
    // Inputs that no model can read spoil their own case and no other: a date that is none, a share of nothing.
    return { wrong: error instanceof Error ? error.message : String(error) };
  }
}
