import { expect, test } from "vitest";
import { useStage } from "./stage.ts";
import { settlement } from "./trade-records.ts";

/** Commission and settlement by hand: what is asked first, what is refused while it is typed, and what is then sent. */
const stage = useStage();

const BASE = "/api/billing/tenants/t1";
const sent = (path: string) =>
  stage.house.asked.filter((one) => one.method === "POST" && one.path === BASE + path).map((one) => one.body);

test("BIL-9 a commission plan gets a version, and what it cannot be is said at its field", async () => {
  const page = await stage.page("billing", "/billing/commission");
  await page.getByRole("link", { name: "Commission plans" }).click();
  await page.getByLabel("Client").selectOption({ label: "Harbour Museum" });
  await page.getByText("3.5% of the sale; at most £20.00; accrues when sold, payable when paid").waitFor();
  await page.getByRole("button", { name: "Add a version" }).click();
  const dialog = page.getByRole("dialog");
  const add = dialog.getByRole("button", { name: "Add", exact: true });
  await dialog.getByLabel("How it is reckoned").selectOption("percent");
  await dialog.getByLabel("First day").fill("2027-01-01");
  await dialog.getByLabel("Percentage", { exact: true }).fill("120");
  await dialog.getByText("A percentage is at most 100").waitFor();
  await add.click();
  expect(sent("/commission/plans")).toEqual([]);
  await dialog.getByLabel("Percentage", { exact: true }).fill("5");
  await dialog.getByLabel("At least, a sale").fill("1.00");
  await dialog.getByLabel("Accrues when").selectOption("delivered");
  await dialog.getByLabel("Payable when").selectOption("confirmed");
  await dialog.getByText("Commission is not payable before it accrues").waitFor();
  await dialog.getByLabel("Payable when").selectOption("paid");
  await add.click();
  await dialog.waitFor({ state: "detached" });
  const pay = { by: "percent", percent: "5", minEach: "1.00" };
  const terms = { pay, accrueOn: "delivered", payableOn: "paid" };
  expect(sent("/commission/plans")).toEqual([{ beneficiary: "agent", from: "2027-01-01", terms }]);
});

test("BIL-9 a month of commission is prepared, and its statement opens to the sales it is made of", async () => {
  stage.house.answer(/^POST .*\/commission\/statements$/, { body: { prepared: 3 } });
  const page = await stage.page("billing", "/billing/commission");
  await page.getByRole("button", { name: "Prepare a month" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Client").selectOption({ label: "Harbour Museum" });
  const period = await dialog.getByLabel("Month").inputValue();
  await dialog.getByRole("button", { name: "Prepare a month" }).click();
  await page.getByText("3 statements prepared").waitFor();
  expect(sent("/commission/statements")).toEqual([{ period }]);
  await page.getByRole("link", { name: "李娜 Li Na" }).first().click();
  await page.getByRole("row").filter({ hasText: "Returned, taken back" }).getByText("-£12.50").waitFor();
});

test("BIL-9 a partner gets terms by what it is: parcels for a courier, minutes for a carrier", async () => {
  const page = await stage.page("billing", "/billing/settlement/partners?tenant=t1");
  await page.getByText("delivery £4.20, return £2.10, tolerance £0.01").waitFor();
  await page.getByRole("button", { name: "Add a partner" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Kind").selectOption("carrier");
  await dialog.getByLabel("Name", { exact: true }).fill("Telco Two");
  await dialog.getByLabel("Short name").fill("Telco 2");
  await dialog.getByText("Only a-z, 0-9 and -, at most 40").waitFor();
  await dialog.getByLabel("Short name").fill("telco-2");
  await dialog.getByLabel("First day").fill("2026-11-01");
  await dialog.getByLabel("Price a minute").fill("0.0125");
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.waitFor({ state: "detached" });
  const tariff = { perMinute: "0.0125", connectFee: "0", firstS: 60, nextS: 60 };
  const terms = { deliveryFee: "0", returnFee: "0", sharePercent: "0", tariff, tolerance: "0" };
  const partner = { kind: "carrier", slug: "telco-2", name: "Telco Two", isClient: false, from: "2026-11-01" };
  expect(sent("/settlement/parties")).toEqual([{ ...partner, terms }]);
});

const WRITING = [
  ["en", "/billing/commission/plans", "Add a version", "Amount a sale", "4.50", "Go on writing", "Throw away"],
  ["zh", "/billing/settlement/partners", "登记合作方", "名称", "Telco Two", "继续填写", "确认放弃"],
] as const;

test.each(WRITING)(
  "BIL-9 in %s what is typed at %s is not lost by closing the form, nor by leaving the page",
  async (language, path, open, field, typed, write, away) => {
    const page = await stage.page("billing", path.slice(0, path.lastIndexOf("/")), { language });
    await page.locator(`a[href^="${path}"]`).first().click();
    await page.getByRole("combobox").first().selectOption({ label: "Harbour Museum" });
    await page.getByRole("button", { name: open }).click();
    const form = page.getByRole("dialog").first();
    // Nothing typed, nothing asked.
    await page.keyboard.press("Escape");
    await form.waitFor({ state: "detached" });
    await page.getByRole("button", { name: open }).click();
    const input = form.getByLabel(field, { exact: true });
    await input.fill(typed);
    const question = page
      .getByRole("dialog")
      .filter({ has: page.getByRole("button", { name: away }) })
      .last();
    for (const close of [() => page.keyboard.press("Escape"), () => form.locator(".button.square").first().click()]) {
      await close();
      await question.getByRole("button", { name: write }).waitFor();
      expect(await question.getByRole("listitem").allTextContents()).toEqual([`${field} ${typed}`]);
      await page.keyboard.press("Escape");
      await question.getByRole("button", { name: write }).waitFor({ state: "detached" });
      expect(await input.inputValue()).toBe(typed);
    }
    await page.evaluate("history.back()");
    await page.getByRole("dialog").last().getByRole("listitem").waitFor();
    await page.getByRole("dialog").last().locator(".ask-deeds .primary").click();
    expect(await input.inputValue()).toBe(typed);
    await page.keyboard.press("Escape");
    await question.getByRole("button", { name: away }).click();
    await expect.poll(() => page.getByRole("dialog").count()).toBe(0);
    expect(sent("/commission/plans")).toEqual([]);
  },
);

test("BIL-9 the other side's file is taken whole, or its rows are named by their place in it", async () => {
  const fault = { title: "Invalid input", status: 422, code: "invalid_input", detail: "no", requestId: "r" };
  let bad = true;
  stage.house.answer(/^POST .*\/settlement\/files$/, () =>
    bad ? { status: 422, body: { ...fault, errors: [{ path: "json.csv.3", message: "no amount" }] } } : { body: {} },
  );
  const page = await stage.page("billing", "/billing/settlement?tenant=t1&statement=s1");
  await page.getByRole("button", { name: "Upload their file" }).click();
  const dialog = page.getByRole("dialog");
  const upload = dialog.getByRole("button", { name: "Upload their file" });
  const file = (text: string) => ({ name: "sf.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
  await dialog.getByLabel("File").setInputFiles(file("ref,amount\n\nORDER-0,100.00\nORDER-1,x\n"));
  await upload.click();
  await dialog.getByText("Row 4").waitFor();
  bad = false;
  await dialog.getByLabel("File").setInputFiles(file("ref,amount\nORDER-0,100.00\nORDER-1,98.00\n"));
  await upload.click();
  await page.getByText("2 rows read and matched").waitFor();
  const csv = "ref,amount\nORDER-0,100.00\nORDER-1,98.00";
  expect(sent("/settlement/files").at(-1)).toEqual({
    statementId: "s1",
    name: "sf.csv",
    csv,
    file: { key: expect.stringMatching(/^[0-9a-f]{64}$/), part: 1, parts: 1 },
  });
  expect(stage.errors.splice(0).every((one) => one.includes("422"))).toBe(true);
});

test("BIL-9 a line that differs is disputed with a reason, the rest is agreed and paid", async () => {
  const page = await stage.page("billing", "/billing/settlement?tenant=t1&statement=s1");
  const agree = page.getByRole("button", { name: "Agree the statement" });
  await page.getByText("Still to decide before it can be agreed: 1").waitFor();
  expect(await agree.isDisabled()).toBe(true);
  await page.getByText("of 4 parts 3 did not come, and none counts yet").waitFor();
  expect(await agree.getAttribute("aria-describedby")).toBe(
    await page.getByText("Not agreed while a file is not here whole: sf-2026-11.csv").getAttribute("id"),
  );
  await page.getByRole("checkbox", { name: "Decide ORDER-1" }).check();
  await page.getByRole("button", { name: "Decide the picked lines (1)" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Decide", { exact: true }).selectOption("dispute");
  await dialog.getByLabel("Reason").fill("Two pounds short");
  stage.house.answer(/^GET .*\/t1\/settlement\/statement$/, {
    body: { ...settlement, lines: { ...settlement.lines, open: 0, disputed: 1 } },
  });
  await dialog.getByRole("button", { name: "Decide", exact: true }).click();
  await dialog.waitFor({ state: "detached" });
  const decided = { statementId: "s1", lineIds: ["l1"], decision: "dispute", reason: "Two pounds short" };
  expect(sent("/settlement/decisions")).toEqual([decided]);

  // All is decided, and still not agreed: a part of their file is missing until somebody says that nobody waits for it.
  await page.getByText("Still to decide").waitFor({ state: "detached" });
  expect(await agree.isDisabled()).toBe(true);
  await page.getByRole("button", { name: "Wait for it no longer" }).click();
  await dialog.getByText("The 3 of 4 parts that came are thrown away.").waitFor();
  await dialog.getByLabel("Reason").fill("Sent by mistake");
  stage.house.answer(/^GET .*\/t1\/settlement\/statement$/, {
    body: { ...settlement, incomplete: [], lines: { ...settlement.lines, open: 0, disputed: 1 } },
  });
  await dialog.getByRole("button", { name: "Wait for it no longer" }).click();
  await dialog.waitFor({ state: "detached" });
  expect(sent("/settlement/broken-files")).toEqual([
    { statementId: "s1", key: "a".repeat(64), reason: "Sent by mistake" },
  ]);
  await agree.click();
  stage.house.answer(/^GET .*\/t1\/settlement\/statement$/, { body: { ...settlement, status: "accepted" } });
  await dialog.getByText("£272.00").waitFor();
  await dialog.getByRole("button", { name: "Agree the statement" }).click();
  await page.getByRole("button", { name: "Mark paid" }).click();
  await dialog.getByLabel("Bank reference").fill("B-77");
  await dialog.getByRole("button", { name: "Mark paid" }).click();
  await dialog.waitFor({ state: "detached" });
  expect(sent("/settlement/steps")).toEqual([
    { statementId: "s1", step: "accept" },
    { statementId: "s1", step: "settle", paymentRef: "B-77" },
  ]);
});
