import { and, eq } from "drizzle-orm";
import { type Database, type TenantTx, withTenant } from "../../adapters/db/index.ts";
import { assert } from "../../domain/kernel/step.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import { audit } from "../audit/index.ts";
import { sellerOf } from "../parties/index.ts";
import { type Shell, wrongState } from "./approve.ts";
import { creditIn } from "./credit.ts";
import { creditableLines, heldInvoice, notFound, personOf } from "./store.ts";
import { disputes } from "./tables.ts";

/** The client does not agree with a line. Until it is decided only this line's payment waits. */
export function openDispute(
  { db, scope, now }: Shell,
  {
    invoiceId,
    lineId,
    reason,
    claimedMinor,
  }: {
    readonly invoiceId: string;
    readonly lineId: string;
    readonly reason: string;
    /** Net; null claims all that is left of the line. */
    readonly claimedMinor: bigint | null;
  },
): Promise<{ disputeId: string }> {
  return withTenant(db, scope, async (tx) => {
    const invoice = await heldInvoice(tx, invoiceId);
    if (invoice.status !== "finalized") throw wrongState(invoice, "disputed");
    const line = (await creditableLines(tx, invoiceId)).find((it) => it.id === lineId);
    if (line === undefined) throw notFound("line");
    const left = line.amountMinor - line.creditedMinor;
    const claimed = claimedMinor ?? left;
    if (claimed <= 0n || claimed > left) {
      const faults = [{ path: "json.claimedMinor", message: `of this line ${left} can be disputed` }];
      throw new Refusal("invalid", "invalid_input", "something in the request is not as described", { faults });
    }
    const person = personOf(tx);
    assert(person !== null, "a person opens a dispute");
    const [row] = await tx
      .insert(disputes)
      .values({
        tenantId: tx.tenantId,
        invoiceId,
        lineId,
        reason,
        claimedMinor: claimed,
        openedBy: person,
        openedAt: now,
      })
      .onConflictDoNothing()
      .returning({ id: disputes.id });
    if (row === undefined) throw new Refusal("conflict", "dispute_open", "this line is in dispute already");
    await audit(tx, "dispute_opened", { kind: "dispute", id: row.id }, { invoiceId, lineId });
    return { disputeId: row.id };
  });
}

export type Verdict =
  | { readonly what: "accept"; readonly decision: string; readonly creditMinor: bigint | null }
  | { readonly what: "reject"; readonly decision: string };

/** The house decides. Accepting credits the claim, or the part of it that is named, in the same transaction. */
export async function decideDispute(
  { db, scope, now, operatorDb }: Shell & { readonly operatorDb: Database },
  disputeId: string,
  verdict: Verdict,
): Promise<void> {
  const seller = await sellerOf(operatorDb);
  await withTenant(db, scope, async (tx) => {
    const dispute = await openOne(tx, disputeId);
    let creditNoteId: string | null = null;
    if (verdict.what === "accept") {
      const netMinor = verdict.creditMinor ?? dispute.claimedMinor;
      if (netMinor > dispute.claimedMinor) {
        const faults = [
          { path: "json.creditMinor", message: `no more than the ${dispute.claimedMinor} that was claimed` },
        ];
        throw new Refusal("invalid", "invalid_input", "something in the request is not as described", { faults });
      }
      const { invoiceId, lineId } = dispute;
      const lines = [{ lineId, netMinor }];
      const request = {
        invoiceId,
        kind: "dispute",
        reason: verdict.decision,
        lines,
        requestKey: `dispute:${disputeId}`,
      } as const;
      creditNoteId = await creditIn(tx, request, { seller, now });
    }
    const state = verdict.what === "accept" ? "accepted" : "rejected";
    await decide(tx, disputeId, { state, decision: verdict.decision, decidedAt: now, creditNoteId });
  });
}

/** The client takes it back. */
export function withdrawDispute({ db, scope, now }: Shell, disputeId: string): Promise<void> {
  return withTenant(db, scope, async (tx) => {
    await openOne(tx, disputeId);
    await decide(tx, disputeId, { state: "withdrawn", decidedAt: now });
  });
}

async function openOne(tx: TenantTx, disputeId: string) {
  const [row] = await tx
    .select()
    .from(disputes)
    .where(and(eq(disputes.tenantId, tx.tenantId), eq(disputes.id, disputeId)))
    .for("update");
  if (row === undefined) throw notFound("dispute");
  if (row.state !== "open") throw new Refusal("conflict", "dispute_decided", `the dispute is ${row.state} already`);
  return row;
}

async function decide(tx: TenantTx, disputeId: string, change: Partial<typeof disputes.$inferInsert>): Promise<void> {
  await tx
    .update(disputes)
    .set({ ...change, decidedBy: personOf(tx) })
    .where(and(eq(disputes.tenantId, tx.tenantId), eq(disputes.id, disputeId)));
  await audit(
    tx,
    `dispute_${change.state}`,
    { kind: "dispute", id: disputeId },
    { creditNoteId: change.creditNoteId ?? null },
  );
}
