import { expect, test } from "vitest";
import { card, contact, desk, offer } from "./scenes.ts";
import { useStage } from "./stage.ts";

/** What people do by hand, from the first key to the last. */
const stage = useStage();

const SOCKET = "/api/agent/socket";
const show = (change: Parameters<typeof desk>[0]): void => stage.house.tell(SOCKET, desk(change));
const posted = (path: RegExp) => stage.house.asked.filter((one) => one.method === "POST" && path.test(one.path));

test("A3 A12 answer, note, disposition and ready need no mouse", async () => {
  const page = await stage.page("agent", "/desktop");
  await page.getByText("Phone ready").waitFor();
  show({ state: "ringing", offer: offer() });
  await page.getByTestId("offer").waitFor();
  await page.keyboard.press("Alt+a");
  await expect.poll(() => stage.house.commands.filter((one) => one.cmd === "accept").length).toBe(1);
  show({ state: "on_contact", contact: contact("talking") });
  await page.getByTestId("call-timer").waitFor();
  await page.keyboard.press("Alt+n");
  await page.keyboard.type("Two tickets.");
  await page.keyboard.press("Alt+g");
  await expect.poll(() => posted(/\/hang-up$/).length).toBe(1);
  show({ state: "wrap_up", contact: contact("wrap_up") });
  await page.getByTestId("wrap-up").waitFor();
  await page.keyboard.press("Alt+c");
  await page.keyboard.press("t");
  await page.keyboard.press("Alt+r");
  const body = { disposition: "tickets", notes: "Two tickets.", then: "ready" };
  await expect.poll(() => posted(/\/wrap-up$/).map((one) => one.body)).toEqual([body]);
});

test("A6 a withheld number is said in words, and a customer is kept without one", async () => {
  const page = await stage.page("agent", "/desktop");
  await page.getByText("Phone ready").waitFor();
  stage.house.answer(/^GET \/api\/agent\/contacts\/[^/]+$/, { body: card([]) });
  stage.house.answer(/^POST \/api\/agent\/contacts\/[^/]+\/customers$/, { body: card(["Rose Withers"]).customers[0] });
  show({ state: "on_contact", contact: contact("talking", { from: "anonymous" }) });
  await page.getByText("Number withheld").first().waitFor();
  const field = page.getByLabel("Phone", { exact: true });
  expect([await field.inputValue(), await field.getAttribute("placeholder")]).toEqual(["", "Number withheld"]);
  await page.getByLabel("Name").fill("Rose Withers");
  await page.getByRole("button", { name: "New customer" }).click();
  const body = { name: "Rose Withers", phone: null, note: null };
  await expect.poll(() => posted(/\/customers$/).map((one) => one.body)).toEqual([body]);
  await page.getByRole("heading", { name: "Rose Withers" }).or(page.getByText("Rose Withers")).first().waitFor();
});

test("an agent who was never on shift has no time beside the word", async () => {
  const page = await stage.page("agent", "/desktop");
  await page.getByText("Phone ready").waitFor();
  show({ state: "off_shift", since: null });
  await expect.poll(() => page.locator(".state-button").innerText()).toMatch(/Off shift$/);
});

test("A9 a number that nobody can have is said at its field and not dialled; Enter dials", async () => {
  const page = await stage.page("agent", "/phone");
  const dialled = () => stage.house.commands.filter((one) => one.type === "dial").map((one) => [one.to, one.from]);
  const from = page.getByLabel("Your number");
  await page.getByRole("button", { name: "Call", exact: true, disabled: false }).waitFor();
  for (const wrong of ["abc", "020 7946 0958", "+1202555014300000"]) {
    await from.fill(wrong);
    await from.press("Enter");
    await page.getByText("Write it internationally").waitFor();
    expect(await from.getAttribute("aria-invalid")).toBe("true");
  }
  expect(dialled()).toEqual([]);
  await from.fill("+1 (202) 555-0143");
  await from.press("Enter");
  await expect.poll(dialled).toEqual([["+442079460958", "+12025550143"]]);
});

test("the phone page makes the carrier misbehave and shows what it answered", async () => {
  const page = await stage.page("agent", "/phone");
  stage.house.answer(/^POST \/api\/demo\/faults$/, { body: { duplicate: 0.2 } });
  const repeat = page.getByLabel("Repeat callbacks");
  await repeat.click();
  await expect.poll(() => posted(/faults$/).map((one) => one.body)).toEqual([{ duplicate: 0.2 }]);
  await expect.poll(() => repeat.isChecked()).toBe(true);
});

test("CLI-1 the client's first page tells the day against its promise, yesterday, and the month with its invoice", async () => {
  const page = await stage.page("client", "/portal");
  await page.getByText("below target").first().waitFor();
  await page.getByText("On 22 November 2026, 20 calls came and 15 were answered").waitFor();
  await page.getByText("November 2026 so far").waitFor();
  await page.getByText("£17.00").waitFor();
  await page.getByRole("link", { name: "Open the invoice" }).click();
  await page.getByRole("heading", { name: /November 2026/ }).waitFor();
});
