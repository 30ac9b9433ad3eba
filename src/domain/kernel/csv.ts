/** A row of a comma-separated file by its columns' names; `line` counts from 1, the header included. */
export type CsvRow = { readonly line: number; readonly fields: Readonly<Record<string, string>> };
export type Csv = { readonly header: readonly string[]; readonly rows: readonly CsvRow[] };

/**
 * Reads RFC 4180: quotes around fields with commas, quotes or line ends; CRLF or LF; a byte order mark is skipped, and so
 * are empty lines. A spreadsheet that separates by semicolons is understood by its header. Names of columns are trimmed
 * and lower-cased; a field that is missing at the end of a row is empty.
 */
export function parseCsv(text: string): Csv {
  const body = text.startsWith("\ufeff") ? text.slice(1) : text;
  const first = body.slice(0, (body.indexOf("\n") + 1 || body.length + 1) - 1);
  const separator = first.includes(";") && !first.includes(",") ? ";" : ",";
  const [head, ...rest] = recordsOf(body, separator);
  const header = (head?.fields ?? []).map((name) => name.trim().toLowerCase());
  const rows = rest.map(({ line, fields }) => ({
    line,
    fields: Object.fromEntries(header.map((name, at) => [name, (fields[at] ?? "").trim()])),
  }));
  return { header, rows };
}

type Raw = { readonly line: number; readonly fields: readonly string[] };

function recordsOf(text: string, separator: string): Raw[] {
  const records: Raw[] = [];
  let fields: string[] = [];
  let field = "";
  let quoted = false;
  let line = 1;
  let startedOn = 1;
  const endRecord = () => {
    fields.push(field);
    if (fields.some((one) => one.trim() !== "")) records.push({ line: startedOn, fields });
    fields = [];
    field = "";
    startedOn = line;
  };
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === "\n") line += 1;
    if (quoted) {
      if (char === '"' && text[at + 1] === '"') {
        field += '"';
        at += 1;
      } else if (char === '"') quoted = false;
      else field += char;
    } else if (char === '"' && field === "") quoted = true;
    else if (char === separator) {
      fields.push(field);
      field = "";
    } else if (char === "\n") endRecord();
    else if (char !== "\r") field += char;
  }
  if (field !== "" || fields.length > 0) endRecord();
  return records;
}
