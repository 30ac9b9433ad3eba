import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { useDatabase } from "../../../test/support/database.ts";
import { TENANTS_DIR } from "../../entry/cli/tenant-files.ts";
import { applyTenants, describeChanges } from "../../entry/cli/tenants.ts";
import { idOf } from "./desired.ts";

const databases = useDatabase();
const CARD = "_cards/inbound-gbp.toml";
const HARBOUR = "harbourlight/contract.toml";
/** A second client of the same card: the third company with its currency changed. */
const HEARTH = "hearthline/contract.toml";
let dir: string;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "callhouse-cards-"));
  cpSync(TENANTS_DIR, dir, { recursive: true });
  edit("hearthline/tenant.toml", 'currency = "USD"', 'currency = "GBP"');
  writeFileSync(join(dir, HEARTH), terms("2026-01-01"));
  await databases.admin`truncate house.rate_cards, tenant.charges, tenant.contract_versions cascade`;
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const terms = (from: string, more = "") =>
  `currency = "GBP"\n[[versions]]\nvalidFrom = "${from}"\ncard = "inbound-gbp"\n${more}`;
const apply = (more: { dryRun?: boolean } = {}) =>
  applyTenants({
    ownerUrl: databases.urls.owner,
    sealKey: Buffer.alloc(32, 7).toString("base64"),
    sandbox: { baseUrl: "http://127.0.0.1:1", password: "not a secret" },
    dir,
    ...more,
  });
const applied = async (more = {}) => describeChanges((await apply(more)).changes);
function edit(file: string, from: string, to: string) {
  const path = join(dir, file);
  const text = readFileSync(path, "utf8");
  expect(text).toContain(from);
  writeFileSync(path, text.replace(from, to));
}
/** The card's next version: an answered contact at this price, everything else as before. */
function nextCard(from: string, price: string) {
  const path = join(dir, CARD);
  const text = readFileSync(path, "utf8");
  const charges = text.slice(text.indexOf("[[versions.charges]]")).replace('price = "2.65"', `price = "${price}"`);
  writeFileSync(path, `${text}\n[[versions]]\nvalidFrom = "${from}"\n\n${charges}`);
}
const pricesOf = async (slug: string) =>
  (
    await databases.admin`
      select v.version, v.valid::text as valid, v.card_version, c.params ->> 'price' as price from tenant.contract_versions v
      join tenant.charges c using (tenant_id, contract_id, version)
      where v.tenant_id = ${idOf.tenant(slug)} and c.code = 'answered' order by v.version`
  ).map((row) => `${row.valid} card ${row.card_version}: ${row.price}`);

describe("BIL-6 OPS-1 a price card shared by clients", () => {
  test("each has the card's prices but for its own, and the database knows of what card and what is otherwise", async () => {
    await apply();
    expect(await pricesOf("hearthline")).toEqual(["[2026-01-01,) card 1: 2.65"]);
    expect(await pricesOf("harbourlight")).toEqual(["[2026-01-01,) card 1: 2.40"]);
    const [row] = await databases.admin`select card, overrides from tenant.contract_versions
      where tenant_id = ${idOf.tenant("harbourlight")}`;
    expect(row).toEqual({ card: "inbound-gbp", overrides: { answered: { price: "2.40" }, storage: null } });
    expect(await applied()).toBe("No difference.");
  });

  test("its next version is the next version of every client it touches, from its day; plan says so and writes nothing", async () => {
    await apply();
    nextCard("2027-01-01", "2.80");
    const plan = await applied({ dryRun: true });
    expect(plan).toContain('  + rate cards inbound-gbp (version 2)\n      answered.price: "2.65" -> "2.80"');
    expect(plan).toContain(
      '      card: "inbound-gbp version 1" -> "inbound-gbp version 2"\n      answered.price: "2.65" -> "2.80"',
    );
    // This client has a price of its own where the card's rises: nothing of it changes.
    expect(plan).not.toContain("harbourlight");
    expect(await pricesOf("hearthline")).toHaveLength(1);
    expect(await applied()).toBe(plan);
    expect(await pricesOf("hearthline")).toEqual([
      "[2026-01-01,2027-01-01) card 1: 2.65",
      "[2027-01-01,) card 2: 2.80",
    ]);
    expect(await pricesOf("harbourlight")).toEqual(["[2026-01-01,) card 1: 2.40"]);
    expect(await applied()).toBe("No difference.");
  });

  test("a client that stays with one version of the card is left as it is", async () => {
    writeFileSync(join(dir, HEARTH), terms("2026-01-01", "cardVersion = 1\n"));
    await apply();
    nextCard("2027-01-01", "2.80");
    await apply();
    expect(await pricesOf("hearthline")).toHaveLength(1);
  });

  test("a version that was applied is never changed or taken away, and nothing of the apply remains", async () => {
    await apply();
    edit(CARD, 'price = "2.65"', 'price = "2.66"');
    await expect(apply()).rejects.toThrow("add a version with a later validFrom to the card");
    expect(await pricesOf("hearthline")).toEqual(["[2026-01-01,) card 1: 2.65"]);
    edit(CARD, 'price = "2.66"', 'price = "2.65"');
    const before = readFileSync(join(dir, CARD), "utf8");
    nextCard("2027-01-01", "2.80");
    await apply();
    writeFileSync(join(dir, CARD), before);
    await expect(apply()).rejects.toThrow("it must stay in tenants/_cards/inbound-gbp.toml");
    await expect(databases.owner`update house.rate_cards set currency = 'EUR'`).rejects.toThrow("never changed");
    await expect(databases.owner`delete from house.rate_cards`).rejects.toThrow("never changed");
  });

  test("only its name may be mended", async () => {
    await apply();
    edit(CARD, "Inbound, standard (GBP)", "Inbound, usual (GBP)");
    expect(await applied()).toContain('name_en: "Inbound, standard (GBP)" -> "Inbound, usual (GBP)"');
  });

  test("prices that were written out and now come from a card are no difference: nobody is billed otherwise", async () => {
    const card = readFileSync(join(dir, CARD), "utf8");
    const charges = card.slice(card.indexOf("[[versions.charges]]"));
    writeFileSync(join(dir, HEARTH), `currency = "GBP"\n[[versions]]\nvalidFrom = "2026-01-01"\n\n${charges}`);
    await apply();
    writeFileSync(join(dir, HEARTH), terms("2026-01-01"));
    expect(await applied()).toBe("No difference.");
  });

  test("a contract published in the console keeps its prices when the card's rise, and the plan says so", async () => {
    await apply();
    const tenantId = idOf.tenant("hearthline");
    await databases.admin`update tenant.contract_versions set valid = '[2026-01-01,2026-12-01)' where tenant_id = ${tenantId}`;
    await databases.admin`insert into tenant.contract_versions (tenant_id, contract_id, version, valid, content_hash, source)
      values (${tenantId}, ${idOf.contract("hearthline")}, 2, '[2026-12-01,)', 'x', 'console')`;
    nextCard("2027-01-01", "2.80");
    expect(await applied()).toContain(
      'terms: "the console\'s"; the file says "card inbound-gbp version 2 from 2027-01-01"',
    );
    expect(await pricesOf("hearthline")).toEqual(["[2026-01-01,2026-12-01) card 1: 2.65"]);
  });
});

describe("OPS-1 a mistake about a price card", () => {
  test.each([
    [
      HARBOUR,
      'card = "inbound-gbp"',
      'card = "inbond-gbp"',
      /contract\.toml:7: versions\.0\.card = "inbond-gbp": there is no price card of this name in _cards; allowed: inbound-gbp$/m,
    ],
    [
      HARBOUR,
      'card = "inbound-gbp"',
      'card = "package-usd"',
      /versions\.0\.card = "package-usd": the card is in USD and the contract in GBP; allowed: inbound-gbp/,
    ],
    [
      HARBOUR,
      'validFrom = "2026-01-01"',
      'validFrom = "2025-12-01"',
      /versions\.0\.validFrom = "2025-12-01": the card inbound-gbp begins on 2026-01-01/,
    ],
    [
      HARBOUR,
      "without = [",
      "cardVersion = 2\nwithout = [",
      /versions\.0\.cardVersion = 2: the card has no such version; allowed: 1/,
    ],
    [
      HARBOUR,
      "overrides.answered",
      "overrides.answred",
      /contract\.toml:10: versions\.0\.overrides\.answred = "answred": the card has no charge of this code; allowed: answered, carrier, bookings, storage/,
    ],
    [
      HARBOUR,
      'price = "2.40"',
      "price = 2.40",
      /contract\.toml:11: versions\.0\.overrides\.answered\.price = 2\.4: write a price as text/,
    ],
    [
      HARBOUR,
      'price = "2.40"',
      'prise = "2.40"',
      /versions\.0\.overrides\.answered\.prise: nothing of this name belongs here/,
    ],
    [
      HARBOUR,
      'price = "2.40"',
      'model = "fee"',
      /versions\.0\.overrides\.answered\.model = "fee": an override keeps code and model/,
    ],
    [
      HARBOUR,
      'without = ["storage"]',
      'without = ["store"]',
      /versions\.0\.without\.0 = "store": the card has no charge of this code; allowed: answered/,
    ],
    [
      HARBOUR,
      'without = ["storage"]',
      'without = ["answered.limit"]',
      /versions\.0\.without\.0 = "answered\.limit": the charge has no such field; allowed: .*answered\.where/,
    ],
    [
      HARBOUR,
      'without = ["storage"]',
      'without = ["answered.price"]',
      /versions\.0\.overrides\.answered\.price: .*\(it is missing\)/,
    ],
    [
      HARBOUR,
      'without = ["storage"]',
      'without = ["answered"]',
      /versions\.0\.without\.0 = "answered": this charge is left out and has an override as well/,
    ],
    [
      CARD,
      'price = "2.65"',
      "price = 2.65",
      /tenants\/_cards\/inbound-gbp\.toml:\d+: versions\.0\.charges\.0\.price = 2\.65: write a price as text/,
    ],
    [CARD, 'currency = "GBP"', 'currency = "GPB"', /_cards\/inbound-gbp\.toml:5: currency = "GPB"/],
  ])("in %s (%s -> %s) is named, and nothing is applied", async (file, from, to, message) => {
    if (to.includes("answered.price")) edit(HARBOUR, 'price = "2.40"', "baseCount = 40");
    edit(file, from, to);
    await expect(apply()).rejects.toThrow(message);
  });

  test("a card's next version that no longer fits a client's override is named at the override", async () => {
    nextCard("2027-01-01", "2.80");
    const path = join(dir, CARD);
    const text = readFileSync(path, "utf8");
    const at = text.lastIndexOf('code = "answered"');
    writeFileSync(path, `${text.slice(0, at)}code = "taken"${text.slice(at + 'code = "answered"'.length)}`);
    await expect(apply()).rejects.toThrow(
      'versions.0.overrides.answered = "answered": the card has no charge of this code (version 2 of the card, from 2027-01-01)',
    );
  });
});
