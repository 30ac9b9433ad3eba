import { sql } from "drizzle-orm";
import { type TenantTx, withTenant } from "../../adapters/db/index.ts";
import type { Deed } from "../../domain/dunning/dunning.ts";
import { type Currency, isCurrency } from "../../domain/kernel/currency.ts";
import type { TenantId } from "../../domain/kernel/ids.ts";
import { majorText } from "../../domain/kernel/money.ts";
import { assert } from "../../domain/kernel/step.ts";
import { handOver, LETTER_TRIES_MAX, type LetterContext, type Outcome, recipientOf } from "../letters/index.ts";
import { letterOf } from "./wording.ts";

/** Letters of one client in one run. */
const AT_ONCE = 20;

type Waiting = {
  readonly id: string;
  readonly day: number;
  readonly deed: Deed;
  readonly number: string;
  readonly currency: Currency;
  readonly openMinor: bigint;
  readonly dueOn: string;
};

/** Letters of steps that have none yet. The step's id is the letter's key: the service delivers it once. */
export async function sendLetters(ctx: LetterContext, tenantId: TenantId): Promise<number> {
  const { mailer } = ctx;
  if (mailer === null) return 0;
  const scope = { tenantId, actor: ctx.actor };
  const waiting = await withTenant(ctx.db, scope, waitingLetters);
  if (waiting.length === 0) return 0;
  const recipient = await recipientOf(ctx, tenantId);
  if (recipient === null) return 0;
  const { to, language, company } = recipient;
  let sent = 0;
  for (const it of waiting) {
    const letter = letterOf(language, {
      deed: it.deed,
      day: it.day,
      number: it.number,
      amount: `${it.currency} ${majorText(it.openMinor, it.currency)}`,
      dueOn: it.dueOn,
      company,
      portalUrl: ctx.portalUrl,
    });
    const outcome = await handOver(mailer, { key: `dunning-${it.id}`, to, topic: "dunning", ...letter });
    await withTenant(ctx.db, scope, (tx) => noteOutcome(tx, it.id, to, outcome));
    if ("letterId" in outcome) sent += 1;
  }
  return sent;
}

async function noteOutcome(tx: TenantTx, id: string, to: readonly string[], outcome: Outcome): Promise<void> {
  const [letterId, trouble] = "letterId" in outcome ? [outcome.letterId, null] : [null, outcome.trouble];
  await tx.execute(sql`
    update tenant.dunning_steps set letter_tries = letter_tries + 1, letter_id = ${letterId}, letter_trouble = ${trouble},
      letter_to = array(select jsonb_array_elements_text(${JSON.stringify(letterId === null ? [] : to)}::jsonb))
    where tenant_id = ${tx.tenantId} and id = ${id}`);
}

/** Of invoices that are open still: what was paid meanwhile needs no reminder. */
async function waitingLetters(tx: TenantTx): Promise<Waiting[]> {
  const rows = await tx.execute<Record<string, string | null>>(sql`
    select s.id, s.day, s.deed, s.open_minor::text as open, i.series || '-' || lpad(i.number::text, 6, '0') as number, i.currency,
      i.due_on::text as due_on
    from tenant.dunning_steps s
    join tenant.invoices i on i.tenant_id = s.tenant_id and i.id = s.invoice_id
    where s.tenant_id = ${tx.tenantId} and s.letter_id is null and s.letter_tries < ${LETTER_TRIES_MAX}
      and i.due_minor > coalesce((select sum(amount_minor) from tenant.payment_allocations a where a.tenant_id = i.tenant_id and a.invoice_id = i.id), 0)
        + coalesce((select sum(gross_minor) from tenant.credit_notes n where n.tenant_id = i.tenant_id and n.invoice_id = i.id), 0)
    order by s.taken_at limit ${AT_ONCE}`);
  return rows.map((row) => {
    const currency = String(row.currency);
    assert(isCurrency(currency), "an invoice's currency is billed");
    return {
      id: String(row.id),
      day: Number(row.day),
      deed: String(row.deed) as Deed, // a CHECK says so
      number: String(row.number),
      currency,
      openMinor: BigInt(row.open ?? 0),
      dueOn: String(row.due_on),
    };
  });
}
