import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { PortalContactPage } from "../../src/features/contacts/schema.ts";
import { type Contacted, inPortal, onInvoice, plays } from "../scenario/books.ts";
import { House, PEOPLE, WORDS } from "../scenario/house.ts";
import { hears } from "../scenario/sound.ts";

let house: House;
beforeAll(async () => {
  house = await House.open();
});
afterAll(() => house?.close());
afterEach(async () => {
  const complaints = [...house.complaints];
  await house.clear();
  expect(complaints).toEqual([]);
});

type Script = Contacted & {
  readonly agent: string;
  readonly line: RegExp;
  readonly greeting: RegExp;
  readonly key: string;
  readonly afterKey: RegExp;
  readonly brand: string;
  readonly say: string;
  readonly queue: string;
  readonly customers: readonly string[];
  readonly disposition: string;
};

const ENGLISH: Script = {
  tongue: "en",
  agent: PEOPLE.emma,
  slug: "hearthline",
  admin: PEOPLE.hearthlineAdmin,
  line: /Service line/,
  from: "+12065550161",
  shownFrom: "+1 206 555 0161",
  greeting: /^Welcome to Hearthline Appliance Care/,
  key: "1",
  afterKey: /Please hold for a repair adviser/,
  brand: "Hearthline",
  say: "Thank you for calling Hearthline, how can I help?",
  queue: "Repairs (English)",
  customers: ["Carol Whitfield"],
  disposition: "visit_booked",
  dispositionWord: /visit_booked|Visit booked/,
  notes: "Dishwasher leaks; Thursday morning.",
  currency: "USD",
};

const CHINESE: Script = {
  tongue: "zh",
  agent: PEOPLE.liNa,
  slug: "qingchuan-tv",
  admin: PEOPLE.qingchuanAdmin,
  line: /订购热线/,
  from: "+861000000102",
  shownFrom: "+86 10 0000 0102",
  greeting: /欢迎致电晴川电视购物/,
  key: "1",
  afterKey: /正在为您转接订购专员/,
  brand: "晴川电视购物",
  say: "您好,晴川电视购物,很高兴为您服务。",
  queue: "订购",
  customers: ["沈先生", "沈太太"],
  disposition: "order_placed",
  dispositionWord: /order_placed|已下单/,
  notes: "订购炒锅一只，货到付款。",
  currency: "CNY",
};

test.each([ENGLISH, CHINESE])("the main job in two windows, from ring to invoice line ($tongue)", async (script) => {
  const { desk, caller } = await connect(script);
  await talk(script, desk, caller);
  await wrapUp(script, desk);
  const contactId = await inPortal(house, script);
  await onInvoice(house, script, contactId);
});

/** Agent ready, caller through the menu, offer seen and answered by keyboard. */
async function connect(script: Script) {
  const words = WORDS[script.tongue];
  const [desk, caller] = await Promise.all([house.desk(script.agent, script.tongue), house.caller(script.tongue)]);
  await desk.goReady();
  await caller.ring(script.line, script.from);
  await caller.hearsWords(script.greeting);
  await caller.press(script.key);
  await caller.hearsWords(script.afterKey);
  await desk.offer.waitFor();
  expect(await desk.page.getByTestId("offer-brand").innerText()).toBe(script.brand);
  await expect.poll(() => desk.offer.innerText()).toContain(script.shownFrom);
  const told = await desk.offer.innerText();
  for (const part of [script.say, script.queue, words.desktop.waited]) expect(told).toContain(part);
  const left = async () => Number(await desk.offer.getByLabel(words.desktop.offerEnds).innerText());
  const before = await left();
  for (const name of script.customers) await desk.pop.getByText(name).waitFor();
  await expect.poll(left, { timeout: 4_000 }).toBeLessThan(before);
  if (script.customers.length > 1) await desk.pop.getByRole("button", { name: script.customers[0] ?? "" }).click();
  await desk.answer();
  await caller.talking();
  return { desk, caller };
}

type Party = Awaited<ReturnType<typeof connect>>;

/** Sound flows both ways, and stops exactly where it should. */
async function talk({ tongue }: Script, desk: Party["desk"], caller: Party["caller"]): Promise<void> {
  const { call } = WORDS[tongue];
  const bothHear = async () => [await hears(desk.page), await hears(caller.page)];
  const soon = { timeout: 15_000 };
  await expect.poll(bothHear, soon).toEqual([true, true]);
  await desk.key("m");
  await desk.button(call.unmute).waitFor();
  await expect.poll(bothHear, soon).toEqual([true, false]);
  await desk.key("m");
  await desk.key("h");
  await caller.held();
  expect(await desk.button(call.resume).getAttribute("aria-pressed")).toBe("true");
  await expect.poll(bothHear, soon).toEqual([false, false]);
  await desk.key("h");
  await caller.talking();
  await expect.poll(bothHear, soon).toEqual([true, true]);
  await desk.key("k");
  await desk.button("5").click();
  expect(await desk.page.getByLabel(call.pressed).innerText()).toBe("5");
  expect(await desk.timerSeconds()).toBeGreaterThan(2);
  await desk.key("g");
  await caller.ended();
}

/** Nothing is saved without a disposition, and nothing written is lost by trying. */
async function wrapUp({ tongue, disposition, notes }: Script, desk: Party["desk"]): Promise<void> {
  const { work } = WORDS[tongue];
  await desk.wrappingUp();
  await desk.page.getByLabel(work.notes, { exact: true }).fill(notes);
  await desk.key("r");
  await desk.page.getByText(work.dispositionMissing).waitFor();
  expect(await desk.page.getByLabel(work.notes, { exact: true }).inputValue()).toBe(notes);
  await desk.wrapUp(disposition, notes);
}

test("a caller out of hours leaves a message, and the client hears it at its right length", async () => {
  const { phone, outcome, contact } = WORDS.en;
  const caller = await house.caller();
  await caller.ring(/Visitor line/, "+447700900162");
  await caller.hearsWords("The visitor line is open from nine to six.");
  await caller.hearsWords(/^Please leave your name and number/);
  await caller.page.getByText(phone.recording).waitFor();
  const toneAt = Date.now();
  await expect.poll(() => Date.now() - toneAt, { timeout: 8_000 }).toBeGreaterThan(4_000);
  await caller.press("#");
  const spokenS = (Date.now() - toneAt) / 1_000;
  await caller.hearsWords(/^Thank you for calling Harbourlight Museum/);
  await caller.ended();

  const page = await house.signIn(PEOPLE.harbourlightAdmin, "en");
  await page.goto(`${house.stack.appUrl}/portal/contacts`);
  const row = page.getByRole("row").filter({ hasText: "+44 7700 900162" });
  await row.getByText(outcome.voicemail).waitFor({ timeout: 20_000 });
  await row.getByRole("link").click();
  await page.locator(".recording").getByText(contact.voicemail).waitFor();
  const playedS = await plays(page);
  expect(Math.abs(playedS - spokenS)).toBeLessThan(2);
  const api = await house.session(PEOPLE.harbourlightAdmin);
  const { recordings } = await api.get<PortalContactPage>(`/api/portal/contacts/${page.url().split("/").at(-1)}`);
  expect(recordings).toMatchObject([{ purpose: "voicemail" }]);
  expect(Math.abs(playedS - (recordings[0]?.durationS ?? 0))).toBeLessThan(1);
});
