/** A copy of everything that can be reached from a value, links and prototypes included; functions are shared. */
export function graphCopy<T>(value: T, known: Map<unknown, unknown> = new Map()): T {
  if (typeof value !== "object" || value === null) return value;
  const before = known.get(value);
  if (before !== undefined) return before as T;
  if (value instanceof Map) return copyMap(value, known) as T;
  if (value instanceof Set) return copySet(value, known) as T;
  if (Array.isArray(value)) {
    const list: unknown[] = [];
    known.set(value, list);
    for (const item of value) list.push(graphCopy(item, known));
    return list as T;
  }
  const copy: Record<string, unknown> = Object.create(Object.getPrototypeOf(value));
  known.set(value, copy);
  for (const [name, part] of Object.entries(value)) copy[name] = graphCopy(part, known);
  return copy as T;
}

function copySet(set: ReadonlySet<unknown>, known: Map<unknown, unknown>): Set<unknown> {
  const copy = new Set<unknown>();
  known.set(set, copy);
  for (const item of set) copy.add(graphCopy(item, known));
  return copy;
}

function copyMap(map: ReadonlyMap<unknown, unknown>, known: Map<unknown, unknown>): Map<unknown, unknown> {
  const copy = new Map<unknown, unknown>();
  known.set(map, copy);
  for (const [key, item] of map) copy.set(graphCopy(key, known), graphCopy(item, known));
  return copy;
}
