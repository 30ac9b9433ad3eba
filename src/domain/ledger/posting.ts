import type { Currency } from "../kernel/currency.ts";
import { unreachable } from "../kernel/step.ts";
import type { Account, AccountKind } from "./accounts.ts";
import { accountKey } from "./accounts.ts";
import type { Beneficiary, LedgerEvent, ServiceAmount } from "./events.ts";
import { mayFlow } from "./flows.ts";
import type { AccountOf, Move } from "./move.ts";
import { settlementMoves } from "./settlement-posting.ts";

/** One debit and one credit of one positive amount: a book of such rows balances by construction. */
export type Entry = { readonly debit: Account; readonly credit: Account; readonly amountMinor: bigint };

/**
 * The entries of a deed. Total: every event has an answer, which is empty when nothing moves. Movements between the same
 * two accounts are one entry, negative ones run the other way, and each is of a kind that `flows.ts` allows.
 */
export function entriesOf(event: LedgerEvent): Entry[] {
  return netted(movesOf(event));
}

/** The opposite of entries that are booked, for a new transaction that points to the old one. */
export function reversed(entries: readonly Entry[]): Entry[] {
  return entries.map(({ debit, credit, amountMinor }) => ({ debit: credit, credit: debit, amountMinor }));
}

/** Entries that no rule may make: kinds between which nothing flows, two currencies in one row, amounts not above zero. */
export function unlawful(entries: readonly Entry[]): Entry[] {
  return entries.filter(
    ({ debit, credit, amountMinor }) =>
      !mayFlow(debit.kind, credit.kind) || debit.currency !== credit.currency || amountMinor <= 0n,
  );
}

export function account(kind: AccountKind, currency: Currency, subject = ""): Account {
  return { kind, subject, currency };
}

function movesOf(event: LedgerEvent): Move[] {
  const of = (kind: AccountKind, subject = "") => account(kind, event.currency, subject);
  switch (event.type) {
    case "invoice_finalized":
      return invoiced(event.lines, event.taxMinor, of, 1n);
    case "credit_note_issued":
      return invoiced(event.lines, event.taxMinor, of, -1n);
    case "revenue_accrued":
      return earned(of("accrued_revenue"), event.lines, of, 1n);
    case "write_off":
      return [
        [of("bad_debt"), of("receivable"), event.amountMinor],
        [of("tax_payable"), of("bad_debt"), event.taxMinor],
      ];
    case "payment_received":
      return [
        [of(event.into), of("receivable"), event.allocatedMinor],
        [of(event.into), of("client_credit"), event.amountMinor - event.allocatedMinor],
      ];
    case "client_credit_applied":
      return [[of("client_credit"), of("receivable"), event.amountMinor]];
    case "payment_refunded":
      return [
        [of("receivable"), of(event.from), event.reopenedMinor],
        [of("client_credit"), of(event.from), event.amountMinor - event.reopenedMinor],
      ];
    case "stripe_paid_out":
      return [[of("cash"), of("stripe_clearing"), event.amountMinor]];
    case "stripe_fee":
      return [[of("payment_fees", "stripe"), of("stripe_clearing"), event.amountMinor]];
    case "prepaid_bought":
      return [
        [of(event.on), of("prepaid"), event.amountMinor + event.taxMinor],
        // The tax is owed at once, whenever the package is used.
        [of("prepaid"), of("tax_payable"), event.taxMinor],
      ];
    case "prepaid_drawn": {
      const { pays } = event;
      const paid = pays.by === "invoice" ? of("receivable") : of("revenue", pays.service);
      return [[of("prepaid"), paid, event.amountMinor]];
    }
    case "prepaid_expired":
      return [[of("prepaid"), of("revenue", "prepaid_expired"), event.amountMinor]];
    case "carrier_cost_accrued":
      return [[of("carrier_cost", event.carrier), of("carrier_payable", event.carrier), event.amountMinor]];
    case "agent_cost_accrued":
      return [[of("agent_cost"), of("agent_payable", event.agentId), event.amountMinor]];
    case "commission_accrued":
    case "commission_confirmed":
    case "commission_paid":
    case "commission_clawed_back":
    case "commission_debt_carried":
      return commissionMoves(event, of);
    case "settlement_booked":
    case "settlement_paid":
      return settlementMoves(event, of);
    case "fx_converted":
      return [
        [of("fx_position"), of("cash"), event.amountMinor],
        [account("cash", event.into.currency), account("fx_position", event.into.currency), event.into.amountMinor],
      ];
    case "fx_difference":
      return [[of("fx_difference"), of("fx_position"), event.lossMinor]];
    default:
      return unreachable(event);
  }
}

function invoiced(lines: readonly ServiceAmount[], taxMinor: bigint, of: AccountOf, sign: bigint): Move[] {
  return [
    ...earned(of("receivable"), lines, of, sign),
    [of("receivable"), of("tax_payable"), taxMinor * sign] as const,
  ];
}

function earned(owed: Account, lines: readonly ServiceAmount[], of: AccountOf, sign: bigint): Move[] {
  return lines.map(({ service, amountMinor, slaCredit }) => [
    owed,
    slaCredit === true ? of("sla_credit", service) : of("revenue", service),
    amountMinor * sign,
  ]);
}

type CommissionEvent = Extract<LedgerEvent, { to: Beneficiary }>;

/** An agent's commission is a cost that becomes payable; the house's own is revenue that becomes receivable. */
function commissionMoves(event: CommissionEvent, of: AccountOf): Move[] {
  return event.to.kind === "agent" ? agentMoves(event, event.to.agentId, of) : houseMoves(event, of);
}

function agentMoves(event: CommissionEvent, agentId: string, of: AccountOf): Move[] {
  const pending = of("commission_pending", agentId);
  const payable = of("commission_payable", agentId);
  switch (event.type) {
    case "commission_accrued":
      return [[of("commission_cost"), pending, event.amountMinor]];
    case "commission_confirmed":
      return [[pending, payable, event.amountMinor]];
    case "commission_paid":
      return [[payable, of("cash"), event.amountMinor]];
    case "commission_clawed_back":
      return [[event.was === "pending" ? pending : payable, of("commission_cost"), event.amountMinor]];
    case "commission_debt_carried":
      return [[of("clawback_receivable", agentId), payable, event.amountMinor]];
    default:
      return unreachable(event);
  }
}

function houseMoves(event: CommissionEvent, of: AccountOf): Move[] {
  const revenue = of("revenue", "commission");
  switch (event.type) {
    case "commission_accrued":
      return [[of("accrued_revenue"), revenue, event.amountMinor]];
    case "commission_confirmed":
      return [[of("commission_receivable"), of("accrued_revenue"), event.amountMinor]];
    case "commission_paid":
      return [[of("cash"), of("commission_receivable"), event.amountMinor]];
    case "commission_clawed_back":
      return [[revenue, of(event.was === "pending" ? "accrued_revenue" : "commission_receivable"), event.amountMinor]];
    case "commission_debt_carried":
      // What the client has paid too much simply stands in its receivable, below zero.
      return [];
    default:
      return unreachable(event);
  }
}

/** One entry for each pair of accounts, in the order in which the pairs first appear. */
function netted(moves: readonly Move[]): Entry[] {
  const pairs = new Map<string, { debit: Account; credit: Account; amount: bigint }>();
  for (const [debit, credit, amountMinor] of moves) {
    const [there, back] = [`${accountKey(debit)}>${accountKey(credit)}`, `${accountKey(credit)}>${accountKey(debit)}`];
    const known = pairs.get(there) ?? pairs.get(back);
    if (known === undefined) pairs.set(there, { debit, credit, amount: amountMinor });
    else known.amount += pairs.has(there) ? amountMinor : -amountMinor;
  }
  return [...pairs.values()]
    .filter(({ amount }) => amount !== 0n)
    .map(({ debit, credit, amount }) =>
      amount > 0n ? { debit, credit, amountMinor: amount } : { debit: credit, credit: debit, amountMinor: -amount },
    );
}
