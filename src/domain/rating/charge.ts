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
} as const;

export type UsageKind = keyof typeof USAGE_UNITS;

/** Which usage a charge applies to; every named condition must hold, and a list means any of its members. */
export type UsageFilter = {
  readonly outcomes?: readonly string[] | undefined;
  /** Queues by their key in the client's files. */
  readonly queues?: readonly string[] | undefined;
  /** Numbers called, in E.164. */
  readonly numbers?: readonly string[] | undefined;
  readonly directions?: readonly ("inbound" | "outbound")[] | undefined;
  /** Legs of the caller, of the agent, or both when left out. */
  readonly parties?: readonly ("caller" | "agent")[] | undefined;
  readonly dispositions?: readonly string[] | undefined;
  /** Only contacts whose talk lasted at least this long. */
  readonly minTalkS?: number | undefined;
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
};

/** 座席月包: seats rented, by the highest number entitled on any day of the month, but at least `minSeats`. */
export type SeatMonthCharge = Named & {
  readonly model: "seat_month";
  readonly price: DecimalText;
  readonly minSeats: number;
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
      };
};

export type Charge =
  | SeatMonthCharge
  | UnitCharge
  | GraduatedCharge
  | VolumeCharge
  | PackageCharge
  | CarrierTimeCharge
  | CommissionCharge;

export type ChargeModel = Charge["model"];
