import { sql } from "drizzle-orm";
import type { z } from "zod";
import { actorId, iso, type TenantTx } from "../../adapters/db/index.ts";
import { type Currency, isCurrency } from "../../domain/kernel/currency.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import { assert } from "../../domain/kernel/step.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import type { LedgerEvent } from "../../domain/ledger/events.ts";
import { type ItemSum, microsOfMinor, totalsOf } from "../../domain/settlement/statement.ts";
import { bookedOn, post } from "../ledger/index.ts";
import { type BrokenFile, dropParts, incompleteFiles, type KeptRow, partsKept } from "./files-store.ts";
import { insertLines } from "./prepare.ts";
import { rematch } from "./rematch.ts";
import type { AdjustmentSchema, BrokenFileSchema, DecisionsSchema, FileInputSchema } from "./schema.ts";
import { linesForTotals } from "./store.ts";
import { theirRows } from "./their-file.ts";

type Locked = {
  readonly id: string;
  readonly party_id: string;
  readonly kind: "supplier" | "courier" | "dealer" | "carrier";
  readonly slug: string;
  readonly currency: Currency;
  readonly period: string;
  readonly status: "draft" | "accepted" | "settled";
  readonly opening: string;
  readonly closing: string | null;
  readonly payment_ref: string | null;
};

/**
 * Takes the partner's file, or a part of it; the same again is the same one. With the last part the whole is matched, in its
 * transaction: until then nothing of it counts. Refuses `no_draft`, and `part_differs` where the key names another file.
 */
export async function takeFile(tx: TenantTx, input: z.infer<typeof FileInputSchema>): Promise<void> {
  const statement = await draftOf(tx, input.statementId);
  const rows: KeptRow[] = theirRows(input.csv, statement.kind);
  const text = JSON.stringify(rows);
  const { key = null, part = 1, parts = 1 } = input.file ?? {};
  const [own] = await tx.execute<{ hash: string }>(
    sql`select encode(sha256(convert_to(${text}, 'UTF8')), 'hex') as hash`,
  );
  assert(own !== undefined, "a hash is one row");
  await tx.execute(sql`
    insert into tenant.settlement_files (tenant_id, statement_id, name, content_hash, rows, sent_by, file_key, part, parts)
    values (${tx.tenantId}, ${statement.id}, ${input.name}, ${own.hash}, ${text}::jsonb, ${who(tx)}, ${key}, ${part}, ${parts})
    on conflict (tenant_id, statement_id, coalesce(file_key, content_hash), part) do nothing`);
  const kept = await partsKept(tx, statement.id, key ?? own.hash);
  if (kept.some((it) => it.parts !== parts || (it.part === part && it.hash !== own.hash))) {
    throw new Refusal("conflict", "part_differs", "another part was sent under this key: send the file anew");
  }
  if (kept.length === parts) await rematch(tx, statement.id);
}

/**
 * Says that nobody waits any more for the parts of a file that broke off: those that came never counted, and are thrown away.
 * Gives what they were. Refuses `no_draft`, and `file_not_broken` for a file that is whole or not there.
 */
export async function dropBrokenFile(
  tx: TenantTx,
  { statementId, key }: Pick<z.infer<typeof BrokenFileSchema>, "statementId" | "key">,
): Promise<BrokenFile> {
  const statement = await draftOf(tx, statementId);
  const broken = (await incompleteFiles(tx, statement.id)).find((file) => file.key === key);
  if (broken === undefined) {
    throw new Refusal("conflict", "file_not_broken", "no such file of this statement waits for parts");
  }
  await dropParts(tx, statement.id, key);
  return broken;
}

/**
 * Decides lines: ours, theirs, or a dispute, which holds back its line alone. After acceptance only disputed lines may
 * still be decided, and what is agreed then comes into the partner's next statement. Refuses `line_not_found`,
 * `line_closed`.
 */
export async function decideLines(tx: TenantTx, input: z.infer<typeof DecisionsSchema>, now: Instant): Promise<void> {
  const statement = await locked(tx, input.statementId);
  const ids = JSON.stringify([...new Set(input.lineIds)]);
  const wanted = sql`(select jsonb_array_elements_text(${ids}::jsonb)::uuid)`;
  const found = await tx.execute<{ decision: string | null }>(sql`
    select decision from tenant.settlement_lines where tenant_id = ${tx.tenantId} and statement_id = ${statement.id} and id in ${wanted}`);
  if (found.length !== new Set(input.lineIds).size) {
    throw new Refusal("not_found", "line_not_found", "the statement has no such line");
  }
  const closed = statement.status !== "draft" && found.some((line) => line.decision !== "dispute");
  if (closed || (statement.status !== "draft" && input.decision === "dispute")) {
    throw new Refusal("conflict", "line_closed", "the statement is accepted; only a dispute may still be decided");
  }
  await tx.execute(sql`
    update tenant.settlement_lines set decision = ${input.decision}, decided_by = ${who(tx)}, decided_at = ${iso(now)}::timestamptz, reason = ${input.reason}
    where tenant_id = ${tx.tenantId} and statement_id = ${statement.id} and id in ${wanted}`);
}

/** An agreed difference, once for each `ref` of the statement. Refuses `no_draft`. */
export async function adjust(tx: TenantTx, input: z.infer<typeof AdjustmentSchema>, now: Instant): Promise<void> {
  const statement = await draftOf(tx, input.statementId);
  const sourceKey = `adjustment:${statement.id}:${input.ref}`;
  await insertLines(tx, statement.id, statement.party_id, [
    {
      item: "adjustment",
      ref: input.ref,
      occurredAt: iso(now),
      sourceKey,
      termsVersion: null,
      quantity: null,
      micros: microsOfMinor(BigInt(input.amountMinor), statement.currency),
      carriesId: null,
    },
  ]);
  await tx.execute(sql`
    update tenant.settlement_lines set decision = 'accept_ours', decided_by = ${who(tx)}, decided_at = ${iso(now)}::timestamptz, reason = ${input.reason}
    where tenant_id = ${tx.tenantId} and party_id = ${statement.party_id} and source_key = ${sourceKey} and decision is null`);
}

/**
 * Accepts a draft and books what is agreed; disputed lines stay behind. Accepting again changes nothing. Refuses
 * `file_incomplete` while parts of the partner's file are missing, and names them; `lines_open` while somebody must still
 * decide a line, and says how many.
 */
export async function acceptStatement(tx: TenantTx, statementId: string, now: Instant): Promise<void> {
  const statement = await locked(tx, statementId);
  if (statement.status !== "draft") return;
  refuseBroken(await incompleteFiles(tx, statementId));
  const { sums, closingMinor, open } = totalsOf(
    BigInt(statement.opening),
    await linesForTotals(tx, statementId),
    statement.currency,
  );
  if (open > 0) throw new Refusal("conflict", "lines_open", `${open} lines still need a decision`);
  await post(tx, { event: await bookingOf(tx, statement, sums), occurredAt: now });
  const stored = JSON.stringify(sums.map(({ item, amountMinor }) => ({ item, amountMinor: amountMinor.toString() })));
  await tx.execute(sql`
    update tenant.settlement_statements set status = 'accepted', closing_minor = ${closingMinor.toString()}::bigint, sums = ${stored}::jsonb,
      accepted_by = ${who(tx)}, accepted_at = ${iso(now)}::timestamptz
    where tenant_id = ${tx.tenantId} and id = ${statementId}`);
}

/** What the partner says in parts that never came would be agreed to unread. */
function refuseBroken(files: readonly BrokenFile[]): void {
  const faults = files.map(({ name, parts, missing }, at) => ({
    path: `incomplete.${at}.missing`,
    message: `${name}: ${missing.length === 1 ? "part" : "parts"} ${missing.join(", ")} of ${parts} ${missing.length === 1 ? "is" : "are"} missing`,
    rule: { is: "parts_missing", limit: missing.join(", ") },
  }));
  const [first] = faults;
  if (first !== undefined) throw new Refusal("conflict", "file_incomplete", first.message, { faults });
}

/** A carrier's cost was accrued from our own legs month by month: only what differs from that is booked here. */
async function bookingOf(tx: TenantTx, statement: Locked, sums: readonly ItemSum[]): Promise<LedgerEvent> {
  const { kind, slug, currency, period, id } = statement;
  const party = { kind, partyId: slug };
  if (kind !== "carrier") return { type: "settlement_booked", id, currency, party, sums };
  const accrued = await bookedOn(tx, `carrier_cost_accrued:${slug}:${period}`, "carrier_cost");
  const differing = [
    ...sums.filter(({ item }) => item !== "carrier_rate"),
    {
      item: "carrier_rate" as const,
      amountMinor: (sums.find(({ item }) => item === "carrier_rate")?.amountMinor ?? 0n) - accrued,
    },
  ];
  return { type: "settlement_booked", id, currency, party, sums: differing };
}

/**
 * Marks an accepted statement settled by the bank's reference, and books the payment. Again with the same reference
 * changes nothing. Refuses `not_accepted`, `nothing_to_settle`, `settled_differently`.
 */
export async function settleStatement(
  tx: TenantTx,
  { statementId, paymentRef }: { readonly statementId: string; readonly paymentRef: string },
  now: Instant,
): Promise<void> {
  const statement = await locked(tx, statementId);
  if (statement.status === "settled") {
    if (statement.payment_ref === paymentRef) return;
    throw new Refusal("conflict", "settled_differently", "the statement was settled under another reference");
  }
  if (statement.status !== "accepted") throw new Refusal("conflict", "not_accepted", "accept the statement first");
  const amountMinor = BigInt(statement.closing ?? 0);
  if (amountMinor <= 0n) {
    throw new Refusal("conflict", "nothing_to_settle", "nothing is due; what is left is carried to the next statement");
  }
  const { id, currency, kind, slug } = statement;
  const event = { type: "settlement_paid", id, currency, party: { kind, partyId: slug }, amountMinor } as const;
  await post(tx, { event, occurredAt: now });
  await tx.execute(sql`
    update tenant.settlement_statements set status = 'settled', settled_minor = closing_minor, settled_by = ${who(tx)},
      settled_at = ${iso(now)}::timestamptz, payment_ref = ${paymentRef}
    where tenant_id = ${tx.tenantId} and id = ${statementId}`);
}

async function draftOf(tx: TenantTx, statementId: string): Promise<Locked> {
  const statement = await locked(tx, statementId);
  if (statement.status !== "draft") {
    throw new Refusal("conflict", "no_draft", `the statement is ${statement.status} and stays as it is`);
  }
  return statement;
}

async function locked(tx: TenantTx, statementId: string): Promise<Locked> {
  const [row] = await tx.execute<Omit<Locked, "currency"> & { currency: string }>(sql`
    select s.id, s.party_id, p.kind, p.slug, s.currency, to_char(s.period_start, 'YYYY-MM') as period, s.status,
      s.opening_minor::text as opening, s.closing_minor::text as closing, s.payment_ref
    from tenant.settlement_statements s
    join tenant.settlement_parties p on p.tenant_id = s.tenant_id and p.id = s.party_id
    where s.tenant_id = ${tx.tenantId} and s.id = ${statementId} for update of s`);
  if (row === undefined) throw new Refusal("not_found", "statement_not_found", "there is no such statement");
  assert(isCurrency(row.currency), `${row.currency} is a currency that partners are settled in`);
  return { ...row, currency: row.currency };
}

function who(tx: TenantTx): string {
  return `${tx.actor.kind}:${actorId(tx.actor)}`;
}
