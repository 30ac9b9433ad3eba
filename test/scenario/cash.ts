import type { Page } from "playwright-core";
import { expect } from "vitest";
import { contractWords, filled } from "../../web/words/contracts.ts";
import { money, month, type Tongue } from "../../web/words/format.ts";
import { ownMoneyWords } from "../../web/words/own-money.ts";
import { type House, PEOPLE, WORDS } from "./house.ts";
import type { PastCall } from "./past-month.ts";

export const PERIOD = "2026-10";
const FIRST_DAY = `${PERIOD}-01`;

/** A client's month as the people who turn it into money speak of it. */
export type CashScript = PastCall & {
  readonly tongue: Tongue;
  readonly currency: string;
  /** Of the monthly fee that is new in the contract. */
  readonly taxPercent: number;
  /** A term of the client's contract, the field that gets another price, and what that adds to the month. */
  readonly term: string;
  readonly field: "price" | "fee";
  readonly price: string;
  readonly addsMinor: number;
  /** The line behind which the one call of the month stands. */
  readonly line: string;
  /** Bold texts of the invoice's paper. */
  readonly onPaper: readonly string[];
};

/** What the term that is new in the contract charges a month. */
export const MONTHLY = { major: "120.00", minor: 12_000 };

/** Goes where a person goes: by the side bar. */
async function goTo(page: Page, word: string): Promise<void> {
  await page.getByRole("navigation").getByRole("link", { name: word, exact: true }).first().click();
}

/** Another price and a new monthly fee, beside what the last month would have come to by them; gives that sum as shown. */
export async function writeContract({ tongue, slug, currency, ...script }: CashScript, house: House, page: Page) {
  const words = contractWords(tongue);
  await goTo(page, WORDS[tongue].app.contracts);
  const { tenantId } = house.tenant(slug);
  await page.locator(`a[href^="/contracts/${tenantId}/"]`).click();
  const shown = (id: string) => page.getByTestId(id).textContent();
  await expect.poll(() => shown("trial-difference")).toBe(money(tongue, 0, currency));
  const term = page.getByRole("article", { name: script.term, exact: true }).first();
  await term.getByRole("button", { name: words.edit }).click();
  await term.getByLabel(words.fields[script.field], { exact: true }).fill(script.price);
  await expect.poll(() => shown("trial-difference")).toBe(money(tongue, script.addsMinor, currency));
  await page.getByLabel(words.addWhat).selectOption("fee");
  await page.getByRole("button", { name: words.add, exact: true }).click();
  const fee = page.getByRole("article", { name: words.models.fee, exact: true });
  await fee.getByRole("button", { name: words.edit }).click();
  await fee.getByLabel(words.fields.amount, { exact: true }).fill(MONTHLY.major);
  const adds = money(tongue, script.addsMinor + MONTHLY.minor, currency);
  await expect.poll(() => shown("trial-difference")).toBe(adds);
  await page.getByLabel(words.validFrom).fill(FIRST_DAY);
  await page.getByRole("button", { name: words.publish, exact: true }).click();
  await page.getByRole("button", { name: words.publish, exact: true }).click();
  await page.getByText(words.versionOf.replace("{{n}}", "2")).waitFor();
  return shown("trial-total");
}

/** Runs the month for all clients and opens this one's draft; gives its net total as shown. */
export async function runMonth({ tongue, slug }: CashScript, house: House, page: Page): Promise<string | null> {
  const { billing, app } = WORDS[tongue];
  await goTo(page, app.billing);
  await page.getByLabel(billing.period).selectOption(PERIOD);
  await page.getByRole("button", { name: new RegExp(`^${billing.run}`) }).click();
  await page.getByText(billing.runDone).waitFor();
  const { name } = house.tenant(slug);
  await page.getByRole("table").last().getByRole("link", { name, exact: true }).click();
  await page.getByTestId("invoice-total").waitFor();
  return page.getByTestId("invoice-total").textContent();
}

/** Who ran the month is told, in their own language, that somebody else approves. */
export async function refusedToOwnHand({ tongue }: CashScript, house: House, page: Page): Promise<void> {
  await page.getByRole("button", { name: WORDS[tongue].invoicing.approve, exact: true }).click();
  await page.getByRole("alert").filter({ hasText: WORDS[tongue].refusal.four_eyes }).waitFor();
  const at = house.complaints.findIndex((one) => one.includes("409"));
  expect(house.complaints.splice(at, 1)).toHaveLength(1);
}

/** The second pair of eyes: from the work list to a number; gives it. */
export async function approveAndFinalise({ tongue, slug }: CashScript, house: House): Promise<string> {
  const { invoicing, app } = WORDS[tongue];
  const page = await house.signIn(PEOPLE.heQiang, tongue);
  await goTo(page, app.billing);
  const { name } = house.tenant(slug);
  const work = page.getByRole("region", { name: invoicing.work });
  await work.getByRole("link", { name: `${name} · ${month(tongue, PERIOD)}` }).click();
  await page.getByRole("button", { name: invoicing.approve, exact: true }).click();
  await page.getByRole("button", { name: invoicing.finalize, exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText(name).waitFor();
  await dialog.getByRole("button", { name: invoicing.finalizeNow }).click();
  await dialog.waitFor({ state: "detached" });
  const number = page.getByRole("region", { name: invoicing.paper }).getByText(/^CH-2026-\d{6}$/);
  await number.waitFor();
  return (await number.textContent()) ?? "";
}

export async function openOwnInvoice({ tongue }: CashScript, page: Page): Promise<void> {
  await goTo(page, WORDS[tongue].app.invoices);
  await page.getByRole("link", { name: month(tongue, PERIOD), exact: true }).click();
  await page.getByTestId("invoice-total").waitFor();
}

/** The file behind the invoice's own link. */
export async function paperOf(page: Page): Promise<Uint8Array> {
  const href = await page.getByRole("link", { name: "PDF", exact: true }).first().getAttribute("href");
  const answer = await page.request.get(new URL(href ?? "", page.url()).href);
  expect([answer.status(), answer.headers()["content-type"]]).toEqual([200, "application/pdf"]);
  return answer.body();
}

/** Pays by the button, on the bureau's page in a window of its own; the invoice's page sees the money by itself. */
export async function pay({ tongue, currency }: CashScript, page: Page): Promise<void> {
  const { invoicing } = WORDS[tongue];
  const words = ownMoneyWords(tongue).pay;
  const sums = page.getByRole("region", { name: invoicing.sums });
  const row = (word: string) =>
    sums
      .locator("div.sum")
      .filter({ has: page.getByText(word, { exact: true }) })
      .locator("dd");
  const due = await row(invoicing.open).textContent();
  const opens = page.context().waitForEvent("page");
  await page.getByRole("button", { name: filled(words.byCard, { amount: due ?? "" }) }).click();
  const bureau = await opens;
  await bureau.getByRole("button").first().click();
  await bureau.getByRole("status").waitFor();
  await bureau.close();
  await page.getByText(words.paid).waitFor();
  expect(await row(invoicing.open).textContent()).toBe(money(tongue, 0, currency));
  expect(await row(invoicing.paid).textContent()).toBe(`-${due}`);
}

export const CLAIM = { major: "20.00", minor: 2_000 };

/** The client does not agree with a part of the fee that is new. */
export async function disputeLine({ tongue, currency }: CashScript, page: Page): Promise<void> {
  const { invoicing } = WORDS[tongue];
  await page.getByRole("button", { name: invoicing.dispute, exact: true }).click();
  const dialog = page.getByRole("dialog");
  const fee = `${contractWords(tongue).models.fee} · ${money(tongue, MONTHLY.minor, currency)}`;
  await dialog.getByLabel(WORDS[tongue].billing.line).selectOption({ label: fee });
  await dialog.getByLabel(invoicing.claim).fill(CLAIM.major);
  await dialog.getByLabel(invoicing.reason).fill("10-20");
  await dialog.getByRole("button", { name: invoicing.disputeNow }).click();
  await dialog.waitFor({ state: "detached" });
  await page.getByRole("region", { name: invoicing.disputes }).getByText(invoicing.disputeState.open).waitFor();
}

/** Billing staff find the dispute in their work list and give back what was claimed. */
export async function creditDispute({ tongue }: CashScript, page: Page, number: string): Promise<void> {
  const { invoicing, app } = WORDS[tongue];
  await goTo(page, app.billing);
  const work = page.getByRole("region", { name: invoicing.work });
  await work.getByRole("link", { name: new RegExp(`^${number} `) }).click();
  await page.getByRole("button", { name: invoicing.accept, exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel(invoicing.reason).fill("OK 10-20");
  await dialog.getByRole("button", { name: invoicing.accept, exact: true }).click();
  await dialog.waitFor({ state: "detached" });
  const notes = page.getByRole("region", { name: invoicing.notes });
  await notes.getByText(/CHC-2026-\d{6}/).waitFor();
}

/** The client reads what was decided and has the credit note, claim and tax, as a paper of its own. */
export async function seeCredit({ tongue, currency, taxPercent }: CashScript, page: Page): Promise<void> {
  const { invoicing } = WORDS[tongue];
  await page.reload();
  const disputes = page.getByRole("region", { name: invoicing.disputes });
  await disputes.getByText(invoicing.disputeState.accepted).waitFor();
  await disputes.getByText("OK 10-20").waitFor();
  const notes = page.getByRole("region", { name: invoicing.notes });
  const gross = CLAIM.minor + (CLAIM.minor * taxPercent) / 100;
  expect(await notes.locator(".amount").textContent()).toBe(money(tongue, -gross, currency));
  const href = await notes.getByRole("link", { name: "PDF" }).getAttribute("href");
  const paper = await page.request.get(new URL(href ?? "", page.url()).href);
  expect([paper.status(), paper.headers()["content-type"]]).toEqual([200, "application/pdf"]);
}

/** From the line to the call behind it, and to what happened in that call, minute by minute. */
export async function drillDown({ tongue, line }: CashScript, page: Page, contactId: string): Promise<void> {
  const { contact } = WORDS[tongue];
  const link = page.getByRole("link", { name: line });
  const amount = await page.getByRole("row").filter({ has: link }).locator("td.amount").textContent();
  await link.click();
  await page.getByTestId("line-total").waitFor();
  expect(await page.getByTestId("line-total").textContent()).toBe(amount);
  await page.locator(`a[href$="/contacts/${contactId}"]`).click();
  const story = page.locator("ol.story");
  for (const type of ["queued", "seat_accepted"] as const)
    await story.getByText(contact.fact[type], { exact: true }).first().waitFor();
}
