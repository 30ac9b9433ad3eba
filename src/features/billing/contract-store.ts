import { sql } from "drizzle-orm";
import type { OperatorTx, TenantTx } from "../../adapters/db/index.ts";
import { actorId } from "../../adapters/db/index.ts";
import type { CardOverrides } from "../../domain/rating/rate-card.ts";
import { type Charges, ChargesSchema } from "./contract-schema.ts";

/** Versions of one contract, drafts and cards shown at once: far above any real one. */
const ROWS_MAX = 500;

type ContractRow = {
  id: string;
  slug: string;
  name_zh: string;
  name_en: string;
  company: string;
  currency: string;
  time_zone: string;
};

export function contractRows(tx: TenantTx, contractId?: string) {
  const one = contractId === undefined ? sql`true` : sql`c.id = ${contractId}::uuid`;
  return tx.execute<ContractRow>(sql`
    select c.id, c.slug, c.name_zh, c.name_en, co.name as company, c.currency, c.time_zone
    from tenant.contracts c join tenant.companies co on co.tenant_id = c.tenant_id
    where c.tenant_id = ${tx.tenantId} and ${one} order by c.slug limit ${ROWS_MAX}`);
}

type VersionRow = {
  version: number;
  from: string;
  to: string | null;
  source: "file" | "console";
  published_by: string | null;
  created_at: string;
  card: string | null;
  card_version: number | null;
  own_prices: number;
  billed: boolean;
};

/** Newest first. `billed`: an invoice of its days is approved or final, so that its days can no longer be ended earlier. */
export function versionRows(tx: TenantTx, contractId: string) {
  return tx.execute<VersionRow>(sql`
    select v.version, to_char(lower(v.valid), 'YYYY-MM-DD') as "from", to_char(upper(v.valid), 'YYYY-MM-DD') as "to", v.source,
      v.published_by, (extract(epoch from v.created_at) * 1000)::bigint::text as created_at, v.card, v.card_version,
      (select count(*)::int from jsonb_each(coalesce(v.overrides, '{}')) o where jsonb_typeof(o.value) = 'object') as own_prices,
      exists (select from tenant.invoices i where i.tenant_id = v.tenant_id and i.contract_id = v.contract_id
        and i.status in ('approved', 'finalized') and daterange(i.period_start, i.period_end) && v.valid) as billed
    from tenant.contract_versions v
    where v.tenant_id = ${tx.tenantId} and v.contract_id = ${contractId}::uuid order by v.version desc limit ${ROWS_MAX}`);
}

export async function chargesOfVersion(tx: TenantTx, contractId: string, version: number): Promise<Charges> {
  const rows = await tx.execute<{ charge: unknown }>(sql`
    select (params || jsonb_build_object('code', code, 'model', model,
      'label', jsonb_build_object('zh', description_zh, 'en', description_en)))::text as charge
    from tenant.charges where tenant_id = ${tx.tenantId} and contract_id = ${contractId}::uuid and version = ${version}
    order by position limit ${ROWS_MAX}`);
  return ChargesSchema.parse(rows.map((row) => JSON.parse(String(row.charge))));
}

export type StoredDraft = {
  readonly validFrom: string;
  readonly charges: Charges;
  readonly card: { readonly slug: string; readonly version: number } | null;
  readonly savedAt: number;
};

export async function draftOf(tx: TenantTx, contractId: string): Promise<StoredDraft | null> {
  const [row] = await tx.execute<{
    from: string;
    charges: string;
    card: string | null;
    card_version: number;
    at: string;
  }>(sql`
    select to_char(valid_from, 'YYYY-MM-DD') as "from", charges::text as charges, card, card_version,
      (extract(epoch from saved_at) * 1000)::bigint::text as at
    from tenant.contract_drafts where tenant_id = ${tx.tenantId} and contract_id = ${contractId}::uuid`);
  if (row === undefined) return null;
  return {
    validFrom: row.from,
    charges: ChargesSchema.parse(JSON.parse(row.charges)),
    card: row.card === null ? null : { slug: row.card, version: row.card_version },
    savedAt: Number(row.at),
  };
}

/** One writer at a time, until the transaction ends. A lock of its own: a month that is being billed holds nobody's writing up. */
export async function lockDraft(tx: TenantTx, contractId: string): Promise<void> {
  await tx.execute(
    sql`select pg_advisory_xact_lock(hashtextextended(${`contract-draft:${tx.tenantId}:${contractId}`}, 0))`,
  );
}

/** Gives when it was kept, in milliseconds. */
export async function saveDraft(
  tx: TenantTx,
  contractId: string,
  draft: Omit<StoredDraft, "savedAt">,
): Promise<number> {
  const [row] = await tx.execute<{ at: string }>(sql`
    insert into tenant.contract_drafts (tenant_id, contract_id, valid_from, charges, card, card_version, saved_by, saved_at)
    values (${tx.tenantId}, ${contractId}, ${draft.validFrom}, ${JSON.stringify(draft.charges)}::jsonb, ${draft.card?.slug ?? null},
      ${draft.card?.version ?? null}, ${actorId(tx.actor)}, clock_timestamp())
    on conflict (tenant_id, contract_id) do update set valid_from = excluded.valid_from, charges = excluded.charges,
      card = excluded.card, card_version = excluded.card_version, saved_by = excluded.saved_by, saved_at = excluded.saved_at
    returning (extract(epoch from saved_at) * 1000)::bigint::text as at`);
  return Number(row?.at);
}

export async function dropDraft(tx: TenantTx, contractId: string): Promise<void> {
  await tx.execute(
    sql`delete from tenant.contract_drafts where tenant_id = ${tx.tenantId} and contract_id = ${contractId}::uuid`,
  );
}

export type NewVersion = {
  readonly version: number;
  readonly validFrom: string;
  readonly contentHash: string;
  readonly charges: Charges;
  readonly card: { readonly slug: string; readonly version: number; readonly overrides: CardOverrides } | null;
};

/** Ends the version that is in force on that day and begins this one; the temporal key and the guard have the last word. */
export async function insertVersion(tx: TenantTx, contractId: string, next: NewVersion): Promise<void> {
  await tx.execute(sql`
    update tenant.contract_versions set valid = daterange(lower(valid), ${next.validFrom}::date)
    where tenant_id = ${tx.tenantId} and contract_id = ${contractId}::uuid and valid @> ${next.validFrom}::date
      and lower(valid) < ${next.validFrom}::date`);
  await tx.execute(sql`
    insert into tenant.contract_versions (tenant_id, contract_id, version, valid, content_hash, source, published_by, card, card_version, overrides)
    values (${tx.tenantId}, ${contractId}, ${next.version}, daterange(${next.validFrom}::date, null), ${next.contentHash}, 'console',
      ${actorId(tx.actor)}, ${next.card?.slug ?? null}, ${next.card?.version ?? null},
      ${next.card === null ? null : JSON.stringify(next.card.overrides)}::jsonb)`);
  const rows = next.charges.map(({ code, label, model, ...params }, position) => ({
    position,
    code,
    model,
    params,
    zh: label.zh,
    en: label.en,
  }));
  await tx.execute(sql`
    insert into tenant.charges (tenant_id, contract_id, version, position, code, model, params, description_zh, description_en)
    select ${tx.tenantId}, ${contractId}, ${next.version}, r.* from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as r(position int, code text, model text, params jsonb, zh text, en text)`);
}

export type Card = {
  readonly slug: string;
  readonly version: number;
  readonly name: { readonly zh: string; readonly en: string };
  readonly currency: string;
  readonly charges: Charges;
  /** The day from which clients that follow the card pay these prices; null for a card of the console. */
  readonly validFrom: string | null;
  readonly source: "file" | "console";
};
export type NewCard = Pick<Card, "slug" | "name" | "currency" | "charges">;

/** Newest version of each card first, then older ones. */
export async function cardRows(tx: OperatorTx): Promise<Card[]> {
  const rows = await tx.execute<{
    slug: string;
    version: number;
    zh: string;
    en: string;
    currency: string;
    charges: string;
    from: string | null;
    source: "file" | "console";
  }>(sql`
    select slug, version, name_zh as zh, name_en as en, currency, charges::text as charges,
      to_char(valid_from, 'YYYY-MM-DD') as "from", source from house.rate_cards
    order by slug, version desc limit ${ROWS_MAX}`);
  return rows.map(({ zh, en, charges, from, ...card }) => {
    return { ...card, name: { zh, en }, validFrom: from, charges: ChargesSchema.parse(JSON.parse(charges)) };
  });
}

/** The card's next version; null where the card is kept in files, whose next version is theirs to say. */
export async function insertCard(tx: OperatorTx, card: NewCard, by: string): Promise<number | null> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`rate-card:${card.slug}`}, 0))`);
  const [row] = await tx.execute<{ version: number }>(sql`
    insert into house.rate_cards (slug, version, name_zh, name_en, currency, charges, published_by)
    select ${card.slug}, coalesce(max(version), 0) + 1, ${card.name.zh}, ${card.name.en}, ${card.currency},
      ${JSON.stringify(card.charges)}::jsonb, ${by} from house.rate_cards where slug = ${card.slug}
    having coalesce(bool_and(source = 'console'), true)
    returning version`);
  return row?.version ?? null;
}
