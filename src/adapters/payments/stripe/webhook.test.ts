import Stripe from "stripe";
import { expect, test } from "vitest";
import { readEvent } from "./webhook.ts";

const SECRET = "whsec_test_secret";
/** The published vector of Stripe's own tests. */
const VECTOR = {
  raw: '{\n  "id": "evt_test_webhook",\n  "object": "event"\n}',
  header: "t=12345,v1=2672d138c9a412830f3bfe2ecc5bfb3277cf6f5b49d0119d77dd6cb64da1257e",
};
const stripe = new Stripe("sk_test_unused");
const event = (object: object, type = "invoice.paid") =>
  JSON.stringify({ id: "evt_1", object: "event", type, created: 1_000, data: { object } });
const signed = (payload: string, atS: number, secret = SECRET) =>
  stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp: atS });
const read = (raw: string, header: string | null, nowS: number, secrets = [SECRET]) =>
  readEvent({ raw, header, secrets, nowMs: nowS * 1_000 });

test("the published vector passes its signature and is no event of ours for want of a type", async () => {
  expect(await read(VECTOR.raw, VECTOR.header, 12_345)).toBeNull();
  const header = VECTOR.header.replace("2672", "2673");
  const sound = event({ object: "invoice", id: "in_1" });
  expect(await read(sound, header, 12_345)).toBeNull();
});

test.each([
  ["at once", 0, true],
  ["five minutes old", 300, true],
  ["older", 301, false],
  ["from five minutes ahead", -300, true],
  ["from further ahead", -301, false],
])("a signature %s counts: %s", async (_when, ageS, counts) => {
  const raw = event({ object: "invoice", id: "in_1" });
  expect((await read(raw, signed(raw, 50_000), 50_000 + ageS)) !== null).toBe(counts);
});

test("one of several signatures is enough, of one of several secrets; other schemes, other bodies and none are not", async () => {
  const raw = event({ object: "invoice", id: "in_1" });
  const header = signed(raw, 9_000);
  const rotated = `t=9000,v1=${"0".repeat(64)},${header.split(",")[1]}`;
  expect(await read(raw, rotated, 9_000)).toMatchObject({ eventId: "evt_1" });
  expect(await read(raw, signed(raw, 9_000, "whsec_old"), 9_000, [SECRET, "whsec_old"])).not.toBeNull();
  expect(await read(raw, signed(raw, 9_000, "whsec_old"), 9_000)).toBeNull();
  expect(await read(raw, header.replace("v1=", "v0="), 9_000)).toBeNull();
  expect(await read(`${raw} `, header, 9_000)).toBeNull();
  expect(await read(raw, null, 9_000)).toBeNull();
  expect(await read(raw, "t=,v1=", 9_000)).toBeNull();
});

test.each([
  [
    { object: "invoice", id: "in_1" },
    { kind: "invoice", invoiceId: "in_1" },
  ],
  [
    { object: "invoice_payment", id: "inpay_1", invoice: { id: "in_2" } },
    { kind: "invoice", invoiceId: "in_2" },
  ],
  [
    { object: "payment_intent", id: "pi_1" },
    { kind: "payment", paymentId: "pi_1" },
  ],
  [
    { object: "charge", id: "ch_1", payment_intent: "pi_2" },
    { kind: "payment", paymentId: "pi_2" },
  ],
  [
    { object: "refund", id: "re_1", payment_intent: "pi_3" },
    { kind: "payment", paymentId: "pi_3" },
  ],
  [{ object: "charge", id: "ch_1", payment_intent: null }, null],
  [{ object: "treasury.parrot", id: "x" }, null],
  [{}, null],
])("what an event is about: %j", async (object, about) => {
  const raw = event(object);
  expect(await read(raw, signed(raw, 9_000), 9_000)).toEqual({
    eventId: "evt_1",
    type: "invoice.paid",
    createdAt: 1_000_000,
    about,
  });
});
