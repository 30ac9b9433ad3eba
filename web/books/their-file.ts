import { parseCsv } from "../../src/domain/kernel/csv.ts";
import { ROWS_MAX } from "../../src/features/settlement/schema.ts";

/** Text of one request, at most: the house takes 120,000 and a part must stay below it with its header. */
const PART_CHARS_MAX = 100_000;

/** A part of a partner's file as it is sent; `lines` are its rows' lines in the file that was chosen. */
export type FilePart = { readonly csv: string; readonly lines: readonly number[] };

/** Spreadsheets in China save as GB18030 as often as UTF-8. Null for what is neither, or no text at all. */
export function decoded(bytes: ArrayBuffer): string | null {
  for (const encoding of ["utf-8", "gb18030"]) {
    try {
      const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
      return text.includes("\u0000") ? null : text;
    } catch {
      // Not this one: the next is tried.
    }
  }
  return null;
}

/** The file in parts that the house takes, each with the header. */
export function partsOf(text: string): readonly FilePart[] {
  const { header, rows } = parseCsv(text);
  const head = header.map(quoted).join(",");
  const parts: { csv: string; lines: number[] }[] = [];
  for (const { line, fields } of rows) {
    const row = header.map((name) => quoted(fields[name] ?? "")).join(",");
    const last = parts.at(-1);
    if (last === undefined || last.lines.length >= ROWS_MAX || last.csv.length + row.length > PART_CHARS_MAX)
      parts.push({ csv: `${head}\n${row}`, lines: [line] });
    else {
      last.csv += `\n${row}`;
      last.lines.push(line);
    }
  }
  return parts;
}

/** What names a file to the house, however it is called: the same contents have the same key. */
export async function keyOf(text: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function quoted(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

/** The line in the chosen file that a fault of the house speaks of; null for a fault of the whole. */
export function lineOf({ lines }: FilePart, path: string): number | null {
  const line = /^json\.csv\.(\d+)$/.exec(path)?.[1];
  // The house counts from 1 and the header is the first.
  return line === undefined ? null : (lines[Number(line) - 2] ?? null);
}
