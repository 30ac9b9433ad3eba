import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Charge } from "../../src/domain/rating/charge.ts";
import { originOf, resolveCard, same } from "../../src/domain/rating/rate-card.ts";
import { AskDialog, type Loss } from "../design/ask.tsx";
import { Field } from "../design/parts.tsx";
import { filled } from "../words/contracts.ts";
import { chargeSentence } from "./charge-words.ts";
import { type Carded, cardNamed, moved } from "./price-card.tsx";
import type { CardName, CardView, DraftTerms } from "./shapes.ts";

const keyOf = ({ slug, version }: CardName): string => `${slug}@${version}`;

/**
 * Prices of the house as a beginning; what is then changed is this client's own. Another card asks first where it would
 * take the place of terms that are not its own.
 */
export function CardChoice(carded: Carded) {
  const { cards, draft, setDraft, words, tongue, unread } = carded;
  const [asked, setAsked] = useState<CardView | null>(null);
  if (cards.length === 0) return null;
  const now = cardNamed(cards, draft.card);
  const choose = (card: CardView | undefined) => {
    if (card === undefined) setDraft({ ...draft, card: null });
    else if (now !== null && now.slug === card.slug) setDraft(moved(draft, now, card));
    else if (replacedBy(card, now, draft, unread).length > 0) setAsked(card);
    else setDraft(taken(card, draft, []));
  };
  return (
    <>
      <Field label={words.fromCard}>
        {(id) => (
          <select
            id={id}
            className="input date-input"
            value={draft.card === null ? "" : keyOf(draft.card)}
            onChange={(event) => choose(cards.find((one) => keyOf(one) === event.target.value))}
          >
            <option value="">{words.noCard}</option>
            {cards.map((card) => (
              <option key={keyOf(card)} value={keyOf(card)}>
                {filled(words.cardVersion, { name: card.name[tongue], n: card.version })}
              </option>
            ))}
          </select>
        )}
      </Field>
      {asked === null ? null : <AskCard {...carded} card={asked} now={now} close={() => setAsked(null)} />}
    </>
  );
}

/** The draft on another card, with these terms besides or in place of the card's. */
function taken(card: CardView, draft: DraftTerms, own: readonly Charge[]): DraftTerms {
  // What the house cannot charge it names when the trial is worked out, at its term.
  const charges = resolveCard(card.charges, {}, own) as unknown as readonly Charge[];
  return { ...draft, card: { slug: card.slug, version: card.version }, charges };
}

/** Terms of the draft that no card says, and that taking this one whole would throw away. */
function replacedBy(
  card: CardView,
  now: CardView | null,
  draft: DraftTerms,
  unread: ReadonlySet<string>,
): readonly Charge[] {
  return draft.charges.filter((charge) => {
    const isOwn = now === null || originOf(now.charges, charge) !== "card" || unread.has(charge.code);
    return isOwn && !card.charges.some((theirs) => same(theirs, charge));
  });
}

type AskProps = Carded & { readonly card: CardView; readonly now: CardView | null; readonly close: () => void };

function AskCard({ card, now, draft, setDraft, words, tongue, currency, unread, close }: AskProps) {
  const { t } = useTranslation();
  const own = replacedBy(card, now, draft, unread);
  const says = (charge: Charge) => chargeSentence(charge, { words, tongue, currency });
  const losses = own.map((charge): Loss => {
    const theirs = card.charges.find(({ code }) => code === charge.code);
    const slots = { says: says(charge), theirs: theirs === undefined ? "" : says(theirs) };
    const told = theirs === undefined ? words.cardLacks : words.cardHas;
    return { key: charge.code, name: charge.label[tongue], says: filled(told, slots) };
  });
  const take = (kept: readonly Charge[]) => () => {
    setDraft(taken(card, draft, kept));
    close();
  };
  return (
    <AskDialog
      title={filled(words.takeCard, { name: card.name[tongue], n: card.version })}
      note={words.takeCardNote}
      losses={losses}
      close={close}
    >
      <button type="button" className="button primary" onClick={take(own)}>
        {words.takeRest}
      </button>
      <button type="button" className="button" onClick={take([])}>
        {words.takeAll}
      </button>
      <button type="button" className="button plain" onClick={close}>
        {t("app.cancel")}
      </button>
    </AskDialog>
  );
}
