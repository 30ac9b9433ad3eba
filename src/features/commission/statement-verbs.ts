import type { TenantTx } from "../../adapters/db/index.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import { assert } from "../../domain/kernel/step.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import { audit } from "../audit/index.ts";
import { collectWrapUps } from "./record.ts";
import type { StatementView } from "./schema.ts";
import { approveStatement, payStatement, prepareStatements } from "./statements.ts";
import { readStatement } from "./views.ts";

/** Sales of the last minute are taken in first, so that the statement misses none. */
export async function prepareMonth(tx: TenantTx, period: string, now: Instant): Promise<number> {
  await collectWrapUps(tx, now);
  const prepared = await prepareStatements(tx, period, now);
  await audit(tx, "commission_prepared", { kind: "period", id: period }, { statements: prepared });
  return prepared;
}

type Decision = {
  readonly statementId: string;
  readonly decision: "approve" | "pay";
  readonly paymentRef?: string | undefined;
};

/** Refuses what `approveStatement` and `payStatement` refuse, and a payment without its reference. */
export async function decideStatement(tx: TenantTx, input: Decision, now: Instant): Promise<StatementView> {
  const { statementId, paymentRef } = input;
  if (input.decision === "approve") await approveStatement(tx, statementId, now);
  else if (paymentRef === undefined) throw referenceMissing();
  else await payStatement(tx, { statementId, paymentRef }, now);
  const action = input.decision === "approve" ? "commission_approved" : "commission_paid";
  const detail = paymentRef === undefined ? {} : { paymentRef };
  await audit(tx, action, { kind: "commission_statement", id: statementId }, detail);
  const statement = await readStatement(tx, { statementId, agentId: null, cursor: null, limit: 1 });
  assert(statement !== undefined, "a statement that was decided on is there");
  const { items: _i, next: _n, ...view } = statement;
  return view;
}

function referenceMissing(): Refusal {
  const faults = [{ path: "json.paymentRef", message: "the bank's reference of the payment" }];
  return new Refusal("invalid", "invalid_input", "something in the request is not as described", { faults });
}
