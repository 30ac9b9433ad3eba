import { sql } from "drizzle-orm";
import type { TenantTx } from "../../adapters/db/index.ts";
import type { Deed } from "../../domain/dunning/dunning.ts";
import type { LetterView } from "./schema.ts";

/** Shown at once: years of a client that pays late. */
const LETTERS_MAX = 200;
/** Tries of a letter before a person must look; both kinds of letter are tried no oftener. */
export const LETTER_TRIES_MAX = 10;

/** Letters to a client, newest first, with what became of each. */
export async function lettersTo(tx: TenantTx): Promise<LetterView[]> {
  const rows = await tx.execute<Record<string, unknown>>(sql`
    select id, (extract(epoch from at) * 1000)::bigint::text as at, kind, what, name, label_zh, label_en, step,
      to_json(letter_to)::text as letter_to, letter_id, letter_tries, letter_trouble from (
      select s.id, s.taken_at as at, 'dunning' as kind, s.deed as what, i.series || '-' || lpad(i.number::text, 6, '0') as name,
          null as label_zh, null as label_en, null::int as step, s.letter_to, s.letter_id, s.letter_tries, s.letter_trouble
        from tenant.dunning_steps s join tenant.invoices i on i.tenant_id = s.tenant_id and i.id = s.invoice_id
        where s.tenant_id = ${tx.tenantId}
      union all
      select id, reached_at, 'spend', what, code, label_zh, label_en, step, letter_to, letter_id, letter_tries, letter_trouble
        from tenant.spend_alerts where tenant_id = ${tx.tenantId}) l
    order by l.at desc, id desc limit ${LETTERS_MAX}`);
  return rows.map(shown);
}

function shown(row: Record<string, unknown>): LetterView {
  const trouble = row.letter_trouble === null ? null : String(row.letter_trouble);
  const isSent = row.letter_id !== null;
  const label = row.label_zh === null ? null : { zh: String(row.label_zh), en: String(row.label_en) };
  // CHECKs of both tables say what the words may be.
  const about: LetterView["about"] =
    row.kind === "dunning"
      ? { kind: "dunning", deed: row.what as Deed, number: String(row.name) }
      : { kind: "spend", what: row.what as "package" | "limit", label, step: Number(row.step) };
  return {
    id: String(row.id),
    at: Number(row.at),
    about,
    to: JSON.parse(String(row.letter_to)) as string[],
    state: isSent ? "sent" : Number(row.letter_tries) >= LETTER_TRIES_MAX ? "given_up" : "waiting",
    trouble: isSent ? null : trouble,
  };
}
