/** One statement of a migration file, with the line on which it begins. */
export type SqlStatement = { readonly text: string; readonly line: number };

/**
 * Cuts a migration file into its statements, so that a failing one can be named. Semicolons inside strings, quoted
 * names, comments and dollar-quoted bodies do not end a statement. Functions are written with a dollar-quoted body.
 */
export function splitStatements(sql: string): SqlStatement[] {
  const statements: SqlStatement[] = [];
  let start = 0;
  let at = 0;
  const close = (end: number) => {
    const raw = sql.slice(start, end);
    const lead = leadLength(raw);
    const text = raw.slice(lead).trim();
    if (text !== "") statements.push({ text, line: lineAt(sql, start + lead) });
  };
  while (at < sql.length) {
    if (sql[at] === ";") {
      close(at);
      at += 1;
      start = at;
    } else {
      at = skipToken(sql, at);
    }
  }
  close(sql.length);
  return statements;
}

/** The position just after the token at `at`: a whole string, comment or dollar-quoted body, or one character. */
function skipToken(sql: string, at: number): number {
  const two = sql.slice(at, at + 2);
  if (two === "--") return endOf(sql, "\n", at + 2);
  if (two === "/*") return endOf(sql, "*/", at + 2);
  if (sql[at] === "'" || sql[at] === '"') return endOf(sql, sql[at] as string, at + 1);
  const tag = sql[at] === "$" ? /^\$[A-Za-z_]*\$/.exec(sql.slice(at, at + 64))?.[0] : undefined;
  return tag ? endOf(sql, tag, at + tag.length) : at + 1;
}

function endOf(sql: string, mark: string, from: number): number {
  const found = sql.indexOf(mark, from);
  return found === -1 ? sql.length : found + mark.length;
}

/** Blank space and comments before the statement proper. */
function leadLength(raw: string): number {
  return /^(?:\s+|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*/.exec(raw)?.[0].length ?? 0;
}

function lineAt(sql: string, offset: number): number {
  return sql.slice(0, offset).split("\n").length;
}
