import { Outage } from "../../domain/kernel/trouble.ts";
import type { Documents, Paper, Sheet } from "../../ports/documents.ts";
import { FONTS, type FontFace } from "./fonts.ts";

/** Reads a file of the console's assets by its path. */
export type ReadAsset = (path: string) => Promise<ArrayBuffer>;

/**
 * Documents with pdfmake and write-excel-file, each loaded with the first document that needs it: a Worker that answers
 * calls starts without them. An isolate keeps the fonts it has read (two files of 10 MB).
 */
export function documentsWith(readAsset: ReadAsset): Documents {
  return {
    async pdf(paper: Paper) {
      const [{ printPdf }, fonts] = await Promise.all([import("./pdf.ts"), fontsOf(readAsset)]);
      return printPdf(paper, fonts);
    },
    async workbook(sheets: readonly Sheet[]) {
      const { writeWorkbook } = await import("./workbook.ts");
      return writeWorkbook(sheets);
    },
  };
}

type Fonts = ReadonlyMap<FontFace, Uint8Array>;
let kept: Promise<Fonts> | undefined;

function fontsOf(readAsset: ReadAsset): Promise<Fonts> {
  kept ??= readFonts(readAsset).catch((error: unknown) => {
    kept = undefined;
    throw new Outage("documents", "the fonts of documents cannot be read", { cause: error });
  });
  return kept;
}

async function readFonts(readAsset: ReadAsset): Promise<Fonts> {
  const faces = Object.entries(FONTS) as [FontFace, (typeof FONTS)[FontFace]][];
  const read = faces.map(async ([face, { path }]) => [face, new Uint8Array(await readAsset(path))] as const);
  return new Map(await Promise.all(read));
}
