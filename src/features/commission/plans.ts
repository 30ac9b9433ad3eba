import { sql } from "drizzle-orm";
import { actorId, iso, type TenantTx } from "../../adapters/db/index.ts";
import type { CommissionPlan } from "../../domain/commission/commission.ts";
import { isCurrency } from "../../domain/kernel/currency.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import { assert } from "../../domain/kernel/step.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import { type PlanInput, PlanTermsSchema, type PlanView } from "./schema.ts";

/** Versions of one client's plans, at most. */
const VERSIONS_MAX = 500;

export type StoredPlan = { readonly id: string; readonly terms: CommissionPlan };

/** The version in force on the client's calendar at an instant. */
export async function planAt(
  tx: TenantTx,
  beneficiary: PlanInput["beneficiary"],
  at: Instant,
): Promise<StoredPlan | null> {
  const [row] = await tx.execute<{ id: string; currency: string; terms: unknown }>(sql`
    select p.id, p.currency, p.terms from tenant.commission_plans p
    join tenant.companies c on c.tenant_id = p.tenant_id
    where p.tenant_id = ${tx.tenantId} and p.beneficiary = ${beneficiary}
      and p.valid @> (${iso(at)}::timestamptz at time zone c.time_zone)::date`);
  return row === undefined ? null : { id: row.id, terms: termsOf(row.terms, row.currency) };
}

export async function listPlans(tx: TenantTx): Promise<PlanView[]> {
  const rows = await tx.execute<{
    id: string;
    beneficiary: PlanView["beneficiary"];
    version: number;
    from: string;
    to: string | null;
    currency: string;
    terms: unknown;
  }>(sql`
    select id, beneficiary, version, to_char(lower(valid), 'YYYY-MM-DD') as "from", to_char(upper(valid), 'YYYY-MM-DD') as "to",
      currency, terms
    from tenant.commission_plans where tenant_id = ${tx.tenantId} order by beneficiary, version desc limit ${VERSIONS_MAX}`);
  return rows.map(({ id, terms, ...row }) => ({ planId: id, ...row, terms: parsed(terms) }));
}

/**
 * A new version from a day on; the one before ends there. Refused `plan_in_use` when a sale on or after that day is
 * known, so that no sale ever changes its rate, and `billed_already` for a plan of the house while a contract bills
 * commission by itself: the client would pay it twice.
 */
export async function addPlan(tx: TenantTx, input: PlanInput): Promise<PlanView> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`plan:${tx.tenantId}`}, 0))`);
  const [known] = await tx.execute<{ currency: string; in_use: boolean; billed: boolean; overlaps: boolean }>(sql`
    select c.currency,
      exists (select from tenant.sales s where s.tenant_id = c.tenant_id and (s.sold_at at time zone c.time_zone)::date >= ${input.from}::date) as in_use,
      exists (select from tenant.charges ch join tenant.contract_versions v on v.tenant_id = ch.tenant_id
        and v.contract_id = ch.contract_id and v.version = ch.version
        where ch.tenant_id = c.tenant_id and ch.model = 'commission' and v.valid && daterange(${input.from}::date, null)) as billed,
      exists (select from tenant.commission_plans p where p.tenant_id = c.tenant_id and p.beneficiary = ${input.beneficiary}
        and lower(p.valid) >= ${input.from}::date) as overlaps
    from tenant.companies c where c.tenant_id = ${tx.tenantId}`);
  if (known === undefined) throw new Refusal("not_found", "tenant_not_found", "there is no such client");
  if (known.in_use) throw new Refusal("conflict", "plan_in_use", "a sale on or after that day is known already");
  if (known.overlaps) throw new Refusal("conflict", "plan_overlaps", "a later version begins on or after that day");
  if (input.beneficiary === "house" && known.billed) {
    throw new Refusal("conflict", "billed_already", "the contract bills this commission by itself");
  }
  await tx.execute(sql`
    update tenant.commission_plans set valid = daterange(lower(valid), ${input.from}::date)
    where tenant_id = ${tx.tenantId} and beneficiary = ${input.beneficiary} and valid @> ${input.from}::date`);
  await tx.execute(sql`
    insert into tenant.commission_plans (tenant_id, beneficiary, version, valid, currency, terms, created_by)
    select ${tx.tenantId}, ${input.beneficiary}, coalesce(max(p.version), 0) + 1, daterange(${input.from}::date, null),
      ${known.currency}, ${JSON.stringify(input.terms)}::jsonb, ${`${tx.actor.kind}:${actorId(tx.actor)}`}
    from tenant.commission_plans p where p.tenant_id = ${tx.tenantId} and p.beneficiary = ${input.beneficiary}`);
  const made = (await listPlans(tx)).find((plan) => plan.beneficiary === input.beneficiary);
  assert(made !== undefined, "a version that was added is listed");
  return made;
}

function termsOf(stored: unknown, currency: string): CommissionPlan {
  assert(isCurrency(currency), `${currency} is a currency that plans are made in`);
  return { currency, ...parsed(stored) };
}

function parsed(stored: unknown) {
  return PlanTermsSchema.parse(typeof stored === "string" ? JSON.parse(stored) : stored);
}
