import type { Cell, SheetData } from "write-excel-file/universal";
import writeXlsx from "write-excel-file/universal";
import type { Sheet } from "../../ports/documents.ts";

/** A spreadsheet keeps fifteen digits; a longer number would silently become another one and stays text. */
const DIGITS_MAX = 15;

export async function writeWorkbook(sheets: readonly Sheet[]): Promise<Uint8Array<ArrayBuffer>> {
  const written = sheets.map((sheet) => ({
    data: [headOf(sheet), ...sheet.rows.map((row) => cellsOf(sheet, row))] satisfies SheetData,
    sheet: sheet.name,
    columns: sheet.columns.map(({ width }) => ({ width })),
    stickyRowsCount: 1,
  }));
  const blob = await writeXlsx(written).toBlob();
  return new Uint8Array(await blob.arrayBuffer());
}

function headOf(sheet: Sheet): Cell[] {
  return sheet.columns.map(({ title, kind }) => ({
    value: title,
    type: String,
    fontWeight: "bold" as const,
    align: kind === "number" ? ("right" as const) : ("left" as const),
  }));
}

function cellsOf(sheet: Sheet, row: readonly (string | null)[]): Cell[] {
  return row.map((text, at) => {
    if (text === null) return null;
    if (sheet.columns[at]?.kind !== "number" || text.replaceAll(/[^0-9]/g, "").length > DIGITS_MAX) {
      return { value: text, type: String };
    }
    const decimals = text.split(".")[1]?.length ?? 0;
    return { value: Number(text), type: Number, format: decimals === 0 ? "#,##0" : `#,##0.${"0".repeat(decimals)}` };
  });
}
