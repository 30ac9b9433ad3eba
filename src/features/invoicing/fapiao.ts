import { and, eq } from "drizzle-orm";
import { type TenantTx, withTenant } from "../../adapters/db/index.ts";
import type { LocalDate } from "../../domain/kernel/calendar-days.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import { audit } from "../audit/index.ts";
import type { Tax } from "../parties/index.ts";
import type { Shell } from "./approve.ts";
import { notFound, personOf } from "./store.ts";
import { fapiaos } from "./tables.ts";

type FapiaoTerms = NonNullable<Extract<Tax, { profile: "cn_vat" }>["fapiao"]>;

/** Asks for the tax authority's document, once for each invoice and, in red, once for each credit note. */
export async function requestFapiao(
  tx: TenantTx,
  {
    invoiceId,
    creditNoteId,
    terms,
    now,
  }: {
    readonly invoiceId: string;
    readonly creditNoteId: string | null;
    readonly terms: FapiaoTerms;
    readonly now: Instant;
  },
): Promise<void> {
  const { kind, title, taxId } = terms;
  await tx
    .insert(fapiaos)
    .values({
      tenantId: tx.tenantId,
      invoiceId,
      creditNoteId,
      kind,
      title,
      taxId,
      requestedAt: now,
      requestedBy: personOf(tx),
    })
    .onConflictDoNothing();
}

/** The document exists: its number and day, as the tax platform told them. Never changed after. */
export function recordFapiao(
  { db, scope }: Shell,
  { fapiaoId, number, issuedOn }: { readonly fapiaoId: string; readonly number: string; readonly issuedOn: LocalDate },
): Promise<void> {
  return withTenant(db, scope, async (tx) => {
    const where = and(eq(fapiaos.tenantId, tx.tenantId), eq(fapiaos.id, fapiaoId));
    const [row] = await tx.select().from(fapiaos).where(where).for("update");
    if (row === undefined) throw notFound("fapiao");
    if (row.state === "issued") {
      if (row.number === number && row.issuedOn === issuedOn) return;
      throw new Refusal("conflict", "fapiao_issued", "this fapiao has its number already");
    }
    await tx.update(fapiaos).set({ state: "issued", number, issuedOn }).where(where);
    await audit(tx, "fapiao_issued", { kind: "fapiao", id: fapiaoId }, { number, issuedOn });
  });
}
