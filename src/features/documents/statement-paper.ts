import type { Paper, PaperBlock, PaperColumn } from "../../ports/documents.ts";
import type { BuyerSnapshot, SellerSnapshot } from "../parties/index.ts";
import type { Statement, StatementEntry } from "../payments/index.ts";
import { amountText, amountWithCode } from "./figures.ts";
import { bankLines, footerOf, nameOf, partyColumns } from "./party-lines.ts";
import { STATEMENT_WORDS, type StatementWords } from "./statement-words.ts";
import { type PaperLanguage, WORDS } from "./words.ts";

/** All that a statement of account says; `statements` has one part for each currency. */
export type StatementOnPaper = {
  readonly seller: SellerSnapshot;
  readonly buyer: BuyerSnapshot;
  /** Both local days are in it. */
  readonly from: string;
  readonly to: string;
  readonly statements: readonly Statement[];
  /** When it was asked for: what is booked afterwards into the same days is not on it. */
  readonly madeAt: number;
};

/** A statement of account on paper: opening balance, documents and payments with the running balance, closing balance. */
export function statementPaper(account: StatementOnPaper, language: PaperLanguage): Paper {
  const words = STATEMENT_WORDS[language];
  const { seller, buyer, from, to, statements, madeAt } = account;
  const printed = new Date(madeAt).toISOString().slice(0, 10);
  return {
    title: `${words.statement} ${from} – ${to}`,
    language,
    author: nameOf(seller, language),
    watermark: null,
    footer: footerOf(seller, language),
    pageWord: WORDS[language].page,
    madeAt: new Date(madeAt),
    blocks: [
      {
        kind: "head",
        name: words.statement,
        lines: [nameOf(seller, language)],
        facts: [
          { label: words.days, value: `${from} – ${to}` },
          { label: words.printed, value: printed },
          ...statements.map((it) => ({ label: words.closing, value: amountWithCode(it.closingMinor, it.currency) })),
        ],
      },
      partyColumns(buyer, seller, language),
      ...statements.flatMap((statement) => accountOf(statement, words)),
      { kind: "notes", lines: notesOf(account, language) },
    ],
  };
}

function accountOf(statement: Statement, words: StatementWords): PaperBlock[] {
  const { currency, from, to, openingMinor, entries, closingMinor } = statement;
  const columns: PaperColumn[] = [
    { title: words.day, align: "start", share: 13 },
    { title: words.entry, align: "start", share: 17 },
    { title: words.document, align: "start", share: "rest" },
    { title: `${words.amount} ${currency}`, align: "end", share: 18 },
    { title: `${words.balance} ${currency}`, align: "end", share: 18 },
  ];
  const rows = [
    [from, words.opening, "", "", amountText(openingMinor, currency)],
    ...entries.map((it) => [
      it.on,
      words.kind[it.kind],
      documentOf(it, words),
      amountText(it.amountMinor, currency),
      amountText(it.balanceMinor, currency),
    ]),
    [to, words.closing, "", "", amountText(closingMinor, currency)],
  ];
  const owed = closingMinor < 0n ? words.credit : words.owed;
  const left = closingMinor < 0n ? -closingMinor : closingMinor;
  return [
    { kind: "table", columns, rows },
    { kind: "totals", rows: [{ label: owed, value: amountWithCode(left, currency), strong: true }] },
  ];
}

/** A payment without a reference of its own is told by how it came. */
function documentOf({ kind, name }: StatementEntry, { method }: StatementWords): string {
  return kind === "payment" && name in method ? method[name as keyof typeof method] : name;
}

function notesOf({ seller, statements }: StatementOnPaper, language: PaperLanguage): string[] {
  const words = STATEMENT_WORDS[language];
  if (statements.length === 0) return [words.nothing];
  return [...bankLines(seller, language), words.note];
}
