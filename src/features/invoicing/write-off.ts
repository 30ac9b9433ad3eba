import { and, eq } from "drizzle-orm";
import { type TenantTx, withTenant } from "../../adapters/db/index.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import { assert } from "../../domain/kernel/step.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import { audit } from "../audit/index.ts";
import { post } from "../ledger/index.ts";
import { type Shell, wrongState } from "./approve.ts";
import { currencyOf, heldInvoice, openMinor, personOf } from "./store.ts";
import { writeOffs } from "./tables.ts";

export type WriteOffRequest = {
  readonly invoiceId: string;
  /** Gross; null writes off all that is open. */
  readonly amountMinor: bigint | null;
  readonly reason: string;
  readonly requestKey: string;
};

/**
 * What will never be paid of a final invoice becomes a loss. The tax stays owed to the authority (`taxMinor` 0): getting it
 * back needs a procedure of its own that the house does not presume.
 */
export async function writeOff({ db, scope, now }: Shell, request: WriteOffRequest): Promise<{ writeOffId: string }> {
  return { writeOffId: await withTenant(db, scope, (tx) => writeOffIn(tx, request, now)) };
}

/** In the caller's transaction: a request that is approved and its write-off are one deed. */
export async function writeOffIn(
  tx: TenantTx,
  { invoiceId, amountMinor, reason, requestKey }: WriteOffRequest,
  now: Instant,
): Promise<string> {
  const invoice = await heldInvoice(tx, invoiceId);
  const [known] = await tx
    .select({ id: writeOffs.id, invoiceId: writeOffs.invoiceId })
    .from(writeOffs)
    .where(and(eq(writeOffs.tenantId, tx.tenantId), eq(writeOffs.requestKey, requestKey)));
  if (known !== undefined) {
    if (known.invoiceId === invoiceId) return known.id;
    throw new Refusal("conflict", "request_key_taken", "this key has written off another invoice");
  }
  if (invoice.status !== "finalized") throw wrongState(invoice, "written off");
  const open = await openMinor(tx, invoiceId);
  const amount = amountMinor ?? open;
  if (amount <= 0n || amount > open) {
    const faults = [{ path: "json.amountMinor", message: `${open} is open on this invoice` }];
    throw new Refusal("invalid", "invalid_input", "something in the request is not as described", { faults });
  }
  const person = personOf(tx);
  assert(person !== null, "a person writes off");
  const [row] = await tx
    .insert(writeOffs)
    .values({
      tenantId: tx.tenantId,
      invoiceId,
      amountMinor: amount,
      reason,
      requestKey,
      writtenOffBy: person,
      writtenOffAt: now,
    })
    .returning({ id: writeOffs.id });
  assert(row !== undefined, "an inserted write-off has an id");
  const event = {
    type: "write_off",
    id: row.id,
    currency: currencyOf(invoice),
    amountMinor: amount,
    taxMinor: 0n,
  } as const;
  await post(tx, { occurredAt: now, event });
  await audit(
    tx,
    "invoice_written_off",
    { kind: "invoice", id: invoiceId },
    { amountMinor: amount.toString(), reason },
  );
  return row.id;
}
