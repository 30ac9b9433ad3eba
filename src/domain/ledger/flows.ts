import type { AccountKind } from "./accounts.ts";

/**
 * Between which kinds of account money may move. A pair holds in both directions, because every deed can be corrected by
 * its opposite; what stands in no pair cannot be booked by any rule, caller or fault.
 */
const FLOWS: { readonly [kind in AccountKind]?: readonly AccountKind[] } = {
  receivable: [
    "revenue",
    "sla_credit",
    "tax_payable",
    "cash",
    "stripe_clearing",
    "client_credit",
    "prepaid",
    "bad_debt",
    "fx_position",
  ],
  accrued_revenue: ["revenue", "sla_credit", "commission_receivable"],
  cash: [
    "stripe_clearing",
    "client_credit",
    "prepaid",
    "fx_position",
    "carrier_payable",
    "supplier_payable",
    "courier_payable",
    "cod_clearing",
    "commission_payable",
    "commission_receivable",
    "agent_payable",
    "payment_fees",
  ],
  stripe_clearing: ["client_credit", "prepaid", "payment_fees", "fx_position"],
  fx_position: ["fx_difference", "client_credit"],
  cod_clearing: ["cod_due", "courier_payable", "settlement_difference"],
  cod_due: ["supplier_payable"],
  commission_payable: ["commission_pending", "commission_cost", "clawback_receivable"],
  commission_pending: ["commission_cost"],
  commission_receivable: ["revenue"],
  prepaid: ["revenue", "tax_payable"],
  tax_payable: ["bad_debt"],
  carrier_payable: ["carrier_cost", "settlement_difference"],
  supplier_payable: ["fees_recovered", "revenue", "settlement_difference"],
  courier_payable: ["delivery_cost", "settlement_difference"],
  agent_payable: ["agent_cost"],
};

export function mayFlow(a: AccountKind, b: AccountKind): boolean {
  return (FLOWS[a]?.includes(b) ?? false) || (FLOWS[b]?.includes(a) ?? false);
}
