import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import {
  approveAndFinalise,
  type CashScript,
  creditDispute,
  disputeLine,
  drillDown,
  openOwnInvoice,
  paperOf,
  pay,
  refusedToOwnHand,
  runMonth,
  seeCredit,
  writeContract,
} from "../scenario/cash.ts";
import { House, PEOPLE } from "../scenario/house.ts";
import { playMonth } from "../scenario/past-month.ts";
import { PaperGlyphs } from "./paper-glyphs.ts";

/** Calls in October; their money on 3 November, when the month is over on both clients' calendars. */
const CALLS_AT = Date.parse("2026-10-20T18:30:00Z");
const MONEY_AT = Date.parse("2026-11-03T02:00:00Z");

const ENGLISH: CashScript = {
  tongue: "en",
  slug: "hearthline",
  admin: PEOPLE.hearthlineAdmin,
  agent: PEOPLE.emma,
  from: "+12065550161",
  to: "+12065550110",
  currency: "USD",
  taxPercent: 0,
  term: "Answered contacts, 300 included",
  field: "fee",
  price: "950.00",
  addsMinor: 6_000,
  line: "Commission per visit booked",
  onPaper: ["Invoice", "Total", "Hearthline Appliance Care LLC"],
};
const CHINESE: CashScript = {
  tongue: "zh",
  slug: "qingchuan-tv",
  admin: PEOPLE.qingchuanAdmin,
  agent: PEOPLE.liNa,
  from: "+861000000102",
  to: "+862100000101",
  currency: "CNY",
  taxPercent: 6,
  term: "座席月租(最少4席)",
  field: "price",
  price: "7000.00",
  addsMinor: 80_000,
  line: "成功订单提成",
  onPaper: ["账单", "价税合计", "晴川电视购物有限公司"],
};
const SCRIPTS = [ENGLISH, CHINESE];

let dataDir = "";
let house: House;
let glyphs: PaperGlyphs;
const contacts = new Map<CashScript, string>();
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "callhouse-cash-"));
  const played = await playMonth(dataDir, CALLS_AT, SCRIPTS);
  for (const [at, script] of SCRIPTS.entries()) contacts.set(script, played[at] ?? "");
});
beforeAll(async () => {
  house = await House.open({ dataDir, atMs: MONEY_AT });
  glyphs = await PaperGlyphs.open(house.browser);
});
afterAll(async () => {
  await glyphs?.close();
  await house?.close();
  rmSync(dataDir, { recursive: true, force: true });
});
afterEach(async () => {
  const complaints = [...house.complaints];
  await house.clear();
  expect(complaints).toEqual([]);
});

test.each(SCRIPTS)(
  "BIL-6 BIL-7 BIL-8 from a contract to money received and a line given back ($tongue)",
  async (script) => {
    const ada = await house.signIn(PEOPLE.billing, script.tongue);
    const previewed = await writeContract(script, house, ada);
    expect(await runMonth(script, house, ada)).toBe(previewed);
    await refusedToOwnHand(script, house, ada);
    const number = await approveAndFinalise(script, house);
    const client = await house.signIn(script.admin, script.tongue);
    await openOwnInvoice(script, client);
    expect(await glyphs.unlike(await paperOf(client), [...script.onPaper, number])).toEqual([]);
    await pay(script, client);
    await disputeLine(script, client);
    await creditDispute(script, ada, number);
    await seeCredit(script, client);
    await drillDown(script, client, contacts.get(script) ?? "");
  },
);
