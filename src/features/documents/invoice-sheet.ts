import { majorText } from "../../domain/kernel/money.ts";
import type { Sheet } from "../../ports/documents.ts";
import type { InvoiceOnPaper } from "./paper-data.ts";
import { type PaperLanguage, WORDS } from "./words.ts";

/** The lines with all their exact numbers, for somebody else's books: as a sheet, or as CSV of the same columns. */
export function invoiceSheets(invoice: InvoiceOnPaper, language: PaperLanguage): [lines: Sheet, taxes: Sheet] {
  const words = WORDS[language];
  const { currency } = invoice;
  const text = (title: string, width = 14) => ({ title, kind: "text" as const, width });
  const number = (title: string, width = 14) => ({ title, kind: "number" as const, width });
  const lines: Sheet = {
    name: words.invoice,
    columns: [
      text(words.number, 18),
      text(words.code, 16),
      text(words.component, 16),
      text(words.line, 40),
      text(words.month, 10),
      text(words.quantity),
      text(words.unit, 12),
      text(words.unitPrice),
      text(words.exact, 20),
      number(words.amount, 16),
      text(words.currency, 9),
      text(words.category, 12),
      number(`${words.taxRate} %`, 9),
    ],
    rows: invoice.lines.map((line) => [
      invoice.number ?? words.draft,
      line.code,
      line.component,
      line.label[language],
      line.belongsTo ?? invoice.firstDay.slice(0, 7),
      line.quantity,
      line.unit,
      line.unitPrice,
      line.exact,
      majorText(line.amountMinor, currency),
      currency,
      line.taxCategory,
      line.taxRate,
    ]),
  };
  const taxes: Sheet = {
    name: words.taxes,
    columns: [text(words.category), number(`${words.taxRate} %`), number(words.net, 16), number(words.taxAmount, 16)],
    rows: invoice.taxes.map((tax) => [
      tax.category,
      tax.rate,
      majorText(tax.baseMinor, currency),
      majorText(tax.taxMinor, currency),
    ]),
  };
  return [lines, taxes];
}

/** A byte order mark, by which spreadsheets in China know UTF-8. */
const MARK = "\ufeff";
/** A spreadsheet takes a text that begins so for a formula; a quote before it keeps it a text. */
const FORMULA = /^[=+\-@\t\r]/;

/** RFC 4180, with every text that a spreadsheet would compute made harmless. */
export function csvOf(sheet: Sheet): string {
  const rows = [
    sheet.columns.map(({ title }) => field(title)),
    ...sheet.rows.map((row) =>
      row.map((cell, at) => {
        if (cell === null) return "";
        const isNumber = /^-?[0-9]+(\.[0-9]+)?$/.test(cell);
        return sheet.columns[at]?.kind === "number" || isNumber ? cell : field(cell);
      }),
    ),
  ];
  return `${MARK}${rows.map((row) => row.join(",")).join("\r\n")}\r\n`;
}

function field(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
