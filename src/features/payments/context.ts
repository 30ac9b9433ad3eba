import { sql } from "drizzle-orm";
import { type Actor, actorId, type Database, type TenantScope, type TenantTx } from "../../adapters/db/index.ts";
import { type Currency, isCurrency } from "../../domain/kernel/currency.ts";
import type { TenantId } from "../../domain/kernel/ids.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import { assert } from "../../domain/kernel/step.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import type { PaymentProvider } from "../../ports/payments.ts";

/** What the verbs of payments work with. */
export type PaymentsContext = {
  /** Role app. */
  readonly db: Database;
  /** Role operator. */
  readonly operatorDb: Database;
  /** Null where the house takes no cards. */
  readonly provider: PaymentProvider | null;
  readonly actor: Actor;
  readonly now: Instant;
};

export function scopeOf({ actor }: PaymentsContext, tenantId: TenantId): TenantScope {
  return { tenantId, actor };
}

export function providerOf({ provider }: PaymentsContext): PaymentProvider {
  if (provider !== null) return provider;
  throw new Refusal("conflict", "cards_not_set_up", "this house takes no card payments; pay by bank transfer");
}

/** One line for whoever it was: `user:…`, `system:payments`. */
export function who(actor: Actor): string {
  return `${actor.kind}:${actorId(actor)}`;
}

export function knownCurrency(code: string): Currency {
  assert(isCurrency(code), `${code} stands on an invoice, so it is a currency that is billed`);
  return code;
}

/** Money is handed out by one transaction of a client at a time. Taken first, so that nobody waits in a ring. */
export async function lockMoney(tx: TenantTx): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('payments:' || ${tx.tenantId}::text, 0))`);
}

/** JSON's numbers are exact up to here, and no bill of this trade is larger. */
export function safe(minor: bigint): number {
  assert(
    minor <= BigInt(Number.MAX_SAFE_INTEGER) && minor >= -BigInt(Number.MAX_SAFE_INTEGER),
    "an amount JSON can carry",
  );
  return Number(minor);
}

/** The key of a request makes its repeat the same deed; with other contents it is another deed and is not done. */
export function keyTaken(): Refusal {
  return new Refusal("conflict", "request_key_taken", "this key has been used for another payment or amount");
}
