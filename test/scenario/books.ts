import type { Page } from "playwright-core";
import { expect } from "vitest";
import { equal, exact, sum } from "../../src/domain/kernel/rational.ts";
import type { BilledContact, InvoiceView, LineContactsView } from "../../src/features/billing/schema.ts";
import { money, type Tongue } from "../../web/words/format.ts";
import { type House, PEOPLE, PERIOD, WORDS } from "./house.ts";

/** A contact as those who read of it afterwards look for it. */
export type Contacted = {
  readonly tongue: Tongue;
  /** The client, and who reads its portal. */
  readonly slug: string;
  readonly admin: string;
  readonly currency: string;
  readonly from: string;
  readonly shownFrom: string;
  readonly dispositionWord: RegExp;
  readonly notes: string;
};

const PLAY = `(async () => {
  const audio = document.querySelector(".recording audio");
  audio.muted = true;
  const moved = new Promise((done, fail) => {
    audio.addEventListener("timeupdate", () => audio.currentTime > 0 && done());
    audio.addEventListener("error", () => fail(new Error("the recording does not play: " + audio.error?.message)));
  });
  await audio.play();
  await moved;
  return audio.duration;
})()`;

/** Within seconds the client itself sees the contact with its facts, legs and a recording that plays. */
export async function inPortal(house: House, script: Contacted): Promise<string> {
  const words = WORDS[script.tongue];
  const page = await house.signIn(script.admin, script.tongue);
  await page.goto(`${house.stack.appUrl}/portal/contacts?q=${encodeURIComponent(script.from)}`);
  const row = page.getByRole("row").filter({ hasText: script.shownFrom }).first();
  await row.getByText(words.outcome.answered).waitFor({ timeout: 10_000 });
  await row.getByRole("link").click();
  const story = page.locator("ol.story");
  for (const type of ["held", "resumed", "seat_accepted"] as const)
    await story.getByText(words.contact.fact[type], { exact: true }).first().waitFor();
  await page.getByText(script.dispositionWord).first().waitFor();
  await page.getByText(script.notes).waitFor();
  await page.locator("ul.legs li").nth(1).waitFor();
  expect(await page.locator("ul.legs li").count()).toBe(2);
  await plays(page);
  return page.url().split("/").at(-1) ?? "";
}

/** The recording stands there with its length, and the browser really plays it. */
export async function plays(page: Page): Promise<number> {
  const sound = page.locator("ul .recording audio").first();
  await expect.poll(() => sound.count(), { timeout: 15_000 }).toBe(1);
  return page.evaluate<number>(PLAY);
}

/** Billing admin: run, invoice, line, contact, facts. What is shown is what the house reckons, to the minor unit. */
export async function onInvoice(house: House, { tongue, slug, currency }: Contacted, contactId: string): Promise<void> {
  const words = WORDS[tongue];
  const { tenantId, name } = house.tenant(slug);
  const page = await house.signIn(PEOPLE.billing, tongue);
  await page.goto(`${house.stack.appUrl}/billing?period=${PERIOD}`);
  await page.getByRole("button", { name: new RegExp(`^${words.billing.run}`) }).click();
  await page.getByText(words.billing.runDone).waitFor();
  await page.getByRole("link", { name }).click();
  const total = page.getByTestId("invoice-total");
  await total.waitFor();
  const api = await house.session(PEOPLE.billing);
  const invoiceId = page.url().split("/").at(-1) ?? "";
  const path = `/api/billing/tenants/${tenantId}/invoices/${invoiceId}`;
  const invoice = await api.get<InvoiceView>(path);
  expect(invoice.currency).toBe(currency);
  expect(await total.textContent()).toBe(money(tongue, invoice.totalMinor, currency));
  expect(invoice.items.reduce((all, line) => all + line.amountMinor, 0)).toBe(invoice.totalMinor);
  for (const line of invoice.items.filter(({ contacts }) => contacts > 0)) {
    const behind = await api.get<LineContactsView>(`${path}/lines/${line.id}/contacts?limit=50`);
    expect(behind.total.amountMinor, line.label.en).toBe(line.amountMinor);
    expect(equal(sum(behind.items.map((one) => exact(one.exact))), exact(behind.total.exact)), line.label.en).toBe(
      true,
    );
  }
  const charged = await api.get<BilledContact>(`/api/billing/tenants/${tenantId}/contacts/${contactId}`);
  const line = charged.lines[0];
  if (line === undefined) throw new Error("the contact is on no invoice line");
  await page.locator(`a[href$="/lines/${line.lineId}"]`).click();
  const shown = invoice.items.find(({ id }) => id === line.lineId);
  const lineTotal = page.getByTestId("line-total");
  await lineTotal.waitFor();
  expect(await lineTotal.textContent()).toBe(money(tongue, shown?.amountMinor ?? -1, currency));
  await page.locator(`a[href$="${contactId}"]`).click();
  await page.locator("ol.story li").first().waitFor();
  expect(await page.locator("ol.story li").count()).toBe(charged.facts.length);
}
