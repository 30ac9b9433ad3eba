import type { Locator, Page } from "playwright-core";
import { expect, test } from "vitest";
import type { Charges } from "../../src/features/billing/contract-schema.ts";
import { CHARGES, CONTRACT, preview } from "./contract-scenes.ts";
import { useStage } from "./stage.ts";

/**
 * What people type wrong, and what happens to them meanwhile: it is said at its field in their language, what they typed stays,
 * and nothing is written that they did not mean.
 */
const stage = useStage({ asksErrors: false });

const sent = (method: string, path: RegExp) =>
  stage.house.asked.filter((one) => one.method === method && path.test(one.path)).map(({ body }) => body);
const problem = (status: number, code: string, more: object = {}) => ({
  status,
  body: { title: "Not possible now", status, code, detail: "english words of the house", requestId: "r", ...more },
});

async function limitDialog(
  language: "zh" | "en",
): Promise<{ page: Page; dialog: Locator; amount: Locator; save: Locator }> {
  const page = await stage.page("client", "/portal/spend", { language });
  await page.getByRole("button", { name: language === "zh" ? "设置费用提醒" : "Set a spending alert" }).click();
  const dialog = page.getByRole("dialog").first();
  const save = dialog.getByRole("button", { name: language === "zh" ? "保存" : "Save" });
  return { page, dialog, amount: dialog.getByLabel(language === "zh" ? /每月金额/ : /Amount a month/), save };
}
const LIMIT = /\/spend-limit$/;

test("a session that ended is signed in to again over the page, and what was typed goes out once more when asked", async () => {
  let over = true;
  stage.house.answer(/^PUT .*\/spend-limit$/, () => (over ? problem(401, "not_signed_in") : { body: {} }));
  stage.house.answer(/^POST \/api\/session$/, ({ body }) => {
    if ((body as { password: string }).password !== "right") return problem(401, "wrong_credentials");
    over = false;
    const user = { id: "u1", name: "Lin Xiaoyu", email: "lin@callhouse.example", locale: "zh-CN" };
    const role = { role: "tenant_admin", tenantId: "t1", tenantName: "Harbour Museum", timeZone: "Europe/London" };
    return { body: { user, roles: [role] } };
  });
  const { page, dialog, amount, save } = await limitDialog("zh");
  await amount.fill("1500");
  await save.click();
  const again = page.getByRole("dialog", { name: "登录已失效" });
  expect(await again.getByLabel("邮箱").inputValue()).toBe("lin@callhouse.example");
  expect(await again.locator(":focus").getAttribute("type")).toBe("password");
  await again.getByRole("button", { name: "登录" }).click();
  await again.getByText("必填").waitFor();
  await again.getByLabel("密码").fill("wrong");
  await again.getByRole("button", { name: "登录" }).click();
  await again.getByText("邮箱或密码不对。").waitFor();
  await again.getByLabel("密码").fill("right");
  await again.getByRole("button", { name: "登录" }).click();
  await again.waitFor({ state: "detached" });
  expect(await amount.inputValue()).toBe("1500");
  await save.click();
  await dialog.waitFor({ state: "detached" });
  expect(sent("PUT", LIMIT)).toEqual([{ amountMinor: 150_000 }, { amountMinor: 150_000 }]);
});

test("a page that learns by itself that its session ended keeps what is on it", async () => {
  const { page, amount } = await limitDialog("en");
  await amount.fill("1500");
  stage.house.answer(/^GET \/api\/session$/, { body: { user: null, roles: [] } });
  await page.clock.install();
  await page.clock.fastForward(61_000);
  await page.evaluate("window.dispatchEvent(new Event('visibilitychange'))");
  await page.getByRole("dialog", { name: "Your session has ended" }).waitFor();
  expect(await amount.inputValue()).toBe("1500");
});

test("sent without a network it says so at once, keeps what was typed, and goes out only when sent again", async () => {
  stage.house.answer(/^PUT .*\/spend-limit$/, { body: {} });
  const { page, dialog, amount, save } = await limitDialog("zh");
  await amount.fill("1500");
  await page.context().setOffline(true);
  await save.click();
  await dialog.getByRole("alert").filter({ hasText: "连不上服务器" }).waitFor();
  expect(await amount.inputValue()).toBe("1500");
  await page.context().setOffline(false);
  await page.evaluate("fetch('/api/session')");
  expect(sent("PUT", LIMIT)).toEqual([]);
  await save.click();
  await dialog.waitFor({ state: "detached" });
  expect(sent("PUT", LIMIT)).toEqual([{ amountMinor: 150_000 }]);
});

test("a double click sends once", async () => {
  let answer = (): void => undefined;
  stage.house.answer(
    /^PUT .*\/spend-limit$/,
    () =>
      new Promise((resolve) => {
        answer = () => resolve({ body: {} });
      }),
  );
  const { dialog, amount, save } = await limitDialog("en");
  await amount.fill("1500");
  await save.dblclick();
  await amount.press("Enter");
  await expect.poll(() => sent("PUT", LIMIT).length).toBe(1);
  answer();
  await dialog.waitFor({ state: "detached" });
  expect(sent("PUT", LIMIT).length).toBe(1);
});

test.each(["1,5", "-3", "0", "1.005", "12a", "😀", "<script>alert(1)</script>", "9".repeat(20)])(
  "an amount typed as %s is refused at its field and stays as it was typed",
  async (typed) => {
    const { dialog, amount, save } = await limitDialog("zh");
    await amount.fill(typed);
    await save.click();
    await dialog.getByText("请写大于 0 的金额").waitFor();
    expect(await amount.getAttribute("aria-invalid")).toBe("true");
    expect(await amount.inputValue()).toBe(typed);
    expect(sent("PUT", LIMIT)).toEqual([]);
  },
);

test("digits of a Chinese keyboard are digits", async () => {
  stage.house.answer(/^PUT .*\/spend-limit$/, { body: {} });
  const { dialog, amount, save } = await limitDialog("zh");
  await amount.fill("１，５００．５０");
  await save.click();
  await dialog.waitFor({ state: "detached" });
  expect(sent("PUT", LIMIT)).toEqual([{ amountMinor: 150_050 }]);
});

const wrong = (message: string, rule: object) => ({ errors: [{ path: "json.amountMinor", message, rule }] });
test.each([
  ["现在不能这样做", problem(409, "never_heard_of")],
  ["已有人修改过", problem(409, "changed_meanwhile")],
  ["您的角色不能这样做", problem(403, "role_missing")],
  ["操作太频繁", problem(429, "too_many_attempts")],
  ["系统的一部分暂时连不上", problem(503, "database_away")],
  ["系统出错", problem(500, "bug")],
  ["不大于 9", problem(422, "invalid_input", wrong("Too big", { is: "max", limit: 9 }))],
  ["填写有误", problem(422, "invalid_input", wrong("odd", { is: "unlike" }))],
] as const)("what the house refuses is said in Chinese and never in codes: %s", async (words, answer) => {
  stage.house.answer(/^PUT .*\/spend-limit$/, answer);
  const { dialog, amount, save } = await limitDialog("zh");
  await amount.fill("1500");
  await save.click();
  const alert = dialog.getByRole("alert").filter({ hasText: words });
  await alert.waitFor();
  expect(await alert.textContent()).not.toMatch(/[a-zA-Z]/);
  expect(await amount.inputValue()).toBe("1500");
});

test("an empty form says at every field what is missing, and puts the writer at the first", async () => {
  const page = await stage.page("billing", "/billing/settlement/partners?tenant=t1", { language: "zh" });
  await page.getByRole("button", { name: "登记合作方" }).click();
  const dialog = page.getByRole("dialog").first();
  await dialog.getByLabel("生效日").fill("");
  await dialog.getByRole("button", { name: "保存" }).click();
  expect(await dialog.getByText("必填").count()).toBe(3);
  expect(await dialog.locator(":focus").inputValue()).toBe("");
  expect(await dialog.locator(":focus").getAttribute("aria-invalid")).toBe("true");
  await dialog.getByLabel("名称", { exact: true }).fill("字".repeat(101));
  await dialog.getByText("最多 100 个字").waitFor();
  await dialog.getByLabel("简称").fill("<b>");
  await dialog.getByText("仅限小写字母、数字和连字符").waitFor();
  await dialog.getByLabel("生效日").fill("01/02/2027");
  await dialog.getByLabel("简称").focus();
  await dialog.getByText("请按 年-月-日 填写").waitFor();
  expect(sent("POST", /parties$/)).toEqual([]);
});

test("a day is typed with the year first, read back in the page's language, and picked by keyboard", async () => {
  const page = await stage.page("billing", "/billing/commission/plans?tenant=t1", { language: "zh" });
  await page.getByRole("button", { name: "添加版本" }).click();
  const dialog = page.getByRole("dialog").first();
  const day = dialog.getByLabel("生效日", { exact: true });
  await day.fill("2027年2月1日");
  await dialog.getByText("2027年2月1日星期一").waitFor();
  await day.blur();
  expect(await day.inputValue()).toBe("2027-02-01");
  await dialog.getByRole("button", { name: "从日历选择" }).click();
  const calendar = page.getByRole("dialog", { name: "从日历选择" });
  await calendar.getByText("2027年2月", { exact: true }).waitFor();
  for (const key of ["ArrowDown", "ArrowRight", "PageDown", "Enter"]) await page.keyboard.press(key);
  await calendar.waitFor({ state: "hidden" });
  expect(await day.inputValue()).toBe("2027-03-09");
  await dialog.getByText("2027年3月9日星期二").waitFor();
});

function contract(): void {
  stage.house.answer(/^GET \/api\/billing\/cards$/, { body: { items: [] } });
  stage.house.answer(/^GET \/api\/billing\/tenants\/t1\/contracts\/k1$/, { body: CONTRACT });
  stage.house.answer(/^POST .*\/previews$/, ({ body }) => preview(body as { charges: Charges | null }));
  stage.house.answer(/^POST .*\/draft$/, { body: { savedAt: 1 } });
}
const DRAFT = /\/contracts\/k1\/draft$/;

test("BIL-6 a term's data that cannot be read stays as it was typed and is never saved as something else", async () => {
  contract();
  const page = await stage.page("billing", "/contracts/t1/k1", { language: "zh" });
  const term = page.getByRole("article", { name: "接听" });
  await term.getByRole("button", { name: "修改" }).click();
  await term.getByText("以数据编辑").click();
  const data = term.getByRole("textbox", { name: "以数据编辑" });
  for (const [typed, said] of [
    ['{\n  "model": "unit",\n  oops\n}', "第 3 行附近不是有效的数据"],
    ["{}", "缺少这种计费方式必需的内容"],
    ['{"model":"graduated","label":{"zh":"a","en":"a"}}', "缺少这种计费方式必需的内容"],
    ["null", "缺少这种计费方式必需的内容"],
  ] as const) {
    await data.fill(typed);
    await term.getByText(said).waitFor();
    expect(await data.inputValue()).toBe(typed);
    expect(await page.getByRole("button", { name: "保存草稿" }).isDisabled()).toBe(true);
    await page.getByRole("status").getByText("有条款的数据尚未改正").waitFor();
  }
  await data.fill(JSON.stringify({ ...CHARGES[0], price: "3.00" }));
  await page.getByRole("button", { name: "保存草稿" }).click();
  await page.getByText("草稿已保存").waitFor();
  expect(sent("POST", DRAFT)).toMatchObject([{ charges: [{ code: "answered", price: "3.00" }, { code: "carrier" }] }]);
});

test("BIL-6 a count typed wrong is said at its field in the reader's words, and is a number again once mended", async () => {
  contract();
  stage.house.answer(/^POST .*\/previews$/, ({ body }) => {
    const [first] = (body as { charges: { baseCount: unknown }[] | null }).charges ?? [];
    return typeof first?.baseCount === "string"
      ? problem(422, "invalid_input", {
          errors: [{ path: "json.charges.0.baseCount", message: "Invalid input", rule: { is: "number" } }],
        })
      : preview(body as { charges: Charges | null });
  });
  const page = await stage.page("billing", "/contracts/t1/k1", { language: "zh" });
  const term = page.getByRole("article", { name: "接听" });
  await term.getByRole("button", { name: "修改" }).click();
  await page.getByLabel("新版本生效日").fill("");
  await page.getByText("必填").waitFor();
  await page.getByLabel("新版本生效日").fill("2027-02-01");
  const least = term.getByLabel("保底次数");
  await least.fill("一百");
  await term.getByText("请填整数").waitFor();
  expect(await least.getAttribute("aria-invalid")).toBe("true");
  expect(await least.inputValue()).toBe("一百");
  await least.fill("１００");
  await term.getByText("请填整数").waitFor({ state: "detached" });
  await page.getByRole("button", { name: "保存草稿" }).click();
  await page.getByText("草稿已保存").waitFor();
  expect(sent("POST", DRAFT)).toMatchObject([{ charges: [{ baseCount: 100 }, {}] }]);
});

test("BIL-6 who saves a contract that another has changed is told, keeps what he wrote, and overwrites nothing", async () => {
  contract();
  const page = await stage.page("billing", "/contracts/t1/k1", { language: "zh" });
  const term = page.getByRole("article", { name: "接听" });
  await term.getByRole("button", { name: "修改" }).click();
  await term.getByLabel("单价").fill("3.00");
  stage.house.answer(/^POST .*\/draft$/, problem(409, "changed_meanwhile"));
  await page.getByRole("button", { name: "保存草稿" }).click();
  await page.getByRole("alert").filter({ hasText: "不能覆盖对方的" }).waitFor();
  expect(await term.getByLabel("单价").inputValue()).toBe("3.00");
  expect(sent("POST", DRAFT)).toMatchObject([{ seen: { draftAt: null, version: 1 } }]);
  const draft = { validFrom: "2027-02-01", charges: CHARGES, card: null, savedAt: 77 };
  stage.house.answer(/^GET \/api\/billing\/tenants\/t1\/contracts\/k1$/, { body: { ...CONTRACT, draft } });
  stage.house.answer(/^POST .*\/draft$/, { body: { savedAt: 78 } });
  await page.getByRole("button", { name: "读取最新内容" }).click();
  const asked = page.getByRole("dialog", { name: "读取最新内容，放弃您的改动？" });
  expect(await asked.getByRole("listitem").locator("strong").allTextContents()).toEqual(["接听"]);
  await asked.getByRole("button", { name: "读取最新" }).click();
  await page.getByRole("alert").filter({ hasText: "不能覆盖对方的" }).waitFor({ state: "detached" });
  await page.getByRole("button", { name: "保存草稿" }).click();
  await page.getByText("草稿已保存").waitFor();
  expect(sent("POST", DRAFT).at(-1)).toMatchObject({ validFrom: "2027-02-01", seen: { draftAt: 77, version: 1 } });
});

test("BIL-6 what is written in a contract survives a network that comes and goes", async () => {
  contract();
  const page = await stage.page("billing", "/contracts/t1/k1", { language: "en" });
  const term = page.getByRole("article", { name: "Answered contacts" });
  await term.getByRole("button", { name: "Change" }).click();
  await term.getByLabel("Price", { exact: true }).fill("3.00");
  await page.clock.install();
  await page.clock.fastForward(30_000);
  await page.context().setOffline(true);
  await page.getByRole("button", { name: "Save draft" }).click();
  await page.getByRole("status").getByText("The server cannot be reached").waitFor();
  await page.context().setOffline(false);
  await page.evaluate("fetch('/api/session')");
  expect(await term.getByLabel("Price", { exact: true }).inputValue()).toBe("3.00");
});

test("a bank's file names each line that cannot be read, and why, in the reader's words", async () => {
  const errors = [
    { path: "json.csv.3", message: "a date is written YYYY-MM-DD", rule: { is: "date" } },
    { path: "json.csv.5", message: "an amount", rule: { is: "amount", limit: 2 } },
  ];
  stage.house.answer(/^POST \/api\/billing\/remittances$/, problem(422, "invalid_input", { errors }));
  const page = await stage.page("billing", "/billing/payments", { language: "zh" });
  await page
    .getByLabel("导入银行流水")
    .setInputFiles({ name: "a.csv", mimeType: "text/csv", buffer: Buffer.from("x") });
  const alert = page.getByRole("alert").filter({ hasText: "文件未导入" });
  await alert.getByText("第 3 行：请按 年-月-日 填写").waitFor();
  await alert.getByText("第 5 行：金额须大于 0，最多 2 位小数").waitFor();
});

test("ACD-1 a number in a queue's settings stays as it was typed, and no wheel or letter changes it", async () => {
  const page = await stage.page("supervisor", "/queues/t1/q1", { language: "zh" });
  const ring = page.getByLabel("振铃时限");
  for (const [typed, said] of [
    ["abc", "整数"],
    ["1.5", "整数"],
    ["-4", "至少"],
    ["", "整数"],
    ["999999", "最多"],
  ] as const) {
    await ring.fill(typed);
    expect(await ring.inputValue()).toBe(typed);
    const note = await ring.getAttribute("aria-describedby");
    expect(await page.locator(`[id="${note}"]`).textContent()).toContain(said);
  }
  expect(await page.getByRole("button", { name: /保存/ }).first().isDisabled()).toBe(true);
});

test("ACD-6 an agent's telephone: what is no number is said at its field, and of two who change it the second is told", async () => {
  const view = { agentId: "a1", name: "Agent 1", differsFromFiles: false, changedAt: null, changedBy: null };
  const telephone = { number: "+442079460321", rings: "on_accept" };
  stage.house.answer(/^GET \/api\/agents\/a1\/telephone$/, { body: { ...view, telephone, version: 1 } });
  stage.house.answer(/^PUT \/api\/agents\/a1\/telephone$/, problem(409, "changed_meanwhile"));
  const page = await stage.page("supervisor", "/floor", { language: "zh" });
  await page.getByRole("button", { name: "Agent 1 的来电在哪里振铃" }).filter({ hasText: "+44 20 7946 0321" }).click();
  const dialog = page.getByRole("dialog");
  const number = dialog.getByLabel("号码");
  const save = dialog.getByRole("button", { name: "保存" });
  for (const typed of ["", "abc", "12345", "+86 139 0000 00000000000", "<script>", "😀"]) {
    await number.fill(typed);
    await save.click();
    await dialog.getByText("号码以 + 开头，共 7 至 15 位数字。").waitFor();
    expect(await number.inputValue()).toBe(typed);
  }
  expect(sent("PUT", /telephone$/)).toEqual([]);
  await number.fill("＋86 (21) 6666-0199");
  await save.click();
  await dialog.getByRole("alert").filter({ hasText: "已有人修改过" }).waitFor();
  expect(await number.inputValue()).toBe("＋86 (21) 6666-0199");
  const theirs = { ...telephone, number: "+862166660188" };
  stage.house.answer(/^GET \/api\/agents\/a1\/telephone$/, { body: { ...view, telephone: theirs, version: 2 } });
  const agent = { ...view, telephone: { ...telephone, number: "+862166660199" }, version: 3 };
  stage.house.answer(/^PUT \/api\/agents\/a1\/telephone$/, { body: { agent, live: true } });
  await dialog.getByRole("button", { name: "读取最新内容" }).click();
  await expect.poll(() => number.inputValue()).toBe("+86 21 6666 0188");
  await number.fill("+86 21 6666 0199");
  await save.click();
  await dialog.waitFor({ state: "detached" });
  const wanted = { number: "+862166660199", rings: "on_accept" };
  expect(sent("PUT", /telephone$/)).toEqual([
    { version: 1, telephone: wanted },
    { version: 2, telephone: wanted },
  ]);
});
