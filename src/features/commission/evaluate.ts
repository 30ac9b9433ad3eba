import { and, eq, sql } from "drizzle-orm";
import type { TenantTx } from "../../adapters/db/index.ts";
import {
  type CommissionMove,
  commissionOf,
  movesBetween,
  NOTHING,
  type Standing,
  standingOf,
} from "../../domain/commission/commission.ts";
import type { Sale } from "../../domain/commission/sale.ts";
import { isCurrency } from "../../domain/kernel/currency.ts";
import type { AgentId } from "../../domain/kernel/ids.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import { assert } from "../../domain/kernel/step.ts";
import type { Beneficiary, LedgerEvent } from "../../domain/ledger/events.ts";
import { post } from "../ledger/index.ts";
import { planAt, type StoredPlan } from "./plans.ts";
import { commissionMoves, type SaleRow } from "./tables.ts";

/** One commission of a sale: whose, by which plan, what is booked of it and what is true. */
type Claim = {
  readonly to: Beneficiary;
  readonly plan: { readonly id: string; readonly currency: string };
  readonly booked: Standing;
  readonly wanted: Standing;
};

/**
 * Books what is true of a sale's commissions less what is booked: so a repeat books nothing, and every order of events
 * comes to the same. A sale whose agent changed gives the one back and the other its own.
 */
export async function evaluate(tx: TenantTx, row: SaleRow, sale: Sale, now: Instant): Promise<void> {
  for (const claim of await claimsOf(tx, row, sale)) {
    for (const move of movesBetween(claim.booked, claim.wanted)) await book(tx, row, claim, move, now);
  }
}

async function claimsOf(tx: TenantTx, row: SaleRow, sale: Sale): Promise<Claim[]> {
  const booked = await bookedOf(tx, row.id);
  const wanted: { to: Beneficiary; plan: StoredPlan }[] = [];
  if (sale.soldAt !== null) {
    const [agents, house] = [await planAt(tx, "agent", sale.soldAt), await planAt(tx, "house", sale.soldAt)];
    if (agents !== null && row.agentId !== null) {
      wanted.push({ to: { kind: "agent", agentId: row.agentId }, plan: agents });
    }
    if (house !== null) wanted.push({ to: { kind: "house" }, plan: house });
  }
  const claims = wanted
    .filter(({ plan }) => plan.terms.currency === row.currency)
    .map(({ to, plan }) => ({
      to,
      plan: { id: plan.id, currency: plan.terms.currency },
      booked: booked.get(keyOf(to, plan.id))?.standing ?? NOTHING,
      wanted: commissionOf(sale, plan.terms),
    }));
  const still = new Set(claims.map(({ to, plan }) => keyOf(to, plan.id)));
  const gone = [...booked]
    .filter(([key]) => !still.has(key))
    .map(([, { claim, standing }]) => ({
      ...claim,
      booked: standing,
      wanted: NOTHING,
    }));
  return [...gone, ...claims];
}

async function bookedOf(tx: TenantTx, saleId: string) {
  const rows = await tx
    .select()
    .from(commissionMoves)
    .where(and(eq(commissionMoves.tenantId, tx.tenantId), eq(commissionMoves.saleId, saleId)));
  const groups = Map.groupBy(rows, (row) => keyOf(beneficiaryOf(row), row.planId));
  return new Map(
    [...groups].flatMap(([key, moves]) => {
      const [first] = moves;
      if (first === undefined) return [];
      const claim = { to: beneficiaryOf(first), plan: { id: first.planId, currency: first.currency } };
      return [[key, { claim, standing: standingOf(moves) }] as const];
    }),
  );
}

export function beneficiaryOf(row: { beneficiary: "agent" | "house"; agentId: AgentId | null }): Beneficiary {
  if (row.beneficiary === "house") return { kind: "house" };
  assert(row.agentId !== null, "an agent's commission names the agent");
  return { kind: "agent", agentId: row.agentId };
}

function keyOf(to: Beneficiary, planId: string): string {
  return `${to.kind === "agent" ? to.agentId : "house"}|${planId}`;
}

/** The step and its ledger transaction, under one id. */
async function book(tx: TenantTx, row: SaleRow, claim: Claim, move: CommissionMove, now: Instant): Promise<void> {
  const [made] = await tx.execute<{ id: string }>(sql`select uuidv7() as id`);
  const { currency } = claim.plan;
  assert(made !== undefined && isCurrency(currency), "a commission is in a currency that is known");
  const { txnId } = await post(tx, { event: deedOf(made.id, currency, claim.to, move), occurredAt: now });
  await tx.execute(sql`
    insert into tenant.commission_moves (tenant_id, id, sale_id, plan_id, beneficiary, agent_id, kind, currency, amount_minor, booked_on, txn_id)
    select t.tenant_id, ${made.id}, ${row.id}, ${claim.plan.id}, ${claim.to.kind},
      ${claim.to.kind === "agent" ? claim.to.agentId : null}::uuid, ${move.kind}, ${currency}, ${move.amountMinor.toString()}::bigint,
      t.booked_on, t.id
    from tenant.ledger_txns t where t.tenant_id = ${tx.tenantId} and t.id = ${txnId}`);
}

function deedOf(id: string, currency: LedgerEvent["currency"], to: Beneficiary, move: CommissionMove): LedgerEvent {
  const base = { id, currency, to, amountMinor: move.amountMinor };
  switch (move.kind) {
    case "accrued":
      return { ...base, type: "commission_accrued" };
    case "confirmed":
      return { ...base, type: "commission_confirmed" };
    case "clawed_back_pending":
      return { ...base, type: "commission_clawed_back", was: "pending" };
    case "clawed_back_payable":
      return { ...base, type: "commission_clawed_back", was: "payable" };
  }
}
