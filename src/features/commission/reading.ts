import {
  type Actor,
  type Database,
  nextPlace,
  placeAfter,
  type TenantTx,
  withOperator,
  withTenant,
} from "../../adapters/db/index.ts";
import type { AgentId, TenantId } from "../../domain/kernel/ids.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import { tenantsOfHouse } from "../ledger/index.ts";
import type { StatementDetail, StatementView } from "./schema.ts";
import { listStatements, PAGE_MAX, readStatement, type StatementQuery } from "./views.ts";

type HouseReading = { readonly db: Database; readonly operatorDb: Database; readonly actor: Actor };

/**
 * Statements of one client or of all, newest month first. Each client is asked in a transaction of its own for as much as
 * a page can hold, and the pages are woven together.
 */
export async function allStatements(
  ctx: HouseReading,
  of: TenantId | null,
  query: StatementQuery,
): Promise<{ items: StatementView[]; next: string | null }> {
  const tenants = of === null ? await withOperator(ctx.operatorDb, tenantsOfHouse) : [of];
  placeAfter(query.cursor, ["month", "id"]);
  const found: StatementView[] = [];
  for (const tenantId of tenants) {
    const one = await withTenant(ctx.db, { tenantId, actor: ctx.actor }, (tx) =>
      listStatements(tx, { ...query, limit: query.limit + 1 }),
    );
    found.push(...one.items);
  }
  const order = (it: StatementView) => `${it.period}_${it.statementId}`;
  const sorted = found.toSorted((a, b) => (order(a) < order(b) ? 1 : -1));
  const items = sorted.slice(0, query.limit);
  const last = items.at(-1);
  return { items, next: nextPlace(sorted.length > query.limit, last && [last.period, last.statementId]) };
}

/** The newest statements of an agent over all clients it sold for. */
export async function agentStatements(ctx: HouseReading, agentId: AgentId): Promise<StatementView[]> {
  const query = { period: null, status: null, agentId, cursor: null, limit: PAGE_MAX };
  const { items } = await allStatements(ctx, null, query);
  // What is being prepared is not the agent's word yet: it may change until another person has approved it.
  return items.filter((statement) => statement.status !== "prepared");
}

/** One of the agent's own, wherever it stands; anybody else's is not found. */
export async function agentStatement(
  ctx: HouseReading,
  query: {
    readonly statementId: string;
    readonly agentId: AgentId;
    readonly cursor: string | null;
    readonly limit: number;
  },
): Promise<StatementDetail> {
  for (const tenantId of await withOperator(ctx.operatorDb, tenantsOfHouse)) {
    const found = await withTenant(ctx.db, { tenantId, actor: ctx.actor }, (tx) => readStatement(tx, query));
    if (found !== undefined && found.status !== "prepared") return found;
  }
  throw notFound();
}

export async function statementOfClient(
  tx: TenantTx,
  query: { readonly statementId: string; readonly cursor: string | null; readonly limit: number },
): Promise<StatementDetail> {
  const found = await readStatement(tx, { ...query, agentId: null });
  if (found === undefined) throw notFound();
  return found;
}

function notFound(): Refusal {
  return new Refusal("not_found", "statement_not_found", "there is no such statement");
}
