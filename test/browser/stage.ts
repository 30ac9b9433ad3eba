import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { buildConsole } from "../../src/entry/cli/bundle.ts";
import { PlayedHouse } from "./house.ts";
import { furnish, signIn, type Who } from "./scenes.ts";

const CHROMIUM = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";

export type Look = { readonly language?: "zh" | "en"; readonly theme?: "light" | "dark"; readonly width?: number };

/** A browser before a played house. Errors of pages are collected: a test ends by asking for none. */
export class Stage {
  readonly house = new PlayedHouse();
  readonly errors: string[] = [];
  private browser: Browser | null = null;
  private readonly contexts: BrowserContext[] = [];
  url = "";

  static async open(): Promise<Stage> {
    await buildConsole();
    const stage = new Stage();
    stage.url = await stage.house.open();
    furnish(stage.house, stage.url);
    stage.browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"],
    });
    return stage;
  }

  async close(): Promise<void> {
    await this.browser?.close();
    await this.house.close();
  }

  /** A fresh person at a fresh browser. */
  async context(look: Look = {}, permissions: readonly string[] = ["microphone"]): Promise<BrowserContext> {
    if (this.browser === null) throw new Error("the stage is not open");
    const width = look.width ?? 1280;
    const context = await this.browser.newContext({ viewport: { width, height: 800 }, permissions: [...permissions] });
    const stored = { language: look.language ?? "en", theme: look.theme ?? "light" };
    await context.addInitScript((choice) => {
      if (localStorage.getItem("callhouse.language") === null)
        localStorage.setItem("callhouse.language", choice.language);
      if (localStorage.getItem("callhouse.theme") === null) localStorage.setItem("callhouse.theme", choice.theme);
    }, stored);
    this.contexts.push(context);
    return context;
  }

  async page(who: Who, path: string, look: Look = {}): Promise<Page> {
    signIn(this.house, who);
    const page = await (await this.context(look)).newPage();
    this.watch(page);
    await page.goto(this.url + path);
    return page;
  }

  watch(page: Page): void {
    page.on("pageerror", (error) => this.errors.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") this.errors.push(`${page.url()}: ${message.text()}`);
    });
  }

  /** Ends one test: its people leave, what they did is forgotten. */
  async clear(): Promise<void> {
    for (const context of this.contexts.splice(0)) await context.close();
    this.errors.splice(0);
    this.house.asked.splice(0);
    this.house.commands.splice(0);
    this.house.refuse.clear();
    this.house.cut(false);
  }
}
