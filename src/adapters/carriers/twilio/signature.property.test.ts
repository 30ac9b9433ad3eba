import fc from "fast-check";
import { getExpectedTwilioSignature, validateRequest } from "twilio/lib/webhooks/webhooks.js";
import { expect, test } from "vitest";
import { isSigned, parseSignedForm } from "./signature.ts";

const name = fc.oneof(
  fc.constantFrom("CallSid", "Media", "__proto__", "toString", "a", "A"),
  fc.string({ unit: "grapheme" }),
);
const value = fc.oneof(
  fc.constantFrom("", " two  spaces ", "o'clock", "+86", "我要退货😀"),
  fc.string({ unit: "grapheme" }),
);
const body = fc
  .array(fc.tuple(name, value), { maxLength: 12 })
  .map((fields) => new URLSearchParams(fields.map(([key, each]): [string, string] => [key, each])).toString());
const path = fc
  .array(fc.constantFrom("t", "voice", "o'clock", "a%20b", "~", "x.y", ":8", "@"), { maxLength: 4 })
  .map((parts) => parts.map((part) => `/${part}`).join(""));
const url = fc
  .tuple(
    fc.constantFrom("https://", "http://", "HTTPS://"),
    fc.constantFrom("", "user:word@"),
    fc.constantFrom("house.example", "127.0.0.1", "[::1]"),
    fc.constantFrom("", ":443", ":80", ":8787"),
    path,
    fc.constantFrom("", "?x=o'clock", "?z=1&a=2&z=0"),
  )
  .map((parts) => parts.join(""));
const token = fc.string({ minLength: 1, maxLength: 40 });

test("SEC-2 what Twilio signs is genuine, at the address as it is and with its port put in or left out", () => {
  fc.assert(
    fc.property(token, url, body, (secret, address, text) => {
      const form = parseSignedForm(text);
      const authority = /^([a-z]+:\/\/)([^/?#]*)(.*)$/i.exec(address) ?? [];
      const [, scheme = "", host = "", rest = ""] = authority;
      const bare = host.replace(/:\d+$/, "");
      const standard = scheme.toLowerCase() === "https://" ? ":443" : ":80";
      const spellings = [address, scheme + bare + rest, ...(bare === host ? [scheme + bare + standard + rest] : [])];
      for (const spelling of spellings) {
        const signature = getExpectedTwilioSignature(secret, spelling, { ...form });
        expect(isSigned([secret], signature, address, form)).toBe(true);
        expect(isSigned([`${secret}x`], signature, address, form)).toBe(false);
      }
    }),
  );
});

test("SEC-2 nothing is genuine that Twilio's own check refuses", () => {
  fc.assert(
    fc.property(token, url, url, body, body, (secret, signedAt, receivedAt, signed, received) => {
      const form = parseSignedForm(received);
      const signature = getExpectedTwilioSignature(secret, signedAt, { ...parseSignedForm(signed) });
      if (isSigned([secret], signature, receivedAt, form))
        expect(validateRequest(secret, signature, receivedAt, { ...form })).toBe(true);
    }),
  );
});

test("SEC-2 a form is read as the platform reads it, proper or not", () => {
  const piece = fc.oneof(
    fc.constantFrom(
      "&",
      "=",
      "+",
      "%",
      "%2",
      "%20",
      "%ff",
      "%E6%88%91",
      "%EF%BB%BF",
      "?",
      "%00",
      "a",
      "A=b&",
      "\ufeff",
    ),
    fc.string({ unit: "grapheme", maxLength: 3 }),
  );
  const anyBody = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join("").toWellFormed());
  fc.assert(
    fc.property(anyBody, (text) => {
      const params = new URLSearchParams(text);
      const form = parseSignedForm(text);
      expect(Object.keys(form).sort()).toEqual([...new Set(params.keys())].sort());
      for (const key of Object.keys(form)) expect([form[key]].flat()).toEqual(params.getAll(key));
    }),
    { numRuns: 500 },
  );
});
