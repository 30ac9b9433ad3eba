import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { connect, withTenant } from "../../src/adapters/db/index.ts";
import { publish } from "../../src/entry/cli/tenants.ts";
import { contactIdOf, objectName } from "../../src/entry/objects/contact-id.ts";
import type { PortalContactPage } from "../../src/features/contacts/schema.ts";
import type { DeskPage } from "../scenario/desk-page.ts";
import { House, PEOPLE, WORDS } from "../scenario/house.ts";
import { hears } from "../scenario/sound.ts";

/** What happens to a call when people, windows, wires, objects and the database fail in the middle of it. */
let house: House;
beforeAll(async () => {
  house = await House.open();
});
afterAll(() => house?.close());
afterEach(() => house.clear());

const pressOne = { on: "gather", afterS: 0, press: "1" };
const LINE = "+12065550110";
const { desktop } = WORDS.en;

/** A caller without a browser who waits for a repair adviser. */
function waitingCaller(from: string, patienceS: number): Promise<string> {
  return house.ring("hearthline", { from, to: LINE, script: [pressOne], patienceS });
}

/** How long the offer on this desk says that its caller has waited. */
async function waitedMs(desk: DeskPage): Promise<number> {
  const [minutes = 0, seconds = 0] = (await desk.offer.getByRole("timer").last().innerText()).split(":").map(Number);
  return (minutes * 60 + seconds) * 1_000;
}

async function strategy(name: string): Promise<void> {
  const { tenantId } = house.tenant("hearthline");
  const db = connect(house.stack.databaseUrls.owner, { max: 1 });
  await withTenant(db, { tenantId, actor: { kind: "cli", name: "scenario" } }, (tx) =>
    tx.execute(sql`update tenant.queues set strategy = ${name} where tenant_id = ${tenantId} and slug = 'repairs-en'`),
  );
  await db.close();
  await publish(house.stack.appUrl, house.stack.keys.internalKey);
}

test("ACD-9 two agents answer at once: one wins, the other is told within 300 ms", async () => {
  await strategy("ring_all");
  const desks = await Promise.all([house.rawDesk(PEOPLE.emma), house.rawDesk(PEOPLE.maria)]);
  for (const desk of desks) await desk.say({ cmd: "set_state", to: "ready", reason: null });
  await waitingCaller("+12065550171", 40);
  await expect.poll(() => desks.map((desk) => desk.view()?.state), { timeout: 15_000 }).toEqual(["ringing", "ringing"]);
  const answers = await Promise.all(
    desks.map((desk) => desk.say({ cmd: "accept", reservationId: desk.view()?.offer?.reservationId ?? "" })),
  );
  expect(answers.map(({ ok }) => ok).sort()).toEqual([false, true]);
  const loser = answers.find(({ ok }) => !ok);
  expect(loser?.code).toBe("taken");
  expect(loser?.tookMs).toBeLessThan(300);
  const winner = desks[answers.findIndex(({ ok }) => ok)];
  await expect.poll(() => winner?.view()?.contact?.stage, { timeout: 15_000 }).toBe("talking");
  expect(desks.filter((desk) => desk.view()?.contact != null)).toHaveLength(1);
  const session = await house.session(winner === desks[0] ? PEOPLE.emma : PEOPLE.maria);
  const contactId = winner?.view()?.contact?.contactId;
  await session.post(`/api/agent/contacts/${contactId}/hang-up`, {});
  await session.post(`/api/agent/contacts/${contactId}/wrap-up`, { disposition: "complaint", then: "ready" });
  for (const desk of desks) {
    await expect.poll(() => desk.view()?.contact, { timeout: 10_000 }).toBeNull();
    await desk.say({ cmd: "set_state", to: "off_shift", reason: null });
  }
  await strategy("longest_idle");
});

test("ACD-10 a tab closed while it rings: the caller keeps its place and rings elsewhere within 3 s", async () => {
  const desk = await house.desk(PEOPLE.david);
  await desk.goReady();
  await waitingCaller("+12065550172", 40);
  await desk.offer.waitFor();
  const other = await house.rawDesk(PEOPLE.huangMei);
  await other.say({ cmd: "set_state", to: "ready", reason: null });
  const queuedAt = house.stack.now() - (await waitedMs(desk));
  expect(other.view()?.offer).toBeNull();
  const closedAt = performance.now();
  await desk.page.close();
  await expect.poll(() => other.view()?.offer ?? null, { timeout: 6_000, interval: 20 }).not.toBeNull();
  expect(performance.now() - closedAt).toBeLessThan(3_000);
  const offer = other.view()?.offer;
  expect(Math.abs((offer?.queuedAt ?? 0) - queuedAt)).toBeLessThan(1_500);
  await other.say({ cmd: "accept", reservationId: offer?.reservationId ?? "" });
  await expect.poll(() => other.view()?.contact?.stage, { timeout: 15_000 }).toBe("talking");
  const session = await house.session(PEOPLE.huangMei);
  const contact = `/api/agent/contacts/${offer?.contactId}`;
  await session.post(`${contact}/hang-up`, {});
  await expect.poll(() => other.view()?.contact?.stage, { timeout: 10_000 }).toBe("wrap_up");
  await session.post(`${contact}/wrap-up`, { disposition: "complaint", then: "ready" });
  await expect.poll(() => other.view()?.state, { timeout: 10_000 }).toBe("ready");
  await other.say({ cmd: "set_state", to: "off_shift", reason: null });
});

test("A16 A17 a caller who hangs up, a second window and a cut wire", async () => {
  const desk = await house.desk(PEOPLE.liNa);
  await desk.goReady();
  const caller = await house.caller("zh");
  await caller.ring(/订购热线/, "+861000000104");
  await caller.press("1");
  await desk.offer.waitFor();
  await caller.hangUp();
  await desk.offer.waitFor({ state: "detached", timeout: 5_000 });
  await desk.isReady();

  const second = await desk.page.context().newPage();
  await second.goto(`${house.stack.appUrl}/desktop`);
  await second.getByText(desktop.elsewhere).waitFor();
  await second.getByRole("button", { name: desktop.useHere }).click();
  await second.getByTestId("phone-line").getByText(WORDS.en.mic.registered).waitFor();
  await desk.page.getByText(desktop.elsewhere).waitFor();
  await second.getByText(desktop.elsewhere).waitFor({ state: "detached" });

  await second.getByRole("button", { name: new RegExp(`^${desktop.state}`) }).click();
  await second.getByRole("button", { name: WORDS.en.reason.lunch }).click();
  await second.getByText(desktop.notReadyHint).waitFor();
  await second.context().setOffline(true);
  await second.getByTestId("link-lost").waitFor({ timeout: 3_000 });
  await second.context().setOffline(false);
  await second.getByTestId("link-lost").waitFor({ state: "detached", timeout: 8_000 });
  expect(await second.getByRole("button", { name: new RegExp(`^${desktop.state}`) }).innerText()).toContain(
    WORDS.en.reason.lunch,
  );
});

/** A caller and an agent in two windows, talking. */
async function talkingPair(
  agent: string,
  from: string,
  at: (moment: "menu" | "queued" | "ringing") => Promise<unknown>,
) {
  const [desk, caller] = await Promise.all([house.desk(agent), house.caller()]);
  await caller.ring(/Service line/, from);
  await caller.hearsWords(/^Welcome to Hearthline/);
  await at("menu");
  await caller.press("1");
  await caller.hearsWords(/Please hold for a repair adviser/);
  await at("queued");
  await desk.goReadyForOffer();
  await desk.offer.waitFor();
  await at("ringing");
  await desk.answer();
  await caller.talking();
  return { desk, caller };
}

async function contactOf(from: string): Promise<PortalContactPage | null> {
  const admin = await house.session(PEOPLE.hearthlineAdmin);
  const path = `/api/portal/contacts?limit=1&q=${encodeURIComponent(from)}`;
  const { items } = await admin.get<{ items: { contactId: string }[] }>(path);
  const [found] = items;
  return found === undefined ? null : admin.get<PortalContactPage>(`/api/portal/contacts/${found.contactId}`);
}

test("CALL-7 every object of a call dies at several moments, and the call goes on", async () => {
  const from = "+12065550173";
  const { tenantId, account } = house.tenant("hearthline");
  const { agent } = await (await house.session(PEOPLE.liuYang)).get<{ agent: { poolId: string } }>("/api/session");
  const ledger = async () => {
    const path = `${house.stack.sandboxUrl}/2010-04-01/Accounts/${account.accountSid}/Calls.json?From=${encodeURIComponent(from)}`;
    const basic = Buffer.from(`${account.accountSid}:${account.authTokens[0]}`).toString("base64");
    const answer = await fetch(path, { headers: { authorization: `Basic ${basic}` } });
    const { calls } = (await answer.json()) as { calls: { sid: string; direction: string }[] };
    return calls.find(({ direction }) => direction === "inbound")?.sid ?? "";
  };
  const evictAll = async () => {
    const contactId = await contactIdOf(account.accountSid, await ledger());
    await house.stack.evict("CONTACT", objectName.contact(tenantId, contactId));
    await house.stack.evict("SEAT_POOL", objectName.pool(agent.poolId));
    await house.stack.evict("TENANT_LIVE", objectName.tenant(tenantId));
  };
  const { desk, caller } = await talkingPair(PEOPLE.liuYang, from, evictAll);
  await expect.poll(() => hears(caller.page), { timeout: 15_000 }).toBe(true);
  await evictAll();
  await expect.poll(() => hears(caller.page), { timeout: 15_000 }).toBe(true);
  await desk.button(WORDS.en.call.hold).click();
  await caller.held();
  await evictAll();
  await desk.button(WORDS.en.call.resume).click();
  await caller.talking();
  await desk.button(WORDS.en.call.hangUp).click();
  await caller.ended();
  await evictAll();
  await desk.wrapUp("solved_by_phone", "Through it all.");
  await expect.poll(async () => (await contactOf(from))?.contact.notes, { timeout: 20_000 }).toBe("Through it all.");
  const types = (await contactOf(from))?.facts.map(({ type }) => type) ?? [];
  for (const once of ["contact_offered", "seat_answered", "held", "resumed", "ended", "wrapped_up"])
    expect(
      types.filter((type) => type === once),
      once,
    ).toHaveLength(1);
});

test("SEC-4 the database stops in mid-call: the talk goes on, wrap-up is taken, the books catch up", async () => {
  const from = "+12065550174";
  const { desk, caller } = await talkingPair(PEOPLE.wangWei, from, async () => undefined);
  await expect.poll(() => hears(caller.page), { timeout: 15_000 }).toBe(true);
  await house.stack.stopDatabase();
  try {
    await expect.poll(() => hears(caller.page), { timeout: 15_000 }).toBe(true);
    await desk.key("h");
    await caller.held();
    await desk.key("h");
    await caller.talking();
    await desk.key("g");
    await caller.ended();
    await desk.wrapUp("quote_given", "Written in the dark.");
    await desk.isReady();
  } finally {
    await house.stack.startDatabase();
  }
  const soon = { timeout: 40_000, interval: 500 };
  const read = () => contactOf(from).catch(() => null);
  await expect.poll(async () => (await read())?.contact.notes, soon).toBe("Written in the dark.");
  const page = await read();
  expect(page?.contact.outcome).toBe("answered");
  expect(page?.facts.map(({ seq }) => seq)).toEqual(page?.facts.map((_, at) => at + 1));
  await expect.poll(async () => (await read())?.legs.length, soon).toBe(2);
});

test("A7 the page is loaded anew in mid-call: the call timer goes on from the answer", async () => {
  const { desk, caller } = await talkingPair(PEOPLE.sunQian, "+12065550175", async () => undefined);
  await expect.poll(() => desk.timerSeconds(), { timeout: 10_000 }).toBeGreaterThan(2);
  const before = await desk.timerSeconds();
  const at = performance.now();
  await desk.page.reload();
  await desk.timer.waitFor();
  await expect.poll(() => desk.timerSeconds()).toBeGreaterThan(0);
  const elapsedS = (performance.now() - at) / 1_000;
  expect(Math.abs((await desk.timerSeconds()) - before - elapsedS)).toBeLessThan(2);
  await caller.talking();
  await expect.poll(() => hears(caller.page), { timeout: 20_000 }).toBe(true);
  await desk.button(WORDS.en.call.hangUp).click();
  await caller.ended();
  await desk.wrapUp("complaint", "");
});
