import { sql } from "drizzle-orm";
import type { OwnerTx } from "../../adapters/db/index.ts";
import type { TenantId } from "../../domain/kernel/ids.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import { originOf, overridesOf } from "../../domain/rating/rate-card.ts";
import type { Charges } from "../billing/index.ts";
import type { ContractTerms, FiledCard } from "./contract-terms.ts";
import type { Desired } from "./desired.ts";
import type { Change } from "./sync.ts";

const VERSIONS = "tenant.contract_versions";
const CONTRACT_TABLES: ReadonlySet<string> = new Set([VERSIONS, "tenant.charges"]);

/**
 * A contract of which a version was published in the console is the console's from then on: the files leave its versions
 * alone. A file that has more versions than were applied from it would add one behind the console's back, and is refused; one
 * that only its card's next version would add is told and not made, so that a card for many clients can still change.
 */
export async function withoutConsoleContract(
  tx: OwnerTx,
  tenantId: TenantId,
  contract: ContractTerms,
  tables: Desired[],
): Promise<{ readonly tables: Desired[]; readonly kept: Change[] }> {
  const [row] = await tx.execute<{ console: number; file: number }>(sql`
    select count(*) filter (where source = 'console')::int as console, count(*) filter (where source = 'file')::int as file
    from tenant.contract_versions where tenant_id = ${tenantId}`);
  if (row === undefined || row.console === 0) return { tables, kept: [] };
  const more = contract.versions.slice(row.file);
  if (more.some(({ byCard }) => !byCard)) {
    const cure =
      "versions of this contract are published in the console: publish the next one there and leave it out of the file";
    throw new Refusal("conflict", "contract_in_console", cure);
  }
  const kept = more.map(({ validFrom, card }): Change => {
    const to = `card ${card?.slug} version ${card?.version} from ${validFrom}`;
    return { table: VERSIONS, what: "keep", name: "main", fields: [{ column: "terms", from: "the console's", to }] };
  });
  return { tables: tables.filter(({ table }) => !CONTRACT_TABLES.has(table)), kept };
}

/** The card's versions are history: one that was applied stays in its file, and a card of the console is not the files' to write. */
export async function refuseCardsBehindBacks(tx: OwnerTx, cards: readonly FiledCard[]): Promise<void> {
  for (const { slug, versions } of cards) {
    const [row] = await tx.execute<{ console: number; file: number }>(sql`
      select count(*) filter (where source = 'console')::int as console, count(*) filter (where source = 'file')::int as file
      from house.rate_cards where slug = ${slug}`);
    if (row === undefined) continue;
    const refuse = (message: string) => new Refusal("conflict", "immutable", `price card ${slug}: ${message}`);
    if (row.console > 0) throw refuse("a card of this name was published in the console; give the file another name");
    if (row.file > versions.length) {
      throw refuse(
        `version ${row.file} has been applied and may be billed; it must stay in tenants/_cards/${slug}.toml`,
      );
    }
  }
}

/** A version that is added says what it charges otherwise than the one before it, and of what card it is made. */
export function withPrices(changes: readonly Change[], { versions }: ContractTerms): Change[] {
  return changes.map((change) => {
    const at = versions.findIndex((_, place) => change.name.endsWith(`(version ${place + 1})`));
    const [added, before] = [versions[at], versions[at - 1]];
    if (change.table !== VERSIONS || change.what !== "add" || added === undefined) return change;
    const card = { column: "card", from: nameOf(before?.card), to: nameOf(added.card) };
    const prices = before === undefined ? [] : priceChanges(before.charges, added.charges);
    return { ...change, fields: [...(card.to === null && card.from === null ? [] : [card]), ...prices] };
  });
}

export function withCardPrices(changes: readonly Change[], cards: readonly FiledCard[]): Change[] {
  return changes.map((change) => {
    if (change.table !== "house.rate_cards" || change.what !== "add") return change;
    const fields = cards.flatMap(({ slug, versions }) =>
      versions.flatMap((added, at) => {
        const before = versions[at - 1];
        const named = change.name === `${slug} (version ${added.version})`;
        return named && before !== undefined ? priceChanges(before.charges, added.charges) : [];
      }),
    );
    return { ...change, fields };
  });
}

function nameOf(card: ContractTerms["versions"][number]["card"] | undefined): string | null {
  return card === null || card === undefined ? null : `${card.slug} version ${card.version}`;
}

function priceChanges(before: Charges, after: Charges): Change["fields"] {
  const old = new Map(before.map((charge) => [charge.code, new Map<string, unknown>(Object.entries(charge))]));
  const changed = Object.entries(overridesOf(before, after)).flatMap(([code, fields]) =>
    fields === null
      ? [{ column: code, from: old.get(code)?.get("model"), to: null }]
      : Object.entries(fields).map(([field, to]) => ({
          column: `${code}.${field}`,
          from: old.get(code)?.get(field),
          to,
        })),
  );
  const own = after.filter((charge) => originOf(before, charge) === "own");
  return [...changed, ...own.map(({ code, model }) => ({ column: code, from: null, to: model }))];
}
