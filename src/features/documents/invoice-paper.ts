import { amountInCapitals } from "../../domain/rating/capitals.ts";
import type { Fact, Paper, PaperBlock, PaperColumn } from "../../ports/documents.ts";
import { amountText, amountWithCode, numberText, quantityText } from "./figures.ts";
import type { CreditNoteOnPaper, InvoiceOnPaper, LineOnPaper, TaxOnPaper } from "./paper-data.ts";
import { bankLines, footerOf, nameOf, partyColumns } from "./party-lines.ts";
import { type PaperLanguage, type PaperWords, WORDS } from "./words.ts";

type Strong = Fact & { readonly strong?: boolean };

/** An invoice on paper: the same blocks for a draft, which says on every page that it is one. */
export function invoicePaper(invoice: InvoiceOnPaper, language: PaperLanguage): Paper {
  const words = WORDS[language];
  const final = invoice.number !== null;
  return {
    title: `${words.invoice} ${invoice.number ?? words.draft}`,
    language,
    author: nameOf(invoice.seller, language),
    watermark: final ? null : words.draft,
    footer: footerOf(invoice.seller, language),
    pageWord: words.page,
    madeAt: new Date(invoice.madeAt),
    blocks: [
      {
        kind: "head",
        name: words.invoice,
        lines: [nameOf(invoice.seller, language)],
        facts: headFacts(invoice, language),
      },
      partyColumns(invoice.buyer, invoice.seller, language),
      lineTable(invoice.lines, language, (line) => amountText(line.amountMinor, invoice.currency)),
      { kind: "totals", rows: totalsOf(invoice, words) },
      { kind: "notes", lines: notesOf(invoice, language) },
    ],
  };
}

/** A credit note: what of which line is given back, in positive amounts, under its own number. */
export function creditNotePaper(note: CreditNoteOnPaper, language: PaperLanguage): Paper {
  const words = WORDS[language];
  const { invoice } = note;
  const credited = new Map(note.lines.map(({ line, netMinor }) => [line.id, netMinor]));
  const lines = note.lines.map(({ line }) => line);
  const rows: Strong[] = [
    { label: words.net, value: amountText(note.netMinor, invoice.currency) },
    ...taxRows(note.taxes, invoice, words),
    { label: words.gross, value: amountWithCode(note.grossMinor, invoice.currency), strong: true },
  ];
  return {
    title: `${words.creditNote} ${note.number}`,
    language,
    author: nameOf(invoice.seller, language),
    watermark: null,
    footer: footerOf(invoice.seller, language),
    pageWord: words.page,
    madeAt: new Date(note.madeAt),
    blocks: [
      {
        kind: "head",
        name: words.creditNote,
        lines: [nameOf(invoice.seller, language)],
        facts: [
          { label: words.creditNumber, value: note.number },
          { label: words.ofInvoice, value: invoice.number ?? "" },
          { label: words.issued, value: note.issuedOn },
          { label: words.currency, value: invoice.currency },
        ],
      },
      partyColumns(invoice.buyer, invoice.seller, language),
      lineTable(lines, language, (line) => amountText(credited.get(line.id) ?? 0n, invoice.currency)),
      { kind: "totals", rows },
      {
        kind: "notes",
        lines: [`${words.reason}${words.colon}${note.reason}`, ...capitalsNote(note.grossMinor, invoice, words)],
      },
    ],
  };
}

function headFacts(invoice: InvoiceOnPaper, language: PaperLanguage): Fact[] {
  const words = WORDS[language];
  const facts: (Fact | null)[] = [
    { label: words.number, value: invoice.number ?? words.draft },
    invoice.issuedOn === null ? null : { label: words.issued, value: invoice.issuedOn },
    invoice.dueOn === null ? null : { label: words.due, value: invoice.dueOn },
    { label: words.period, value: `${invoice.firstDay} – ${invoice.lastDay}` },
    { label: words.contract, value: invoice.contract[language] },
    { label: words.currency, value: invoice.currency },
    invoice.buyer.reference === undefined ? null : { label: words.reference, value: invoice.buyer.reference },
  ];
  return facts.filter((fact) => fact !== null);
}

function lineTable(
  lines: readonly LineOnPaper[],
  language: PaperLanguage,
  amount: (line: LineOnPaper) => string,
): PaperBlock {
  const words = WORDS[language];
  const columns: PaperColumn[] = [
    { title: words.line, align: "start", share: "rest" },
    { title: words.quantity, align: "end", share: 19 },
    { title: words.unitPrice, align: "end", share: 13 },
    { title: words.taxRate, align: "end", share: 9 },
    { title: words.amount, align: "end", share: 15 },
  ];
  const rows = lines.map((line) => [
    line.belongsTo === null ? line.label[language] : `${line.label[language]} (${words.belongsTo(line.belongsTo)})`,
    quantityText(line.quantity, line.unit, language),
    line.unitPrice === null ? "" : numberText(line.unitPrice),
    line.taxCategory === "O" ? words.notTaxed : `${line.taxRate} %`,
    amount(line),
  ]);
  return { kind: "table", columns, rows };
}

function totalsOf(invoice: InvoiceOnPaper, words: PaperWords): Strong[] {
  const { currency } = invoice;
  const taxed = invoice.taxes.some((tax) => tax.category !== "O");
  const sums: Strong[] = taxed
    ? [
        { label: words.net, value: amountText(invoice.netMinor, currency) },
        ...taxRows(invoice.taxes, invoice, words),
        { label: words.gross, value: amountWithCode(invoice.grossMinor, currency), strong: true },
      ]
    : [{ label: words.total, value: amountWithCode(invoice.grossMinor, currency), strong: true }];
  if (invoice.prepaidMinor === 0n) return sums;
  return [
    ...sums,
    { label: words.prepaid, value: amountText(-invoice.prepaidMinor, currency) },
    { label: words.toPay, value: amountWithCode(invoice.dueMinor, currency), strong: true },
  ];
}

function taxRows(
  taxes: readonly Omit<TaxOnPaper, "exemption">[],
  { currency }: InvoiceOnPaper,
  words: PaperWords,
): Strong[] {
  return taxes
    .filter((tax) => tax.category !== "O")
    .map((tax) => ({
      label: `${words.tax(tax.rate)} · ${amountText(tax.baseMinor, currency)}`,
      value: amountText(tax.taxMinor, currency),
    }));
}

function notesOf(invoice: InvoiceOnPaper, language: PaperLanguage): string[] {
  const words = WORDS[language];
  const exemptions = invoice.taxes.flatMap(({ exemption }) => (exemption === null ? [] : [exemption]));
  return [
    ...capitalsNote(invoice.grossMinor, invoice, words),
    ...exemptions.map((text) => `${words.exemption}${words.colon}${text}`),
    ...bankLines(invoice.seller, language),
    invoice.number === null ? words.draftNote : words.payNote(invoice.number),
  ];
}

/** Chinese tax invoices say the sum in capitals, in whichever language the rest stands. */
function capitalsNote(grossMinor: bigint, { taxProfile, currency }: InvoiceOnPaper, words: PaperWords): string[] {
  if (taxProfile !== "cn_vat") return [];
  return [`${words.capitals}${words.colon}${amountInCapitals(grossMinor, currency)}`];
}
