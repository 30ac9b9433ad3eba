import { expect, test } from "vitest";
import { signIn } from "./scenes.ts";
import { useStage } from "./stage.ts";

/** What a person sees whose scripts do not come: an old page after a new version, or a network that cuts. */
const stage = useStage({ asksErrors: false });

test.each([
  ["en", "This page did not load completely.", "Reload"],
  ["zh", "页面没有加载完整。", "刷新"],
] as const)(
  "a page whose script does not come offers to reload after eight seconds, in %s",
  async (language, words, reload) => {
    signIn(stage.house, "client");
    const page = await (await stage.context({ language })).newPage();
    // The page's time stands still until it is moved: a busy machine must not add its own seconds.
    await page.clock.install({ time: 0 });
    await page.clock.pauseAt(1_000);
    await page.route("**/assets/index-*.js", (route) => route.abort());
    await page.goto(`${stage.url}/portal/invoices`);
    await page.clock.runFor(7_900);
    expect(await page.getByRole("alert").count()).toBe(0);
    await page.clock.runFor(200);
    await page.getByRole("alert").filter({ hasText: words }).waitFor();
    expect(await page.locator("html").getAttribute("lang")).toBe(language === "zh" ? "zh-CN" : "en");
    await page.clock.resume();
    await page.unroute("**/assets/index-*.js");
    await page.getByRole("button", { name: reload }).click();
    await page.getByRole("heading", { level: 1 }).first().waitFor();
    expect(await page.getByText(words).count()).toBe(0);
  },
);

test("a page that did load is offered nothing", async () => {
  signIn(stage.house, "client");
  const page = await (await stage.context()).newPage();
  await page.clock.install();
  await page.goto(`${stage.url}/portal/invoices`);
  await page.getByRole("heading", { level: 1 }).first().waitFor();
  await page.clock.runFor(9_000);
  expect(await page.getByRole("button", { name: "Reload" }).count()).toBe(0);
});

test("a page of an older version whose next part is gone reloads by itself and goes on where the link led", async () => {
  const page = await stage.page("client", "/portal/invoices");
  await page.getByRole("heading", { level: 1 }).first().waitFor();
  let gone = true;
  await page.route("**/assets/contacts-page-*.js", (route) =>
    gone ? route.fulfill({ status: 404 }) : route.continue(),
  );
  page.once("load", () => {
    gone = false;
  });
  await page.getByRole("link", { name: "Contacts" }).click();
  await page.getByRole("heading", { name: "Contacts" }).waitFor();
  expect(new URL(page.url()).pathname).toBe("/portal/contacts");
});
