import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FONTS } from "../../src/adapters/documents/fonts.ts";
import { documentsWith } from "../../src/adapters/documents/index.ts";
import { invoiceOnPaper, statementOnPaper } from "../../src/features/documents/fixture.ts";
import { invoicePaper } from "../../src/features/documents/invoice-paper.ts";
import { statementPaper } from "../../src/features/documents/statement-paper.ts";
import { PaperGlyphs } from "./paper-glyphs.ts";

const modules = join(import.meta.dirname, "../../node_modules");
const documents = documentsWith(async (path) => {
  const face = Object.values(FONTS).find((it) => it.path === path);
  const { buffer, byteOffset, byteLength } = await readFile(join(modules, face?.source ?? ""));
  return buffer.slice(byteOffset, byteOffset + byteLength);
});

let browser: Browser;
let glyphs: PaperGlyphs;
beforeAll(async () => {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium",
    args: ["--no-sandbox"],
  });
  glyphs = await PaperGlyphs.open(browser);
});
afterAll(async () => {
  await glyphs.close();
  await browser.close();
});

test.each([
  ["zh", ["账单", "INV-2026-000042", "晴川电视购物有限公司", "价税合计"]],
  ["en", ["Invoice", "Total with tax", "CNY 28,832.00", "Qingchuan TV Shopping"]],
] as const)("BIL-8 letters of a PDF in %s are drawn as their own shapes", async (language, wanted) => {
  const pdf = await documents.pdf(invoicePaper(invoiceOnPaper(), language));
  expect(await glyphs.unlike(pdf, wanted)).toEqual([]);
});

test.each([
  ["zh", ["对账单", "2026-10-01 – 2026-12-31", "晴川电视购物有限公司", "应付余额", "CNY 9,832.00"]],
  ["en", ["Statement of account", "Balance due", "CNY 9,832.00", "Qingchuan TV Shopping"]],
] as const)("BIL-8 letters of a statement of account in %s are drawn as their own shapes", async (language, wanted) => {
  const pdf = await documents.pdf(statementPaper(statementOnPaper(), language));
  expect(await glyphs.unlike(pdf, wanted)).toEqual([]);
});
