/** Text that a spreadsheet would run as a formula. A number below zero is none. */
const FORMULA = /^[=+@\t\r]|^-(?![0-9.]+$)/;

/** Rows as CSV with a mark by which spreadsheets know the encoding. Nothing in it can become a formula. */
export function csvOf(rows: readonly (readonly string[])[]): string {
  const cell = (text: string): string => `"${(FORMULA.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
  return `\uFEFF${rows.map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}
