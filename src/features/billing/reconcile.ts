import { sql } from "drizzle-orm";
import { type TenantTx, withOperator, withTenant } from "../../adapters/db/index.ts";
import type { TenantId } from "../../domain/kernel/ids.ts";
import { type BillingMonth, billingMonth } from "./period.ts";
import { sumsAstray } from "./rated-sums.ts";
import { segmentsOf } from "./rating-input.ts";
import { recomputedMinor } from "./recompute.ts";
import type { BillingContext } from "./run-contract.ts";
import { type Contract, contractsOf, invoiceOfMonth, tenantsInService, versionsInForce } from "./store.ts";
import { decimalsOf } from "./views-store.ts";

/** One thing that ought to be equal and is not. Amounts are minor units. */
export type Mismatch = { readonly what: string; readonly expected: string; readonly got: string };

export type Reconciliation = {
  readonly tenantId: TenantId;
  readonly tenant: string;
  readonly currency: string;
  readonly totalMinor: bigint;
  readonly lines: number;
  /** Seconds of ended legs as the carrier told them. */
  readonly carrierSeconds: number;
  /** The same seconds as they stand behind invoice lines, before increments. */
  readonly billedSeconds: number;
  /** Contacts that an agent answered, and those behind lines. */
  readonly contacts: number;
  readonly billedContacts: number;
  readonly successes: number;
  readonly mismatches: readonly Mismatch[];
};

/**
 * Compares, for a month of one client or of all, what the call records say with usage, lines and totals, and computes each
 * draft again by SQL alone. An empty list of mismatches means that nothing was lost, doubled or charged otherwise.
 */
export async function reconcileMonth(
  ctx: BillingContext,
  input: { readonly tenantId?: TenantId | undefined; readonly period: string },
): Promise<Reconciliation[]> {
  const tenants =
    input.tenantId === undefined ? await withOperator(ctx.operatorDb, tenantsInService) : [input.tenantId];
  const found: Reconciliation[] = [];
  for (const tenantId of tenants) {
    const scope = { tenantId, actor: ctx.actor };
    found.push(...(await withTenant(ctx.db, scope, (tx) => reconcileTenant(tx, input.period))));
  }
  return found;
}

async function reconcileTenant(tx: TenantTx, period: string): Promise<Reconciliation[]> {
  const contracts = await contractsOf(tx);
  const found: Reconciliation[] = [];
  for (const contract of contracts) {
    const month = billingMonth(contract.timeZone, period);
    const invoice = await invoiceOfMonth(tx, contract.id, month);
    const counts = await countsOf(tx, month, invoice?.id ?? null);
    const mismatches = [
      ...recordMismatches(counts),
      ...(await sourceMismatches(tx, invoice?.id ?? null)),
      ...unequal([
        ["sums of rated usage that are not those of its items", 0, await sumsAstray(tx, { contract, month })],
      ]),
      ...(invoice === undefined ? [] : await amountMismatches(tx, contract, month, invoice)),
    ];
    found.push({
      tenantId: tx.tenantId,
      tenant: counts.tenant,
      currency: contract.currency,
      totalMinor: invoice?.totalMinor ?? 0n,
      lines: counts.lines,
      carrierSeconds: counts.legSeconds,
      billedSeconds: counts.billedSeconds,
      contacts: counts.contacts,
      billedContacts: counts.billedContacts,
      successes: counts.successes,
      mismatches,
    });
  }
  return found;
}

type Counts = {
  tenant: string;
  contacts: number;
  usageContacts: number;
  billedContacts: number;
  successes: number;
  usageSuccesses: number;
  legSeconds: number;
  usageSeconds: number;
  billedSeconds: number;
  legsUnlike: number;
  lines: number;
};

/** Both sides of each comparison in one statement, so that no fact can land between them. */
async function countsOf(tx: TenantTx, month: BillingMonth, invoiceId: string | null): Promise<Counts> {
  const inMonth = (column: string) => sql`${sql.raw(column)} >= to_timestamp(${month.from}::numeric / 1000)
    and ${sql.raw(column)} < to_timestamp(${month.to}::numeric / 1000)`;
  const own = (table: string) => sql`${sql.raw(table)}.tenant_id = ${tx.tenantId}`;
  // What the records told; a sale that came back since is a correction of it and no call record's.
  const usage = (kind: string, what: string) => sql`(select coalesce(sum(${sql.raw(what)}), 0)::int from tenant.usage u
    where ${own("u")} and u.kind = ${kind} and u.corrects_id is null and ${inMonth("u.occurred_at")})`;
  const sources = (kind: string) => sql`(select coalesce(sum(s.quantity), 0)::int from tenant.line_usage s
    join tenant.invoice_lines l on l.tenant_id = s.tenant_id and l.id = s.line_id
    join tenant.usage u on u.tenant_id = s.tenant_id and u.id = s.usage_id
    where ${own("s")} and l.invoice_id = ${invoiceId} and l.kind = 'charge' and u.kind = ${kind})`;
  const [row] = await tx.execute<Counts>(sql`
    select co.slug as tenant,
      (select count(*)::int from tenant.contacts c where ${own("c")} and c.outcome = 'answered' and ${inMonth("c.ended_at")}) as contacts,
      ${usage("contact", "u.quantity")} as "usageContacts", ${sources("contact")} as "billedContacts",
      (select count(*)::int from tenant.contacts c where ${own("c")} and c.success and ${inMonth("c.wrapped_up_at")}) as successes,
      ${usage("success", "u.quantity")} as "usageSuccesses",
      (select coalesce(sum(g.duration_s), 0)::int from tenant.contact_legs g where ${own("g")} and exists (
        select from tenant.usage u where ${own("u")} and u.kind = 'carrier_leg' and u.attrs->>'callSid' = g.call_sid
          and ${inMonth("u.occurred_at")})) as "legSeconds",
      ${usage("carrier_leg", "u.quantity")} as "usageSeconds", ${sources("carrier_leg")} as "billedSeconds",
      (select count(*)::int from tenant.contact_legs g where ${own("g")} and not exists (
        select from tenant.usage u where ${own("u")} and u.kind = 'carrier_leg' and u.contact_id = g.contact_id
          and u.attrs->>'callSid' = g.call_sid and u.quantity = g.duration_s)) as "legsUnlike",
      (select count(*)::int from tenant.invoice_lines l where ${own("l")} and l.invoice_id = ${invoiceId}) as lines
    from tenant.companies co where ${own("co")}`);
  if (row === undefined) throw new Error("a tenant in service has its company row");
  return row;
}

function recordMismatches(counts: Counts): Mismatch[] {
  return unequal([
    ["answered contacts and contact usage", counts.contacts, counts.usageContacts],
    ["successful contacts and success usage", counts.successes, counts.usageSuccesses],
    ["carrier seconds of legs and of usage", counts.legSeconds, counts.usageSeconds],
    ["legs without usage of the same seconds", 0, counts.legsUnlike],
  ]);
}

/** Each usage record is charged whole and once, and the parts of each line sum to it. */
async function sourceMismatches(tx: TenantTx, invoiceId: string | null): Promise<Mismatch[]> {
  if (invoiceId === null) return [];
  const [row] = await tx.execute<{ parts: number; lines: number }>(sql`
    select
      (select count(*)::int from (
        select s.usage_id from tenant.line_usage s
        join tenant.invoice_lines l on l.tenant_id = s.tenant_id and l.id = s.line_id
        join tenant.usage u on u.tenant_id = s.tenant_id and u.id = s.usage_id
        where s.tenant_id = ${tx.tenantId} and l.invoice_id = ${invoiceId} and l.kind = 'charge'
        group by s.usage_id, u.quantity having sum(s.quantity) <> u.quantity) x) as parts,
      (select count(*)::int from (
        select l.id from tenant.invoice_lines l
        join tenant.line_usage s on s.tenant_id = l.tenant_id and s.line_id = l.id
        where l.tenant_id = ${tx.tenantId} and l.invoice_id = ${invoiceId}
        group by l.id, l.exact_num having sum(s.amount_num) <> l.exact_num) x) as lines`);
  return unequal([
    ["usage charged more or less than once", 0, row?.parts ?? 0],
    ["lines whose parts do not sum to them", 0, row?.lines ?? 0],
  ]);
}

async function amountMismatches(
  tx: TenantTx,
  contract: Contract,
  month: BillingMonth,
  invoice: { readonly id: string; readonly totalMinor: bigint },
): Promise<Mismatch[]> {
  const [row] = await tx.execute<{ minor: string }>(sql`
    select coalesce(sum(amount_minor), 0)::text as minor
    from tenant.invoice_lines where tenant_id = ${tx.tenantId} and invoice_id = ${invoice.id}`);
  const segments = await segmentsOf(tx, contract.id, await versionsInForce(tx, contract.id, month), month);
  const recomputed = await recomputedMinor(tx, segments, {
    decimals: decimalsOf(contract.currency),
    timeZone: contract.timeZone,
  });
  return unequal([
    ["invoice total and sum of its lines", row?.minor ?? "0", invoice.totalMinor.toString()],
    [
      "the month recomputed by SQL and all that is booked on it",
      recomputed.toString(),
      (await bookedMinor(tx, contract, month, invoice.id)).toString(),
    ],
  ]);
}

/**
 * Net of all that is booked on a month: its own invoice, what came late of it on later ones, less what credit notes of
 * correction gave back. However late its usage came, it is the month rated once.
 */
async function bookedMinor(tx: TenantTx, contract: Contract, month: BillingMonth, invoiceId: string): Promise<bigint> {
  const [row] = await tx.execute<{ minor: string }>(sql`
    select coalesce(sum(l.amount_minor - coalesce((select sum(c.net_minor) from tenant.credit_note_lines c
      join tenant.credit_notes n on n.tenant_id = c.tenant_id and n.id = c.credit_note_id and n.kind = 'correction'
      where c.tenant_id = l.tenant_id and c.line_id = l.id), 0)), 0)::bigint::text as minor
    from tenant.invoice_lines l join tenant.invoices i on i.tenant_id = l.tenant_id and i.id = l.invoice_id
    where l.tenant_id = ${tx.tenantId} and i.contract_id = ${contract.id}
      and ((l.kind = 'charge' and i.id = ${invoiceId})
        or (l.kind = 'adjustment' and l.original_start = ${month.start}::date and i.status not in ('discarded', 'credited')))`);
  return BigInt(row?.minor ?? 0);
}

function unequal(pairs: readonly (readonly [string, string | number, string | number])[]): Mismatch[] {
  return pairs
    .filter(([, expected, got]) => expected !== got)
    .map(([what, expected, got]) => ({ what, expected: String(expected), got: String(got) }));
}
