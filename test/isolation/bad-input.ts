import type { Operation } from "./routes.ts";

/** Text that has broken programs before: controls, quotes, half pairs, directions, templates, numbers out of range. */
const NAUGHTY = [
  "",
  " ",
  "\u0000",
  "a\u0000b",
  "\ud800",
  "'; drop table tenant.customers; --",
  '"><script>alert(1)</script>',
  "../../../../etc/passwd",
  "%00",
  "%s%s%n",
  "$" + "{7*7}",
  "\u202egnihtemos",
  "👩‍👩‍👧‍👦".repeat(20),
  "NaN",
  "1e400",
  "9".repeat(400),
  "-1",
  "__proto__",
  "null",
];
const WRONG = [null, true, 0, -1, 1.5, 1e308, [], {}, [[]], { a: { b: [] } }];
/** PostgreSQL keeps neither: the edge must say so by name, wherever text is taken. */
const UNSTORABLE = ["a\u0000b", "\ud800"];
/** Each place is given one part of it all, the next place the next part: every text is tried in many places. */
const PARTS = 5;

export type Mischief = {
  readonly name: string;
  readonly path: string;
  readonly body?: string;
  readonly type?: string;
  /** When given, nothing but a refusal will do. */
  readonly refused?: true;
  /** When given, the refusal must name this place. */
  readonly names?: string;
};

/** Everything wrong that can be made of one operation's own description. */
export function mischiefOf(operation: Operation, ids: Readonly<Record<string, string>>): Mischief[] {
  const path = pathOf(operation, ids);
  let place = operation.operationId.length;
  const someOf = <T>(values: readonly T[]): T[] => {
    place += 1;
    return values.filter((_, at) => (at + place) % PARTS === 0);
  };
  const all: Mischief[] = [];
  for (const name of operation.pathParameters) {
    for (const text of someOf(NAUGHTY.filter((each) => each !== "" && each.isWellFormed()))) {
      const body = operation.body === undefined ? {} : { body: JSON.stringify(operation.body) };
      const given = { ...ids, [name]: text };
      all.push({ name: `${name}=${JSON.stringify(text)}`, path: pathOf(operation, given), ...body, refused: true });
    }
    all.push({ name: `${name} half an escape`, path: path.replace(ids[name] ?? "-", "%E0%A4"), refused: true });
  }
  for (const name of operation.queryNames) {
    for (const text of someOf(NAUGHTY.filter((each) => each.isWellFormed()))) {
      all.push({ name: `?${name}=${JSON.stringify(text)}`, path: `${path}?${name}=${encodeURIComponent(text)}` });
    }
  }
  if (operation.body === undefined) return all;
  const refused = true as const;
  for (const body of ["{", "", "[]", "null", '"text"', "\u0000", `{"a":${"[".repeat(5_000)}`]) {
    if (body !== "" || operation.bodyRequired) all.push({ name: `body ${body.slice(0, 12)}`, path, body, refused });
  }
  all.push({ name: "body beyond the limit", path, body: JSON.stringify({ x: "x".repeat(200_000) }), refused });
  all.push({ name: "body of another type", path, body: "a=b", type: "application/x-www-form-urlencoded" });
  const sample = operation.body as Record<string, unknown>; // every body of ours is an object
  for (const field of operation.bodyFields) {
    for (const value of someOf([...WRONG, ...NAUGHTY])) {
      all.push({
        name: `${field}=${JSON.stringify(value)}`,
        path,
        body: JSON.stringify({ ...sample, [field]: value }),
      });
    }
    for (const value of UNSTORABLE) {
      const body = JSON.stringify({ ...sample, [field]: value });
      all.push({ name: `${field}=${JSON.stringify(value)}`, path, body, refused, names: `json.${field}` });
    }
  }
  for (const deep of operation.deepTexts) {
    all.push({ name: `NUL in ${deep.path.join(".")}`, path, body: JSON.stringify(deep.value), refused });
  }
  all.push({ name: "unknown field", path, body: JSON.stringify({ ...sample, isAdmin: true, tenantId: "x" }) });
  return all;
}

function pathOf(operation: Operation, ids: Readonly<Record<string, string>>): string {
  return operation.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(ids[name] ?? ""));
}
