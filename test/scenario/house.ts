import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { carrier, type Session, signIn } from "../../src/entry/cli/floor/house-client.ts";
import { bootStack, type Stack } from "../../src/entry/cli/stack.ts";
import type { AppliedTenant } from "../../src/entry/cli/tenants.ts";
import { en } from "../../web/words/en.ts";
import type { Tongue } from "../../web/words/format.ts";
import type { Words } from "../../web/words/tree.ts";
import { zh } from "../../web/words/zh.ts";
import { CallerPage } from "./caller-page.ts";
import { DeskPage } from "./desk-page.ts";
import { openRawDesk, type RawDesk } from "./raw-desk.ts";
import { REMEMBER_SOUND } from "./sound.ts";

const CHROMIUM = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
export const WORDS: Record<Tongue, Words> = { zh, en };

/** A browser's calendar moved to the house's. */
const SHIFT_DATES = `(shiftMs) => {
  const Real = Date;
  globalThis.Date = class extends Real {
    constructor(...given) {
      if (given.length === 0) super(Real.now() + shiftMs);
      else super(...given);
    }
    static now() {
      return Real.now() + shiftMs;
    }
  };
}`;

/** Half past ten in Seattle, half past six in the evening in London, the middle of the night in Shanghai. */
const HOUSE_TIME = Date.parse("2026-11-18T18:30:00Z");
export const PERIOD = "2026-11";

/** The people of tenants/ that scenarios are played with. */
export const PEOPLE = {
  emma: "emma.clarke@callhouse.example",
  maria: "maria.santos@callhouse.example",
  liNa: "li.na@callhouse.example",
  david: "david.park@callhouse.example",
  huangMei: "huang.mei@callhouse.example",
  liuYang: "liu.yang@callhouse.example",
  wangWei: "wang.wei@callhouse.example",
  sunQian: "sun.qian@callhouse.example",
  chenJing: "chen.jing@callhouse.example",
  billing: "billing@callhouse.example",
  /** Holds the billing role too: the second pair of eyes. */
  heQiang: "house@callhouse.example",
  hearthlineAdmin: "admin@hearthline.example",
  qingchuanAdmin: "admin@qingchuan-tv.example",
  harbourlightAdmin: "admin@harbourlight.example",
} as const;

export type HouseOptions = {
  /** The house's clock when it opens; its browsers show the same time. */
  readonly atMs?: number;
  /** A folder that an earlier house of the same test has filled; whoever gives it removes it. */
  readonly dataDir?: string;
};

/** The whole product on free ports and in a folder of its own, with a real browser before it. */
export class House {
  readonly stack: Stack;
  /** What pages complained of; a scenario ends by asking for nothing. */
  readonly complaints: string[] = [];
  readonly browser: Browser;
  private readonly removes: string | null;
  private readonly shiftsDates: boolean;
  private readonly contexts = new Set<BrowserContext>();
  private readonly desks: RawDesk[] = [];

  private constructor(stack: Stack, browser: Browser, removes: string | null, shiftsDates: boolean) {
    this.stack = stack;
    this.browser = browser;
    this.removes = removes;
    this.shiftsDates = shiftsDates;
  }

  static async open(options: HouseOptions = {}): Promise<House> {
    const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), "callhouse-scenario-"));
    const clock = { originMs: options.atMs ?? HOUSE_TIME, speed: 1 };
    // At a time of its own choosing a test does what the minutes would do, so that none falls between two of its steps.
    const minutes = options.atMs === undefined;
    const stack = await bootStack({ dataDir, clock, minutes, durable: false, log: () => {} });
    try {
      const browser = await chromium.launch({
        executablePath: CHROMIUM,
        args: ["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"],
      });
      return new House(stack, browser, options.dataDir === undefined ? dataDir : null, options.atMs !== undefined);
    } catch (error) {
      await stack.stop();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.stack.stop();
    if (this.removes !== null) rmSync(this.removes, { recursive: true, force: true });
  }

  /** Everybody leaves; what one scenario did is no matter of the next. */
  async clear(): Promise<void> {
    for (const context of this.contexts) await context.close();
    this.contexts.clear();
    for (const desk of this.desks.splice(0)) desk.close();
    this.complaints.splice(0);
  }

  tenant(slug: string): AppliedTenant {
    const found = this.stack.applied.tenants.find((one) => one.slug === slug);
    if (found === undefined) throw new Error(`no client ${slug} in tenants/`);
    return found;
  }

  /** A fresh person at a fresh browser. */
  async person(tongue: Tongue): Promise<BrowserContext> {
    const context = await this.browser.newContext({
      viewport: { width: 1280, height: 900 },
      permissions: ["microphone"],
    });
    this.contexts.add(context);
    context.setDefaultTimeout(20_000);
    const chosen = `localStorage.setItem("callhouse.language", "${tongue}");`;
    await context.addInitScript(`if (location.protocol !== "about:") { ${chosen} ${REMEMBER_SOUND} }`);
    if (this.shiftsDates) await context.addInitScript(`(${SHIFT_DATES})(${this.stack.now() - Date.now()})`);
    context.on("page", (page) => this.watch(page));
    return context;
  }

  private watch(page: Page): void {
    page.on("pageerror", (error) => this.complaints.push(`${page.url()}: ${error.message}`));
    page.on("console", (message) => {
      if (message.type() === "error") this.complaints.push(`${page.url()}: ${message.text()}`);
    });
  }

  /** Signs in by the form, as a person does, and waits for the role's own page. */
  async signIn(email: string, tongue: Tongue): Promise<Page> {
    const page = await (await this.person(tongue)).newPage();
    const { signIn: words } = WORDS[tongue];
    await page.goto(`${this.stack.appUrl}/sign-in`);
    await page.getByLabel(words.email).fill(email);
    await page.getByLabel(words.password).fill(this.stack.password);
    await page.getByRole("button", { name: words.submit, exact: true }).click();
    await page.waitForURL((url) => url.pathname !== "/sign-in");
    return page;
  }

  async desk(email: string, tongue: Tongue = "en"): Promise<DeskPage> {
    return new DeskPage(await this.signIn(email, tongue), WORDS[tongue]);
  }

  async caller(tongue: Tongue = "en"): Promise<CallerPage> {
    const page = await (await this.person(tongue)).newPage();
    await page.goto(`${this.stack.appUrl}/phone`);
    return new CallerPage(page, WORDS[tongue]);
  }

  /** The same house without a browser: one signed-in person's requests and sockets. */
  session(email: string): Promise<Session> {
    return signIn(this.stack.host, email, this.stack.password);
  }

  /** An agent without a browser sits down. */
  async rawDesk(email: string): Promise<RawDesk> {
    const desk = await openRawDesk(this.stack.host, await this.session(email));
    this.desks.push(desk);
    return desk;
  }

  /** A caller without a browser rings a client's number; gives the call's own id. */
  async ring(slug: string, call: { from: string; to: string; script: object[]; patienceS?: number }): Promise<string> {
    const { accountSid } = this.tenant(slug).account;
    const path = `/sandbox/accounts/${accountSid}/calls`;
    return (await carrier<{ callSid: string }>(this.stack.host, "POST", path, call)).callSid;
  }
}
