import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
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
    const stage = new Stage();
    await stage.start();
    return stage;
  }

  async start(): Promise<void> {
    await buildConsole();
    this.url = await this.house.open();
    furnish(this.house, this.url);
    this.browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"],
    });
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

/**
 * One browser before one played house for all tests of a file, furnished anew for each. A page that threw or wrote an error
 * to its console fails its test, unless the tests ask for that themselves.
 */
export function useStage({ asksErrors = true }: { readonly asksErrors?: boolean } = {}): Stage {
  const stage = new Stage();
  beforeAll(() => stage.start());
  afterAll(() => stage.close());
  beforeEach(() => furnish(stage.house, stage.url));
  afterEach(async () => {
    const errors = [...stage.errors];
    await stage.clear();
    if (asksErrors) expect(errors).toEqual([]);
  });
  return stage;
}
