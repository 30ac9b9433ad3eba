import { readFile } from "node:fs/promises";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FONTS } from "../../src/adapters/documents/fonts.ts";
import { documentsWith } from "../../src/adapters/documents/index.ts";
import { invoiceOnPaper } from "../../src/features/documents/fixture.ts";
import { invoicePaper } from "../../src/features/documents/invoice-paper.ts";

const modules = join(import.meta.dirname, "../../node_modules");
const FILES: Record<string, string> = {
  "/pdf.mjs": join(modules, "pdfjs-dist/build/pdf.mjs"),
  "/pdf.worker.mjs": join(modules, "pdfjs-dist/build/pdf.worker.mjs"),
  "/font.ttf": join(modules, FONTS.bold.source),
};
const documents = documentsWith(async (path) => {
  const face = Object.values(FONTS).find((it) => it.path === path);
  const { buffer, byteOffset, byteLength } = await readFile(join(modules, face?.source ?? ""));
  return buffer.slice(byteOffset, byteOffset + byteLength);
});

let server: Server;
let browser: Browser;
let page: Page;
let pdf: Uint8Array = new Uint8Array();

beforeAll(async () => {
  server = createServer((request, response) => void serve(request.url ?? "/", response));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium",
    args: ["--no-sandbox"],
  });
  page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
});
afterAll(async () => {
  await browser.close();
  await new Promise((done) => server.close(done));
});

async function serve(path: string, response: ServerResponse): Promise<void> {
  if (path === "/paper.pdf") return void response.end(pdf);
  const file = FILES[path];
  response.setHeader("content-type", path.endsWith(".mjs") ? "text/javascript" : "text/html");
  response.end(file === undefined ? "<!doctype html>" : await readFile(file));
}

/**
 * Draws the first page at `SCALE` and, letter by letter, the same text in the same face beside it: how much of the ink of
 * each lies where the other has it. An empty box or a wrong letter shares little of its ink.
 */
const COMPARE = `async (wanted) => {
  const pdfjs = await import("/pdf.mjs");
  pdfjs.GlobalWorkerOptions.workerSrc = "/pdf.worker.mjs";
  const face = new FontFace("Reference", "url(/font.ttf)");
  document.fonts.add(await face.load());
  const scale = 6;
  const page = await (await pdfjs.getDocument({ url: "/paper.pdf" }).promise).getPage(1);
  const viewport = page.getViewport({ scale });
  const canvas = new OffscreenCanvas(viewport.width, viewport.height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  await page.render({ canvasContext: context, viewport, canvas: null }).promise;
  const { items } = await page.getTextContent();
  return wanted.map((text) => {
    const item = items.find((it) => it.str === text);
    if (item === undefined) return { text, shared: 0 };
    const size = item.height * scale;
    const [x, y] = viewport.convertToViewportPoint(item.transform[4], item.transform[5]);
    const [left, top] = [Math.floor(x), Math.floor(y - size)];
    const [width, height] = [Math.ceil(item.width * scale) + 2, Math.ceil(size * 1.3)];
    const drawn = context.getImageData(left, top, width, height).data;
    const reference = new OffscreenCanvas(width, height).getContext("2d");
    reference.fillStyle = "white";
    reference.fillRect(0, 0, width, height);
    reference.fillStyle = "black";
    reference.font = size + "px Reference";
    reference.fillText(text, x - left, y - top);
    const expected = reference.getImageData(0, 0, width, height).data;
    let [both, either] = [0, 0];
    for (let at = 0; at < drawn.length; at += 4) {
      const [a, b] = [drawn[at] < 140, expected[at] < 140];
      if (a && b) both += 1;
      if (a || b) either += 1;
    }
    return { text, shared: either === 0 ? 0 : both / either };
  });
}`;

test.each([
  ["zh", ["账单", "INV-2026-000042", "晴川电视购物有限公司", "价税合计"]],
  ["en", ["Invoice", "Total with tax", "CNY 28,832.00", "Qingchuan TV Shopping"]],
] as const)("BIL-8 letters of a PDF in %s are drawn as their own shapes", async (language, wanted) => {
  pdf = await documents.pdf(invoicePaper(invoiceOnPaper(), language));
  const found = await page.evaluate<{ text: string; shared: number }[]>(`(${COMPARE})(${JSON.stringify(wanted)})`);
  expect(found.filter(({ shared }) => shared < 0.8)).toEqual([]);
});
