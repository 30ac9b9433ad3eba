import printerModule, { type Content, type Definition } from "pdfmake/js/Printer.js";
import type { Fact, Paper, PaperBlock, PaperColumn } from "../../ports/documents.ts";
import { FONTS, type FontFace } from "./fonts.ts";

const Printer = printerModule.default ?? printerModule;
const FAMILY = "Noto Sans SC";
const INK = "#1b1f27";
const QUIET = "#5b6472";
const LINE = "#d5dae2";

/** A4 with pages numbered at the foot. The same paper gives the same bytes: its time is told, not taken. */
export async function printPdf(
  paper: Paper,
  fonts: ReadonlyMap<FontFace, Uint8Array>,
): Promise<Uint8Array<ArrayBuffer>> {
  const files = new Map<string, Buffer>(
    [...fonts].map(([face, bytes]) => [FONTS[face].path, Buffer.from(bytes.buffer)]),
  );
  const store = {
    existsSync: (name: string) => files.has(name),
    readFileSync: (name: string) => files.get(name) ?? Buffer.alloc(0),
  };
  // Nothing on our papers is fetched: pictures and fonts by address are not for us.
  const nothingOutside = { resolve: () => undefined, resolved: async () => undefined };
  const faces = { [FAMILY]: { normal: FONTS.normal.path, bold: FONTS.bold.path } };
  const stream = await new Printer(faces, store, nothingOutside).createPdfKitDocument(definitionOf(paper));
  const parts: Uint8Array[] = [];
  const done = new Promise<void>((resolve, reject) => {
    stream.on("data", (part) => parts.push(part));
    stream.on("end", resolve);
    stream.on("error", reject);
  });
  stream.end();
  await done;
  return joined(parts);
}

function definitionOf(paper: Paper): Definition {
  return {
    pageSize: "A4",
    pageMargins: [44, 48, 44, 56],
    language: paper.language === "zh" ? "zh-CN" : "en-GB",
    info: { title: paper.title, author: paper.author, creator: "Callhouse", creationDate: paper.madeAt },
    defaultStyle: { font: FAMILY, fontSize: 9, lineHeight: 1.15, color: INK },
    ...(paper.watermark === null
      ? {}
      : { watermark: { text: paper.watermark, color: "#8a94a6", opacity: 0.18, bold: true, angle: -38 } }),
    footer: (page, pages) => ({
      columns: [
        { text: paper.footer, color: QUIET, fontSize: 7.5 },
        { text: paper.pageWord(page, pages), color: QUIET, fontSize: 7.5, alignment: "right", width: 90 },
      ],
      margin: [44, 18, 44, 0],
    }),
    content: paper.blocks.map(contentOf),
  };
}

function contentOf(block: PaperBlock): Content {
  switch (block.kind) {
    case "head":
      return head(block);
    case "columns":
      return {
        columns: block.columns.map(({ title, lines }) => ({
          stack: [{ text: title, color: QUIET, fontSize: 8, margin: [0, 0, 0, 2] }, ...lines.map(lineOf)],
        })),
        columnGap: 24,
        margin: [0, 0, 0, 18],
      };
    case "table":
      return table(block.columns, block.rows);
    case "totals":
      return totals(block.rows);
    case "notes":
      return { stack: block.lines.map((text) => ({ text, margin: [0, 0, 0, 3] })), margin: [0, 14, 0, 0] };
  }
}

/** The first line of a party is its name. */
function lineOf(text: string, at: number): Content {
  return at === 0 ? { text, bold: true, fontSize: 10 } : { text };
}

function head({ name, lines, facts }: { name: string; lines: readonly string[]; facts: readonly Fact[] }): Content {
  return {
    columns: [
      {
        stack: [
          { text: name, bold: true, fontSize: 20, margin: [0, 0, 0, 4] },
          ...lines.map((text) => ({ text, color: QUIET })),
        ],
      },
      {
        width: 220,
        table: {
          widths: ["*", "auto"],
          body: facts.map(({ label, value }) => [
            { text: label, color: QUIET },
            { text: value, alignment: "right", bold: true },
          ]),
        },
        layout: { ...NO_LINES, paddingTop: () => 1.5, paddingBottom: () => 1.5 },
      },
    ],
    columnGap: 24,
    margin: [0, 0, 0, 22],
  };
}

const NO_LINES = { hLineWidth: () => 0, vLineWidth: () => 0, paddingLeft: () => 0, paddingRight: () => 0 };

function table(columns: readonly PaperColumn[], rows: readonly (readonly string[])[]): Content {
  const align = (at: number) => (columns[at]?.align === "end" ? ("right" as const) : ("left" as const));
  const header: Content[] = columns.map(({ title }, at) => ({
    text: title,
    color: QUIET,
    fontSize: 8,
    alignment: align(at),
  }));
  return {
    table: {
      headerRows: 1,
      dontBreakRows: true,
      widths: columns.map(({ share }) => (share === "rest" ? "*" : `${share}%`)),
      body: [header, ...rows.map((row) => row.map((text, at) => ({ text, alignment: align(at) })))],
    },
    layout: {
      hLineWidth: (at: number) => (at === 0 ? 0 : at === 1 ? 1 : 0.5),
      vLineWidth: () => 0,
      hLineColor: (at: number) => (at === 1 ? INK : LINE),
      paddingLeft: (at: number) => (at === 0 ? 0 : 5),
      paddingRight: (at: number) => (at === columns.length - 1 ? 0 : 5),
      paddingTop: () => 4,
      paddingBottom: () => 4,
    },
  };
}

/** Sums stand at the end of the page's width, never alone on a page without the line above them. */
function totals(rows: readonly (Fact & { readonly strong?: boolean })[]): Content {
  const body: Content[][] = rows.map(({ label, value, strong = false }) => [
    { text: label, color: strong ? INK : QUIET, bold: strong, fontSize: strong ? 11 : 9 },
    { text: value, alignment: "right", bold: strong, fontSize: strong ? 11 : 9 },
  ]);
  return {
    unbreakable: true,
    columns: [
      { text: "" },
      {
        width: 270,
        table: { widths: ["*", "auto"], body },
        layout: {
          ...NO_LINES,
          hLineWidth: (at: number) => (rows[at]?.strong === true ? 1 : 0),
          hLineColor: () => INK,
          paddingTop: () => 3,
          paddingBottom: () => 3,
        },
      },
    ],
    margin: [0, 10, 0, 0],
  };
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
