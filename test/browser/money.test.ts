import { expect, test } from "vitest";
import { request } from "./money-records.ts";
import { invoiceDocument } from "./records.ts";
import { useStage } from "./stage.ts";

/** Money by hand: what a client sees of its month, and what billing staff do with what came in. */
const stage = useStage();

const asked = (method: string, path: string) =>
  stage.house.asked.filter((one) => one.method === method && one.path === path).map((one) => one.body);

test("BIL-8 a client sees the forecast with what it assumes, and sets at what spending it is told", async () => {
  const page = await stage.page("client", "/portal/spend");
  await page.getByText("£90.00 more than last month").waitFor();
  await page.getByText("What the forecast assumes").click();
  await page.getByText("New prices begin on 29 November 2026").waitFor();
  await page.getByText("80% used").waitFor();
  await page.getByRole("button", { name: "Set a spending alert" }).click();
  const dialog = page.getByRole("dialog");
  const save = dialog.getByRole("button", { name: "Save" });
  await dialog.getByLabel(/Amount a month/).fill("0");
  await save.click();
  await dialog.getByText("Write an amount above 0").waitFor();
  expect(asked("PUT", "/api/portal/contracts/k1/spend-limit")).toEqual([]);
  await dialog.getByLabel(/Amount a month/).fill("1500");
  await save.click();
  await dialog.waitFor({ state: "detached" });
  expect(asked("PUT", "/api/portal/contracts/k1/spend-limit")).toEqual([{ amountMinor: 150_000 }]);
});

test("BIL-8 a client's first page says what is nearly used up, and leads there", async () => {
  const page = await stage.page("client", "/portal");
  const notice = page.getByRole("status").filter({ hasText: "Answered contacts 80% used · Spending alert 100% used" });
  await notice.getByRole("link", { name: "Spending and account" }).click();
  await page.waitForURL("**/portal/spend");
});

test("BIL-8 a statement of account ends in its balance and can be had as a file without formulas", async () => {
  const page = await stage.page("client", "/portal/spend");
  expect(await page.getByTestId("statement-closing").textContent()).toBe("£50.00");
  const pdf = await page.getByRole("link", { name: "PDF", exact: true }).getAttribute("href");
  expect(pdf).toMatch(/^\/api\/portal\/statement\/pdf\?from=\d{4}-\d\d-\d\d&to=\d{4}-\d\d-\d\d&language=en$/);
  const href = await page.getByRole("link", { name: "Download CSV" }).getAttribute("href");
  const csv = decodeURIComponent(href ?? "");
  expect(csv).toContain('"2026-10-01","Payment","INV-2026-000042","GBP","-1280.00","50.00"');
  await page.getByLabel("To", { exact: true }).fill("2020-01-01");
  await page.getByRole("alert").filter({ hasText: "before the first" }).waitFor();
});

test.each([
  ["client", "/portal/spend"],
  ["billing", "/billing/ageing?tenant=t1"],
] as const)("BIL-8 the record of letters tells the %s what each was about and what became of it", async (who, path) => {
  const page = await stage.page(who, path);
  const row = (text: string) =>
    page.getByRole("region", { name: "Letters sent" }).getByRole("row").filter({ hasText: text });
  await row("80% of Answered contacts used").getByText("Sent", { exact: true }).waitFor();
  await row("100% of the spending limit used").getByText("Waiting to be sent").waitFor();
  await row("Payment reminder INV-2026-000042").getByText("Could not be sent").waitFor();
});

test("BIL-8 a bank line is matched as suggested, to another client by hand, or said to be nobody's", async () => {
  const page = await stage.page("billing", "/billing/payments");
  await page.getByRole("button", { name: "Match to Harbour Museum" }).click();
  await expect
    .poll(() => asked("POST", "/api/billing/remittances/b1/match"))
    .toEqual([{ tenantId: "t1", invoiceIds: ["i2"] }]);
  await page.getByRole("button", { name: "Another client" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Client").selectOption("t1");
  await dialog.getByLabel(/INV-2026-000042/).check();
  await dialog.getByRole("button", { name: "Match", exact: true }).click();
  await dialog.waitFor({ state: "detached" });
  expect(asked("POST", "/api/billing/remittances/b1/match")).toHaveLength(2);
  await page.getByRole("button", { name: "No client's money" }).click();
  await dialog.getByLabel("Reason").fill("Interest");
  await dialog.getByRole("button", { name: "No client's money" }).click();
  await dialog.waitFor({ state: "detached" });
  expect(asked("POST", "/api/billing/remittances/b1/ignore")).toEqual([{ note: "Interest" }]);
});

test("B4 a refund is typed, never more than is left, and its button names the amount", async () => {
  const page = await stage.page("billing", "/billing/payments");
  await page.getByRole("button", { name: "Open" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("link", { name: "INV-2026-000042" }).waitFor();
  await dialog.getByRole("button", { name: "Refund" }).click();
  const amount = dialog.getByLabel(/Amount to give back/);
  await dialog.getByLabel("Reason").fill("Paid twice");
  // 1,300.00 came and 5.00 went back.
  await amount.fill("1295.01");
  await dialog.getByText("Write an amount above 0 and at most 1295.00").waitFor();
  await amount.fill("20");
  await dialog.getByRole("button", { name: "Give back £20.00" }).click();
  await expect
    .poll(() => asked("POST", "/api/billing/tenants/t1/payments/p1/refunds"))
    .toEqual([{ requestKey: expect.any(String), amountMinor: 2_000, reason: "Paid twice" }]);
});

test("BIL-8 an amount of the ageing opens to the invoices behind it", async () => {
  stage.house.answer(/^GET \/api\/billing\/ageing$/, {
    body: {
      items: [
        {
          tenantId: "t1",
          tenantName: "Harbour Museum",
          currency: "GBP",
          decimals: 2,
          asOf: "2026-11-26",
          buckets: { current: 40_000, days_1_30: 0, days_31_60: 1_920, days_61_90: 0, over_90: 0 },
          openMinor: 41_920,
          creditMinor: 0,
        },
      ],
    },
  });
  const page = await stage.page("billing", "/billing/ageing");
  await page.getByRole("link", { name: "£19.20" }).click();
  const opened = page.getByRole("region", { name: "Harbour Museum · 31–60 days" });
  await opened.getByRole("link", { name: "INV-2026-000042" }).waitFor();
  expect(await opened.getByRole("row").nth(1).textContent()).toContain("55");
  await page.getByRole("link", { name: "£400.00" }).click();
  await page.getByText("No invoice in this range").waitFor();
});

test("BIL-8 a month's run says how many contracts are done, why one failed, and tries it again", async () => {
  const page = await stage.page("billing", "/billing/runs?period=2026-11");
  await page.getByText("1 of 2 contracts done").waitFor();
  await page.getByText("The contract's terms cannot be read.").waitFor();
  await page.getByRole("button", { name: "Try again" }).click();
  await expect.poll(() => asked("POST", "/api/billing/tenants/t2/runs/r2/retry").length).toBe(1);
  const unpriced = page.getByRole("link", { name: "3 unpriced" }).first();
  expect(await unpriced.getAttribute("href")).toBe("/billing/exceptions");
  await page.getByRole("button", { name: "Run the month of all clients" }).click();
  await expect
    .poll(() => asked("POST", "/api/billing/run-batches"))
    .toEqual([{ period: "2026-11", batchId: expect.any(String) }]);
});

test("BIL-7 why an invoice is higher: causes sum to the difference, lines stand side by side with their versions", async () => {
  const page = await stage.page("client", "/portal/invoices/i1");
  await page.getByRole("link", { name: "Against last month" }).click();
  await page.getByRole("heading", { name: "Why it is £3.40 more than October 2026" }).waitFor();
  const causes = page.getByRole("region", { name: "Causes, the largest first" });
  const parts = await causes.locator("tbody td.amount").allTextContents();
  const sum = parts.reduce((total, part) => total + Number(part.replace(/[£+]/g, "")), 0);
  expect(`+£${sum.toFixed(2)}`).toBe(await page.getByTestId("causes-total").textContent());
  await page.getByText("Price version: 1 → 2").waitFor();
});

test("BIL-8 four eyes: another person does what was asked for, who asked can only take it back", async () => {
  const page = await stage.page("billing", "/billing");
  await page.getByRole("link", { name: "INV-2026-000042 · Credit note" }).click();
  await page.waitForURL("**/invoices/i2");
  const panel = page.getByRole("region", { name: "Second person" });
  await panel.getByRole("button", { name: "Check and do it" }).click();
  const path = "/api/billing/tenants/t1/deed-requests/q1/decision";
  await expect.poll(() => asked("POST", path)).toEqual([{ what: "approve" }]);
  stage.house.answer(/^GET .*\/i2\/deed-requests$/, { body: { items: [{ ...request, mine: true }] } });
  await page.reload();
  await panel.getByText("somebody else does it").waitFor();
  expect(await panel.getByRole("button", { name: "Check and do it" }).count()).toBe(0);
  await panel.getByRole("button", { name: "Take back" }).click();
  await page.getByRole("dialog").getByLabel("Reason").fill("A slip");
  await page.getByRole("dialog").getByRole("button", { name: "Take back" }).click();
  await expect.poll(() => asked("POST", path).at(-1)).toEqual({ what: "refuse", decision: "A slip" });
});

test("BIL-8 a cancelled invoice offers to bill its month anew, and the new draft opens", async () => {
  const cancelled = invoiceDocument("finalized");
  stage.house.answer(/^GET .*\/t1\/invoices\/i2\/document$/, {
    body: { ...cancelled, invoice: { ...cancelled.invoice, status: "credited" }, openMinor: 0 },
  });
  stage.house.answer(/^POST .*\/reissue$/, { body: { invoiceId: "i1" } });
  const page = await stage.page("billing", "/billing/t1/invoices/i2");
  await page.getByRole("button", { name: "Bill the month anew" }).click();
  await page.waitForURL("**/invoices/i1");
  await page.getByRole("button", { name: "Approve" }).waitFor();
});

test.each(["payments", "ageing", "runs"])("of the four money pages %s alone stands as open", async (path) => {
  const page = await stage.page("billing", `/billing/${path}`);
  const tabs = page.locator("nav.tabs");
  await tabs.getByRole("link").first().waitFor();
  expect(await tabs.locator('[aria-current="page"]').count()).toBe(1);
  expect(await tabs.locator('[aria-current="page"]').getAttribute("href")).toBe(`/billing/${path}`);
});
