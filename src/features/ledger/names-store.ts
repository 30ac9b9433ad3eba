import { sql } from "drizzle-orm";
import type { TenantTx } from "../../adapters/db/index.ts";
import type { AccountKind } from "../../domain/ledger/accounts.ts";

/** A name for people: what was written by people has one text for both languages. */
export type Name = { readonly zh: string; readonly en: string };
type Named = { readonly kind: string; readonly subject: string };
/** The name of what an account is of; null where the account has no subject or nobody has named it. */
export type NameOf = (account: Named) => Name | null;

/** What the subject of each kind of account is, as `accounts.ts` says; kinds that are not here have none that has a name. */
const SUBJECTS = {
  agent: ["commission_pending", "commission_payable", "clawback_receivable", "agent_payable"],
  service: ["revenue", "sla_credit"],
  party: ["cod_clearing", "supplier_payable", "courier_payable", "carrier_payable", "carrier_cost"],
} as const satisfies { readonly [subject: string]: readonly AccountKind[] };
const NAMES_MAX = 20_000;

/** Names of the accounts' agents, services (as the newest contract calls them) and partners. */
export async function namesOf(tx: TenantTx, accounts: readonly Named[]): Promise<NameOf> {
  const subjects = (kinds: readonly string[]) =>
    JSON.stringify([...new Set(accounts.flatMap((it) => (kinds.includes(it.kind) ? [it.subject] : [])))]);
  const texts = (kinds: readonly string[]) => sql`(select jsonb_array_elements_text(${subjects(kinds)}::jsonb))`;
  const rows = await tx.execute<{ what: keyof typeof SUBJECTS; subject: string; zh: string; en: string }>(sql`
    select 'agent' as what, a.id::text as subject, a.name as zh, a.name as en from house.agents a
    where a.id::text in ${texts(SUBJECTS.agent)}
    union all
    (select distinct on (c.code) 'service', c.code, c.description_zh, c.description_en from tenant.charges c
      where c.tenant_id = ${tx.tenantId} and c.code in ${texts(SUBJECTS.service)} order by c.code, c.version desc, c.id desc)
    union all
    (select distinct on (p.slug) 'party', p.slug, p.name, p.name from tenant.settlement_parties p
      where p.tenant_id = ${tx.tenantId} and p.slug in ${texts(SUBJECTS.party)} order by p.slug, p.kind, p.id)
    limit ${NAMES_MAX}`);
  const names = new Map(rows.map(({ what, subject, zh, en }) => [`${what}|${subject}`, { zh, en }]));
  const kinds = Object.entries(SUBJECTS).flatMap(([what, of]) => of.map((kind): [string, string] => [kind, what]));
  const whatOf = new Map(kinds);
  return ({ kind, subject }) => names.get(`${whatOf.get(kind)}|${subject}`) ?? null;
}
