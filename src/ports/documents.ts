/**
 * Documents that leave the house on paper or in a spreadsheet. A feature says what stands on it, block by block; the
 * adapter knows fonts, pages and file formats. Amounts and dates come as the text to be read.
 */

/** From top to bottom. `title` also names the file's properties. */
export type Paper = {
  readonly title: string;
  readonly language: "zh" | "en";
  readonly author: string;
  /** Across every page, for what must not be taken for the real thing: a draft. */
  readonly watermark: string | null;
  /** At the foot of every page, beside its number. */
  readonly footer: string;
  readonly pageWord: (page: number, pages: number) => string;
  /** Written into the file; the same paper gives the same bytes. */
  readonly madeAt: Date;
  readonly blocks: readonly PaperBlock[];
};

export type PaperBlock =
  | { readonly kind: "head"; readonly name: string; readonly lines: readonly string[]; readonly facts: readonly Fact[] }
  | {
      readonly kind: "columns";
      readonly columns: readonly { readonly title: string; readonly lines: readonly string[] }[];
    }
  | {
      readonly kind: "table";
      readonly columns: readonly PaperColumn[];
      readonly rows: readonly (readonly string[])[];
    }
  | { readonly kind: "totals"; readonly rows: readonly (Fact & { readonly strong?: boolean })[] }
  | { readonly kind: "notes"; readonly lines: readonly string[] };

export type Fact = { readonly label: string; readonly value: string };

/** `share` of the page's width; one column may take what is left. */
export type PaperColumn = {
  readonly title: string;
  readonly align: "start" | "end";
  readonly share: number | "rest";
};

/** One sheet of a workbook; text stands as text, however much it looks like a number. */
export type Sheet = {
  readonly name: string;
  readonly columns: readonly { readonly title: string; readonly kind: "text" | "number"; readonly width: number }[];
  readonly rows: readonly (readonly (string | null)[])[];
};

export interface Documents {
  /** A PDF with its fonts inside. Throws `Outage` when the fonts cannot be read. */
  pdf(paper: Paper): Promise<Uint8Array<ArrayBuffer>>;
  /** An XLSX workbook. Numbers are kept to the fifteen digits a spreadsheet has. */
  workbook(sheets: readonly Sheet[]): Promise<Uint8Array<ArrayBuffer>>;
}
