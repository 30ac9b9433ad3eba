import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { contact, desk, offer, type Who } from "./scenes.ts";
import { useStage } from "./stage.ts";

const stage = useStage({ asksErrors: false });

type Row = readonly [name: string, who: Who, path: string, scene?: () => object];

const PAGES: readonly Row[] = [
  ["sign-in", "agent", "/sign-in"],
  ["desktop, ready", "agent", "/desktop"],
  [
    "desktop, offered",
    "agent",
    "/desktop",
    () => desk({ state: "ringing", offer: offer({ deadline: Date.now() + 90_000 }) }),
  ],
  ["desktop, talking", "agent", "/desktop", () => desk({ state: "on_contact", contact: contact("talking") })],
  ["desktop, wrapping up", "agent", "/desktop", () => desk({ state: "wrap_up", contact: contact("wrap_up") })],
  ["phone", "agent", "/phone"],
  ["floor", "supervisor", "/floor"],
  ["queues", "supervisor", "/queues"],
  ["queue", "supervisor", "/queues/t1/q1"],
  ["routing of a contact", "supervisor", "/floor/contacts/t1/c1"],
  ["own queues", "client", "/portal/queues"],
  ["today", "client", "/portal"],
  ["contacts", "client", "/portal/contacts"],
  ["contact", "client", "/portal/contacts/c1"],
  ["contact taken outside the house", "client", "/portal/contacts/c9"],
  ["own spending", "client", "/portal/spend"],
  ["own invoices", "client", "/portal/invoices"],
  ["own line", "client", "/portal/invoices/i1/lines/l1"],
  ["billing", "billing", "/billing"],
  ["invoice", "billing", "/billing/t1/invoices/i1"],
  ["corrected line", "billing", "/billing/t1/invoices/i1/lines/l9"],
  ["exceptions", "billing", "/billing/exceptions"],
  ["final invoice", "billing", "/billing/t1/invoices/i2"],
  ["own final invoice", "client", "/portal/invoices/i2"],
  ["billed contact", "billing", "/billing/t1/invoices/i1/lines/l1/contacts/c1"],
  ["payments", "billing", "/billing/payments"],
  ["ageing", "billing", "/billing/ageing"],
  ["ageing of a client", "billing", "/billing/ageing?tenant=t1&bucket=days_31_60"],
  ["month runs", "billing", "/billing/runs"],
  ["comparison", "billing", "/billing/t1/invoices/i1/comparison"],
  ["own comparison", "client", "/portal/invoices/i1/comparison"],
  ["ledger", "billing", "/billing/ledger"],
  ["account statement", "billing", "/billing/ledger?tenant=t1&account=a-receivable"],
  ["margin", "billing", "/billing/margin?period=2026-11"],
  ["margin of a client", "billing", "/billing/margin?period=2026-11&tenant=t1"],
  ["commission", "billing", "/billing/commission"],
  ["settlement", "billing", "/billing/settlement"],
  ["settlement lines", "billing", "/billing/settlement?tenant=t1&statement=s1"],
  ["commission statement", "billing", "/billing/commission?tenant=t1&statement=c1"],
  ["commission plans", "billing", "/billing/commission/plans?tenant=t1"],
  ["settlement partners", "billing", "/billing/settlement/partners?tenant=t1"],
  ["own commission", "agent", "/commission"],
  ["own commission statement", "agent", "/commission?statement=c3"],
  ["own settlements", "client", "/portal/settlements"],
  ["own settlement", "client", "/portal/settlements?statement=s1"],
  ["no permission", "agent", "/billing"],
];
/** In this order each look is one press away from the one before it. */
const LOOKS = [
  { language: "en", theme: "light" },
  { language: "en", theme: "dark" },
  { language: "zh", theme: "dark" },
  { language: "zh", theme: "light" },
] as const;
const WIDTHS = [1280, 1920] as const;

describe("X1 every page in both languages and themes", () => {
  test.each(PAGES.map((row) => ({ name: row[0], row })))(
    "$name: axe finds nothing serious, nothing overflows, the console stays silent",
    async ({ row: [, who, path, scene] }) => {
      if (scene !== undefined) stage.house.greet("/api/agent/socket", () => [scene()]);
      const page = await stage.page(who, path, LOOKS[0]);
      for (const look of LOOKS) {
        await wear(page, look);
        await page.getByRole("heading", { level: 1 }).first().waitFor({ state: "attached" });
        await page.waitForFunction('document.querySelector("[aria-busy=true]") === null');
        expect(await seriousFaults(page, look.theme), `${look.language}, ${look.theme}`).toEqual([]);
        if (look.theme === "light") await expectFits(page, look.language);
        expect(stage.errors).toEqual([]);
      }
    },
  );
});

/** Changes language and appearance as a person would, by the page's own switches. */
async function wear(page: Page, { language, theme }: (typeof LOOKS)[number]): Promise<void> {
  const html = page.locator("html");
  const lang = language === "zh" ? "zh-CN" : "en";
  await page.getByRole("button", { name: /^(Appearance|外观)/ }).waitFor();
  if ((await html.getAttribute("lang")) !== lang)
    await page.getByRole("button", { name: language === "zh" ? "中文" : "English", exact: true }).click();
  if ((await html.getAttribute("data-theme")) !== theme)
    await page.getByRole("button", { name: /^(Appearance|外观)/ }).click();
  await page.locator(`html[lang="${lang}"][data-theme="${theme}"]`).waitFor({ state: "attached" });
}

async function seriousFaults(page: Page, theme: "light" | "dark"): Promise<string[]> {
  // No page has a frame: the older way needs no second page to put the parts together.
  const axe = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ["violations"] });
  // Names, roles and order are the same in the dark; only what is seen has to be judged again.
  if (theme === "dark") axe.withRules(["color-contrast"]);
  const { violations } = await axe.analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join(", ")}`);
}

/** Colours move nothing, so widths are tried in one theme. */
async function expectFits(page: Page, language: string): Promise<void> {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 800 });
    const at = `${language}, ${width} wide`;
    expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), at).toBe(true);
    expect(await cutTables(page), at).toEqual([]);
  }
  await page.setViewportSize({ width: WIDTHS[0], height: 800 });
}

/** Titles of the tables whose last column is out of sight at this width. */
function cutTables(page: Page): Promise<string[]> {
  return page
    .locator(".table-scroll")
    .evaluateAll((all) =>
      all.flatMap((one) =>
        one.scrollWidth > one.clientWidth ? [one.closest("section")?.querySelector("h2")?.textContent ?? "table"] : [],
      ),
    );
}

test("X1 switching the language keeps route and input", async () => {
  const page = await stage.page("client", "/portal/contacts?q=%2B1202");
  await page.getByLabel("Search").fill("+12025");
  await page.getByRole("button", { name: "中文" }).click();
  await page.getByRole("heading", { name: "联络记录" }).waitFor();
  expect(await page.getByLabel("查找").inputValue()).toBe("+12025");
  expect(new URL(page.url()).pathname).toBe("/portal/contacts");
  expect(await page.locator("html").getAttribute("lang")).toBe("zh-CN");
});

test("B3 an invoice line opens the contacts behind it, and they add up", async () => {
  const page = await stage.page("billing", "/billing");
  await page.getByRole("link", { name: "Harbour Museum" }).click();
  expect(await page.getByTestId("invoice-total").textContent()).toBe("£17.00");
  await page.getByRole("link", { name: "Answered contacts" }).click();
  await page.getByTestId("line-total").waitFor();
  const parts = await page.locator("tbody td.amount").allTextContents();
  const sum = parts.reduce((total, part) => total + Number(part.replace("£", "")), 0);
  expect(`£${sum.toFixed(2)}`).toBe(await page.getByTestId("line-total").textContent());
  await page.locator("tbody a").first().click();
  await page.getByText("Answered after 0:24").waitFor();
  const trail = page.getByRole("navigation", { name: "Path" });
  expect(await trail.getByRole("listitem").allTextContents()).toEqual([
    "Invoices",
    "Harbour Museum · November 2026",
    "Answered contacts",
    "Contact",
  ]);
});

test("B3 a run is started for the shown month and its outcome is said", async () => {
  const outcome = {
    tenantId: "t1",
    contractId: "k",
    invoiceId: "i1",
    what: "written",
    totalMinor: 1700,
    currency: "GBP",
    lines: 1,
    unrated: 0,
  };
  stage.house.answer(/^POST \/api\/billing\/runs$/, { body: { items: [outcome] } });
  const page = await stage.page("billing", "/billing");
  await page.getByRole("button", { name: /Run now/ }).click();
  await page.getByText("Run finished · drafts updated: 1").waitFor();
  expect(stage.house.asked.find((one) => one.path === "/api/billing/runs")?.body).toEqual({ period: "2026-11" });
});

test("a page that cannot load says what failed, gives the request's id, and tries again", async () => {
  const problem = {
    title: "Database not reachable",
    status: 503,
    code: "outage",
    detail: "try again in a moment",
    requestId: "req-7f31",
  };
  let fails = true;
  stage.house.answer(/^GET \/api\/portal\/invoices$/, () =>
    fails ? { status: 503, body: problem } : { body: { items: [] } },
  );
  const page = await stage.page("client", "/portal/invoices");
  await page.getByText("req-7f31").waitFor({ timeout: 15_000 });
  expect(await page.getByRole("alert").textContent()).toContain("A part of the system cannot be reached right now");
  fails = false;
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByText("No invoices yet.").waitFor();
});

test("S3 the floor follows its socket and says how old its figures are", async () => {
  const page = await stage.page("supervisor", "/floor");
  await page.getByRole("heading", { name: "Queues" }).waitFor();
  expect(await page.getByTestId("age").textContent()).toContain("Updated just now");
  stage.house.cut(true);
  await page.getByTestId("link-lost").waitFor({ timeout: 3_000 });
});

test("signing in with one click of a demo role leads to that role's page", async () => {
  let signedIn = false;
  const page = await stage.page("agent", "/sign-in");
  stage.house.answer(/^POST \/api\/session$/, () => {
    signedIn = true;
    return { body: {} };
  });
  await page.getByRole("button", { name: /Agent/ }).click();
  await page.waitForURL("**/desktop");
  expect(signedIn).toBe(true);
});

test("a wrong password is said at the field, and what was typed stays", async () => {
  const refusal = { title: "Not signed in", status: 401, code: "wrong_credentials", detail: "no", requestId: "r" };
  const page = await stage.page("agent", "/sign-in");
  stage.house.answer(/^POST \/api\/session$/, { status: 401, body: refusal });
  await page.getByLabel("Email").fill("lin@callhouse.example");
  await page.getByLabel("Password").fill("wrong");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("Email or password is wrong.").waitFor();
  expect(await page.getByLabel("Email").inputValue()).toBe("lin@callhouse.example");
});

test("SEC-1 a sign-out that the house did not hear of is said, and leaves only when it has worked", async () => {
  const away = { title: "Away", status: 503, code: "database_away", detail: "nothing was changed", requestId: "r" };
  stage.house.answer(/^DELETE \/api\/session$/, { status: 503, body: away });
  const page = await stage.page("client", "/portal");
  await page.getByRole("button", { name: /^Me/ }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  const dialog = page.getByRole("dialog", { name: "You are still signed in" });
  await dialog.waitFor();
  expect(new URL(page.url()).pathname).toBe("/portal");
  stage.house.answer(/^DELETE \/api\/session$/, { body: {} });
  await dialog.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL("**/sign-in");
});

test("X1 the phone is drawn whole where it is the first page that is opened", async () => {
  const page = await stage.page("agent", "/phone");
  await page.locator(".panel").first().waitFor();
  const drawn = (one: string, css: string) =>
    page.evaluate(`getComputedStyle(document.querySelector("${one}")).getPropertyValue("${css}")`);
  expect(await drawn(".shell-bar", "display")).toBe("flex");
  expect(await drawn(".panel", "border-top-style")).toBe("solid");
});
