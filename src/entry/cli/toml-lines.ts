/**
 * The line of a TOML text on which the value at a path stands, or the nearest thing around it; null when there is none.
 * The parser keeps no positions, so the text is read once more, for its headers and keys only.
 */
export function lineOf(text: string, path: readonly string[]): number | null {
  const counts = new Map<string, number>();
  let table: string[] = [];
  let best: { line: number; depth: number } | null = null;
  for (const [index, line] of text.split("\n").entries()) {
    const header = /^\s*\[(\[)?\s*([^\]]+?)\s*\]\]?/.exec(line);
    if (header?.[2] !== undefined) table = headerPath(keyParts(header[2]), header[1] !== undefined, counts);
    const key = header ? null : /^\s*([A-Za-z0-9_."'-]+)\s*=/.exec(line)?.[1];
    if (!header && (key === null || key === undefined)) continue;
    const here = key ? [...table, ...keyParts(key)] : table;
    const depth = here.every((part, at) => part === path[at]) ? here.length : 0;
    if (depth > (best?.depth ?? 0)) best = { line: index + 1, depth };
  }
  return best?.line ?? null;
}

/** `[[versions.charges]]` under the second `[[versions]]` is `versions.1.charges.0`. */
function headerPath(parts: readonly string[], isArray: boolean, counts: Map<string, number>): string[] {
  const path: string[] = [];
  for (const [at, part] of parts.entries()) {
    path.push(part);
    const key = path.join("\n");
    const last = at === parts.length - 1;
    if (last && isArray) counts.set(key, (counts.get(key) ?? -1) + 1);
    const count = counts.get(key);
    if (count !== undefined) path.push(String(count));
  }
  return path;
}

function keyParts(key: string): string[] {
  return [...key.matchAll(/"([^"]*)"|'([^']*)'|([A-Za-z0-9_-]+)/g)].map(
    (match) => match[1] ?? match[2] ?? match[3] ?? "",
  );
}
