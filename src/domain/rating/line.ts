import type { Rational } from "../kernel/rational.ts";
import type { Behind, RatedItem } from "./behind.ts";
import type { ChargeModel, LevelFormula, Stock, Tariff } from "./charge.ts";
import type { ChargeTotals } from "./totals.ts";

/** What a model says a charge comes to, before it is named, keyed and rounded. */
export type LineDraft = {
  /** Names the part of the charge: `each`, `base-count`, `fee`, `tier-2` … Unique in the charge. */
  readonly component: string;
  readonly quantity: Rational;
  readonly unit: string;
  readonly unitPrice: Rational | null;
  /** Major units, exact: the sum of its items, or a fee no single event stands behind. */
  readonly exact: Rational;
  /**
   * Exact amount of an earlier line that this one completes. It is then rounded as the difference of rounded sums, so
   * that a top-up and what it tops up come to the promised amount together.
   */
  readonly completes?: Rational | undefined;
  readonly detail: LineDetail;
  /** Which usage stands behind it, as a rule. */
  readonly behind: Behind;
};

export type RatedLine = LineDraft & {
  /** The same line has the same key in every run, so a refresh is a difference, not a rebuild. */
  readonly key: string;
  readonly code: string;
  readonly model: ChargeModel;
  readonly label: { readonly zh: string; readonly en: string };
  /** The only rounding: half away from zero, to the currency's minor unit. */
  readonly amountMinor: bigint;
  /** The rule carried out, where the records themselves were rated and not their sums alone. */
  readonly items: readonly RatedItem[];
};

/** Days a version was in force, of the days of its period. */
export type Share = { readonly days: number; readonly of: number };

/** Why a line comes to its amount, in numbers people can follow. Amounts and quantities are exact text. */
export type LineDetail =
  | { readonly kind: "each"; readonly price: string; readonly per: number; readonly quantity: string }
  | {
      readonly kind: "base_count";
      readonly price: string;
      readonly base: string;
      readonly used: string;
      readonly share: Share;
    }
  | {
      readonly kind: "seats";
      readonly price: string;
      readonly peak: number;
      readonly minSeats: number;
      readonly billed: number;
      readonly share: Share;
    }
  | {
      readonly kind: "recurring";
      readonly of: Stock;
      readonly price: string;
      readonly per: number;
      readonly timing: "arrears" | "advance";
      /** Runs of days with the same number, as charged and as measured. */
      readonly days: readonly { readonly days: number; readonly count: number; readonly measured: number }[];
      readonly share: Share;
    }
  | {
      readonly kind: "fee";
      readonly fee: string;
      readonly included: number;
      readonly used: number;
      readonly share: Share;
    }
  | { readonly kind: "included"; readonly included: number; readonly used: number }
  | { readonly kind: "overflow"; readonly price: string; readonly included: number; readonly used: number }
  | {
      readonly kind: "tier";
      readonly above: string;
      readonly upTo: string | null;
      readonly price: string;
      readonly quantity: string;
    }
  | { readonly kind: "tier_flat"; readonly above: string; readonly upTo: string | null; readonly flat: string }
  | {
      readonly kind: "carrier_time";
      readonly calls: number;
      readonly seconds: number;
      readonly billedS: number;
      readonly costS: number;
      readonly cost: string;
      readonly margin: string;
      readonly buy: Tariff;
      readonly markupPercent: string | null;
    }
  | {
      readonly kind: "commission";
      readonly successes: number;
      readonly rate: string;
      readonly saleMinor: string | null;
    }
  | {
      readonly kind: "success_band";
      readonly successes: number;
      readonly contacts: number;
      readonly ratePercent: string;
      readonly amount: string;
    }
  | { readonly kind: "day_rate"; readonly price: string; readonly seatDays: number; readonly cap: string | null }
  | { readonly kind: "milestone"; readonly code: string; readonly amount: string }
  | { readonly kind: "fixed"; readonly amount: string; readonly every: "month" | "once"; readonly share: Share }
  | { readonly kind: "discount"; readonly percent: string; readonly of: string }
  | { readonly kind: "cap"; readonly maximum: string; readonly reached: string }
  | { readonly kind: "minimum"; readonly minimum: string; readonly reached: string; readonly share: Share }
  | {
      readonly kind: "term";
      readonly minimum: string;
      readonly reached: string;
      readonly earlier: string;
      readonly from: string;
      readonly months: number;
    }
  | {
      readonly kind: "sla_credit";
      readonly formula: LevelFormula;
      readonly fee: string;
      readonly targetPercent: string;
      readonly achievedPercent: string;
      readonly within: number;
      readonly counted: number;
      readonly capPercent: string;
    };

/** What a model is given: what its own usage comes to, and what holds for the whole period. */
export type ChargeContext = {
  readonly totals: ChargeTotals;
  readonly share: Share;
  /** Highest number of seats entitled on any day of the share. */
  readonly seatsPeak: number;
  readonly stocks: Stocks;
  /** The version's days in the month that follows; null where it is over by then. */
  readonly next: Share | null;
  readonly minorPerMajor: bigint;
  /** Contacts handled in the same days, whatever charges them: what a success rate is taken of. */
  readonly contacts: number;
  /** True in the month in which the version begins. */
  readonly begins: boolean;
};

/** How many there were: runs of days in order, over the days of the version, and on the first day of the next month. */
export type StockLevels = {
  readonly days: readonly { readonly days: number; readonly count: number }[];
  readonly next: number;
};
export type Stocks = { readonly [stock in Stock]?: StockLevels | undefined };

/** Contacts that counted for the service level and those answered within target, measured over the days of a version. */
export type ServiceLevel = { readonly within: number; readonly counted: number };
