import { expect, test } from "vitest";
import { invoiceDocument } from "./records.ts";
import { useStage } from "./stage.ts";

/** An invoice by hand: what its state allows, what is asked first, and what is then sent. */
const stage = useStage();

const HOUSE = "/api/billing/tenants/t1/invoices/i1";
const asked = (method: string, path: string) =>
  stage.house.asked.filter((one) => one.method === method && one.path === path).map((one) => one.body);

test("BIL-8 a draft is approved as it was looked at, and only then can it be made final", async () => {
  const page = await stage.page("billing", "/billing/t1/invoices/i1");
  stage.house.answer(/^POST .*\/approval$/, () => {
    stage.house.answer(/^GET .*\/t1\/invoices\/i1\/document$/, { body: invoiceDocument("approved") });
    return { body: {} };
  });
  stage.house.answer(/^POST .*\/finalization$/, () => {
    stage.house.answer(/^GET .*\/t1\/invoices\/i1\/document$/, { body: invoiceDocument("finalized") });
    return { body: { series: "INV-2026", number: 42, fresh: true } };
  });
  await page.getByRole("button", { name: "Approve" }).click();
  await page.getByRole("button", { name: "Make final" }).click();
  expect(asked("POST", `${HOUSE}/approval`)).toEqual([{ outputHash: "b".repeat(64) }]);
  const dialog = page.getByRole("dialog");
  await dialog.getByText("£20.40").waitFor();
  expect(asked("POST", `${HOUSE}/finalization`)).toEqual([]);
  await dialog.getByRole("button", { name: "Give it a number" }).click();
  await page.getByText("INV-2026-000042").first().waitFor();
  expect(await page.getByRole("button", { name: "Approve" }).count()).toBe(0);
});

test("BIL-8 who prepared a draft is told that another must approve it", async () => {
  const refusal = {
    title: "Not possible",
    status: 409,
    code: "four_eyes",
    detail: "somebody else approves",
    requestId: "r",
  };
  stage.house.answer(/^POST .*\/approval$/, { status: 409, body: refusal });
  const page = await stage.page("billing", "/billing/t1/invoices/i1");
  await page.getByRole("button", { name: "Approve" }).click();
  await page.getByRole("alert").filter({ hasText: "somebody else approves" }).waitFor();
  stage.errors.splice(0);
});

test("BIL-8 a credit takes part of a line, never more than is left of it", async () => {
  stage.house.answer(/^POST .*\/credit-notes$/, { body: { requestId: "q2" } });
  const page = await stage.page("billing", "/billing/t1/invoices/i2");
  await page.getByRole("button", { name: "Credit" }).click();
  const dialog = page.getByRole("dialog");
  const amount = dialog.getByLabel("Answered contacts");
  const issue = dialog.getByRole("button", { name: "Ask for the credit note" });
  await dialog.getByText("Left of it: £16.00, before tax").waitFor();
  await dialog.getByLabel("Reason").fill("Wrong number");
  await issue.click();
  await dialog.getByText("Write an amount for one line at least").waitFor();
  await amount.fill("16.01");
  await dialog.getByText("Write an amount above 0 and at most 16.00").waitFor();
  await issue.click();
  expect(await amount.getAttribute("aria-invalid")).toBe("true");
  expect(asked("POST", "/api/billing/tenants/t1/invoices/i1/credit-notes")).toEqual([]);
  await amount.fill("8.50");
  await dialog.getByText("Credited in all, before tax: £8.50").waitFor();
  await issue.click();
  await dialog.waitFor({ state: "detached" });
  const [body] = asked("POST", "/api/billing/tenants/t1/invoices/i1/credit-notes");
  const lines = [{ lineId: "l1", netMinor: 850 }];
  expect(body).toEqual({ kind: "goodwill", reason: "Wrong number", lines, requestKey: expect.any(String) });
});

test("BIL-8 a client disputes one line and takes it back", async () => {
  const document = /^GET .*\/portal\/invoices\/i2\/document$/;
  stage.house.answer(document, { body: { ...invoiceDocument("finalized"), disputes: [] } });
  stage.house.answer(/^POST .*\/disputes$/, () => {
    stage.house.answer(document, { body: invoiceDocument("finalized") });
    return { body: { disputeId: "d1" } };
  });
  stage.house.answer(/^DELETE .*\/disputes\/d1$/, { body: {} });
  const page = await stage.page("client", "/portal/invoices/i2");
  await page.getByRole("button", { name: "Dispute a line" }).click();
  const dialog = page.getByRole("dialog");
  // A credit note gave £1.00 of the line back already.
  await dialog.getByText("Empty: the whole line, £16.00").waitFor();
  await dialog.getByLabel("Reason").fill("We never got this call");
  await dialog.getByRole("button", { name: "Open the dispute" }).click();
  await dialog.waitFor({ state: "detached" });
  const body = { lineId: "l1", reason: "We never got this call", claimedMinor: null };
  expect(asked("POST", "/api/portal/invoices/i1/disputes")).toEqual([body]);
  await page.getByRole("button", { name: "Withdraw" }).waitFor();
  expect(await page.getByRole("button", { name: "Dispute a line" }).count()).toBe(0);
  const question = page.getByRole("dialog", { name: "Withdraw this dispute?" });
  await page.getByRole("button", { name: "Withdraw" }).click();
  await question.getByRole("listitem").getByText("Answered contacts").waitFor();
  await question.getByRole("button", { name: "Keep it" }).click();
  expect(asked("DELETE", "/api/portal/disputes/d1")).toEqual([]);
  await page.getByRole("button", { name: "Withdraw" }).click();
  await question.getByRole("button", { name: "Withdraw" }).click();
  await expect.poll(() => asked("DELETE", "/api/portal/disputes/d1").length).toBe(1);
});

test("BIL-8 a dispute that could not be withdrawn says why; where it was decided meanwhile, the page shows how", async () => {
  const problem = { title: "Not possible now", status: 409, code: "dispute_decided", detail: "d", requestId: "r" };
  stage.house.answer(/^DELETE .*\/disputes\/d1$/, {
    status: 503,
    body: { ...problem, status: 503, code: "database_away" },
  });
  const page = await stage.page("client", "/portal/invoices/i2");
  const withdraw = async () => {
    await page.getByRole("button", { name: "Withdraw" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Withdraw" }).click();
  };
  await withdraw();
  await page.getByRole("alert").filter({ hasText: /\w/ }).waitFor();
  const document = invoiceDocument("finalized");
  const disputes = document.disputes.map((one) => ({ ...one, state: "rejected", decision: "These were calls" }));
  stage.house.answer(/^DELETE .*\/disputes\/d1$/, () => {
    stage.house.answer(/^GET .*\/portal\/invoices\/i2\/document$/, { body: { ...document, disputes } });
    return { status: 409, body: problem };
  });
  await withdraw();
  // Decided meanwhile: the page says how, and offers no longer what can be done no longer.
  await page.getByText("These were calls").waitFor();
  expect(await page.getByRole("button", { name: "Withdraw" }).count()).toBe(0);
  stage.errors.splice(0);
});

test("BIL-8 a client pays by card: the provider's page opens, the page waits, and says when the money is there", async () => {
  const own = invoiceDocument("finalized");
  stage.house.answer(/^POST .*\/payment-requests$/, {
    body: { requestId: "p1", payUrl: `${stage.url}/mark.svg`, amountMinor: 1920 },
  });
  const page = await stage.page("client", "/portal/invoices/i2");
  await page.getByText("£8.50 of it is in dispute").waitFor();
  const opened = page.context().waitForEvent("page");
  await page.getByRole("button", { name: "Pay £19.20 by card" }).click();
  expect(new URL((await opened).url()).pathname).toBe("/mark.svg");
  expect(asked("POST", "/api/portal/invoices/i1/payment-requests")).toEqual([null]);
  await page.getByText("Waiting for the payment").waitFor();
  // By itself as well as after coming back: a part first, then the rest.
  stage.house.answer(/^GET .*\/portal\/invoices\/i2\/document$/, { body: { ...own, openMinor: 920, paidMinor: 1000 } });
  await page.getByText("£10.00 has arrived, £9.20 is left.").waitFor({ timeout: 15_000 });
  await page.reload();
  await page.getByText("£10.00 has arrived, £9.20 is left.").waitFor();
  stage.house.answer(/^GET .*\/portal\/invoices\/i2\/document$/, { body: { ...own, openMinor: 0, paidMinor: 1920 } });
  await page.getByRole("status").filter({ hasText: "the invoice is paid" }).waitFor({ timeout: 15_000 });
  expect(await page.getByRole("button", { name: /by card/ }).count()).toBe(0);
});

test("BIL-8 where no card can be taken, the page says so and names the bank account and the reference", async () => {
  const refusal = { title: "Not possible", status: 409, code: "no_provider", detail: "cards are off", requestId: "r" };
  stage.house.answer(/^POST .*\/payment-requests$/, { status: 409, body: refusal });
  const page = await stage.page("client", "/portal/invoices/i2");
  await page.getByRole("button", { name: /by card/ }).click();
  await page.getByRole("alert").filter({ hasText: "cards are off" }).waitFor();
  await page.getByText("By bank transfer").click();
  await page.getByText("5919 0000 1234 567").waitFor();
  stage.errors.splice(0);
});

test("BIL-8 an accepted dispute credits what was claimed, or less", async () => {
  stage.house.answer(/^POST .*\/decision$/, { body: {} });
  const page = await stage.page("billing", "/billing");
  await page.getByRole("link", { name: "INV-2026-000042 · Answered contacts" }).click();
  await page.waitForURL("**/invoices/i1");
  await page.goto(`${stage.url}/billing/t1/invoices/i2`);
  await page.getByRole("button", { name: "Accept" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Credit, before tax").fill("4");
  await dialog.getByLabel("Reason").fill("Half of it");
  await dialog.getByRole("button", { name: "Accept" }).click();
  await dialog.waitFor({ state: "detached" });
  const [body] = asked("POST", "/api/billing/tenants/t1/disputes/d1/decision");
  expect(body).toEqual({ what: "accept", decision: "Half of it", creditMinor: 400 });
});

test("BIL-7 usage that waits for a person is excluded only with a reason", async () => {
  stage.house.answer(/^POST .*\/resolution$/, { body: {} });
  const page = await stage.page("billing", "/billing/exceptions");
  await page.getByText("Came later than the contract allows").waitFor();
  await page.getByRole("button", { name: "Do not bill it" }).click();
  const dialog = page.getByRole("dialog");
  const exclude = dialog.getByRole("button", { name: "Do not bill it" });
  await exclude.click();
  await dialog.getByText("This is needed").waitFor();
  expect(asked("POST", "/api/billing/tenants/t1/exceptions/e1/resolution")).toEqual([]);
  await dialog.getByLabel("Reason").fill("Paid already in cash");
  await exclude.click();
  await dialog.waitFor({ state: "detached" });
  const body = { what: "exclude", note: "Paid already in cash" };
  expect(asked("POST", "/api/billing/tenants/t1/exceptions/e1/resolution")).toEqual([body]);
});

test("BIL-8 usage that a run has no price for is one step from the run, by client and kind, and its contract one more", async () => {
  const outcome = { what: "written", unrated: 1_207, notCharged: { agent_time: 1_204, message: 3 } };
  stage.house.answer(/^POST \/api\/billing\/runs$/, { body: { items: [outcome] } });
  const page = await stage.page("billing", "/billing");
  await page.getByText("no price asks for 1,207 usage records").waitFor();
  await page.getByRole("button", { name: "Run" }).click();
  await page.getByRole("link", { name: "usage that no price asks for: 1,207" }).click();
  const list = page.getByRole("region", { name: "Usage that no price asks for" });
  await list.getByRole("row", { name: /Harbour Museum.*1,204/ }).waitFor();
  const contract = list.getByRole("link", { name: /Open the contract/ }).first();
  expect(await contract.getAttribute("href")).toBe("/contracts/t1/k1");
});
