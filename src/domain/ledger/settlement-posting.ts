import { unreachable } from "../kernel/step.ts";
import type { LedgerEvent, SettlementItem, SettlementParty } from "./events.ts";
import type { AccountOf, Move } from "./move.ts";

type SettlementDeed = Extract<LedgerEvent, { type: "settlement_booked" | "settlement_paid" }>;

/**
 * Statements with partners. Money from the door goes courier → `cod_due` → supplier: that account is empty when the
 * courier's and the supplier's statements tell of the same parcels.
 */
export function settlementMoves(event: SettlementDeed, of: AccountOf): Move[] {
  if (event.type === "settlement_paid") return paid(event.party, event.amountMinor, of);
  return event.sums.flatMap(({ item, amountMinor }) => booked(event.party, item, amountMinor, of));
}

function booked({ kind, partyId }: SettlementParty, item: SettlementItem, minor: bigint, of: AccountOf): Move[] {
  switch (kind) {
    case "supplier":
      return supplierMoves(item, minor, partyId, of);
    case "courier":
    case "dealer":
      return courierMoves(item, minor, partyId, of);
    case "carrier":
      return carrierMoves(item, minor, partyId, of);
    default:
      return unreachable(kind);
  }
}

/** Owed to the supplier: what was collected for it, less what it pays for. */
function supplierMoves(item: SettlementItem, minor: bigint, partyId: string, of: AccountOf): Move[] {
  const payable = of("supplier_payable", partyId);
  switch (item) {
    case "collected":
      return [[of("cod_due"), payable, minor]];
    case "clawback":
      return [[payable, of("cod_due"), minor]];
    case "delivery_fee":
    case "return_fee":
    case "carrier_rate":
      return [[payable, of("fees_recovered", item), minor]];
    case "share":
      return [[payable, of("revenue", "sales_share"), minor]];
    case "adjustment":
      return [[of("settlement_difference"), payable, minor]];
    default:
      return unreachable(item);
  }
}

/** Owed by the courier: what it collected, less its fees. */
function courierMoves(item: SettlementItem, minor: bigint, partyId: string, of: AccountOf): Move[] {
  const holds = of("cod_clearing", partyId);
  switch (item) {
    case "collected":
      return [[holds, of("cod_due"), minor]];
    case "clawback":
      return [[of("cod_due"), holds, minor]];
    case "delivery_fee":
    case "return_fee":
    case "carrier_rate":
    case "share":
      return [
        [of("delivery_cost", item), of("courier_payable", partyId), minor],
        // The courier keeps its fees out of what it hands over.
        [of("courier_payable", partyId), holds, minor],
      ];
    case "adjustment":
      return [[holds, of("settlement_difference"), minor]];
    default:
      return unreachable(item);
  }
}

/**
 * The carrier's cost was accrued month by month from our own legs; a statement books what differs from it. Signed so that
 * a positive sum is owed to the carrier.
 */
function carrierMoves(item: SettlementItem, minor: bigint, carrier: string, of: AccountOf): Move[] {
  const payable = of("carrier_payable", carrier);
  switch (item) {
    case "carrier_rate":
      return [[of("carrier_cost", carrier), payable, minor]];
    case "clawback":
      return [[payable, of("carrier_cost", carrier), minor]];
    case "collected":
    case "delivery_fee":
    case "return_fee":
    case "share":
    case "adjustment":
      return [[of("settlement_difference"), payable, minor]];
    default:
      return unreachable(item);
  }
}

function paid({ kind, partyId }: SettlementParty, minor: bigint, of: AccountOf): Move[] {
  switch (kind) {
    case "supplier":
      return [[of("supplier_payable", partyId), of("cash"), minor]];
    case "carrier":
      return [[of("carrier_payable", partyId), of("cash"), minor]];
    case "courier":
    case "dealer":
      return [[of("cash"), of("cod_clearing", partyId), minor]];
    default:
      return unreachable(kind);
  }
}
