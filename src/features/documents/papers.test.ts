import { expect, test } from "vitest";
import type { Paper } from "../../ports/documents.ts";
import { invoiceOnPaper, lineOnPaper, statementOnPaper } from "./fixture.ts";
import { creditNotePaper, invoicePaper } from "./invoice-paper.ts";
import { csvOf, invoiceSheets } from "./invoice-sheet.ts";
import { statementPaper } from "./statement-paper.ts";

function totals(paper: Paper) {
  const block = paper.blocks.find((it) => it.kind === "totals");
  return block?.kind === "totals" ? block.rows.map(({ label, value }) => [label, value]) : [];
}

function notes(paper: Paper) {
  const block = paper.blocks.find((it) => it.kind === "notes");
  return block?.kind === "notes" ? block.lines : [];
}

test("BIL-8 a final invoice in Chinese says net, tax, 价税合计 and the sum in capitals", () => {
  const paper = invoicePaper(invoiceOnPaper(), "zh");
  expect(totals(paper)).toEqual([
    ["不含税金额", "27,200.00"],
    ["税额 6% · 27,200.00", "1,632.00"],
    ["价税合计", "CNY 28,832.00"],
  ]);
  expect(notes(paper)[0]).toBe("价税合计(大写)：贰万捌仟捌佰叁拾贰圆整");
  expect(paper.watermark).toBeNull();
});

test("BIL-8 a draft says on every page that it is one, and asks for no payment under a number", () => {
  const paper = invoicePaper(invoiceOnPaper({ status: "draft", number: null, issuedOn: null, dueOn: null }), "en");
  expect(paper.watermark).toBe("DRAFT");
  expect(notes(paper).at(-1)).toBe("A draft: only the final invoice is to be paid.");
});

test("BIL-8 prepaid credit stands between the sum and what is still to pay", () => {
  const paper = invoicePaper(invoiceOnPaper({ prepaidMinor: 2_000_000n, dueMinor: 883_200n }), "en");
  expect(totals(paper).slice(-2)).toEqual([
    ["Paid from prepaid credit", "-20,000.00"],
    ["Amount due", "CNY 8,832.00"],
  ]);
});

test("BIL-8 without tax there is one total, and a reverse charge says why", () => {
  const lines = [lineOnPaper({ taxCategory: "O", taxRate: "0" })];
  const outside = invoiceOnPaper({
    currency: "USD",
    taxProfile: "none",
    lines,
    taxMinor: 0n,
    taxes: [{ category: "O", rate: "0", baseMinor: 2_720_000n, taxMinor: 0n, exemption: null }],
  });
  expect(totals(invoicePaper(outside, "en"))).toEqual([["Total", "USD 27,200.00"]]);
  const reverse = { category: "AE", rate: "0", baseMinor: 2_720_000n, taxMinor: 0n, exemption: "Reverse charge" };
  const charged = invoiceOnPaper({ currency: "EUR", taxProfile: "eu_vat", lines, taxMinor: 0n, taxes: [reverse] });
  expect(notes(invoicePaper(charged, "en"))).toContain("No tax is charged: Reverse charge");
});

test("BIL-7 a line for an earlier month names that month", () => {
  const lines = [lineOnPaper({ belongsTo: "2026-09", amountMinor: -150n })];
  const table = invoicePaper(invoiceOnPaper({ lines }), "zh").blocks.find((it) => it.kind === "table");
  expect(table?.kind === "table" ? table.rows[0]?.[0] : "").toBe("座席月租(最少4席) (补记 2026-09)");
});

test("BIL-8 a credit note shows what of each line is given back, and why", () => {
  const line = lineOnPaper();
  const invoice = invoiceOnPaper({ lines: [line] });
  const note = {
    id: "n",
    number: "CN-2026-000001",
    issuedOn: "2026-11-20",
    reason: "One seat was not staffed",
    netMinor: 680_000n,
    taxMinor: 40_800n,
    grossMinor: 720_800n,
    lines: [{ line, netMinor: 680_000n }],
    taxes: [{ category: "S", rate: "6", baseMinor: 680_000n, taxMinor: 40_800n }],
    madeAt: 0,
    invoice,
  };
  const paper = creditNotePaper(note, "en");
  const table = paper.blocks.find((it) => it.kind === "table");
  expect(table?.kind === "table" ? table.rows.map((row) => row.at(-1)) : []).toEqual(["6,800.00"]);
  expect(totals(paper).at(-1)).toEqual(["Total with tax", "CNY 7,208.00"]);
  expect(notes(paper)[0]).toBe("Reason: One seat was not staffed");
});

test("BIL-8 the CSV has a mark for Excel, exact numbers, and no text that a spreadsheet would compute", () => {
  const lines = [
    lineOnPaper({ label: { zh: '=HYPERLINK("x","y")', en: "Seats, monthly" }, exact: "1/3", amountMinor: -33n }),
  ];
  const [sheet] = invoiceSheets(invoiceOnPaper({ lines }), "zh");
  const [head, row] = csvOf(sheet).split("\r\n");
  expect(head?.startsWith("\ufeff账单编号,收费代码")).toBe(true);
  expect(row).toContain(`"'=HYPERLINK(""x"",""y"")"`);
  expect(row).toContain(",1/3,-0.33,CNY,");
});

test("BIL-8 a statement runs from its opening balance through every document to its closing balance, in the reader's words", () => {
  const paper = statementPaper(statementOnPaper(), "zh");
  const table = paper.blocks.find((it) => it.kind === "table");
  expect(table?.kind === "table" ? table.rows : []).toEqual([
    ["2026-10-01", "期初余额", "", "", "1,000.00"],
    ["2026-11-03", "账单", "INV-2026-000042", "28,832.00", "29,832.00"],
    ["2026-11-20", "收款", "银行转账", "-20,000.00", "9,832.00"],
    ["2026-12-31", "期末余额", "", "", "9,832.00"],
  ]);
  expect(totals(paper)).toEqual([["应付余额", "CNY 9,832.00"]]);
  expect(notes(paper)[0]).toContain("6200 0000 0000");
});

test("BIL-8 a statement has a part for each currency, and what a client has to its credit is no negative debt", () => {
  const [yuan] = statementOnPaper().statements;
  if (yuan === undefined) throw new Error("the fixture has a part");
  const pounds = { ...yuan, currency: "GBP" as const, entries: [], openingMinor: -5_000n, closingMinor: -5_000n };
  const paper = statementPaper(statementOnPaper({ statements: [yuan, pounds] }), "en");
  const sums = paper.blocks.flatMap((it) =>
    it.kind === "totals" ? it.rows.map(({ label, value }) => [label, value]) : [],
  );
  expect(sums).toEqual([
    ["Balance due", "CNY 9,832.00"],
    ["In your favour", "GBP 50.00"],
  ]);
  expect(paper.blocks.filter((it) => it.kind === "table")).toHaveLength(2);
  expect(notes(statementPaper(statementOnPaper({ statements: [] }), "en"))).toEqual([
    "Nothing happened up to the end of these days.",
  ]);
});
