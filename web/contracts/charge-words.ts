import { type Charge, type Tariff, type Tier, USUAL_FORMULA } from "../../src/domain/rating/charge.ts";
import { decimalMoney } from "../billing/amounts.ts";
import { type ContractWords, filled } from "../words/contracts.ts";
import { count, type Tongue } from "../words/format.ts";

type Say = { readonly words: ContractWords; readonly tongue: Tongue; readonly currency: string };

/** A term in a sentence that a client would sign. */
export function chargeSentence(charge: Charge, say: Say): string {
  return [main(charge, say), whereSentence(charge, say), limitsSentence(charge, say)]
    .filter((it) => it !== "")
    .join(" ");
}

/** An amount while it is being typed may be none: then it stands as it was typed, and the house says what is wrong with it. */
function amountText({ tongue, currency }: Say, text: string): string {
  return /^[0-9]+(\.[0-9]*)?$/.test(text) ? decimalMoney(tongue, text, currency) : text === "" ? "…" : text;
}

function main(charge: Charge, say: Say): string {
  const {
    words: { sentence, usage, stock },
    tongue,
  } = say;
  const money = (text: string) => amountText(say, text);
  const n = (value: number | string) => count(tongue, value);
  switch (charge.model) {
    case "seat_month":
      return filled(sentence.seat_month, { price: money(charge.price), minSeats: n(charge.minSeats) });
    case "recurring": {
      const text = charge.timing === "advance" ? sentence.recurring_advance : sentence.recurring_arrears;
      const { per, minCount } = charge;
      return filled(text, { of: stock[charge.of], price: money(charge.price), per: n(per), minCount: n(minCount) });
    }
    case "unit": {
      const { per, baseCount } = charge;
      const slots = { price: money(charge.price), usage: usage[charge.usage], per: n(per), baseCount: n(baseCount) };
      return filled(per === 1 ? sentence.unitOne : sentence.unit, slots);
    }
    case "graduated":
    case "volume": {
      const tiers = charge.tiers.map((tier) => tierText(tier, sentence, money, n)).join(tongue === "zh" ? "，" : ", ");
      return filled(sentence.tiers, { usage: usage[charge.usage], tiers });
    }
    case "package": {
      const { fee, included, overflow } = charge;
      const slots = { fee: money(fee), included: n(included), overflow: money(overflow), usage: usage[charge.usage] };
      return filled(sentence.package, slots);
    }
    case "carrier_time": {
      const [buy, buySteps] = [money(charge.buy.perMinute), steps(charge.buy)];
      if (charge.sell.by === "markup")
        return filled(sentence.carrier_markup, { buy, buySteps, percent: charge.sell.percent });
      const slots = { buy, buySteps, sell: money(charge.sell.perMinute), sellSteps: steps(charge.sell) };
      return filled(sentence.carrier_tariff, slots);
    }
    default:
      return other(charge, { sentence, money, tongue });
  }
}

type Rest = Exclude<
  Charge,
  { model: "seat_month" | "recurring" | "unit" | "graduated" | "volume" | "package" | "carrier_time" }
>;
type Told = {
  readonly sentence: ContractWords["sentence"];
  readonly money: (text: string) => string;
  readonly tongue: Tongue;
};

function other(charge: Rest, { sentence, money, tongue }: Told): string {
  switch (charge.model) {
    case "commission":
      if (charge.pay.by === "fixed") return filled(sentence.commission_fixed, { amount: money(charge.pay.amount) });
      if (charge.pay.by === "percent") return filled(sentence.commission_percent, { percent: charge.pay.percent });
      return filled(sentence.commission_bands, { n: charge.pay.bands.length });
    case "day_rate":
      return charge.monthCap === undefined
        ? filled(sentence.day_rate_open, { price: money(charge.price) })
        : filled(sentence.day_rate, { price: money(charge.price), monthCap: money(charge.monthCap) });
    case "milestone": {
      const list = charge.milestones.map(({ code, amount }) => `${code} ${money(amount)}`);
      return filled(sentence.milestone, { list: list.join(tongue === "zh" ? "，" : ", ") });
    }
    case "fee":
      return filled(charge.every === "once" ? sentence.fee_once : sentence.fee_month, { amount: money(charge.amount) });
    case "commitment":
      return charge.term === undefined
        ? filled(sentence.commitment, { amount: money(charge.amount) })
        : filled(sentence.commitment_term, { amount: money(charge.amount), ...charge.term });
    case "sla_credit": {
      const slots = {
        target: charge.targetPercent,
        cap: charge.capPercent,
        formula: charge.formula ?? USUAL_FORMULA,
      };
      return charge.steps === undefined
        ? filled(sentence.sla_points, { ...slots, each: charge.perStartedPointPercent ?? "0" })
        : filled(sentence.sla_steps, { ...slots, n: charge.steps.length });
    }
  }
}

function tierText(
  { upTo, price }: Tier,
  sentence: ContractWords["sentence"],
  money: (text: string) => string,
  n: (value: string) => string,
): string {
  return upTo === null
    ? filled(sentence.tierRest, { price: money(price) })
    : filled(sentence.tierTo, { upTo: n(upTo), price: money(price) });
}

function steps({ firstS, nextS }: Pick<Tariff, "firstS" | "nextS">): string {
  return `${firstS}/${nextS}`;
}

function whereSentence(charge: Charge, { words, tongue }: Say): string {
  if (!("where" in charge) || charge.where === undefined) return "";
  const { hours, minTalkS, ...lists } = charge.where;
  const list = [
    ...Object.values(lists).flatMap((values) => (values ?? []).map((value) => filterWord(words, String(value)))),
    ...(minTalkS === undefined ? [] : [`≥ ${minTalkS} s`]),
    ...(hours === undefined ? [] : [`${hours.from}–${hours.to}`]),
  ];
  return list.length === 0 ? "" : filled(words.sentence.where, { list: list.join(tongue === "zh" ? "、" : ", ") });
}

/** What the house names by itself has a word; a client's own queues, numbers and dispositions stand as they are. */
function filterWord({ filters }: ContractWords, value: string): string {
  return value in filters ? filters[value as keyof ContractWords["filters"]] : value;
}

function limitsSentence(charge: Charge, say: Say): string {
  const { words, tongue } = say;
  const { discountPercent, maximum, minimum } = charge.limits ?? {};
  const list = [
    ...(discountPercent === undefined ? [] : [`${words.fields.discountPercent} ${discountPercent}`]),
    ...(maximum === undefined ? [] : [`${words.fields.maximum} ${amountText(say, maximum)}`]),
    ...(minimum === undefined ? [] : [`${words.fields.minimum} ${amountText(say, minimum)}`]),
  ];
  return list.length === 0 ? "" : filled(words.sentence.limits, { list: list.join(tongue === "zh" ? "，" : ", ") });
}
