import { AxeBuilder } from "@axe-core/playwright";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { CARDS, CHARGES, CONTRACT, ON_CARD, OTHER_CARD, preview } from "./contract-scenes.ts";
import { furnish } from "./scenes.ts";
import { Stage } from "./stage.ts";

const PATH = "/api/billing/tenants/t1/contracts/k1";
let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterAll(() => stage.close());
beforeEach(() => {
  furnish(stage.house, stage.url);
  const { id, tenantId, tenantName, slug, name, currency, timeZone } = CONTRACT;
  const row = {
    id,
    tenantId,
    tenantName,
    slug,
    name,
    currency,
    timeZone,
    versions: 1,
    newest: "2026-01-01",
    hasDraft: true,
    card: { name: { zh: "呼入标准价", en: "Inbound, standard" }, version: 1, ownPrices: 1 },
  };
  stage.house.answer(/^GET \/api\/billing\/contracts$/, { body: { items: [row] } });
  stage.house.answer(/^GET \/api\/billing\/cards$/, { body: { items: [] } });
  stage.house.answer(/^GET \/api\/billing\/tenants\/t1\/contracts\/k1$/, { body: CONTRACT });
  stage.house.answer(/^POST .*\/previews$/, ({ body }) => preview(body as { charges: typeof CHARGES | null }));
  stage.house.answer(/^POST .*\/versions$/, { status: 201, body: { version: 2 } });
  stage.house.answer(/^POST .*\/draft$/, { body: { savedAt: 1 } });
});
afterEach(() => stage.clear());

/** The contract as made of a card: one price its own, one charge of the card left out, and the card has moved on. */
function onCard() {
  stage.house.answer(/^GET \/api\/billing\/cards$/, { body: { items: CARDS } });
  stage.house.answer(/^GET \/api\/billing\/tenants\/t1\/contracts\/k1$/, { body: ON_CARD });
}

const LOOKS = (["zh", "en"] as const).flatMap((language) =>
  (["light", "dark"] as const).flatMap((theme) => ([1280, 1920] as const).map((width) => ({ language, theme, width }))),
);

test.each(LOOKS)(
  "X1 the contract pages in $language, $theme, $width: nothing serious, nothing overflows",
  async (look) => {
    onCard();
    for (const path of ["/contracts", "/contracts/t1/k1"]) {
      const page = await stage.page("billing", path, look);
      await page.getByRole("heading", { level: 1 }).first().waitFor();
      await page.waitForFunction('document.querySelector("[aria-busy=true]") === null');
      if (path.endsWith("k1")) await page.getByTestId("trial-total").waitFor();
      const { violations } = await new AxeBuilder({ page }).analyze();
      const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
      expect(serious.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join(", ")}`)).toEqual(
        [],
      );
      expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
      expect(stage.errors).toEqual([]);
      await page.context().close();
    }
  },
);

test("BIL-6 a price is changed, last month is worked out beside it, and the version is published from a date", async () => {
  const page = await stage.page("billing", "/contracts/t1/k1");
  expect(await page.getByTestId("trial-total").textContent()).toBe("£340.00");
  const term = page.getByRole("article", { name: "Answered contacts" });
  expect(await term.textContent()).toContain("£2.40 each for contacts, at least 50.");
  await term.getByRole("button", { name: "Change" }).click();
  await term.getByLabel("Price", { exact: true }).fill("3.00");
  await page.getByText("£3.00 each for contacts, at least 50.").waitFor();
  await expect.poll(() => page.getByTestId("trial-total").textContent()).toBe("£400.00");
  expect(await page.getByTestId("trial-difference").textContent()).toBe("£60.00");
  await page.getByText("Carrier time: a call of 1 s loses money (-0.01).").waitFor();

  await page.getByLabel("In force from").fill("2027-02-01");
  await page.getByRole("button", { name: "Publish version" }).click();
  await page.getByText(/from .*2027 on the new prices are charged/).waitFor();
  await page.getByRole("button", { name: "Publish version" }).click();
  await expect
    .poll(() => stage.house.asked.find(({ path }) => path === `${PATH}/versions`)?.body)
    .toMatchObject({
      validFrom: "2027-02-01",
      charges: [{ code: "answered", price: "3.00" }, { code: "carrier" }],
      card: null,
    });
});

test("a field that is not as described is said at its term, and what is published is not asked for twice", async () => {
  stage.house.answer(/^POST .*\/previews$/, ({ body }) =>
    (body as { charges: { price?: string }[] | null }).charges?.[0]?.price === "1.234567890"
      ? {
          status: 422,
          body: {
            title: "Invalid input",
            status: 422,
            errors: [{ path: "json.charges.0.price", message: "a price is digits with at most 6 decimals" }],
          },
        }
      : preview(body as { charges: typeof CHARGES | null }),
  );
  const page = await stage.page("billing", "/contracts/t1/k1");
  const term = page.getByRole("article", { name: "Answered contacts" });
  await term.getByRole("button", { name: "Change" }).click();
  await term.getByLabel("Price", { exact: true }).fill("1.234567890");
  await term.getByText("a price is digits with at most 6 decimals").waitFor();
  await term.getByLabel("Price", { exact: true }).fill("2,40");
  await term.getByText("2,40 each for contacts, at least 50.").waitFor();
  stage.errors.splice(0);
});

test("what was said of a draft goes when the draft is changed", async () => {
  stage.house.answer(/^POST .*\/draft$/, {
    status: 422,
    body: {
      title: "Invalid input",
      status: 422,
      errors: [{ path: "json.charges.0.price", message: "a price is digits" }],
    },
  });
  const page = await stage.page("billing", "/contracts/t1/k1");
  await page.getByRole("button", { name: "Save draft" }).click();
  await page.getByRole("status").getByText("a price is digits").waitFor();
  await page.getByLabel("In force from").fill("2027-03-01");
  await page.getByRole("status").getByText("a price is digits").waitFor({ state: "detached" });
  stage.errors.splice(0);
});

test("a term is added from its model and removed again; a draft is kept", async () => {
  const page = await stage.page("billing", "/contracts/t1/k1");
  await page.getByLabel("Way of charging").selectOption("package");
  await page.getByRole("button", { name: "Add a term" }).click();
  const term = page.getByRole("article", { name: "Package and overflow" });
  await term.waitFor();
  await page.getByRole("button", { name: "Save draft" }).click();
  await page.getByText("Draft saved").waitFor();
  const saved = stage.house.asked.find(({ path }) => path === `${PATH}/draft`)?.body as { charges: { code: string }[] };
  expect(saved.charges.map(({ code }) => code)).toEqual(["answered", "carrier", "package"]);
  await term.getByRole("button", { name: "Change" }).click();
  await term.getByRole("button", { name: "Remove this term" }).click();
  const asked = page.getByRole("dialog", { name: "Remove Package and overflow?" });
  await asked.getByRole("button", { name: "Keep it" }).click();
  expect(await page.getByRole("article").count()).toBe(3);
  await term.getByRole("button", { name: "Remove this term" }).click();
  await asked.getByRole("button", { name: "Remove this term" }).click();
  await expect.poll(() => page.getByRole("article").count()).toBe(2);
});

test("BIL-6 each term says whether its price is the card's or the client's own, and goes back to the card's", async () => {
  onCard();
  const page = await stage.page("billing", "/contracts/t1/k1");
  const answered = page.getByRole("article", { name: "Answered contacts" });
  await answered.getByText("This client's own price. The card: £2.65 each for contacts, at least 50.").waitFor();
  await page.getByRole("article", { name: "Carrier time" }).getByText("As the price card has it").waitFor();
  await answered.getByRole("button", { name: "Back to the card's price" }).click();
  await answered.getByText("As the price card has it").waitFor();
  await answered.getByText("£2.65 each for contacts, at least 50.").waitFor();
  await page.getByRole("region", { name: "On the price card, but not in this contract" }).getByRole("button").click();
  await page.getByRole("article", { name: "Recordings kept" }).getByText("As the price card has it").waitFor();
});

test("BIL-6 a draft moves to the card's next version and keeps the client's own prices and terms", async () => {
  onCard();
  const page = await stage.page("billing", "/contracts/t1/k1");
  await page.getByText("The price card has a version 2, from").waitFor();
  await page.getByLabel("Way of charging").selectOption("fee");
  await page.getByRole("button", { name: "Add a term" }).click();
  await page.getByRole("button", { name: "Move to version 2" }).click();
  await page.getByText("This client's own price. The card: £2.80 each for contacts, at least 50.").waitFor();
  await page.getByRole("button", { name: "Save draft" }).click();
  await page.getByText("Draft saved").waitFor();
  expect(stage.house.asked.find(({ path }) => path === `${PATH}/draft`)?.body).toMatchObject({
    card: { slug: "inbound", version: 2 },
    charges: [{ code: "answered", price: "2.40" }, { code: "carrier" }, { code: "fee" }],
  });
});

const CHANGING = [
  ["en", "Price card", "Evenings, version 1", "Keep these, take the rest", "Take all of the card", "Cancel"],
  ["zh", "套用价目卡", "夜间价，第 1 版", "保留这些，其余按价目卡", "全部按价目卡", "取消"],
] as const;

test.each(CHANGING)(
  "BIL-6 in %s another card asks before it takes the place of typed prices, and names them",
  async (language, field, other, keep, replace, cancel) => {
    stage.house.answer(/^GET \/api\/billing\/cards$/, { body: { items: [...CARDS, OTHER_CARD] } });
    stage.house.answer(/^GET \/api\/billing\/tenants\/t1\/contracts\/k1$/, { body: ON_CARD });
    const page = await stage.page("billing", "/contracts/t1/k1", { language });
    const card = page.getByLabel(field, { exact: true });
    const prices = () => page.getByRole("article").locator(".term-words").allTextContents();
    await page.getByTestId("trial-total").waitFor();
    const typed = await prices();

    await card.selectOption(other);
    const asked = page.getByRole("dialog");
    const named = await asked.getByRole("listitem").allTextContents();
    expect(named).toHaveLength(1);
    expect(named[0]).toContain("2.40");
    expect(named[0]).toContain("1.90");
    const { violations } = await new AxeBuilder({ page }).include("dialog").analyze();
    expect(violations.map(({ id }) => id)).toEqual([]);
    await asked.getByRole("button", { name: cancel }).click();
    await asked.waitFor({ state: "detached" });
    expect(await prices()).toEqual(typed);

    await card.selectOption(other);
    await asked.getByRole("button", { name: keep }).click();
    await expect
      .poll(async () => (await prices()).map((one) => /[0-9]\.[0-9]{2}/.exec(one)?.[0]))
      .toEqual(["2.40", "0.80"]);
    await card.selectOption({ index: 1 });
    await asked.getByRole("button", { name: replace }).click();
    await expect.poll(async () => (await prices())[0]).toContain("2.80");
    // Nothing of one's own is left: the next card is taken without a question.
    await card.selectOption(other);
    await expect.poll(async () => (await prices())[0]).toContain("1.90");
    expect(await asked.count()).toBe(0);
  },
);

test("BIL-6 terms of a contract without a card are asked about one by one before a card takes their place", async () => {
  stage.house.answer(/^GET \/api\/billing\/cards$/, { body: { items: [OTHER_CARD] } });
  const page = await stage.page("billing", "/contracts/t1/k1");
  await page.getByLabel("Price card", { exact: true }).selectOption("Evenings, version 1");
  const asked = page.getByRole("dialog");
  expect(await asked.getByRole("listitem").locator("strong").allTextContents()).toEqual([
    "Answered contacts",
    "Carrier time",
  ]);
  await page.keyboard.press("Escape");
  await asked.waitFor({ state: "detached" });
  expect(await page.getByLabel("Price card", { exact: true }).inputValue()).toBe("");
});

/** The contract with a draft that somebody kept: another price, and the carrier's time left out. */
function withDraft() {
  const [answered] = CHARGES;
  const draft = {
    validFrom: "2027-01-01",
    charges: [{ ...answered, price: "2.90" } as (typeof CHARGES)[number]],
    card: null,
    savedAt: 77,
  };
  stage.house.answer(/^GET \/api\/billing\/tenants\/t1\/contracts\/k1$/, { body: { ...CONTRACT, draft } });
  stage.house.answer(/^DELETE .*\/draft$/, { body: {} });
}

const DISCARDING = [
  ["en", "Discard draft", "Keep it", ["In force from", "Answered contacts", "Carrier time"]],
  ["zh", "放弃草稿", "保留", ["新版本生效日", "接听", "通信费"]],
] as const;

test.each(DISCARDING)(
  "BIL-6 in %s a draft is thrown away only when asked twice, and what goes is named",
  async (language, discard, keep, names) => {
    withDraft();
    const page = await stage.page("billing", "/contracts/t1/k1", { language });
    const asked = page.getByRole("dialog");
    const dropped = () => stage.house.asked.filter(({ method }) => method === "DELETE");
    await page.getByRole("button", { name: discard }).click();
    const named = asked.getByRole("listitem");
    expect(await named.locator("strong").allTextContents()).toEqual(names);
    expect(await named.nth(1).textContent()).toContain("2.90");
    const { violations } = await new AxeBuilder({ page }).include("dialog").analyze();
    expect(violations.map(({ id }) => id)).toEqual([]);
    await asked.getByRole("button", { name: keep }).click();
    await asked.waitFor({ state: "detached" });
    expect(dropped()).toEqual([]);
    await page.getByRole("button", { name: discard }).click();
    await asked.getByRole("button", { name: discard }).click();
    await expect.poll(() => dropped().map(({ path }) => path)).toEqual([expect.stringContaining("/draft")]);
  },
);

test("BIL-6 leaving a contract with unsaved terms asks first: a link, the way back, signing out, the tab itself", async () => {
  const page = await stage.page("billing", "/contracts");
  await page.getByRole("link", { name: "Harbour Museum" }).first().click();
  const day = page.getByLabel("In force from");
  await day.fill("2027-02-01");
  const asked = page.getByRole("dialog", { name: "Leave without saving?" });
  const stay = async () => {
    expect(await asked.getByRole("listitem").locator("strong").allTextContents()).toEqual(["In force from"]);
    await asked.getByRole("button", { name: "Stay and go on" }).click();
    await asked.waitFor({ state: "detached" });
    expect(await day.inputValue()).toBe("2027-02-01");
    await expect.poll(() => new URL(page.url()).pathname).toBe("/contracts/t1/k1");
  };
  await page.getByRole("link", { name: "Billing", exact: true }).click();
  await stay();
  await page.evaluate("history.back()");
  await stay();
  await page.locator(".me-name").click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await stay();
  expect(stage.house.asked.filter(({ method }) => method === "DELETE")).toEqual([]);
  const warned = page.waitForEvent("dialog");
  await page.close({ runBeforeUnload: true });
  expect((await warned).type()).toBe("beforeunload");
  await (await warned).dismiss();
  await page.getByRole("button", { name: "Save draft" }).click();
  await page.getByText("Draft saved").waitFor();
  // Nothing is unsaved any more: nobody is asked.
  await page.evaluate("history.back()");
  await page.waitForURL("**/contracts");
  expect(await asked.count()).toBe(0);
});

test("BIL-6 whoever lets unsaved terms go leaves at once", async () => {
  const page = await stage.page("billing", "/contracts/t1/k1");
  await page.getByLabel("In force from").fill("2027-02-01");
  await page.getByRole("link", { name: "Contracts" }).first().click();
  await page.getByRole("dialog").getByRole("button", { name: "Leave without saving" }).click();
  await page.waitForURL("**/contracts");
});
