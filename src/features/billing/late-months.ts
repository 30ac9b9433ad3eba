import { sql } from "drizzle-orm";
import { z } from "zod";
import type { TenantTx } from "../../adapters/db/index.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import { exact, rational } from "../../domain/kernel/rational.ts";
import type { BookedLine } from "../../domain/rating/adjustment.ts";
import type { Segment } from "../../domain/rating/allot.ts";
import type { TaxCategory } from "../../domain/rating/invoice-tax.ts";
import type { CorrectedLine } from "./draft-lines.ts";
import { acceptedMonths } from "./exceptions-store.ts";
import { type BillingMonth, billingMonth } from "./period.ts";
import { segmentsOf, sha256, termsText } from "./rating-input.ts";
import {
  type Contract,
  type UsageMark,
  usageMark,
  type VersionInForce,
  versionsAsBilled,
  versionsInForce,
} from "./store.ts";
import { object } from "./views-store.ts";

/** Closed months looked at, at most: ten years. */
const MONTHS_MAX = 120;

const FrozenTermsSchema = z.object({
  versions: z.array(
    z.object({ version: z.int(), from: z.string(), to: z.string(), begins: z.boolean(), daysOfNext: z.int() }),
  ),
  /** What the month came from when it was drafted: terms, seats, service level and the mark of its usage. */
  closing: z.string(),
  /** The same of earlier months, for which this invoice carries what came late. */
  adjusted: z.record(z.string(), z.string()),
});
export type FrozenTerms = z.infer<typeof FrozenTermsSchema>;

/** An invoice from before terms were kept has none; its month is rated by the versions in force. */
export function frozenTerms(stored: unknown): FrozenTerms | null {
  const parsed = FrozenTermsSchema.safeParse(typeof stored === "string" ? JSON.parse(stored) : stored);
  return parsed.success ? parsed.data : null;
}

/** A closed month that has something to say on the draft of a later one. */
export type LateMonth = {
  readonly invoiceId: string;
  readonly month: BillingMonth;
  readonly hash: string;
  readonly versions: readonly VersionInForce[];
  readonly segments: readonly Segment[];
};

type Closed = { id: string; period: string; terms: unknown; status: string };

/** One text for what a month is made from: its terms, and which usage of it counts. */
export function closingHash(
  terms: { readonly versions: readonly VersionInForce[]; readonly segments: readonly Segment[] },
  mark: UsageMark,
): Promise<string> {
  return sha256(JSON.stringify([termsText(terms.versions, terms.segments), mark.rows, mark.rest]));
}

/**
 * Closed months whose usage, seats or service level are no longer what was last booked, and those that the draft carries
 * already. A month beyond the limit is among them only when a person has accepted some of its usage.
 */
export async function lateMonths(
  tx: TenantTx,
  {
    contract,
    before,
    limit,
    cutoff,
    draft,
  }: {
    readonly contract: Contract;
    readonly before: BillingMonth;
    readonly limit: BillingMonth;
    readonly cutoff: Instant;
    readonly draft: { readonly id: string; readonly terms: unknown } | null;
  },
): Promise<LateMonth[]> {
  const closed = await tx.execute<Closed>(sql`
    select id, to_char(period_start, 'YYYY-MM') as period, terms, status from tenant.invoices
    where tenant_id = ${tx.tenantId} and contract_id = ${contract.id} and status not in ('discarded', 'credited')
      and id is distinct from ${draft?.id ?? null}::uuid
    order by period_start desc, id desc limit ${MONTHS_MAX}`);
  const accepted = await acceptedMonths(tx, contract.timeZone);
  const own = draft === null ? {} : (frozenTerms(draft.terms)?.adjusted ?? {});
  const found: LateMonth[] = [];
  for (const invoice of closed.toReversed()) {
    const { period } = invoice;
    if (invoice.status === "draft" || period >= before.key) continue;
    if (period < limit.key && !accepted.has(period) && own[period] === undefined) continue;
    const month = billingMonth(contract.timeZone, period);
    const terms = frozenTerms(invoice.terms);
    const versions =
      terms === null
        ? await versionsInForce(tx, contract.id, month)
        : await versionsAsBilled(tx, contract.id, terms.versions);
    const segments = await segmentsOf(tx, contract.id, versions, month);
    const hash = await closingHash({ versions, segments }, await usageMark(tx, month, cutoff));
    // Newest first: the last invoice that carries something of the month, or else its own.
    const carried = closed.map((it) => frozenTerms(it.terms)?.adjusted[period]).find((it) => it !== undefined);
    if (own[period] === undefined && hash === (carried ?? terms?.closing)) continue;
    found.push({ invoiceId: invoice.id, month, hash, versions, segments });
  }
  return found;
}

export type BookedMonth = {
  /** Without the usage behind them: `late-items.ts` reads what of it changes. */
  readonly lines: readonly BookedLine[];
  readonly corrected: ReadonlyMap<string, CorrectedLine>;
  /** Rows of the lines by key: the invoice's own and adjustments since. */
  readonly rowsOfKey: ReadonlyMap<string, readonly string[]>;
};

type LineRow = {
  id: string;
  key: string;
  kind: string;
  charge_id: string;
  zh: string;
  en: string;
  unit: string;
  quantity: string;
  amount_minor: string;
  num: string;
  den: string;
  detail: unknown;
  category: TaxCategory;
  rate: string;
};

/** All that is booked on a closed month: its invoice, adjustments on later ones, less what notes of correction credit. */
export async function bookedOf(
  tx: TenantTx,
  {
    contract,
    late,
    draftId,
  }: { readonly contract: Contract; readonly late: LateMonth; readonly draftId: string | null },
): Promise<BookedMonth> {
  const rows = await tx.execute<LineRow>(sql`
    select l.id, coalesce(l.detail->>'key', l.stable_key) as key, l.kind, l.charge_id, l.description_zh as zh, l.description_en as en,
      l.unit, l.quantity, l.exact_num::text as num, l.exact_den::text as den, l.detail, l.tax_category as category, l.tax_rate as rate,
      (l.amount_minor - coalesce((select sum(c.net_minor) from tenant.credit_note_lines c
        join tenant.credit_notes n on n.tenant_id = c.tenant_id and n.id = c.credit_note_id
        where c.tenant_id = l.tenant_id and c.line_id = l.id and n.kind = 'correction'), 0))::text as amount_minor
    from tenant.invoice_lines l
    join tenant.invoices i on i.tenant_id = l.tenant_id and i.id = l.invoice_id
    where l.tenant_id = ${tx.tenantId} and i.contract_id = ${contract.id}
      and ((l.kind = 'charge' and i.id = ${late.invoiceId})
        or (l.kind = 'adjustment' and l.original_start = ${late.month.start}::date
          and i.status not in ('discarded', 'credited') and i.id is distinct from ${draftId}::uuid))
    order by l.kind desc, i.period_start, l.position`);
  const corrected = new Map<string, CorrectedLine>();
  const rowsOfKey = new Map<string, string[]>();
  const lines = rows.map((row): BookedLine => {
    if (!corrected.has(row.key)) corrected.set(row.key, correctedLine(row));
    rowsOfKey.set(row.key, [...(rowsOfKey.get(row.key) ?? []), row.id]);
    return {
      key: row.key,
      quantity: exact(row.quantity),
      exact: rational(BigInt(row.num), BigInt(row.den)),
      amountMinor: BigInt(row.amount_minor),
      items: new Map(),
    };
  });
  return { lines, corrected, rowsOfKey };
}

function correctedLine(row: LineRow): CorrectedLine {
  const { code, model, component } = object(row.detail);
  return {
    lineId: row.id,
    chargeId: row.charge_id,
    label: { zh: row.zh, en: row.en },
    unit: row.unit,
    code: String(code),
    model: String(model),
    component: String(component),
    tax: { category: row.category, rate: row.rate },
  };
}
