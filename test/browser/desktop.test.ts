import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { CALLER, card, contact, desk, OTHER, offer, signIn } from "./scenes.ts";
import { useStage } from "./stage.ts";

const stage = useStage();

const SOCKET = "/api/agent/socket";
const show = (change: Parameters<typeof desk>[0]): void => stage.house.tell(SOCKET, desk(change));
const ringing = (change: Parameters<typeof offer>[0] = {}): void => show({ state: "ringing", offer: offer(change) });
const commands = (cmd: string) => stage.house.commands.filter((one) => one.cmd === cmd);
const posted = (path: RegExp) => stage.house.asked.filter((one) => one.method === "POST" && path.test(one.path));

async function desktop(): Promise<Page> {
  const page = await stage.page("agent", "/desktop");
  await page.getByText("Phone ready").waitFor();
  return page;
}

test("A1 an offer shows whose name to say, caller, queue, wait and a countdown that falls", async () => {
  const page = await desktop();
  const sentAt = Date.now();
  ringing();
  const card = page.getByTestId("offer");
  await card.waitFor({ timeout: 1_000 });
  expect(Date.now() - sentAt).toBeLessThan(1_000);
  expect(await page.getByTestId("offer-brand").textContent()).toBe("Harbour Museum");
  const text = await card.innerText();
  for (const part of ["Good afternoon, Harbour Museum.", "+1 202 555 0143", "Tickets", "0:4"])
    expect(text).toContain(part);
  const left = async (): Promise<number> => Number(await card.getByLabel("Seconds left to answer").innerText());
  const before = await left();
  await expect.poll(left, { timeout: 4_000 }).toBeLessThan(before);
});

test("A2 A3 an offer takes no focus, typing goes on, and answer works by keyboard", async () => {
  const page = await desktop();
  show({ state: "on_contact", contact: contact("talking") });
  const notes = page.getByLabel("Notes", { exact: true });
  await notes.pressSequentially("half a sen");
  ringing();
  await page.getByTestId("offer").waitFor();
  show({ state: "ringing", contact: contact("talking"), offer: offer() });
  await page.keyboard.type("tence");
  expect(await notes.inputValue().catch(() => "gone")).toMatch(/half a sen/);
  await page.keyboard.press("Alt+a");
  await expect.poll(() => commands("accept").length).toBe(1);
  expect(commands("accept")[0]).toMatchObject({ reservationId: "r1" });
});

test("CALL-5 notes that are full say so: what was pasted beyond is not kept in silence", async () => {
  const page = await desktop();
  show({ state: "on_contact", contact: contact("talking") });
  const notes = page.getByLabel("Notes", { exact: true });
  await notes.click();
  await page.keyboard.insertText("x".repeat(3_999));
  await page.getByText("Draft saved").waitFor();
  await page.keyboard.insertText("yz");
  await page.getByText("The notes are full").waitFor();
  expect(await notes.inputValue()).toBe(`${"x".repeat(3_999)}y`);
});

test("A3 decline works by mouse and by shortcut", async () => {
  const page = await desktop();
  ringing();
  await page.getByRole("button", { name: "Decline" }).click();
  await page.keyboard.press("Alt+x");
  await expect.poll(() => commands("decline").length).toBe(2);
});

test("A4 a missed call is said to be missed, and ready is one click away", async () => {
  const page = await desktop();
  ringing();
  show({ state: "not_ready", reason: "missed" });
  await page.getByText("You missed a call").waitFor();
  expect(await page.getByTestId("offer").count()).toBe(0);
  await page.getByRole("button", { name: "Go ready" }).click();
  await expect.poll(() => commands("set_state")).toMatchObject([{ to: "ready" }]);
});

test("A4 a desk whose phone had failed says so, and with the phone back ready is one click away", async () => {
  const page = await desktop();
  show({ state: "not_ready", reason: "device" });
  await page.getByText("Your phone had trouble, so no calls are offered. Go ready when it works.").waitFor();
  await page.getByRole("button", { name: "Go ready" }).click();
  await expect.poll(() => commands("set_state")).toMatchObject([{ to: "ready", reason: null }]);
});

test("A5 the tab's title flashes with the brand while an offer stands", async () => {
  const page = await desktop();
  ringing();
  await expect.poll(() => page.title()).toBe("Call: Harbour Museum");
  await expect.poll(() => page.title(), { timeout: 3_000 }).toBe("Agent desktop · Callhouse");
});

test.each([
  ["one match opens it", ["Ada Brown"], "Ada Brown"],
  ["several are listed", ["Ada Brown", "Ben Brown"], "2 customers use this number. Choose one."],
  ["none gives a form", [], "New customer"],
])("A6 screen pop before the answer: %s", async (_what, customers, expected) => {
  stage.house.answer(/^GET \/api\/agent\/contacts\//, { body: card(customers) });
  const page = await desktop();
  ringing({ contactId: `c-${customers.length}` });
  await page.getByTestId("screen-pop").getByText(expected).first().waitFor();
  if (customers.length === 0) expect(await page.getByLabel("Phone", { exact: true }).inputValue()).toBe(CALLER);
});

test("A7 the call timer counts from the answer and survives a reload", async () => {
  const page = await desktop();
  const talking = contact("talking");
  stage.house.greet(SOCKET, () => [desk({ state: "on_contact", contact: talking })]);
  show({ state: "on_contact", contact: talking });
  const seconds = async (): Promise<number> => {
    const [minutes = 0, rest = 0] = (await page.getByTestId("call-timer").innerText()).split(":").map(Number);
    return minutes * 60 + rest;
  };
  await expect.poll(seconds).toBeGreaterThanOrEqual(65);
  await page.reload();
  await page.getByTestId("call-timer").waitFor();
  const trueSeconds = (Date.now() - (talking.answeredAt ?? 0)) / 1000;
  expect(Math.abs((await seconds()) - trueSeconds)).toBeLessThan(2.5);
});

test("A8 mute, hold and keypad are toggles that say their state; Escape puts the keypad away", async () => {
  const page = await desktop();
  show({ state: "on_contact", contact: contact("connecting") });
  stage.house.tell("/sandbox/client", {
    type: "incoming",
    callSid: "CA1",
    accountSid: "AC1",
    from: CALLER,
    to: "x",
    params: {},
  });
  await expect.poll(() => stage.house.commands.some((one) => one.type === "accept")).toBe(true);
  show({ state: "on_contact", contact: contact("talking") });
  await page.getByRole("button", { name: "Mute", pressed: false }).click();
  await page.getByRole("button", { name: "Unmute", pressed: true }).waitFor();
  await page.getByRole("button", { name: "Hold", pressed: false }).click();
  await expect.poll(() => posted(/\/hold$/).map((one) => one.body)).toEqual([{ on: true }]);
  show({ state: "on_contact", contact: contact("held") });
  await page.getByRole("button", { name: "Resume", pressed: true }).waitFor();
  await page.getByText(/^Held/).waitFor();
  await page.keyboard.press("Alt+k");
  await page.getByRole("button", { name: "5", exact: true }).click();
  await page.getByLabel("Notes", { exact: true }).focus();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Keypad", expanded: false }).waitFor();
});

test("A11 A12 wrap-up counts down, a missing disposition keeps the note, saving sends both", async () => {
  const page = await desktop();
  show({ state: "wrap_up", contact: contact("wrap_up") });
  await page.getByTestId("wrap-up").waitFor();
  await page.getByLabel("Notes", { exact: true }).fill("Two tickets for Sunday.");
  await page.getByRole("button", { name: "Save and go ready" }).click();
  await page.getByText("Choose a disposition first. Your note is kept.").waitFor();
  expect(await page.getByLabel("Notes", { exact: true }).inputValue()).toBe("Two tickets for Sunday.");
  await page.getByRole("button", { name: "More time" }).click();
  await expect.poll(() => commands("extend_wrap_up").length).toBe(1);
  await page.getByLabel("Disposition").selectOption("tickets");
  await page.getByRole("button", { name: "Save and go ready" }).click();
  const body = { disposition: "tickets", notes: "Two tickets for Sunday.", then: "ready" };
  await expect.poll(() => posted(/\/wrap-up$/).map((one) => one.body)).toEqual([body]);
});

/** Wrap-up whose last moment has come, with what the agent has written by then. */
async function lastMoment(written: { readonly disposition?: string; readonly notes?: string }): Promise<Page> {
  const page = await desktop();
  const nextState = { to: "off_shift", reason: null } as const;
  show({ state: "wrap_up", nextState, contact: contact("wrap_up", { wrapUpDeadline: Date.now() + 4_000 }) });
  await page.getByTestId("wrap-up").waitFor();
  if (written.disposition !== undefined) await page.getByLabel("Disposition").selectOption(written.disposition);
  if (written.notes !== undefined) await page.getByLabel("Notes", { exact: true }).fill(written.notes);
  await page.getByTestId("wrap-up").getByText("0:00").waitFor();
  return page;
}

test.each([
  ["a choice", { disposition: "tickets" }, { disposition: "tickets", notes: "" }],
  ["a note without a choice", { notes: "Calls back." }, { disposition: null, notes: "Calls back." }],
])("A12 when time is up %s is kept, once, and what comes next is left as it was chosen", async (_, written, kept) => {
  await lastMoment(written);
  expect(posted(/\/wrap-up$/).map((one) => one.body)).toEqual([{ ...kept, then: "stay" }]);
});

test("A12 wrap-up that cannot be kept is tried a few times while there is time, and never after", async () => {
  stage.house.answer(/^POST .*wrap-up$/, { status: 503, body: { title: "Away", status: 503, code: "database_away" } });
  const page = await lastMoment({ disposition: "tickets" });
  await page.getByText(/^Not saved/).waitFor();
  expect(posted(/\/wrap-up$/).length).toBeGreaterThan(1);
  expect(posted(/\/wrap-up$/).length).toBeLessThan(6);
  stage.errors.splice(0); // the browser reports each answer of 503; that is the point of this test
});

test("A13 a break chosen in a call stands as the next state and can be cancelled", async () => {
  const page = await desktop();
  show({ state: "on_contact", contact: contact("talking") });
  await page.getByRole("button", { name: /^State/ }).click();
  await page.getByRole("button", { name: "Break", exact: true }).click();
  await expect.poll(() => commands("set_state")).toMatchObject([{ to: "not_ready", reason: "break" }]);
  show({ state: "on_contact", contact: contact("talking"), nextState: { to: "not_ready", reason: "break" } });
  await page.getByTestId("next-state").getByText("Break").waitFor();
  await page.getByRole("button", { name: "Cancel next state" }).click();
  await expect.poll(() => commands("cancel_next_state").length).toBe(1);
});

test.each(["en", "zh"] as const)("A13 at 1280 the bar has room for all it may say at once, in %s", async (language) => {
  const page = await stage.page("agent", "/desktop", { language });
  await page.getByTestId("phone-line").waitFor();
  const nextState = { to: "not_ready", reason: "after_work" } as const;
  stage.house.tell(SOCKET, {
    ...desk({ state: "on_contact", since: Date.now() - 754_000, contact: contact("talking"), nextState }),
    queue: { waiting: 14, longestSince: Date.now() - 754_000 },
  });
  await page.getByTestId("next-state").getByRole("button").waitFor();
  const [queue, age] = await Promise.all([
    page.getByTestId("queue").locator("> :last-child").boundingBox(),
    page.getByTestId("age").boundingBox(),
  ]);
  expect((queue?.x ?? 0) + (queue?.width ?? 0)).toBeLessThanOrEqual((age?.x ?? 0) - 4);
  expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
});

test("A14 a state the house refuses goes back, with the reason", async () => {
  stage.house.refuse.set("set_state", "busy");
  const page = await desktop();
  await page.getByRole("button", { name: /^State/ }).click();
  await page.getByRole("button", { name: "Lunch" }).click();
  await page.getByText("You still have a contact in hand.").waitFor();
  expect(await page.getByRole("button", { name: /^State/ }).innerText()).toContain("Ready");
});

test("A15 without the microphone the page tells how to allow it, and ready is off", async () => {
  signIn(stage.house, "agent");
  stage.house.greet(SOCKET, () => [desk({ state: "not_ready", reason: "break" })]);
  const page = await (await stage.context({}, [])).newPage();
  await page.addInitScript('navigator.permissions.query = async () => ({ state: "denied" })');
  await page.goto(`${stage.url}/desktop`);
  await page.getByText("The microphone is blocked").waitFor();
  await page.getByRole("button", { name: /^State/ }).click();
  expect(await page.getByRole("button", { name: "Ready", exact: true }).isDisabled()).toBe(true);
});

test("A16 a lost socket is said within 3 s, actions go off, and it heals by itself", async () => {
  const page = await desktop();
  ringing();
  await page.getByTestId("offer").waitFor();
  stage.house.cut(true);
  await page.getByTestId("link-lost").waitFor({ timeout: 3_000 });
  expect(await page.getByRole("button", { name: "Answer" }).isDisabled()).toBe(true);
  stage.house.cut(false);
  await page.getByTestId("link-lost").waitFor({ state: "detached", timeout: 8_000 });
  stage.errors.splice(0); // the browser reports each refused handshake; that is the point of this test
});

test("A17 a second window says where the phone is and offers to take it", async () => {
  const page = await desktop();
  show({ ownsPhone: false });
  await page.getByText("Your phone is active in another window. This one can only look.").waitFor();
  await page.getByRole("button", { name: "Use here" }).click();
  await expect.poll(() => commands("use_here").length).toBe(1);
});

test("A18 the list of shortcuts opens by key, and none fires while an input method composes", async () => {
  const page = await desktop();
  await page.keyboard.press("Alt+/");
  await page.getByRole("dialog", { name: "Shortcuts" }).waitFor();
  await page.keyboard.press("Escape");
  ringing();
  await page.getByTestId("offer").waitFor();
  await page.evaluate('dispatchEvent(new CompositionEvent("compositionstart"))');
  await page.keyboard.press("Alt+a");
  expect(commands("accept")).toEqual([]);
  await page.evaluate('dispatchEvent(new CompositionEvent("compositionend"))');
  await page.keyboard.press("Alt+a");
  await expect.poll(() => commands("accept").length).toBe(1);
});

test("A19 A20 another client's contact shows nothing of the one before, and drafts stay with their contact", async () => {
  const page = await desktop();
  show({ state: "on_contact", contact: contact("talking") });
  await page.getByText("Ada Brown").waitFor();
  await page.getByLabel("Notes", { exact: true }).fill("For the museum only.");
  stage.house.answer(/^GET \/api\/agent\/contacts\/c2$/, { body: card(["王芳"], OTHER) });
  show({
    state: "on_contact",
    contact: contact("talking", { contactId: "c2", reservationId: "r2", tenantId: "t2", brand: OTHER }),
  });
  await page.getByText("王芳").waitFor();
  const shown = await page.locator("main").innerText();
  for (const foreign of ["Ada Brown", "Harbour Museum"]) expect(shown).not.toContain(foreign);
  expect(await page.getByLabel("Notes", { exact: true }).inputValue()).toBe("");
  show({ state: "on_contact", contact: contact("talking") });
  await expect.poll(() => page.getByLabel("Notes", { exact: true }).inputValue()).toBe("For the museum only.");
});
