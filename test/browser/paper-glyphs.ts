import { readFile } from "node:fs/promises";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { FONTS } from "../../src/adapters/documents/fonts.ts";

const modules = join(import.meta.dirname, "../../node_modules");
const FILES: Record<string, string> = {
  "/pdf.mjs": join(modules, "pdfjs-dist/build/pdf.mjs"),
  "/pdf.worker.mjs": join(modules, "pdfjs-dist/build/pdf.worker.mjs"),
  "/font.ttf": join(modules, FONTS.bold.source),
};

/**
 * Draws the first page at `scale` and, letter by letter, the same text in the same face beside it: how much of the ink of
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

/** Less shared ink than this is no letter of the face: an empty box has about a fifth. */
const SHARED_MIN = 0.8;

/** A browser's page that draws a PDF and looks at its letters in pixels. */
export class PaperGlyphs {
  private readonly server: Server;
  private readonly page: Page;
  private pdf: Uint8Array = new Uint8Array();

  private constructor(server: Server, page: Page) {
    this.server = server;
    this.page = page;
    server.on("request", (request, response) => void this.serve(request.url ?? "/", response));
  }

  static async open(browser: Browser): Promise<PaperGlyphs> {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const glyphs = new PaperGlyphs(server, await browser.newPage());
    await glyphs.page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    return glyphs;
  }

  async close(): Promise<void> {
    await this.page.close();
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  /** Which of the bold texts are not drawn as their own letters on the first page. */
  async unlike(pdf: Uint8Array, wanted: readonly string[]): Promise<{ text: string; shared: number }[]> {
    this.pdf = pdf;
    const found = await this.page.evaluate<{ text: string; shared: number }[]>(
      `(${COMPARE})(${JSON.stringify(wanted)})`,
    );
    return found.filter(({ shared }) => shared < SHARED_MIN);
  }

  private async serve(path: string, response: ServerResponse): Promise<void> {
    if (path === "/paper.pdf") return void response.end(this.pdf);
    const file = FILES[path];
    response.setHeader("content-type", path.endsWith(".mjs") ? "text/javascript" : "text/html");
    response.end(file === undefined ? "<!doctype html>" : await readFile(file));
  }
}
