import {
  actorId,
  DatabaseRefusal,
  type TenantScope,
  type TenantTx,
  withOperator,
  withTenant,
} from "../../adapters/db/index.ts";
import { type FaultRule, Refusal } from "../../domain/kernel/trouble.ts";
import { overridesOf } from "../../domain/rating/rate-card.ts";
import { audit } from "../audit/index.ts";
import {
  type Card,
  cardRows,
  chargesOfVersion,
  contractRows,
  draftOf,
  dropDraft,
  insertCard,
  insertVersion,
  lockDraft,
  type NewCard,
  saveDraft,
  versionRows,
} from "./contract-store.ts";
import type { ContractSummary, ContractView, DraftRequest } from "./contract-views-schema.ts";
import { sha256 } from "./rating-input.ts";
import type { BillingContext } from "./run-contract.ts";
import { lockContract, tenantsInService } from "./store.ts";

/** Contracts of every client: one transaction each, because no transaction sees two clients. */
export async function listContracts(ctx: BillingContext): Promise<ContractSummary[]> {
  const [tenants, cards] = await withOperator(
    ctx.operatorDb,
    async (tx) => [await tenantsInService(tx), await cardRows(tx)] as const,
  );
  const found: ContractSummary[] = [];
  for (const tenantId of tenants) {
    const scope = { tenantId, actor: ctx.actor };
    found.push(
      ...(await withTenant(ctx.db, scope, async (tx) => {
        const rows = await contractRows(tx);
        return Promise.all(
          rows.map(async (row) => {
            const versions = await versionRows(tx, row.id);
            const draft = await draftOf(tx, row.id);
            return {
              ...headOf(row, tenantId),
              versions: versions.length,
              newest: versions[0]?.from ?? null,
              hasDraft: draft !== null,
              card: cardShown(versions[0], cards),
            };
          }),
        );
      })),
    );
  }
  return found;
}

/** The card of a version by its name for people; null where it was made of none. */
function cardShown(
  newest: Awaited<ReturnType<typeof versionRows>>[number] | undefined,
  cards: readonly Card[],
): ContractSummary["card"] {
  const card = cards.find(({ slug, version }) => slug === newest?.card && version === newest.card_version);
  if (newest === undefined || card === undefined) return null;
  return { name: card.name, version: card.version, ownPrices: newest.own_prices };
}

type Row = Awaited<ReturnType<typeof contractRows>>[number];

function headOf(row: Row, tenantId: string) {
  const { id, slug, company, currency, time_zone: timeZone } = row;
  return { id, tenantId, tenantName: company, slug, name: { zh: row.name_zh, en: row.name_en }, currency, timeZone };
}

export async function readContract(ctx: BillingContext, scope: TenantScope, contractId: string): Promise<ContractView> {
  return withTenant(ctx.db, scope, async (tx) => {
    const row = await contractRow(tx, contractId);
    const versions = await versionRows(tx, contractId);
    const shown = [];
    for (const version of versions) {
      shown.push({
        version: version.version,
        from: version.from,
        to: version.to,
        source: version.source,
        publishedBy: version.published_by,
        publishedAt: Number(version.created_at),
        card: version.card === null ? null : { slug: version.card, version: version.card_version ?? 0 },
        billed: version.billed,
        charges: await chargesOfVersion(tx, contractId, version.version),
      });
    }
    return { ...headOf(row, scope.tenantId), versions: shown, draft: await draftOf(tx, contractId) };
  });
}

/**
 * Keeps the next version while it is being written; nothing is charged by it. Refused `changed_meanwhile` where the writer has
 * not seen what stands.
 */
export async function keepDraft(
  ctx: BillingContext,
  scope: TenantScope,
  contractId: string,
  draft: DraftRequest,
): Promise<{ readonly savedAt: number }> {
  return withTenant(ctx.db, scope, async (tx) => {
    await lockDraft(tx, contractId);
    await contractRow(tx, contractId);
    await refuseUnseen(tx, contractId, draft.seen);
    return { savedAt: await saveDraft(tx, contractId, draft) };
  });
}

/** Two people write one contract: who comes second is told, instead of one's work taking the other's place. */
async function refuseUnseen(tx: TenantTx, contractId: string, seen: DraftRequest["seen"]): Promise<void> {
  if (seen === undefined) return;
  const draftAt = (await draftOf(tx, contractId))?.savedAt ?? null;
  const version = (await versionRows(tx, contractId))[0]?.version ?? 0;
  if (draftAt === seen.draftAt && version === seen.version) return;
  throw overtaken();
}

function overtaken(): Refusal {
  return new Refusal("conflict", "changed_meanwhile", "somebody has changed this since you read it; read it again");
}

/** Refused `changed_meanwhile` where somebody has kept another draft than the one seen; one that is gone already is no matter. */
export async function discardDraft(
  ctx: BillingContext,
  scope: TenantScope,
  contractId: string,
  seen?: number,
): Promise<void> {
  await withTenant(ctx.db, scope, async (tx) => {
    await lockDraft(tx, contractId);
    await contractRow(tx, contractId);
    const stands = (await draftOf(tx, contractId))?.savedAt ?? seen;
    if (seen !== undefined && stands !== seen) throw overtaken();
    await dropDraft(tx, contractId);
  });
}

/**
 * Publishes charges as the next version, from a date on. The version in force ends there; a month that has been billed
 * keeps its terms, which the database sees to as well. Who, when and what is audited.
 */
export async function publishVersion(
  ctx: BillingContext,
  scope: TenantScope,
  contractId: string,
  draft: DraftRequest,
): Promise<{ readonly version: number }> {
  const cards = draft.card === null ? [] : await withOperator(ctx.operatorDb, cardRows);
  const card = draft.card === null ? null : cardOf(cards, draft.card);
  return withTenant(ctx.db, scope, async (tx) => {
    await lockContract(tx, contractId);
    await lockDraft(tx, contractId);
    const row = await contractRow(tx, contractId);
    await refuseUnseen(tx, contractId, draft.seen);
    if (card !== null && card.currency !== row.currency) {
      throw fault("card", `the card is in ${card.currency} and the contract in ${row.currency}`);
    }
    const [newest] = await versionRows(tx, contractId);
    if (newest !== undefined && draft.validFrom <= newest.from) {
      const message = `version ${newest.version} begins on ${newest.from}; the next begins later`;
      throw fault("validFrom", message, { is: "after", limit: newest.from });
    }
    const version = (newest?.version ?? 0) + 1;
    const named =
      card === null
        ? null
        : { slug: card.slug, version: card.version, overrides: overridesOf(card.charges, draft.charges) };
    const contentHash = await sha256(JSON.stringify(draft.charges));
    await insertVersion(tx, contractId, {
      version,
      validFrom: draft.validFrom,
      contentHash,
      charges: draft.charges,
      card: named,
    });
    await dropDraft(tx, contractId);
    await audit(
      tx,
      "contract_version_published",
      { kind: "contract", id: contractId },
      {
        version,
        validFrom: draft.validFrom,
        contentHash,
        card: named,
      },
    );
    return { version };
  }).catch(billed);
}

/** The guard of the database in words, at the field that can be mended. */
function billed(error: unknown): never {
  if (error instanceof DatabaseRefusal && error.code === "still_referred_to") {
    const message =
      "a month that has been billed keeps its terms: begin after the last invoice that is approved or final";
    throw fault("validFrom", message, { is: "billed" });
  }
  throw error;
}

export function listCards(ctx: BillingContext): Promise<Card[]> {
  return withOperator(ctx.operatorDb, cardRows);
}

/** A card's next version; contracts that were made of earlier ones stay as they are. */
export async function publishCard(ctx: BillingContext, card: NewCard): Promise<{ readonly version: number }> {
  const version = await withOperator(ctx.operatorDb, (tx) => insertCard(tx, card, actorId(ctx.actor)));
  if (version === null) {
    const message = `the card ${card.slug} is kept in tenants/_cards: add its next version there, or publish under another name`;
    throw new Refusal("conflict", "card_in_files", message);
  }
  return { version };
}

function cardOf(cards: readonly Card[], named: { readonly slug: string; readonly version: number }): Card {
  const card = cards.find((it) => it.slug === named.slug && it.version === named.version);
  if (card === undefined) throw fault("card", `there is no card ${named.slug} of version ${named.version}`);
  return card;
}

async function contractRow(tx: Parameters<typeof contractRows>[0], contractId: string): Promise<Row> {
  const [row] = await contractRows(tx, contractId);
  if (row === undefined) throw new Refusal("not_found", "contract_not_found", "there is no such contract");
  return row;
}

function fault(path: string, message: string, rule: FaultRule = { is: "choice" }): Refusal {
  const faults = [{ path: `json.${path}`, message, rule }];
  return new Refusal("invalid", "invalid_input", "something in the request is not as described", { faults });
}
