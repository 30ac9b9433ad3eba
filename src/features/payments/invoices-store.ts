import { sql } from "drizzle-orm";
import type { TenantTx } from "../../adapters/db/index.ts";
import type { Currency } from "../../domain/kernel/currency.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import { knownCurrency } from "./context.ts";

/** A final invoice with what has become of its amount: `openMinor` is due less credited, written off and paid. */
export type InvoiceMoney = {
  readonly id: string;
  readonly contractId: string;
  readonly series: string;
  readonly number: number;
  /** As it is printed. */
  readonly name: string;
  readonly currency: Currency;
  readonly issuedOn: string;
  readonly dueOn: string;
  readonly grossMinor: bigint;
  /** Gross less the prepaid credit drawn. */
  readonly dueMinor: bigint;
  readonly creditedMinor: bigint;
  readonly writtenOffMinor: bigint;
  readonly paidMinor: bigint;
  readonly openMinor: bigint;
  /** What the client disputes of it, with the tax on it; nobody is reminded of that. */
  readonly disputedMinor: bigint;
};

/** Final invoices of one client that a page or a run looks at; more are older and read by their own page. */
const INVOICES_MAX = 2_000;

type Asked = { readonly id?: string; readonly openOnly?: boolean };

/** The longest due first: the order in which money is handed out. */
export async function invoiceMoney(tx: TenantTx, asked: Asked = {}): Promise<InvoiceMoney[]> {
  const one = asked.id === undefined ? sql`true` : sql`i.id = ${asked.id}`;
  const rows = await tx.execute<Record<string, string>>(sql`
    select * from (
      select i.id, i.contract_id, i.series, i.number::text as number, i.currency, i.issued_on::text as issued_on,
        i.due_on::text as due_on, i.gross_minor, i.due_minor, coalesce(n.sum, 0) as credited, coalesce(w.sum, 0) as written_off,
        coalesce(a.sum, 0) as paid, coalesce(d.sum, 0) as disputed,
        i.due_minor - coalesce(n.sum, 0) - coalesce(w.sum, 0) - coalesce(a.sum, 0) as open
      from tenant.invoices i
      left join lateral (select sum(gross_minor) from tenant.credit_notes x where x.tenant_id = i.tenant_id and x.invoice_id = i.id) n on true
      left join lateral (select sum(amount_minor) from tenant.write_offs x where x.tenant_id = i.tenant_id and x.invoice_id = i.id) w on true
      left join lateral (select sum(amount_minor) from tenant.payment_allocations x
        where x.tenant_id = i.tenant_id and x.invoice_id = i.id) a on true
      left join lateral (select sum(x.claimed_minor + round(x.claimed_minor * l.tax_rate::numeric / 100)) from tenant.disputes x
        join tenant.invoice_lines l on l.tenant_id = x.tenant_id and l.id = x.line_id
        where x.tenant_id = i.tenant_id and x.invoice_id = i.id and x.state = 'open') d on true
      where i.tenant_id = ${tx.tenantId} and i.status in ('finalized', 'credited') and ${one}) m
    where ${asked.openOnly === true ? sql`open > 0` : sql`true`}
    order by due_on, issued_on, id limit ${INVOICES_MAX}`);
  return rows.map(moneyOf);
}

/** Throws `invoice_not_found` for what is not the client's, and `invoice_not_final` for what has no number yet. */
export async function finalInvoice(tx: TenantTx, id: string): Promise<InvoiceMoney> {
  const [found] = await invoiceMoney(tx, { id });
  if (found !== undefined) return found;
  const [other] = await tx.execute(sql`select 1 from tenant.invoices where tenant_id = ${tx.tenantId} and id = ${id}`);
  if (other === undefined) throw new Refusal("not_found", "invoice_not_found", "there is no such invoice");
  throw new Refusal("conflict", "invoice_not_final", "only a final invoice is paid");
}

/** What the payer reads: our lines, then what changes their sum to what is open. They add up to exactly that. */
export async function payableLines(tx: TenantTx, invoice: InvoiceMoney, language: "zh" | "en") {
  const rows = await tx.execute<{ zh: string; en: string; amount: string }>(sql`
    select description_zh as zh, description_en as en, amount_minor::text as amount from tenant.invoice_lines
    where tenant_id = ${tx.tenantId} and invoice_id = ${invoice.id} order by position`);
  const lines = rows.map((row) => ({ description: row[language], amountMinor: BigInt(row.amount) }));
  const net = lines.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
  const words = WORDS[language];
  const after: readonly (readonly [string, bigint])[] = [
    [words.tax, invoice.grossMinor - net],
    [words.prepaid, invoice.dueMinor - invoice.grossMinor],
    [words.credited, -invoice.creditedMinor],
    [words.writtenOff, -invoice.writtenOffMinor],
    [words.paid, -invoice.paidMinor],
  ];
  return [...lines, ...after.map(([description, amountMinor]) => ({ description, amountMinor }))].filter(
    ({ amountMinor }) => amountMinor !== 0n,
  );
}

const WORDS = {
  zh: { tax: "税额", prepaid: "预付余额抵扣", credited: "贷项通知单", writtenOff: "核销", paid: "已付款" },
  en: {
    tax: "Tax",
    prepaid: "Prepaid credit used",
    credited: "Credit notes",
    writtenOff: "Written off",
    paid: "Paid already",
  },
} as const;

function moneyOf(row: Record<string, string>): InvoiceMoney {
  const text = (name: string) => String(row[name]);
  const minor = (name: string) => BigInt(text(name));
  return {
    id: text("id"),
    contractId: text("contract_id"),
    series: text("series"),
    number: Number(row.number),
    name: `${row.series}-${text("number").padStart(6, "0")}`,
    currency: knownCurrency(text("currency")),
    issuedOn: text("issued_on"),
    dueOn: text("due_on"),
    grossMinor: minor("gross_minor"),
    dueMinor: minor("due_minor"),
    creditedMinor: minor("credited"),
    writtenOffMinor: minor("written_off"),
    paidMinor: minor("paid"),
    openMinor: minor("open"),
    disputedMinor: minor("disputed"),
  };
}
