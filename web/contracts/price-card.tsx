import { useQuery } from "@tanstack/react-query";
import type { Charge } from "../../src/domain/rating/charge.ts";
import { originOf, overridesOf, ownOf, resolveCard } from "../../src/domain/rating/rate-card.ts";
import { read } from "../api/http.ts";
import { Icon } from "../design/icons.tsx";
import { type ContractWords, filled } from "../words/contracts.ts";
import { calendarDay, type Tongue } from "../words/format.ts";
import { chargeSentence } from "./charge-words.ts";
import type { CardName, CardView, DraftTerms } from "./shapes.ts";

/** The house's price cards in the contract's currency, newest version of each first. */
export function useCards(currency: string): readonly CardView[] {
  const cards = useQuery({
    queryKey: ["contracts", "cards"],
    queryFn: ({ signal }) => read<{ items: readonly CardView[] }>("/api/billing/cards", signal),
  });
  return (cards.data?.items ?? []).filter((card) => card.currency === currency);
}

export function cardNamed(cards: readonly CardView[], named: CardName | null): CardView | null {
  if (named === null) return null;
  return cards.find(({ slug, version }) => slug === named.slug && version === named.version) ?? null;
}

/** Where a term comes from, and what the card says where the client has a price of its own. */
export type Origin =
  | { readonly from: "card" }
  | { readonly from: "changed"; readonly theirs: Charge }
  | { readonly from: "own" };

/** Null without a card: then every term is simply the contract's. */
export function originIn(card: CardView | null, charge: Charge): Origin | null {
  if (card === null) return null;
  const from = originOf(card.charges, charge);
  const theirs = card.charges.find(({ code }) => code === charge.code);
  return from === "changed" && theirs !== undefined ? { from, theirs } : { from: from === "card" ? "card" : "own" };
}

type OriginProps = {
  origin: Origin;
  words: ContractWords;
  tongue: Tongue;
  currency: string;
  reset: (() => void) | null;
};

export function OriginLine({ origin, words, tongue, currency, reset }: OriginProps) {
  if (origin.from === "card") {
    return (
      <p className="term-origin small quiet">
        <Icon name="book" />
        {words.originCard}
      </p>
    );
  }
  if (origin.from === "own") {
    return (
      <p className="term-origin small">
        <Icon name="pencil" />
        {words.originOwn}
      </p>
    );
  }
  return (
    <p className="term-origin small">
      <Icon name="pencil" />
      <span>
        {words.originChanged}{" "}
        <span className="quiet">
          {filled(words.cardSays, { says: chargeSentence(origin.theirs, { words, tongue, currency }) })}
        </span>
      </span>
      {reset === null ? null : (
        <button type="button" className="button plain" onClick={reset}>
          {words.backToCard}
        </button>
      )}
    </p>
  );
}

/** A draft and the cards it may stand on. */
export type Carded = {
  cards: readonly CardView[];
  draft: DraftTerms;
  setDraft: (draft: DraftTerms) => void;
  words: ContractWords;
  tongue: Tongue;
  currency: string;
  /** Codes of terms whose data is being typed and cannot be read as it stands. */
  unread: ReadonlySet<string>;
};

/** The same contract on another version of its card: the client's own prices and terms stay. */
export function moved(draft: DraftTerms, from: CardView, to: CardView): DraftTerms {
  const charges = resolveCard(to.charges, overridesOf(from.charges, draft.charges), ownOf(from.charges, draft.charges));
  // What the house cannot charge it names when the trial is worked out, at its term.
  return { ...draft, card: { slug: to.slug, version: to.version }, charges: charges as unknown as readonly Charge[] };
}

/** Says that the card has moved on, and takes the draft along when asked. */
export function NewerCard({ cards, draft, setDraft, words, tongue }: Carded) {
  const now = cardNamed(cards, draft.card);
  const newest = now === null ? undefined : cards.find(({ slug }) => slug === now.slug);
  if (now === null || newest === undefined || newest.version <= now.version) return null;
  const told = newest.validFrom === null ? words.newerCard : words.newerCardFrom;
  const slots = { n: newest.version, from: newest.validFrom === null ? "" : calendarDay(tongue, newest.validFrom) };
  return (
    <p className="card term-origin small" role="note">
      <Icon name="book" />
      <span>{filled(told, slots)}</span>
      <button type="button" className="button" onClick={() => setDraft(moved(draft, now, newest))}>
        {filled(words.moveToCard, { n: newest.version })}
      </button>
    </p>
  );
}

/** Terms of the card that this client does not have. */
export function LeftOut({ cards, draft, setDraft, words, tongue, currency }: Carded) {
  const card = cardNamed(cards, draft.card);
  const codes = new Set(draft.charges.map(({ code }) => code));
  const missing = (card?.charges ?? []).filter(({ code }) => !codes.has(code));
  if (card === null || missing.length === 0) return null;
  return (
    <section className="card left-out" aria-label={words.leftOut}>
      <h3>{words.leftOut}</h3>
      <ul>
        {missing.map((charge) => (
          <li key={charge.code} className="row wrap small">
            <span className="grow">
              <strong>{charge.label[tongue]}</strong>{" "}
              <span className="quiet">{chargeSentence(charge, { words, tongue, currency })}</span>
            </span>
            <button
              type="button"
              className="button plain"
              onClick={() => setDraft({ ...draft, charges: [...draft.charges, charge] })}
            >
              <Icon name="plus" />
              {filled(words.putBack, { term: charge.label[tongue] })}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
