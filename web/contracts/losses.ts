import { isLocalDate } from "../../src/domain/kernel/calendar-days.ts";
import type { Charge } from "../../src/domain/rating/charge.ts";
import { same } from "../../src/domain/rating/rate-card.ts";
import type { Loss } from "../design/ask.tsx";
import { filled } from "../words/contracts.ts";
import { calendarDay } from "../words/format.ts";
import { chargeSentence } from "./charge-words.ts";
import { type Carded, cardNamed } from "./price-card.tsx";
import type { DraftTerms } from "./shapes.ts";

/** What the draft has otherwise than other terms, one by one: this is lost where those take its place. */
export function lossesOf(carded: Carded, others: DraftTerms): Loss[] {
  const { draft, words, tongue, currency, unread } = carded;
  const says = (charge: Charge) => chargeSentence(charge, { words, tongue, currency });
  const before = new Map(others.charges.map((charge) => [charge.code, charge]));
  const now = new Set(draft.charges.map(({ code }) => code));
  const terms = draft.charges.flatMap((charge): Loss[] => {
    const was = before.get(charge.code);
    const loss = (told: string) => [{ key: `term ${charge.code}`, name: charge.label[tongue], says: told }];
    if (unread.has(charge.code)) return loss(words.lossUnread);
    if (was === undefined) return loss(filled(words.lossAdded, { says: says(charge) }));
    return same(was, charge) ? [] : loss(filled(words.lossChanged, { says: says(charge), was: says(was) }));
  });
  const removed = others.charges
    .filter(({ code }) => !now.has(code))
    .map((was): Loss => {
      const told = filled(words.lossRemoved, { was: says(was) });
      return { key: `gone ${was.code}`, name: was.label[tongue], says: told };
    });
  return [...headLosses(carded, others), ...terms, ...removed];
}

/** From when, and of what card. */
function headLosses({ draft, cards, words, tongue }: Carded, others: DraftTerms): Loss[] {
  const { validFrom } = draft;
  const day = isLocalDate(validFrom) ? calendarDay(tongue, validFrom) : validFrom;
  const card = cardNamed(cards, draft.card);
  const cardName =
    card === null ? words.noCard : filled(words.cardVersion, { name: card.name[tongue], n: card.version });
  return [
    ...(validFrom === others.validFrom ? [] : [{ key: "from", name: words.validFrom, says: day }]),
    ...(same(draft.card, others.card) ? [] : [{ key: "card", name: words.fromCard, says: cardName }]),
  ];
}
