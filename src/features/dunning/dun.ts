import { sql } from "drizzle-orm";
import { iso, type TenantTx, withOperator, withTenant } from "../../adapters/db/index.ts";
import {
  type Deed,
  type DunningStep,
  HOUSE_RULE,
  type Standing,
  standingOf,
  stepsDue,
} from "../../domain/dunning/dunning.ts";
import type { TenantId } from "../../domain/kernel/ids.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import { audit } from "../audit/index.ts";
import type { LetterContext } from "../letters/index.ts";
import { type InvoiceMoney, invoiceMoney, tenantsOf, todayOf } from "../payments/index.ts";
import { sendLetters } from "./letters.ts";
import { houseRule, ownRules } from "./rules-store.ts";

export type Dunned = {
  readonly steps: number;
  readonly letters: number;
  /** Clients whose lines must be published anew, because they were suspended or are so no more. */
  readonly toPublish: readonly TenantId[];
  readonly failures: readonly unknown[];
};

/**
 * Once a minute for every client: steps of its rules that are due today, its standing by what is still unpaid, and letters
 * that wait. Each step is taken once; run again, it does nothing. Paying lifts a standing at the next run.
 */
export async function dun(ctx: LetterContext): Promise<Dunned> {
  const house = await withOperator(ctx.operatorDb, houseRule);
  const sum = { steps: 0, letters: 0, toPublish: [] as TenantId[], failures: [] as unknown[] };
  for (const tenantId of await tenantsOf(ctx)) {
    try {
      const scope = { tenantId, actor: ctx.actor };
      const { steps, mustPublish } = await withTenant(ctx.db, scope, (tx) =>
        dunClient(tx, house ?? HOUSE_RULE, ctx.now),
      );
      sum.steps += steps;
      if (mustPublish) sum.toPublish.push(tenantId);
      sum.letters += await sendLetters(ctx, tenantId);
    } catch (error) {
      // One client's trouble must not keep the others from being reminded; the next run tries it again.
      sum.failures.push(error);
    }
  }
  return sum;
}

async function dunClient(
  tx: TenantTx,
  house: readonly DunningStep[],
  now: Instant,
): Promise<{ steps: number; mustPublish: boolean }> {
  const open = await invoiceMoney(tx, { openOnly: true });
  const known = await standingRow(tx);
  if (open.length === 0 && known === null) return { steps: 0, mustPublish: false };
  // Two runs at once would each take the step: the second finds it taken, and its letter is the first one's.
  const own = open.length === 0 ? new Map<string, readonly DunningStep[]>() : await ownRules(tx);
  const today = await todayOf(tx, now);
  const held: DunningStep[] = [];
  let steps = 0;
  for (const invoice of open) {
    const taken = await stepsOf(tx, invoice.id);
    const rule = own.get(invoice.contractId) ?? house;
    const due = isQuestioned(invoice) ? [] : stepsDue({ dueOn: invoice.dueOn, rule, taken }, today);
    for (const step of due) steps += await take(tx, invoice, step, today, now);
    held.push(...taken, ...due);
  }
  const mustPublish = await stand(tx, standingOf(held), known, now);
  return { steps, mustPublish };
}

/** All that is open is disputed: nobody is reminded of what is being talked about. */
function isQuestioned({ openMinor, disputedMinor }: InvoiceMoney): boolean {
  return openMinor <= disputedMinor;
}

async function take(
  tx: TenantTx,
  invoice: InvoiceMoney,
  { day, deed }: DunningStep,
  today: string,
  now: Instant,
): Promise<number> {
  const rows = await tx.execute(sql`
    insert into tenant.dunning_steps (tenant_id, invoice_id, day, deed, open_minor, taken_on, taken_at)
    values (${tx.tenantId}, ${invoice.id}, ${day}, ${deed}, ${(invoice.openMinor - invoice.disputedMinor).toString()}::bigint,
      ${today}::date, ${iso(now)}::timestamptz)
    on conflict (tenant_id, invoice_id, day, deed) do nothing returning id`);
  if (rows.length > 0) await audit(tx, `dunning_${deed}`, { kind: "invoice", id: invoice.id }, { day });
  return rows.length;
}

async function stepsOf(tx: TenantTx, invoiceId: string): Promise<DunningStep[]> {
  return await tx.execute<{ day: number; deed: Deed }>(sql`
    select day, deed from tenant.dunning_steps where tenant_id = ${tx.tenantId} and invoice_id = ${invoiceId} order by taken_at limit 100`);
}

type StandingRow = { readonly standing: Standing; readonly published: "good" | "suspended" };

async function standingRow(tx: TenantTx): Promise<StandingRow | null> {
  const [row] = await tx.execute<StandingRow>(sql`
    select standing, published from tenant.dunning_standings where tenant_id = ${tx.tenantId}`);
  return row ?? null;
}

/** Answers whether the lines were told something else last. */
async function stand(tx: TenantTx, standing: Standing, known: StandingRow | null, now: Instant): Promise<boolean> {
  if (standing !== (known?.standing ?? "good") || known === null) {
    await tx.execute(sql`
      insert into tenant.dunning_standings (tenant_id, standing, since) values (${tx.tenantId}, ${standing}, ${iso(now)}::timestamptz)
      on conflict (tenant_id) do update set standing = excluded.standing, since = excluded.since`);
    const detail = { from: known?.standing ?? "good", to: standing };
    if (detail.from !== detail.to) await audit(tx, "standing_changed", { kind: "tenant", id: tx.tenantId }, detail);
  }
  return (standing === "suspended") !== (known?.published === "suspended");
}

/** The lines have been told; until this is written, every run has them told again. */
export async function markPublished(ctx: LetterContext, tenantId: TenantId): Promise<void> {
  await withTenant(ctx.db, { tenantId, actor: ctx.actor }, (tx) =>
    tx.execute(sql`update tenant.dunning_standings set published = case standing when 'suspended' then 'suspended' else 'good' end
      where tenant_id = ${tx.tenantId}`),
  );
}
