import { type TenantTx, withOperator, withTenant } from "../../adapters/db/index.ts";
import { isCurrency } from "../../domain/kernel/currency.ts";
import type { TenantId } from "../../domain/kernel/ids.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import { majorText } from "../../domain/kernel/money.ts";
import { assert } from "../../domain/kernel/step.ts";
import { stepToTell } from "../../domain/rating/allowance.ts";
import { tenantsInService } from "../billing/index.ts";
import { handOver, type LetterContext, recipientOf } from "../letters/index.ts";
import { hasNews, noteAlert, noteOutcome, toldOf, type WaitingAlert, waitingAlerts } from "./alerts-store.ts";
import { spendIn } from "./spend.ts";
import { alertLetter } from "./wording.ts";

export type Alerted = { readonly steps: number; readonly letters: number; readonly failures: readonly unknown[] };

/**
 * Once a minute for every client: steps of its packages and of its own limit that its month has reached, each once, and the
 * letters that tell of them. A month of which nothing changed is not looked at. Run again, it does nothing.
 */
export async function tellSpending(ctx: LetterContext): Promise<Alerted> {
  const sum = { steps: 0, letters: 0, failures: [] as unknown[] };
  for (const tenantId of await withOperator(ctx.operatorDb, tenantsInService)) {
    try {
      const scope = { tenantId, actor: ctx.actor };
      sum.steps += await withTenant(ctx.db, scope, (tx) => noteSteps(tx, ctx.now));
      sum.letters += await sendAlerts(ctx, tenantId);
    } catch (error) {
      // One client's trouble must not keep the others from being told; the next run tries it again.
      sum.failures.push(error);
    }
  }
  return sum;
}

async function noteSteps(tx: TenantTx, now: Instant): Promise<number> {
  if (!(await hasNews(tx, now))) return 0;
  let steps = 0;
  for (const spend of await spendIn(tx, now)) {
    for (const allowance of spend.allowances) {
      const used = { used: BigInt(allowance.used), of: BigInt(allowance.of) };
      const step = stepToTell(used, await toldOf(tx, spend, allowance));
      if (step !== null) steps += await noteAlert(tx, spend, allowance, { step, now });
    }
  }
  return steps;
}

/** The alert's id is the letter's key: the service delivers it once. */
async function sendAlerts(ctx: LetterContext, tenantId: TenantId): Promise<number> {
  const { mailer, now } = ctx;
  if (mailer === null) return 0;
  const scope = { tenantId, actor: ctx.actor };
  const waiting = await withTenant(ctx.db, scope, (tx) => waitingAlerts(tx, now));
  if (waiting.length === 0) return 0;
  const recipient = await recipientOf(ctx, tenantId);
  if (recipient === null) return 0;
  const { to, language, company } = recipient;
  let sent = 0;
  for (const alert of waiting) {
    const figures = figuresOf(alert);
    const label = alert.label?.[language] ?? "";
    const letter = alertLetter(language, { ...alert, ...figures, label, company, portalUrl: ctx.portalUrl });
    const outcome = await handOver(mailer, { key: `spend-${alert.id}`, to, topic: "spend", ...letter });
    await withTenant(ctx.db, scope, (tx) => noteOutcome(tx, alert, to, { outcome, now }));
    if ("letterId" in outcome) sent += 1;
  }
  return sent;
}

function figuresOf({ what, used, of, currency }: WaitingAlert): { readonly used: string; readonly of: string } {
  if (what === "package") return { used: used.toString(), of: of.toString() };
  assert(isCurrency(currency), "a contract's currency is billed");
  const text = (minor: bigint) => `${currency} ${majorText(minor, currency)}`;
  return { used: text(used), of: text(of) };
}
