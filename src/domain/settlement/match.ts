/**
 * Amounts here are micros: millionths of the currency's major unit, because carriers charge fractions of the smallest coin.
 * Each is positive in the sense of its item's name.
 */
export type OurLine = {
  readonly id: string;
  /** An order number, or a call's id at the carrier. */
  readonly ref: string;
  readonly item: string;
  readonly micros: bigint;
  /** Billed seconds, parcels: null where the item has none. */
  readonly quantity: number | null;
};

export type TheirLine = {
  readonly ref: string;
  readonly item: string;
  readonly micros: bigint;
  readonly quantity: number | null;
};

export type MatchState = "matched" | "only_ours" | "only_theirs" | "differs";

export type Match =
  | { readonly state: "matched" | "differs"; readonly ours: OurLine; readonly theirs: TheirLine }
  | { readonly state: "only_ours"; readonly ours: OurLine; readonly theirs: null }
  | { readonly state: "only_theirs"; readonly ours: null; readonly theirs: TheirLine };

/**
 * Both sides' lines, each once: paired by reference and item, equal amounts first, then amounts within the tolerance, then
 * what is left of the same name as differing. Billed seconds that both sides name must be equal too: an equal amount for
 * other seconds is a mistake that will not stay equal. Any order of either file gives the same pairs.
 */
export function matchLines(ours: readonly OurLine[], theirs: readonly TheirLine[], toleranceMicros: bigint): Match[] {
  const theirsByName = byName(theirs);
  const matches: Match[] = [];
  for (const [name, group] of byName(ours)) {
    matches.push(...matchGroup(group, theirsByName.get(name) ?? [], toleranceMicros));
    theirsByName.delete(name);
  }
  for (const group of theirsByName.values()) matches.push(...group.map(onlyTheirs));
  return matches;
}

function matchGroup(ours: readonly OurLine[], theirs: readonly TheirLine[], tolerance: bigint): Match[] {
  const left = [...theirs].sort(byAmount);
  const matches: Match[] = [];
  let open = [...ours].sort((a, b) => byAmount(a, b) || (a.id < b.id ? -1 : 1));
  for (const allowed of [0n, tolerance]) {
    open = open.filter((line) => {
      const at = left.findIndex((other) => agrees(line, other, allowed));
      if (at === -1) return true;
      const [other] = left.splice(at, 1);
      if (other !== undefined) matches.push({ state: "matched", ours: line, theirs: other });
      return false;
    });
  }
  for (const line of open) {
    const other = left.shift();
    matches.push(
      other === undefined
        ? { state: "only_ours", ours: line, theirs: null }
        : { state: "differs", ours: line, theirs: other },
    );
  }
  return [...matches, ...left.map(onlyTheirs)];
}

function agrees(ours: OurLine, theirs: TheirLine, tolerance: bigint): boolean {
  const apart = ours.micros - theirs.micros;
  const near = (apart < 0n ? -apart : apart) <= tolerance;
  return near && (ours.quantity === null || theirs.quantity === null || ours.quantity === theirs.quantity);
}

function onlyTheirs(theirs: TheirLine): Match {
  return { state: "only_theirs", ours: null, theirs };
}

function byName<Line extends { readonly ref: string; readonly item: string }>(
  lines: readonly Line[],
): Map<string, Line[]> {
  const groups = new Map<string, Line[]>();
  for (const line of lines) {
    const group = groups.get(nameOf(line));
    if (group === undefined) groups.set(nameOf(line), [line]);
    else group.push(line);
  }
  return groups;
}

function nameOf({ ref, item }: { readonly ref: string; readonly item: string }): string {
  return JSON.stringify([ref, item]);
}

function byAmount(a: TheirLine, b: TheirLine): number {
  if (a.micros !== b.micros) return a.micros < b.micros ? -1 : 1;
  return (a.quantity ?? -1) - (b.quantity ?? -1);
}
