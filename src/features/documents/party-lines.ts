import type { BuyerSnapshot, SellerSnapshot } from "../parties/index.ts";
import { type PaperLanguage, WORDS } from "./words.ts";

/** A party as its block on paper: name, address, then the numbers by which authorities know it. */
export function partyLines(party: BuyerSnapshot | SellerSnapshot, language: PaperLanguage): string[] {
  const words = WORDS[language];
  const { address } = party;
  const place =
    address === null
      ? []
      : language === "zh"
        ? [`${address.city}${address.street}`, `${address.postcode} ${address.country}`.trim()]
        : [address.street, `${address.postcode} ${address.city}, ${address.country}`.trim()];
  const numbers: [string, string | undefined][] = [
    [words.creditCode, party.creditCode],
    [words.registration, party.registration],
    [words.vatId, party.vatId],
  ];
  return [
    language === "zh" ? party.nameZh : party.nameEn,
    ...place,
    ...numbers.flatMap(([word, number]) => (number === undefined ? [] : [`${word}${words.colon}${number}`])),
    ...(party.email === undefined ? [] : [party.email]),
  ];
}
