import { asc, inArray, sql } from "drizzle-orm";
import type { TenantTx } from "../../adapters/db/index.ts";
import type { ContactFact } from "../../domain/call/facts.ts";
import { type ContactProjection, projectContact } from "../../domain/call/project.ts";
import type { ContactId } from "../../domain/kernel/ids.ts";
import { storeUsage } from "../billing/index.ts";
import { contactFacts, contactLegs, contacts, queueStays, recordings } from "./tables.ts";

/** Rows in one statement: the protocol allows 65,535 parameters, a contact row has some thirty. */
const ROWS_PER_STATEMENT = 500;
const SOURCE = "facts";

export type Stored = {
  readonly facts: number;
  readonly contacts: number;
  /** Usage that is stored already with another content: never overwritten, a person must look. */
  readonly rivals: readonly string[];
};

/**
 * Stores facts and folds every contact they touch from all its stored facts. Repeats meet the primary key, and the fold
 * does not ask for order, so any delivery in any order ends in the same rows. Contacts are locked in one order, so that
 * two consumers with facts of the same contact take turns and the later one sees all.
 */
export async function storeContactFacts(tx: TenantTx, facts: readonly ContactFact[]): Promise<Stored> {
  const ids = [...new Set(facts.map((fact) => fact.contactId))].sort();
  if (ids.length === 0) return { facts: 0, contacts: 0, rivals: [] };
  await lockContacts(tx, ids);
  const fresh = await insertFacts(tx, facts);
  const rivals = await refoldContacts(tx, ids);
  return { facts: fresh, contacts: ids.length, rivals };
}

/** Folds contacts again from their stored facts: what `storeContactFacts` does, and what a rebuild does. */
export async function refoldContacts(tx: TenantTx, ids: readonly ContactId[]): Promise<readonly string[]> {
  const projections = await foldStored(tx, ids);
  await upsertContacts(tx, projections);
  await upsertStays(tx, projections);
  const legs = projections.flatMap(({ contact, legs: ended }) =>
    ended.map((leg) => ({
      ...leg,
      tenantId: contact.tenantId,
      contactId: contact.contactId,
    })),
  );
  const stored = projections.flatMap(({ contact, recordings: kept }) =>
    kept.map(({ key, ...recording }) => ({
      ...recording,
      tenantId: contact.tenantId,
      contactId: contact.contactId,
      blobKey: key,
    })),
  );
  for (const rows of chunks(legs)) await tx.insert(contactLegs).values(rows).onConflictDoNothing();
  for (const rows of chunks(stored)) await tx.insert(recordings).values(rows).onConflictDoNothing();
  return insertUsage(tx, projections);
}

async function lockContacts(tx: TenantTx, ids: readonly ContactId[]): Promise<void> {
  const list = JSON.stringify(ids);
  await tx.execute(
    sql`select pg_advisory_xact_lock(hashtextextended(id, 0))
        from (select id from jsonb_array_elements_text(${list}::jsonb) as id order by id) locks`,
  );
}

async function insertFacts(tx: TenantTx, facts: readonly ContactFact[]): Promise<number> {
  const rows = facts.map(({ tenantId, contactId, seq, at, v, body }) => ({
    tenantId,
    contactId,
    seq,
    at,
    v,
    type: body.type,
    body,
  }));
  let fresh = 0;
  for (const part of chunks(rows)) {
    const inserted = await tx
      .insert(contactFacts)
      .values(part)
      .onConflictDoNothing()
      .returning({ seq: contactFacts.seq });
    fresh += inserted.length;
  }
  return fresh;
}

async function foldStored(tx: TenantTx, ids: readonly ContactId[]): Promise<ContactProjection[]> {
  const rows = await tx
    .select()
    .from(contactFacts)
    .where(inArray(contactFacts.contactId, [...ids]))
    .orderBy(asc(contactFacts.contactId), asc(contactFacts.seq));
  const byContact = new Map<ContactId, ContactFact[]>();
  for (const { tenantId, contactId, seq, at, body } of rows) {
    const fact: ContactFact = { tenantId, contactId, seq, at, v: 1, body };
    const known = byContact.get(contactId);
    if (known === undefined) byContact.set(contactId, [fact]);
    else known.push(fact);
  }
  return [...byContact.values()].map(projectContact).filter((projection) => projection !== null);
}

async function upsertContacts(tx: TenantTx, projections: readonly ContactProjection[]): Promise<void> {
  const rows = projections.map(({ contact }) => {
    const { contactId: id, ...rest } = contact;
    return { ...rest, id };
  });
  for (const part of chunks(rows)) {
    await tx
      .insert(contacts)
      .values(part)
      .onConflictDoUpdate({ target: [contacts.tenantId, contacts.id], set: FOLDED });
  }
}

/** A later fact ends a stay or begins one; none ever takes one away. */
async function upsertStays(tx: TenantTx, projections: readonly ContactProjection[]): Promise<void> {
  const rows = projections.flatMap(({ contact: { tenantId, contactId }, stays }) =>
    stays.map((stay) => ({ ...stay, tenantId, contactId })),
  );
  for (const part of chunks(rows)) {
    await tx
      .insert(queueStays)
      .values(part)
      .onConflictDoUpdate({ target: [queueStays.tenantId, queueStays.contactId, queueStays.no], set: ENDED });
  }
}

const ENDED = Object.fromEntries(
  (["outcome", "leftAt", "waitedMs", "inTime", "shortAbandon"] as const).map((name) => [
    name,
    sql.raw(`excluded.${queueStays[name].name}`),
  ]),
);

/** Everything the fold tells; what people add to a contact (its customer) is left as it is. */
const FOLDED = Object.fromEntries(
  (
    [
      "queueId",
      "agentId",
      "outcome",
      "endedBy",
      "queuedAt",
      "answeredAt",
      "endedAt",
      "wrappedUpAt",
      "waitedMs",
      "talkMs",
      "holdMs",
      "wrapUpMs",
      "withinTarget",
      "shortAbandon",
      "disposition",
      "success",
      "notes",
      "factsFolded",
    ] as const
  ).map((name) => [name, sql.raw(`excluded.${contacts[name].name}`)]),
);

async function insertUsage(tx: TenantTx, projections: readonly ContactProjection[]): Promise<readonly string[]> {
  const rows = projections.flatMap(({ contact, usage: items }) =>
    items.map(({ sourceEventId, kind, quantity, occurredAt, attributes }) => ({
      source: SOURCE,
      sourceEventId,
      kind,
      occurredAt,
      quantity,
      contactId: contact.contactId,
      attrs: attributes,
    })),
  );
  return (await storeUsage(tx, rows)).rivals;
}

function chunks<T>(rows: readonly T[]): T[][] {
  const parts: T[][] = [];
  for (let at = 0; at < rows.length; at += ROWS_PER_STATEMENT) parts.push(rows.slice(at, at + ROWS_PER_STATEMENT));
  return parts;
}
