import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { inflateRawSync } from "node:zlib";
import { getDocument } from "pdfjs-dist/legacy/build/pdf.mjs";
import { expect, test } from "vitest";
import type { Paper } from "../../ports/documents.ts";
import { FONTS } from "./fonts.ts";
import { documentsWith } from "./index.ts";

const modules = join(import.meta.dirname, "../../../node_modules");
const documents = documentsWith(async (path) => {
  const face = Object.values(FONTS).find((it) => it.path === path);
  const { buffer, byteOffset, byteLength } = await readFile(join(modules, face?.source ?? ""));
  return buffer.slice(byteOffset, byteOffset + byteLength);
});

function paper(rows: number): Paper {
  return {
    title: "账单 INV-2026-000042",
    language: "zh",
    author: "听潮客服外包有限公司",
    watermark: null,
    footer: "听潮客服外包有限公司",
    pageWord: (page, pages) => `第 ${page} 页,共 ${pages} 页`,
    madeAt: new Date(Date.UTC(2026, 10, 3)),
    blocks: [
      { kind: "head", name: "账单", lines: ["龘靐 rare"], facts: [{ label: "编号", value: "INV-2026-000042" }] },
      {
        kind: "table",
        columns: [
          { title: "项目", align: "start", share: "rest" },
          { title: "金额", align: "end", share: 20 },
        ],
        rows: Array.from({ length: rows }, (_, at) => [`第${at + 1}项 座席月租`, "6,800.00"]),
      },
      { kind: "totals", rows: [{ label: "价税合计", value: "CNY 28,832.00", strong: true }] },
    ],
  };
}

async function pagesOf(bytes: Uint8Array): Promise<string[]> {
  const pdf = await getDocument({ data: bytes.slice(), useSystemFonts: false, verbosity: 0 }).promise;
  return Promise.all(
    Array.from({ length: pdf.numPages }, async (_, at) => {
      const { items } = await (await pdf.getPage(at + 1)).getTextContent();
      return items.map((item) => ("str" in item ? item.str : "")).join("");
    }),
  );
}

test("BIL-8 a PDF holds its Chinese and Latin text, over as many pages as it needs, each numbered", async () => {
  const pages = await pagesOf(await documents.pdf(paper(80)));
  expect(pages.length).toBeGreaterThan(1);
  expect(pages[0]).toContain("INV-2026-000042");
  expect(pages[0]).toContain("龘靐 rare");
  expect(pages.at(-1)).toContain("价税合计 CNY 28,832.00");
  for (const [at, page] of pages.entries()) expect(page).toContain(`第 ${at + 1} 页,共 ${pages.length} 页`);
  for (let n = 1; n <= 80; n++) expect(pages.join("").split(`第${n}项`)).toHaveLength(2);
}, 60_000);

test("BIL-8 the same paper gives the same bytes", async () => {
  expect(await documents.pdf(paper(3))).toEqual(await documents.pdf(paper(3)));
}, 60_000);

test("the console's build puts every font where it is looked for", async () => {
  const config = await readFile(join(modules, "../web/vite.config.ts"), "utf8");
  for (const { path, source } of Object.values(FONTS)) {
    expect(config).toContain(
      `["${path.replace("/fonts/", "")}", "${source.replace("@expo-google-fonts/noto-sans-sc/", "")}"]`,
    );
  }
});

test("BIL-8 a workbook keeps text as text and numbers as numbers, but never a number it would change", async () => {
  const bytes = await documents.workbook([
    {
      name: "账单",
      columns: [
        { title: "编号", kind: "text", width: 10 },
        { title: "金额", kind: "number", width: 10 },
      ],
      rows: [
        ["000042", "27200.00"],
        [null, "12345678901234567.89"],
      ],
    },
  ]);
  const sheet = part(bytes, "xl/worksheets/sheet1.xml");
  expect(sheet).toContain("<v>27200</v>");
  const texts = part(bytes, "xl/sharedStrings.xml");
  expect(texts).toContain("000042");
  expect(texts).toContain("12345678901234567.89");
});

/** A file of a zip archive, found by its central directory (APPNOTE 4.3.12). */
function part(zip: Uint8Array, name: string): string {
  const bytes = Buffer.from(zip);
  for (let at = bytes.indexOf("PK\u0001\u0002"); at >= 0; at = bytes.indexOf("PK\u0001\u0002", at + 4)) {
    const nameLength = bytes.readUInt16LE(at + 28);
    if (bytes.toString("utf8", at + 46, at + 46 + nameLength) !== name) continue;
    const start = bytes.readUInt32LE(at + 42);
    const from = start + 30 + bytes.readUInt16LE(start + 26) + bytes.readUInt16LE(start + 28);
    const data = bytes.subarray(from, from + bytes.readUInt32LE(at + 20));
    return (bytes.readUInt16LE(at + 10) === 0 ? data : inflateRawSync(data)).toString("utf8");
  }
  throw new Error(`${name} is not in the archive`);
}
