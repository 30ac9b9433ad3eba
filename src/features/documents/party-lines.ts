import type { PaperBlock } from "../../ports/documents.ts";
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

/** Buyer and seller side by side. */
export function partyColumns(buyer: BuyerSnapshot, seller: SellerSnapshot, language: PaperLanguage): PaperBlock {
  const words = WORDS[language];
  return {
    kind: "columns",
    columns: [
      { title: words.to, lines: partyLines(buyer, language) },
      { title: words.from, lines: partyLines(seller, language) },
    ],
  };
}

/** Where the seller is paid, an account a line. */
export function bankLines({ banks }: SellerSnapshot, language: PaperLanguage): string[] {
  const words = WORDS[language];
  return banks.map(({ bank, account, holder, swift }) => {
    const line = words.bankLine(bank, account, holder);
    return `${words.bank}${words.colon}${swift === undefined ? line : `${line} BIC ${swift}`}`;
  });
}

export function nameOf(party: Pick<SellerSnapshot, "nameZh" | "nameEn">, language: PaperLanguage): string {
  return language === "zh" ? party.nameZh : party.nameEn;
}

export function footerOf(seller: SellerSnapshot, language: PaperLanguage): string {
  const words = WORDS[language];
  const id = seller.vatId ?? seller.creditCode;
  const name = nameOf(seller, language);
  if (id === undefined) return name;
  return `${name} · ${seller.vatId === undefined ? words.creditCode : words.vatId} ${id}`;
}
