import { Temporal } from "temporal-polyfill";
import { type CsvRow, parseCsv } from "../../domain/kernel/csv.ts";
import type { Currency } from "../../domain/kernel/currency.ts";
import { CURRENCY_DECIMALS } from "../../domain/kernel/currency.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import type { Told } from "./record.ts";
import { EVENTS_MAX, SaleEventInputSchema } from "./schema.ts";

/** Columns by the names that files use for them, in either language. */
const COLUMNS: Readonly<Record<string, string>> = {
  编号: "id",
  订单号: "sale",
  事件: "event",
  时间: "at",
  金额: "amount",
  联络: "contact",
  供应商: "supplier",
  快递: "courier",
  经销商: "dealer",
  更正: "corrects",
  作废: "void",
};
const EVENTS: Readonly<Record<string, string>> = {
  成交: "sold",
  确认: "confirmed",
  签收: "delivered",
  回款: "paid",
  退货: "returned",
};
const NEEDED = ["id", "sale", "event", "at"] as const;
const TRUE = new Set(["1", "true", "yes", "是"]);

/**
 * A client's or courier's file as events. Amounts are in major units (`1280.00`); a time without an offset is on the
 * client's wall, a day alone is its first moment. A row that cannot be read says why; columns that are missing and files
 * that are too long are refused as a whole.
 */
export function saleFile(csv: string, client: { readonly currency: Currency; readonly timeZone: string }): Told[] {
  const { header, rows } = parseCsv(csv);
  const names = header.map((name) => COLUMNS[name] ?? name);
  const missing = NEEDED.filter((name) => !names.includes(name));
  if (missing.length > 0) throw refusal(`the first row names no column ${missing.join(", ")}`, [...NEEDED]);
  if (rows.length > EVENTS_MAX) throw refusal(`${rows.length} rows; send at most ${EVENTS_MAX} at once`);
  return rows.map((row) => toldOf(row, client));
}

function toldOf(row: CsvRow, client: { readonly currency: Currency; readonly timeZone: string }): Told {
  const fields = Object.fromEntries(Object.entries(row.fields).map(([name, text]) => [COLUMNS[name] ?? name, text]));
  const given = (name: string) => (fields[name] === undefined || fields[name] === "" ? null : fields[name]);
  const sourceEventId = given("id") ?? "";
  const no = (why: string): Told => ({ line: row.line, sourceEventId, why });
  const occurredAt = instantOf(given("at") ?? "", client.timeZone);
  if (occurredAt === null) return no("`at` is neither a time nor a day, such as 2026-11-20 18:30 or 2026-11-20");
  const amount = given("amount");
  const amountMinor = amount === null ? null : minorOf(amount, client.currency);
  if (amount !== null && amountMinor === null) {
    return no(`\`amount\` is not an amount with at most ${CURRENCY_DECIMALS[client.currency]} decimals`);
  }
  const kind = given("event")?.toLowerCase() ?? "";
  const parsed = SaleEventInputSchema.safeParse({
    sourceEventId,
    sale: given("sale"),
    kind: EVENTS[kind] ?? kind,
    occurredAt,
    amountMinor,
    contactId: given("contact"),
    supplier: given("supplier"),
    courier: given("courier"),
    dealer: given("dealer"),
    corrects: given("corrects"),
    isVoid: TRUE.has(given("void")?.toLowerCase() ?? ""),
  });
  if (parsed.success) return { line: row.line, event: parsed.data };
  const [issue] = parsed.error.issues;
  return no(`\`${issue?.path.join(".") ?? "row"}\`: ${issue?.message ?? "cannot be read"}`);
}

function instantOf(text: string, timeZone: string): string | null {
  try {
    if (/[zZ]|[+-]\d{2}:?\d{2}$/.test(text.slice(10))) return Temporal.Instant.from(text.replace(" ", "T")).toString();
    return Temporal.PlainDateTime.from(text.replace(" ", "T")).toZonedDateTime(timeZone).toInstant().toString();
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function minorOf(text: string, currency: Currency): number | null {
  const decimals = CURRENCY_DECIMALS[currency];
  const match = /^([0-9]{1,12})(?:\.([0-9]{1,3}))?$/.exec(text.replaceAll(",", ""));
  const places = match?.[2] ?? "";
  if (match === null || places.length > decimals) return null;
  return Number(`${match[1]}${places.padEnd(decimals, "0")}`);
}

function refusal(message: string, allowed?: readonly string[]): Refusal {
  const faults = [{ path: "json.csv", message, ...(allowed === undefined ? {} : { allowed }) }];
  return new Refusal("invalid", "invalid_input", "something in the request is not as described", { faults });
}
