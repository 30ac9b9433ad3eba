import type { Charge } from "../../src/domain/rating/charge.ts";

/** Contracts as the house tells them; charges are the words of the domain. The browser test holds its scenes to both. */
type Head = {
  id: string;
  tenantId: string;
  tenantName: string;
  slug: string;
  name: { zh: string; en: string };
  currency: string;
  timeZone: string;
};
export type CardName = { slug: string; version: number };

export type ContractSummary = Head & {
  versions: number;
  newest: string | null;
  hasDraft: boolean;
  card: { name: { zh: string; en: string }; version: number; ownPrices: number } | null;
};

export type DraftTerms = { validFrom: string; charges: readonly Charge[]; card: CardName | null };

export type ContractView = Head & {
  versions: readonly {
    version: number;
    from: string;
    to: string | null;
    source: "file" | "console";
    publishedBy: string | null;
    publishedAt: number;
    card: CardName | null;
    billed: boolean;
    charges: readonly Charge[];
  }[];
  draft: (DraftTerms & { savedAt: number }) | null;
};

export type CardView = CardName & {
  name: { zh: string; en: string };
  currency: string;
  charges: readonly Charge[];
  /** From when clients that follow the card pay these prices; null for a card of the console. */
  validFrom: string | null;
};
