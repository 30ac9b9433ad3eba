import type { AccountNumber } from "../exchange/state.ts";
import { type Asked, json, type Operation, PAGING } from "./operation.ts";
import { page } from "./paging.ts";
import { notFound } from "./problems.ts";
import { numberJson } from "./resources.ts";

export const numberOperations: readonly Operation[] = [
  {
    method: "GET",
    path: "IncomingPhoneNumbers.json",
    honours: ["PhoneNumber", ...PAGING],
    answer: ({ account, url }) => {
      const wanted = url.searchParams.get("PhoneNumber");
      const found = account.numbers.filter((number) => wanted === null || number.e164 === wanted);
      return json(
        200,
        page(url, "incoming_phone_numbers", found, (number) => numberJson(account, number)),
      );
    },
  },
  {
    method: "GET",
    path: "IncomingPhoneNumbers/{Sid}.json",
    honours: [],
    answer: (asked) => json(200, numberJson(asked.account, numberOf(asked))),
  },
  {
    method: "POST",
    path: "IncomingPhoneNumbers/{Sid}.json",
    honours: [
      "VoiceUrl",
      "VoiceMethod",
      "VoiceFallbackUrl",
      "VoiceFallbackMethod",
      "StatusCallback",
      "StatusCallbackMethod",
    ],
    answer: updateNumber,
  },
];

function numberOf({ account, path, url }: Asked): AccountNumber {
  const number = account.numbers.find((each) => each.sid === path[0]);
  if (number === undefined) throw notFound(url.pathname);
  return number;
}

function updateNumber(asked: Asked): Response {
  const { account, form } = asked;
  const number = numberOf(asked);
  const changed: AccountNumber = {
    ...number,
    voiceUrl: form.text("VoiceUrl") ?? number.voiceUrl,
    fallbackUrl: form.text("VoiceFallbackUrl") ?? number.fallbackUrl,
    statusCallback: form.text("StatusCallback") ?? number.statusCallback,
  };
  const numbers = account.numbers.map((each) => (each === number ? changed : each));
  asked.apply({ kind: "account_set", account: { ...account, numbers } });
  return json(200, numberJson(account, changed));
}
