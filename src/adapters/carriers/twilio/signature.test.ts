import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { isSigned, parseSignedForm } from "./signature.ts";

/** The scheme as Twilio describes it, written down a second time: distinct names and values in code-unit order. */
function sign(token: string, url: string, body: string): string {
  const params = new URLSearchParams(body);
  let signed = url;
  for (const name of [...new Set(params.keys())].sort()) {
    for (const value of [...new Set(params.getAll(name))].sort()) signed += name + value;
  }
  return createHmac("sha1", token).update(signed, "utf8").digest("base64");
}

const TOKEN = "12345";
const BODY = "CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212";

test("Twilio's own published example is genuine", () => {
  const url = "https://mycompany.com/myapp.php?foo=1&bar=2";
  expect(isSigned([TOKEN], "RSOYDt4T1cUTdK1PDd93/VVr8B8=", url, parseSignedForm(BODY))).toBe(true);
});

test.each([
  ["plain", "https://house.example/t/abc/voice", BODY],
  ["an apostrophe in the path", "https://house.example/t/abc/next/o'clock", BODY],
  ["an apostrophe in the query", "https://house.example/t/abc?x=o'clock", BODY],
  ["a query that a framework would sort", "https://house.example/t?z=1&a=2&z=0", BODY],
  ["values repeated and out of order", "https://house.example/t", "Media=b&Media=a&Media=b&Zed=1"],
  ["empty and untrimmed values", "https://house.example/t", "Empty=&Name=+two++spaces+"],
  ["Chinese and emoji", "https://house.example/t", "SpeechResult=%E6%88%91%E8%A6%81%E9%80%80%E8%B4%A7%F0%9F%98%80"],
  ["names that objects have of their own", "https://house.example/t", "__proto__=1&constructor=2&toString=3"],
  ["names that sort apart by case", "https://house.example/t", "b=1&B=2&a=3&A=4"],
  ["no fields", "https://house.example/t", ""],
  ["a port of its own", "http://127.0.0.1:8787/t/abc/voice", BODY],
])("genuine with %s", (_case, url, body) => {
  expect(isSigned([TOKEN], sign(TOKEN, url, body), url, parseSignedForm(body))).toBe(true);
});

test.each([
  ["https://house.example/t", "https://house.example:443/t"],
  ["https://house.example:443/t", "https://house.example/t"],
  ["http://house.example/t", "http://house.example:80/t"],
])("received at %s, signed over %s: the port may come or go", (received, signedOver) => {
  expect(isSigned([TOKEN], sign(TOKEN, signedOver, BODY), received, parseSignedForm(BODY))).toBe(true);
});

test.each([
  ["another value", "https://house.example/t", BODY.replace("1234", "1235"), TOKEN],
  ["one more field", "https://house.example/t", `${BODY}&Extra=1`, TOKEN],
  ["another address", "https://house.example/T", BODY, TOKEN],
  ["another token", "https://house.example/t", BODY, "54321"],
])("forged: signed over %s", (_case, url, body, token) => {
  expect(isSigned([TOKEN], sign(token, url, body), "https://house.example/t", parseSignedForm(BODY))).toBe(false);
});

test.each([[null], [""], ["short"], ["签名"], ["RSOYDt4T1cUTdK1PDd93/VVr8B8"]])(
  "the signature %j is refused",
  (signature) => {
    expect(isSigned([TOKEN], signature, "https://house.example/t", parseSignedForm(BODY))).toBe(false);
  },
);

test("the former token stays good while a rotation overlaps", () => {
  const url = "https://house.example/t";
  expect(isSigned(["new", TOKEN], sign(TOKEN, url, BODY), url, parseSignedForm(BODY))).toBe(true);
  expect(isSigned(["new"], sign(TOKEN, url, BODY), url, parseSignedForm(BODY))).toBe(false);
});
