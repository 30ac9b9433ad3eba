/**
 * The part of pdfmake that is used here: its printer without a file system and without a network. The types published for
 * it bring the browser's globals along, which a Worker does not have, so that code would compile and then fail.
 */
declare module "pdfmake/js/Printer.js" {
  type Margin = readonly [left: number, top: number, right: number, bottom: number];
  type Styled = {
    readonly color?: string;
    readonly fontSize?: number;
    readonly bold?: boolean;
    readonly alignment?: "left" | "right";
    readonly margin?: Margin;
    readonly width?: number | "*";
  };
  type Measure = (at: number) => number;
  type Table = {
    readonly headerRows?: number;
    readonly dontBreakRows?: boolean;
    readonly widths: readonly string[];
    readonly body: readonly (readonly Content[])[];
  };
  type Layout = {
    readonly hLineWidth?: Measure;
    readonly vLineWidth?: Measure;
    readonly hLineColor?: (at: number) => string;
    readonly paddingLeft?: Measure;
    readonly paddingRight?: Measure;
    readonly paddingTop?: Measure;
    readonly paddingBottom?: Measure;
  };
  export type Content = Styled &
    (
      | { readonly text: string }
      | { readonly stack: readonly Content[] }
      | { readonly columns: readonly Content[]; readonly columnGap?: number; readonly unbreakable?: boolean }
      | { readonly table: Table; readonly layout: Layout }
    );
  export type Definition = {
    readonly pageSize: "A4";
    readonly pageMargins: Margin;
    readonly language: string;
    readonly info: {
      readonly title: string;
      readonly author: string;
      readonly creator: string;
      readonly creationDate: Date;
    };
    readonly defaultStyle: {
      readonly font: string;
      readonly fontSize: number;
      readonly lineHeight: number;
      readonly color: string;
    };
    readonly watermark?: {
      readonly text: string;
      readonly color: string;
      readonly opacity: number;
      readonly bold: boolean;
      readonly angle: number;
    };
    readonly footer: (page: number, pages: number) => Content;
    readonly content: readonly Content[];
  };
  type Files = { existsSync(name: string): boolean; readFileSync(name: string): Uint8Array };
  type Resolver = { resolve(url: string): void; resolved(): Promise<void> };
  type PdfStream = {
    on(event: "data", heard: (part: Uint8Array) => void): void;
    on(event: "end", heard: () => void): void;
    on(event: "error", heard: (error: Error) => void): void;
    end(): void;
  };
  class Printer {
    constructor(
      fonts: Readonly<Record<string, { readonly normal: string; readonly bold: string }>>,
      files: Files,
      resolver: Resolver,
    );
    createPdfKitDocument(definition: Definition): Promise<PdfStream>;
  }
  /** CommonJS: a bundler that follows Node hands out the module, others its `default`. */
  const printer: typeof Printer & { readonly default?: typeof Printer };
  export default printer;
}
