import type { Charge, ChargeModel } from "../../src/domain/rating/charge.ts";

type Template<M extends ChargeModel> = Omit<Extract<Charge, { model: M }>, "code" | "label">;

/** A new term of each model with everything it must have, for a person to fill in. */
const TEMPLATES: { readonly [M in ChargeModel]: Template<M> } = {
  seat_month: { model: "seat_month", price: "0.00", minSeats: 1 },
  recurring: { model: "recurring", of: "number", price: "0.00", per: 1, minCount: 0, timing: "arrears" },
  unit: { model: "unit", usage: "contact", price: "0.00", per: 1, baseCount: 0 },
  graduated: {
    model: "graduated",
    usage: "contact",
    tiers: [
      { upTo: "100", price: "0.00" },
      { upTo: null, price: "0.00" },
    ],
  },
  volume: {
    model: "volume",
    usage: "contact",
    tiers: [
      { upTo: "100", price: "0.00" },
      { upTo: null, price: "0.00" },
    ],
  },
  package: { model: "package", usage: "contact", fee: "0.00", included: 100, overflow: "0.00" },
  carrier_time: {
    model: "carrier_time",
    buy: { perMinute: "0.00", firstS: 60, nextS: 60 },
    sell: { by: "markup", percent: "10" },
  },
  commission: { model: "commission", pay: { by: "fixed", amount: "0.00" } },
  day_rate: { model: "day_rate", price: "0.00", monthCap: "0.00" },
  milestone: { model: "milestone", milestones: [{ code: "go-live", amount: "0.00" }] },
  fee: { model: "fee", amount: "0.00", every: "month" },
  commitment: { model: "commitment", amount: "0.00" },
  sla_credit: {
    model: "sla_credit",
    formula: "SL-4",
    targetPercent: "80",
    perStartedPointPercent: "1",
    capPercent: "10",
  },
};

export const MODELS = Object.keys(TEMPLATES) as ChargeModel[];

/** With a code that no other term has, and the model's word for a name. */
export function newCharge(
  model: ChargeModel,
  taken: readonly string[],
  name: { readonly zh: string; readonly en: string },
): Charge {
  const base = model.replaceAll("_", "-");
  const free = (n: number): string =>
    taken.includes(n === 1 ? base : `${base}-${n}`) ? free(n + 1) : n === 1 ? base : `${base}-${n}`;
  // A template of a model, a code and a name are all that a charge of the model has to have.
  return { ...TEMPLATES[model], code: free(1), label: name } as Charge;
}
