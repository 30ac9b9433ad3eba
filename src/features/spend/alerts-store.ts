import { sql } from "drizzle-orm";
import { iso, type TenantTx } from "../../adapters/db/index.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import type { AlertStep, Told } from "../../domain/rating/allowance.ts";
import { LETTER_TRIES_MAX, type Outcome } from "../letters/index.ts";
import type { SpendView } from "./schema.ts";

/** Letters of one client in one run. */
const AT_ONCE = 20;
/** Waits 1, 2, 4 … minutes from try to try: ten tries take seventeen hours, within the day that the mail service knows a key. */
const FIRST_WAIT_MS = 60_000;

type Allowance = SpendView["allowances"][number];
type Of = Pick<SpendView, "contractId" | "periodStart">;

/** Whether drafts or limits read otherwise than when the client's month was last looked at; remembers what they read. */
export async function hasNews(tx: TenantTx, now: Instant): Promise<boolean> {
  const rows = await tx.execute(sql`
    insert into tenant.spend_checks (tenant_id, seen, checked_at)
    select ${tx.tenantId}, md5(coalesce(string_agg(it, ',' order by it), '')), ${iso(now)}::timestamptz from (
      select id::text || input_hash as it from tenant.invoices where tenant_id = ${tx.tenantId} and status = 'draft'
      union all
      select contract_id::text || amount_minor::text from tenant.spend_limits where tenant_id = ${tx.tenantId}) x
    on conflict (tenant_id) do update set seen = excluded.seen, checked_at = excluded.checked_at
      where spend_checks.seen <> excluded.seen
    returning seen`);
  return rows.length > 0;
}

/** What the client was told about an allowance this month. */
export async function toldOf(tx: TenantTx, of: Of, { kind, code }: Allowance): Promise<Told[]> {
  const rows = await tx.execute<{ step: AlertStep; allowed: string }>(sql`
    select step, allowed::text as allowed from tenant.spend_alerts
    where tenant_id = ${tx.tenantId} and contract_id = ${of.contractId} and period_start = ${of.periodStart}::date
      and what = ${kind} and code = ${code ?? ""} limit 100`);
  return rows.map(({ step, allowed }) => ({ step, of: BigInt(allowed) }));
}

/** Two runs at once note it once. */
export async function noteAlert(
  tx: TenantTx,
  of: Of,
  { kind, code, label, used, of: allowed, usedUpOn }: Allowance,
  { step, now }: { readonly step: AlertStep; readonly now: Instant },
): Promise<number> {
  const rows = await tx.execute(sql`
    insert into tenant.spend_alerts (tenant_id, contract_id, period_start, what, code, label_zh, label_en, step, used, allowed,
      used_up_on, reached_at, letter_next_at)
    values (${tx.tenantId}, ${of.contractId}, ${of.periodStart}::date, ${kind}, ${code ?? ""}, ${label?.zh ?? null}, ${label?.en ?? null},
      ${step}, ${used}, ${allowed}, ${usedUpOn}::date, ${iso(now)}::timestamptz, ${iso(now)}::timestamptz)
    on conflict (tenant_id, contract_id, period_start, what, code, step, allowed) do nothing returning id`);
  return rows.length;
}

export type WaitingAlert = {
  readonly id: string;
  readonly what: "package" | "limit";
  readonly label: { readonly zh: string; readonly en: string } | null;
  readonly step: AlertStep;
  readonly used: bigint;
  readonly of: bigint;
  readonly usedUpOn: string | null;
  readonly month: string;
  readonly currency: string;
  readonly tries: number;
};

/** Only those of a few days: what a month came to is no news when the next is under way. */
export async function waitingAlerts(tx: TenantTx, now: Instant): Promise<WaitingAlert[]> {
  const rows = await tx.execute<Record<string, string | null>>(sql`
    select a.id, a.what, a.label_zh, a.label_en, a.step::text as step, a.used::text as used, a.allowed::text as allowed,
      a.used_up_on::text as used_up_on, to_char(a.period_start, 'YYYY-MM') as month, c.currency, a.letter_tries::text as tries
    from tenant.spend_alerts a join tenant.contracts c on c.tenant_id = a.tenant_id and c.id = a.contract_id
    where a.tenant_id = ${tx.tenantId} and a.letter_id is null and a.letter_tries < ${LETTER_TRIES_MAX}
      and a.letter_next_at <= ${iso(now)}::timestamptz and a.reached_at > ${iso(now)}::timestamptz - interval '3 days'
    order by a.reached_at, a.id limit ${AT_ONCE}`);
  return rows.map((row) => ({
    id: String(row.id),
    what: row.what === "limit" ? "limit" : "package",
    label: row.label_zh === null ? null : { zh: String(row.label_zh), en: String(row.label_en) },
    step: Number(row.step) as AlertStep, // a CHECK says so
    used: BigInt(row.used ?? 0),
    of: BigInt(row.allowed ?? 0),
    usedUpOn: row.used_up_on ?? null,
    month: String(row.month),
    currency: String(row.currency),
    tries: Number(row.tries),
  }));
}

export async function noteOutcome(
  tx: TenantTx,
  { id, tries }: WaitingAlert,
  to: readonly string[],
  { outcome, now }: { readonly outcome: Outcome; readonly now: Instant },
): Promise<void> {
  const [letterId, trouble] = "letterId" in outcome ? [outcome.letterId, null] : [null, outcome.trouble];
  await tx.execute(sql`
    update tenant.spend_alerts set letter_tries = letter_tries + 1, letter_id = ${letterId}, letter_trouble = ${trouble},
      letter_next_at = ${iso(now + FIRST_WAIT_MS * 2 ** tries)}::timestamptz,
      letter_to = array(select jsonb_array_elements_text(${JSON.stringify(letterId === null ? [] : to)}::jsonb))
    where tenant_id = ${tx.tenantId} and id = ${id}`);
}
