import { expect, test } from "vitest";
import { queueList, queueView, SETTINGS } from "./queues.ts";
import { useStage } from "./stage.ts";

const stage = useStage({ asksErrors: false });

const saves = () => stage.house.asked.filter(({ method }) => method === "PUT");

test("ACD-1 a supervisor changes a strategy and sees it in force, with the version he had read", async () => {
  stage.house.answer(/^PUT \/api\/queues\/t1\/q1$/, {
    body: { live: true, queue: queueView({ version: 5, settings: { ...SETTINGS, strategy: "ring_all" } }) },
  });
  const page = await stage.page("supervisor", "/queues");
  await page.getByRole("link", { name: "Tickets" }).click();
  await page.getByLabel("Strategy").selectOption("ring_all");
  await page.getByRole("button", { name: "Save and put in force" }).click();
  await page.getByText("Saved, in force now").waitFor();
  expect(saves()[0]?.body).toEqual({ version: 4, ...SETTINGS, strategy: "ring_all" });
});

test("a mistake is said at its place in the reader's words, and cannot be saved", async () => {
  const page = await stage.page("supervisor", "/queues/t1/q1");
  const save = page.getByRole("button", { name: "Save and put in force" });
  await page.getByLabel("Ring timeout").fill("3");
  await page.getByText("at least 5").waitFor();
  await page.getByLabel("Ring timeout").fill("");
  await page.getByText("enter a whole number").waitFor();
  expect(await save.isDisabled()).toBe(true);
  await page.getByLabel("Ring timeout").fill("25");
  await page.getByLabel("After how many seconds").nth(1).fill("10");
  await page.getByText("each step comes later than the one before").waitFor();
  await page.getByLabel("After how many seconds").nth(1).fill("46");
  expect(await save.isEnabled()).toBe(true);
});

test("who was overtaken is told by whom, and keeps his draft until he takes the newest", async () => {
  const refusal = { title: "Not possible now", status: 409, code: "changed_meanwhile", detail: "", requestId: "r" };
  stage.house.answer(/^PUT \/api\/queues\/t1\/q1$/, { status: 409, body: refusal });
  const page = await stage.page("supervisor", "/queues/t1/q1");
  await page.getByLabel("Ring timeout").fill("25");
  const theirs = queueView({ version: 5, changedBy: "He Qiang", settings: { ...SETTINGS, ringTimeoutS: 40 } });
  stage.house.answer(/^GET \/api\/queues$/, { body: queueList([theirs]) });
  await page.getByRole("button", { name: "Save and put in force" }).click();
  await page.getByText("He Qiang has just changed this queue.").waitFor();
  expect(await page.getByLabel("Ring timeout").inputValue()).toBe("25");
  await page.getByRole("button", { name: "Read the newest" }).click();
  const asked = page.getByRole("dialog", { name: "Read the newest and lose yours?" });
  expect(await asked.getByRole("listitem").allTextContents()).toEqual(["Ring timeout 20 s → 25 s"]);
  await asked.getByRole("button", { name: "Keep it" }).click();
  expect(await page.getByLabel("Ring timeout").inputValue()).toBe("25");
  await page.getByRole("button", { name: "Read the newest" }).click();
  await asked.getByRole("button", { name: "Read the newest" }).click();
  expect(await page.getByLabel("Ring timeout").inputValue()).toBe("40");
});

test("what is written but not yet live is said, and may be published again", async () => {
  stage.house.answer(/^PUT \/api\/queues\/policy$/, { body: { live: false, pool: queueList().pools[0] } });
  stage.house.answer(/^POST \/api\/queues\/publish$/, { body: { live: true } });
  const page = await stage.page("supervisor", "/queues");
  await page.getByLabel("Served first").first().selectOption("edf");
  await page.getByRole("button", { name: "Save" }).first().click();
  await page.getByText("have not heard of it yet").waitFor();
  await page.getByRole("button", { name: "Publish again" }).click();
  await page.getByText("have not heard of it yet").waitFor({ state: "detached" });
});

test("the house reads whose contacts were passed over; a client reads of another client and no name", async () => {
  const house = await stage.page("supervisor", "/floor/contacts/t1/c1");
  await house.getByText("荣光家电").waitFor();
  await house.getByText("3 contacts at the front of their lines wanted it").waitFor();
  await house.context().close();
  const client = await stage.page("client", "/portal/contacts/c1");
  await client.getByText("another client").waitFor();
  expect(await client.getByText("荣光家电").count()).toBe(0);
  expect(await client.getByText("Lin Xiaoyu").count()).toBeGreaterThan(0);
});

test("ACD-2 a number outside the house is entered as people write it, and who answers there must be said", async () => {
  stage.house.answer(/^PUT \/api\/queues\/t1\/q1$/, { body: { live: true, queue: queueView({ version: 5 }) } });
  const page = await stage.page("supervisor", "/queues/t1/q1");
  const number = page.getByLabel("Number outside, with + and country code");
  await number.fill("020 7946 0188");
  const save = page.getByRole("button", { name: "Save and put in force" });
  expect(await save.isDisabled()).toBe(true);
  await number.fill("+44 20 7946 (0188)");
  await page.getByLabel("Who answers there").fill("");
  await page.getByText("say who answers there").waitFor();
  await page.getByLabel("Who answers there").fill("Ticket partner");
  await save.click();
  await page.getByText("Saved, in force now").waitFor();
  const step = { afterS: 120, do: "outside", number: "+442079460188", name: "Ticket partner" };
  expect(saves()[0]?.body).toMatchObject({ relax: [...SETTINGS.relax.slice(0, -1), step] });
});

const DISCARDING = [
  ["en", "Ring timeout", "Discard changes", "Keep it", "Throw away", "Leave without saving?"],
  ["zh", "振铃时限", "放弃改动", "保留", "确认放弃", "不保存就离开？"],
] as const;

test.each(DISCARDING)(
  "in %s changes of a queue are thrown away only when asked twice, and leaving asks too",
  async (language, ring, discard, keep, away, leave) => {
    const page = await stage.page("supervisor", "/queues/t1/q1", { language });
    const field = page.getByLabel(ring);
    const before = await field.inputValue();
    await field.fill("25");
    await page.getByRole("button", { name: discard }).click();
    const asked = page.getByRole("dialog");
    expect(await asked.getByRole("listitem").locator("strong").allTextContents()).toEqual([ring]);
    await asked.getByRole("button", { name: keep }).click();
    expect(await field.inputValue()).toBe("25");
    await page.locator(".shell-side .shell-link").first().click();
    await page.getByRole("dialog", { name: leave }).waitFor();
    await page.keyboard.press("Escape");
    await asked.waitFor({ state: "detached" });
    expect(await field.inputValue()).toBe("25");
    await page.getByRole("button", { name: discard }).click();
    await asked.getByRole("button", { name: away }).click();
    await expect.poll(() => field.inputValue()).toBe(before);
    await page.locator(".shell-side .shell-link").first().click();
    await page.waitForURL((url) => !url.pathname.startsWith("/queues/"));
  },
);
