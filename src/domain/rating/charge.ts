/** An exact decimal as text, in major units of the contract's currency: `"12.50"`, `"0.0123"`. Never a float. */
export type DecimalText = string;

/** What can be counted. One usage record is one of these; its quantity is in the unit named here. */
export const USAGE_UNITS = {
  /** A contact the house handled: 1 each. */
  contact: "contact",
  /** One ended carrier leg: whole seconds, the carrier's own figure. */
  carrier_leg: "second",
  /** A contact whose disposition the client counts as a success: 1 each; `saleMinor` in its attributes when it sold. */
  success: "success",
  /** Time an agent spent on this client's work: whole seconds. */
  agent_time: "second",
  /** A text message, counted in segments. */
  message: "segment",
  /** A day on which seats were rented by the day: so many seats each. */
  seat_day: "seat-day",
  /** Seats rented by the hour: seconds between two instants, times the seats. A clock change makes it longer or shorter. */
  seat_time: "second",
  /** A shift for which seats were rented: so many seats each. */
  seat_shift: "seat-shift",
  /** A day on which more seats were at work at once than are guaranteed: so many more. */
  burst_seat_day: "seat-day",
  /** Work of people outside of contacts, consulting for one: seconds between two instants. */
  service_time: "second",
  /** A milestone of a project reached: 1 each, named in its attributes. */
  milestone: "milestone",
} as const;

/** What is held rather than used, and paid by the month: so many on each day. */
export const STOCK_UNITS = {
  /** Seats guaranteed, over all pools. */
  seat: "seat",
  /** Seats beyond them that may be borrowed. */
  burst_seat: "seat",
  /** Telephone numbers in service. */
  number: "number",
  /** Agents who work for this client alone. */
  agent: "agent",
  /** Megabytes of recordings kept. */
  recording: "MB",
  /** So many as the contract says, whatever is measured: its `minCount`. */
  agreed: "piece",
} as const;

export type Stock = keyof typeof STOCK_UNITS;

export type UsageKind = keyof typeof USAGE_UNITS;

/** Which usage a charge applies to; every named condition must hold, and a list means any of its members. */
export type UsageFilter = {
  readonly outcomes?: readonly string[] | undefined;
  /** Queues by their key in the client's files. */
  readonly queues?: readonly string[] | undefined;
  /** Numbers called, in E.164. */
  readonly numbers?: readonly string[] | undefined;
  readonly directions?: readonly ("inbound" | "outbound")[] | undefined;
  /** Legs of the caller, of the agent, of a number outside that took the caller; all when left out. */
  readonly parties?: readonly ("caller" | "agent" | "outside")[] | undefined;
  readonly dispositions?: readonly string[] | undefined;
  /** States of the agent, for agent time: who pays for waiting, pause and training is written here. */
  readonly states?: readonly AgentTimeState[] | undefined;
  /** Agents who serve this client alone, or others as well. */
  readonly agents?: readonly ("dedicated" | "shared")[] | undefined;
  /** Only contacts whose talk lasted at least this long. */
  readonly minTalkS?: number | undefined;
  readonly hours?: HourClass | undefined;
};

/** What an agent's time went into. `waiting` and what follows it belong to nobody's contact. */
export const AGENT_TIME_STATES = ["on_contact", "wrap_up", "ringing", "waiting", "pause", "training"] as const;
export type AgentTimeState = (typeof AGENT_TIME_STATES)[number];

/** Times on the client's wall, `HH:MM`, `to` not included; `to` before `from` runs over midnight. Weekday 1 is Monday. */
export type HourClass = {
  readonly from: string;
  readonly to: string;
  readonly weekdays?: readonly number[] | undefined;
};

/** Limits on what a charge comes to in a period; each is a line of its own. Percentage first, then cap, then minimum. */
export type Limits = {
  readonly discountPercent?: DecimalText | undefined;
  readonly maximum?: DecimalText | undefined;
  readonly minimum?: DecimalText | undefined;
};

/** A tier covers quantities above the previous tier's `upTo` and up to its own; the last has `null`, without end. */
export type Tier = {
  readonly upTo: DecimalText | null;
  readonly price: DecimalText;
  /** Due once the tier is entered. */
  readonly flat?: DecimalText | undefined;
};

/** How seconds of one call become money: the first increment is charged whole, then each started next one. */
export type Tariff = {
  readonly perMinute: DecimalText;
  /** 60/60 is `firstS` 60, `nextS` 60. */
  readonly firstS: number;
  readonly nextS: number;
  readonly connectFee?: DecimalText | undefined;
  readonly minCharge?: DecimalText | undefined;
  readonly maxCharge?: DecimalText | undefined;
};

type Named = {
  /** Unique in its contract and never reused: the root of the stable keys of its lines. */
  readonly code: string;
  readonly label: { readonly zh: string; readonly en: string };
  readonly limits?: Limits | undefined;
};

/** 座席月包: seats rented, by the highest number entitled on any day of the month, but at least `minSeats`. */
export type SeatMonthCharge = Named & {
  readonly model: "seat_month";
  readonly price: DecimalText;
  readonly minSeats: number;
};

/**
 * Seats, numbers, agents or storage by the month. In arrears: by the days each was there. In advance: the next month's are
 * charged before it begins, a rise in mid-month is charged up to the highest number so far, and a fall gives nothing back.
 */
export type RecurringCharge = Named & {
  readonly model: "recurring";
  readonly of: Stock;
  readonly price: DecimalText;
  /** The price is for so many: 1000 for a price per gigabyte on megabytes. */
  readonly per: number;
  /** Fewer are charged as so many, on each day. */
  readonly minCount: number;
  readonly timing: "arrears" | "advance";
};

/** So much each, and never for fewer than `baseCount`: per contact, per service, per success. */
export type UnitCharge = Named & {
  readonly model: "unit";
  readonly usage: UsageKind;
  readonly where?: UsageFilter | undefined;
  readonly price: DecimalText;
  /** The price is for so many units: 3600 for a price per hour on seconds. */
  readonly per: number;
  readonly baseCount: number;
};

/** Each part of the quantity at the price of its own tier. */
export type GraduatedCharge = Named & {
  readonly model: "graduated";
  readonly usage: UsageKind;
  readonly where?: UsageFilter | undefined;
  readonly tiers: readonly Tier[];
};

/** The whole quantity at the price of the tier it reaches. Has cliffs; allowed, but an editor must warn. */
export type VolumeCharge = Named & {
  readonly model: "volume";
  readonly usage: UsageKind;
  readonly where?: UsageFilter | undefined;
  readonly tiers: readonly Tier[];
};

/** 套餐: a monthly fee that includes so many, and a price for each one over, allotted in order of time. */
export type PackageCharge = Named & {
  readonly model: "package";
  readonly usage: UsageKind;
  readonly where?: UsageFilter | undefined;
  readonly fee: DecimalText;
  readonly included: number;
  readonly overflow: DecimalText;
};

/** Carrier time passed on: what the carrier charges us per call, with a mark-up, or at a tariff of our own. */
export type CarrierTimeCharge = Named & {
  readonly model: "carrier_time";
  readonly where?: UsageFilter | undefined;
  readonly buy: Tariff;
  readonly sell:
    | {
        readonly by: "markup";
        readonly percent: DecimalText;
        /** Added for each minute the carrier billed. */
        readonly perMinute?: DecimalText | undefined;
        readonly minCharge?: DecimalText | undefined;
      }
    | ({ readonly by: "tariff" } & Tariff);
};

/** Commission for each recorded success: a fixed amount, or a percentage of the sale. */
export type CommissionCharge = Named & {
  readonly model: "commission";
  readonly where?: UsageFilter | undefined;
  readonly pay:
    | { readonly by: "fixed"; readonly amount: DecimalText }
    | {
        readonly by: "percent";
        readonly percent: DecimalText;
        readonly minEach?: DecimalText | undefined;
        readonly maxEach?: DecimalText | undefined;
      }
    | {
        /** So much each by how well it went: successes as a percentage of all contacts handled in the period. */
        readonly by: "bands";
        readonly bands: readonly { readonly upToPercent: DecimalText | null; readonly amount: DecimalText }[];
      };
};

/** Seats rented by the day, never dearer than so much for each seat in the month. */
export type DayRateCharge = Named & {
  readonly model: "day_rate";
  readonly price: DecimalText;
  readonly monthCap?: DecimalText | undefined;
};

/** A project: fixed amounts, each when its milestone is reached. */
export type MilestoneCharge = Named & {
  readonly model: "milestone";
  readonly milestones: readonly { readonly code: string; readonly amount: DecimalText }[];
};

/** A fixed amount: each month by days in force, or once in the month its version begins (set-up, consulting). */
export type FeeCharge = Named & {
  readonly model: "fee";
  readonly amount: DecimalText;
  readonly every: "month" | "once";
};

/** What all other charges of the version come to at least, in a month: the rest is topped up. */
export type CommitmentCharge = Named & {
  readonly model: "commitment";
  readonly amount: DecimalText;
  /** The amount is for so many months from a first one, and what is missing is topped up in the last of them. */
  readonly term?: { readonly from: string; readonly months: number } | undefined;
};

/** How contracts reckon a service level; what each counts stands in `domain/sla`. */
export type LevelFormula = "SL-1" | "SL-2" | "SL-3" | "SL-4" | "SL-5" | "SL-6" | "SL-7" | "SL-8";

/** Where a contract names no other: answered in time, of answered and abandoned without short abandons. */
export const USUAL_FORMULA: LevelFormula = "SL-4";

/** Money back when the measured service level misses its target: so much of the fee for each started point, with a cap. */
export type SlaCreditCharge = Named & {
  readonly model: "sla_credit";
  /** `USUAL_FORMULA` when left out; one for all credits of a version. */
  readonly formula?: LevelFormula | undefined;
  readonly targetPercent: DecimalText;
  /** For each started point below the target; or steps, of which the lowest that was reached holds. */
  readonly perStartedPointPercent?: DecimalText | undefined;
  readonly steps?: readonly { readonly belowPercent: DecimalText; readonly creditPercent: DecimalText }[] | undefined;
  readonly capPercent: DecimalText;
  /** Codes of the charges that are the fee; all of the version when left out. */
  readonly of?: readonly string[] | undefined;
};

export type Charge =
  | SeatMonthCharge
  | RecurringCharge
  | UnitCharge
  | GraduatedCharge
  | VolumeCharge
  | PackageCharge
  | CarrierTimeCharge
  | CommissionCharge
  | DayRateCharge
  | MilestoneCharge
  | FeeCharge
  | CommitmentCharge
  | SlaCreditCharge;

export type ChargeModel = Charge["model"];
