import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { contactIdOf } from "../../src/entry/objects/contact-id.ts";
import type { PortalContactPage } from "../../src/features/contacts/schema.ts";
import { House, PEOPLE, WORDS } from "../scenario/house.ts";
import { webhook } from "../scenario/webhook.ts";

let house: House;
beforeAll(async () => {
  house = await House.open();
});
afterAll(() => house?.close());
afterEach(() => house.clear());

const pressOne = { on: "gather", afterS: 0, press: "1" };
const calls = { served: "+12065550161", foreign: "+861000000101" };

/** Everything that comes down a page's sockets from here on. */
function overhear(page: Page, path: string): string[] {
  const heard: string[] = [];
  page.on("websocket", (socket) => {
    if (!socket.url().includes(path)) return;
    socket.on("framereceived", ({ payload }) => void heard.push(String(payload)));
  });
  return heard;
}

test("A20 while one client's caller is served, nothing of another client stands on the desk or in its portal", async () => {
  const served = house.tenant("hearthline");
  const foreign = house.tenant("qingchuan-tv");
  const desk = await house.desk(PEOPLE.chenJing);
  const deskHears = overhear(desk.page, "/api/agent/socket");
  await desk.page.reload();
  await desk.goReady();
  const portal = await house.signIn(PEOPLE.qingchuanAdmin, "en");
  const portalHears = overhear(portal, "/api/portal/socket");
  await portal.reload();

  const talk = [pressOne, { on: "conference", afterS: 0, talkS: 120 }];
  const callSid = await house.ring("hearthline", { from: calls.served, to: "+12065550110", script: talk });
  await desk.answer();
  await desk.pop.getByText("Carol Whitfield").waitFor();
  const waits = { from: calls.foreign, to: "+862100000101", script: [pressOne], patienceS: 25 };
  await house.ring("qingchuan-tv", waits);
  await desk.page.getByTestId("queue").getByText("1 waiting").waitFor();

  const html = await desk.page.content();
  for (const trace of [foreign.tenantId, "高阿姨", "喜欢厨房用品", "1000000101", "10 0000 0101"])
    expect(html.includes(trace), trace).toBe(false);
  const inHand = `${await desk.page.locator("main").innerText()} ${await desk.page.getByLabel(WORDS.en.call.bar).innerText()}`;
  for (const name of ["晴川", "Harbourlight"]) expect(inHand).not.toContain(name);
  expect(deskHears.join("\n")).toContain(served.tenantId);
  expect(deskHears.join("\n")).not.toContain(foreign.tenantId);

  const contactId = await contactIdOf(served.account.accountSid, callSid);
  await expect.poll(() => portalHears.join("\n")).toContain(calls.foreign);
  for (const trace of [served.tenantId, contactId, calls.served]) expect(portalHears.join("\n")).not.toContain(trace);
  await desk.key("g");
  await desk.wrapUp("solved_by_phone", "");

  const owner = await house.session(PEOPLE.hearthlineAdmin);
  const page = () => owner.get<PortalContactPage>(`/api/portal/contacts/${contactId}`).catch(() => null);
  await expect.poll(async () => (await page())?.contact.outcome, { timeout: 15_000 }).toBe("answered");
  await portal.goto(`${house.stack.appUrl}/portal/contacts/${contactId}`);
  await portal.getByText(WORDS.en.trouble.notFoundItem).waitFor();
  expect(await portal.content()).not.toContain("Whitfield");
  const stranger = await house.session(PEOPLE.qingchuanAdmin);
  await expect(stranger.get(`/api/portal/contacts/${contactId}`)).rejects.toMatchObject({ status: 404 });
});

test("SEC-5 unknown, forged, repeated and foreign webhooks over the wire", async () => {
  const ours = house.tenant("hearthline");
  const other = house.tenant("qingchuan-tv");
  const CallSid = `CA${"5".repeat(32)}`;
  const arrival = { AccountSid: ours.account.accountSid, CallSid, From: "+12065550188", To: "+12065550110" };

  const unknown = await webhook(house, ours, "voice", { ...arrival, To: "+12065550199" });
  expect(unknown.status).toBe(200);
  expect(await unknown.text()).toMatch(/<Say/);
  expect((await webhook(house, ours, "voice", arrival, { signature: "bm90IHRoZSBjYXJyaWVy" })).status).toBe(403);
  expect((await webhook(house, ours, "voice", arrival, { signedBy: other })).status).toBe(403);
  const foreign = { ...arrival, AccountSid: other.account.accountSid };
  expect((await webhook(house, ours, "voice", foreign)).status).toBe(404);

  const first = await webhook(house, ours, "voice", arrival);
  expect(first.status).toBe(200);
  expect(await (await webhook(house, ours, "voice", arrival)).text()).toBe(await first.text());
  const over = {
    AccountSid: ours.account.accountSid,
    CallSid,
    CallStatus: "completed",
    CallDuration: "3",
    SequenceNumber: "1",
    From: arrival.From,
    To: arrival.To,
    Timestamp: new Date(house.stack.now()).toUTCString(),
  };
  expect((await webhook(house, ours, "status", over)).status).toBe(204);
  const contactId = await contactIdOf(ours.account.accountSid, CallSid);
  const admin = await house.session(PEOPLE.hearthlineAdmin);
  const read = () => admin.get<PortalContactPage>(`/api/portal/contacts/${contactId}`).catch(() => null);
  await expect.poll(async () => (await read())?.legs.length, { timeout: 15_000 }).toBe(1);
  const before = await read();
  expect((await webhook(house, ours, "status", over)).status).toBe(204);
  expect((await webhook(house, ours, "voice", arrival)).status).toBe(200);
  const after = await read();
  expect(after?.facts).toEqual(before?.facts);
  const types = after?.facts.map(({ type }) => type) ?? [];
  for (const once of ["contact_offered", "leg_ended", "ended"])
    expect(
      types.filter((type) => type === once),
      once,
    ).toHaveLength(1);
});
