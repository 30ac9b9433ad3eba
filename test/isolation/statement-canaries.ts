import { randomUUID } from "node:crypto";
import type postgres from "postgres";

type Planted = { readonly tenantId: string; readonly statementId: string; readonly canary: string };

/** An agent's paid commission and the client's own settlement, which only that agent and that client may read. */
export async function plantStatements(admin: postgres.Sql, { tenantId, statementId, canary }: Planted): Promise<void> {
  const [agentId, partyId] = [randomUUID(), randomUUID()];
  await admin`insert into tenant.commission_statements (tenant_id, id, beneficiary, agent_id, currency, period_start, opening_minor,
      earned_minor, clawed_back_minor, status, prepared_by, prepared_at, approved_by, approved_at, payment_ref, paid_at)
    values (${tenantId}, ${statementId}, 'agent', ${agentId}, 'CNY', '2026-10-01', 0, 1, 0, 'paid', ${canary}, now(), 'somebody else',
      now(), ${canary}, now())`;
  await admin`insert into tenant.settlement_parties (tenant_id, id, kind, slug, name, currency, is_client)
    values (${tenantId}, ${partyId}, 'supplier', 'own', ${canary}, 'CNY', true)`;
  await admin`insert into tenant.settlement_statements (tenant_id, id, party_id, currency, period_start, closing_minor, settled_minor, status,
      prepared_by, prepared_at, payment_ref, settled_at)
    values (${tenantId}, ${statementId}, ${partyId}, 'CNY', '2026-10-01', 1, 1, 'settled', ${canary}, now(), ${canary}, now())`;
}
