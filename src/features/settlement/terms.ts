import { sql } from "drizzle-orm";
import { actorId, type TenantTx } from "../../adapters/db/index.ts";
import { type Currency, isCurrency } from "../../domain/kernel/currency.ts";
import { assert } from "../../domain/kernel/step.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import { type PartyInput, type PartyView, TermsSchema, type TermsView } from "./schema.ts";

/** Partners of one client, and versions of one partner's terms, at most. */
const PARTIES_MAX = 500;

export type Party = {
  readonly id: string;
  readonly kind: PartyView["kind"];
  readonly slug: string;
  readonly currency: Currency;
};

/** A version with the days it holds for; `to` is not one of them. */
export type DatedTerms = {
  readonly version: number;
  readonly from: string;
  readonly to: string | null;
  readonly terms: TermsView;
};

export async function listParties(tx: TenantTx): Promise<PartyView[]> {
  const rows = await tx.execute<{
    id: string;
    kind: PartyView["kind"];
    slug: string;
    name: string;
    currency: string;
    is_client: boolean;
    terms: unknown;
    from: string | null;
    version: number | null;
  }>(sql`
    select p.id, p.kind, p.slug, p.name, p.currency, p.is_client, t.terms, t.version, to_char(lower(t.valid), 'YYYY-MM-DD') as "from"
    from tenant.settlement_parties p
    left join lateral (select * from tenant.settlement_terms t where t.tenant_id = p.tenant_id and t.party_id = p.id
      order by t.version desc limit 1) t on true
    where p.tenant_id = ${tx.tenantId} order by p.kind, p.slug limit ${PARTIES_MAX}`);
  return rows.map((row) => ({
    partyId: row.id,
    kind: row.kind,
    slug: row.slug,
    name: row.name,
    currency: row.currency,
    isClient: row.is_client,
    terms: row.version === null ? null : { version: row.version, from: row.from ?? "", terms: parsed(row.terms) },
  }));
}

export async function partyById(tx: TenantTx, partyId: string): Promise<Party> {
  const [row] = await tx.execute<{ id: string; kind: Party["kind"]; slug: string; currency: string }>(
    sql`select id, kind, slug, currency from tenant.settlement_parties where tenant_id = ${tx.tenantId} and id = ${partyId}`,
  );
  if (row === undefined) throw new Refusal("not_found", "party_not_found", "there is no such partner");
  assert(isCurrency(row.currency), `${row.currency} is a currency that partners are settled in`);
  return { ...row, currency: row.currency };
}

/**
 * A partner with its terms from a day on, or a new version for one that is known. Refused `terms_overlap` when a later
 * version begins on or after that day, `terms_in_use` when a statement has lines on or after it.
 */
export async function putParty(tx: TenantTx, input: PartyInput): Promise<PartyView> {
  const key = `party:${tx.tenantId}:${input.kind}:${input.slug}`;
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`);
  await tx.execute(sql`
    insert into tenant.settlement_parties as p (tenant_id, kind, slug, name, currency, is_client)
    select c.tenant_id, ${input.kind}, ${input.slug}, ${input.name}, c.currency, ${input.isClient ?? false}
    from tenant.companies c where c.tenant_id = ${tx.tenantId}
    on conflict (tenant_id, kind, slug) do update set name = excluded.name, is_client = excluded.is_client
    where (p.name, p.is_client) is distinct from (excluded.name, excluded.is_client)`);
  const partyId = await partyForTerms(tx, input);
  await tx.execute(sql`
    update tenant.settlement_terms set valid = daterange(lower(valid), ${input.from}::date)
    where tenant_id = ${tx.tenantId} and party_id = ${partyId} and valid @> ${input.from}::date`);
  await tx.execute(sql`
    insert into tenant.settlement_terms (tenant_id, party_id, version, valid, terms, created_by)
    select ${tx.tenantId}, ${partyId}, coalesce(max(t.version), 0) + 1, daterange(${input.from}::date, null),
      ${JSON.stringify(input.terms)}::jsonb, ${`${tx.actor.kind}:${actorId(tx.actor)}`}
    from tenant.settlement_terms t where t.tenant_id = ${tx.tenantId} and t.party_id = ${partyId}`);
  const made = (await listParties(tx)).find((party) => party.partyId === partyId);
  assert(made !== undefined, "a partner that was put is listed");
  return made;
}

async function partyForTerms(tx: TenantTx, input: PartyInput): Promise<string> {
  const [known] = await tx.execute<{ id: string; overlaps: boolean; in_use: boolean }>(sql`
    select p.id,
      exists (select from tenant.settlement_terms t where t.tenant_id = p.tenant_id and t.party_id = p.id
        and lower(t.valid) >= ${input.from}::date) as overlaps,
      exists (select from tenant.settlement_lines l where l.tenant_id = p.tenant_id and l.party_id = p.id
        and (l.occurred_at at time zone c.time_zone)::date >= ${input.from}::date) as in_use
    from tenant.settlement_parties p join tenant.companies c on c.tenant_id = p.tenant_id
    where p.tenant_id = ${tx.tenantId} and p.kind = ${input.kind} and p.slug = ${input.slug}`);
  if (known === undefined) throw new Refusal("not_found", "tenant_not_found", "there is no such client");
  if (known.overlaps) throw new Refusal("conflict", "terms_overlap", "a later version begins on or after that day");
  if (known.in_use) throw new Refusal("conflict", "terms_in_use", "a statement has lines on or after that day");
  return known.id;
}

export async function termsOf(tx: TenantTx, partyId: string): Promise<DatedTerms[]> {
  const rows = await tx.execute<{ version: number; from: string; to: string | null; terms: unknown }>(sql`
    select version, to_char(lower(valid), 'YYYY-MM-DD') as "from", to_char(upper(valid), 'YYYY-MM-DD') as "to", terms
    from tenant.settlement_terms where tenant_id = ${tx.tenantId} and party_id = ${partyId}
    order by version desc limit ${PARTIES_MAX}`);
  return rows.map(({ terms, ...row }) => ({ ...row, terms: parsed(terms) }));
}

/** The version in force on a day of the client's calendar. */
export function termsOn(dated: readonly DatedTerms[], day: string): DatedTerms | undefined {
  return dated.find(({ from, to }) => from <= day && (to === null || day < to));
}

function parsed(stored: unknown): TermsView {
  return TermsSchema.parse(typeof stored === "string" ? JSON.parse(stored) : stored);
}
