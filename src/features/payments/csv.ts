import { isLocalDate } from "../../domain/kernel/calendar-days.ts";
import { CURRENCY_DECIMALS, isCurrency } from "../../domain/kernel/currency.ts";
import { type Fault, type FaultRule, Refusal } from "../../domain/kernel/trouble.ts";
import type { NewRemittance } from "./remittances.ts";

/** Lines of one file; a busy account's month is less. */
export const LINES_MAX = 2_000;
const COLUMNS = ["date", "amount", "currency", "payer", "reference"] as const;
/** What banks in China call them. */
const COLUMN_NAMES: Readonly<Record<string, string>> = {
  日期: "date",
  交易日期: "date",
  金额: "amount",
  收入金额: "amount",
  币种: "currency",
  付款人: "payer",
  对方户名: "payer",
  附言: "reference",
  摘要: "reference",
  流水号: "id",
};

/**
 * A bank statement as CSV: a head line with the names date, amount, currency, payer, reference and, where the bank has one,
 * id; in any order, commas or semicolons, fields in quotes where needed. Only money that came in: others are refused, each
 * with its line, and then nothing is written.
 */
export function parseStatement(text: string): NewRemittance[] {
  const rows = rowsOf(text.replace(/^\uFEFF/, ""));
  const head = (rows[0] ?? []).map((name) => name.trim().toLowerCase()).map((name) => COLUMN_NAMES[name] ?? name);
  const missing = COLUMNS.filter((name) => !head.includes(name));
  if (missing.length > 0)
    throw refused([
      { path: "json.csv", message: `the first line must name ${missing.join(", ")}`, rule: { is: "columns" } },
    ]);
  if (rows.length - 1 > LINES_MAX) {
    const rule = { is: "too_many", limit: LINES_MAX };
    throw refused([{ path: "json.csv", message: `at most ${LINES_MAX} lines`, rule }]);
  }
  const faults: Fault[] = [];
  const found = rows.slice(1).flatMap((row, at) => {
    const field = (name: string) => (row[head.indexOf(name)] ?? "").trim();
    const path = `json.csv.${at + 2}`;
    const line = lineOf(field, (message, value, rule) => faults.push({ path, message, value, rule }));
    return line === null ? [] : [line];
  });
  if (faults.length > 0) throw refused(faults);
  return found;
}

function lineOf(
  field: (name: string) => string,
  fault: (message: string, value: string, rule: FaultRule) => void,
): NewRemittance | null {
  const [bookedOn, currency] = [field("date"), field("currency").toUpperCase()];
  const isDate = isLocalDate(bookedOn);
  if (!isDate) fault("a date is written YYYY-MM-DD", bookedOn, { is: "date" });
  if (!isCurrency(currency)) {
    fault("not a currency that is billed in", currency, { is: "currency" });
    return null;
  }
  const amountMinor = minorOf(field("amount"), CURRENCY_DECIMALS[currency]);
  if (amountMinor === null) {
    const decimals = CURRENCY_DECIMALS[currency];
    const rule = { is: "amount", limit: decimals };
    fault(`an amount above zero with at most ${decimals} decimals`, field("amount"), rule);
  }
  if (!isDate || amountMinor === null) return null;
  const [payer, reference, id] = [
    field("payer").slice(0, 200),
    field("reference").slice(0, 500),
    field("id").slice(0, 200),
  ];
  return { bookedOn, currency, amountMinor, payer, reference, bankId: id === "" ? null : id };
}

/** `1,234.50` and `1234.5`; more decimals than the currency has are a mistake, not something to round. */
function minorOf(text: string, decimals: number): bigint | null {
  const match = /^(\d{1,3}(?:,\d{3})*|\d{1,15})(?:\.(\d+))?$/.exec(text);
  const [whole, part = ""] = [match?.[1]?.replaceAll(",", ""), match?.[2]];
  if (whole === undefined || part.length > decimals) return null;
  const minor = BigInt(whole + part.padEnd(decimals, "0"));
  return minor > 0n ? minor : null;
}

/** Rows and fields (RFC 4180). The separator is whichever the head line has more of. */
function rowsOf(text: string): string[][] {
  const head = text.slice(0, text.search(/[\r\n]|$/));
  const separator = head.split(";").length > head.split(",").length ? ";" : ",";
  const rows: string[][] = [];
  let row: string[] = [];
  let field = "";
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (quoted) {
      if (char !== '"') field += char;
      else if (text.charAt(at + 1) === '"') {
        field += '"';
        at += 1;
      } else quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === separator || char === "\n") {
      row.push(field);
      field = "";
      if (char === "\n") {
        rows.push(row);
        row = [];
      }
    } else if (char !== "\r") field += char;
  }
  rows.push([...row, field]);
  return rows.filter((one) => one.some((it) => it.trim() !== ""));
}

function refused(faults: readonly Fault[]): Refusal {
  return new Refusal("invalid", "invalid_input", "something in the statement is not as described", {
    faults: faults.slice(0, 50),
  });
}
