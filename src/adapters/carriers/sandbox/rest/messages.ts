import { type Asked, dates, json, type Operation, PAGING } from "./operation.ts";
import { matchesDate, page } from "./paging.ts";
import { notFound, RestProblem } from "./problems.ts";
import { messageJson } from "./resources.ts";

/** Twilio's numbers: nobody to send to, no sender of this account, nothing to send, and too much. */
const TO_MISSING = 21_604;
const FROM_MISSING = 21_603;
const FROM_NOT_OURS = 21_606;
const BODY_MISSING = 21_602;
const BODY_TOO_LONG = 21_617;
const BODY_CHARS_MAX = 1_600;

export const messageOperations: readonly Operation[] = [
  { method: "POST", path: "Messages.json", honours: ["To", "From", "Body", "StatusCallback"], answer: createMessage },
  {
    method: "GET",
    path: "Messages.json",
    honours: ["To", "From", ...dates("DateSent"), ...PAGING],
    answer: listMessages,
  },
  {
    method: "GET",
    path: "Messages/{Sid}.json",
    honours: [],
    answer: (asked) => messageAnswer(asked, 200, asked.path[0] ?? ""),
  },
];

function createMessage(asked: Asked): Response {
  const { form } = asked;
  const to = form.required("To", TO_MISSING);
  const from = form.required("From", FROM_MISSING);
  const body = form.required("Body", BODY_MISSING);
  if (body.length > BODY_CHARS_MAX)
    throw new RestProblem(400, BODY_TOO_LONG, "The concatenated message body exceeds the 1600 character limit");
  if (!asked.account.numbers.some((number) => number.e164 === from)) {
    throw new RestProblem(400, FROM_NOT_OURS, `The From phone number ${from} is not a number of this account`);
  }
  const sid = asked.newSid("SM");
  const callback = form.text("StatusCallback") ?? null;
  asked.apply({ kind: "message_created", sid, from, to, body, direction: "outbound-api", callback });
  return messageAnswer(asked, 201, sid);
}

function messageAnswer({ exchange, account, url }: Asked, status: number, sid: string): Response {
  const message = exchange.messages.get(sid);
  if (message === undefined) throw notFound(url.pathname);
  return json(status, messageJson(account, message));
}

function listMessages({ exchange, account, url }: Asked): Response {
  const query = url.searchParams;
  const is = (name: string, value: string) => !query.has(name) || query.get(name) === value;
  const found = [...exchange.messages.values()]
    .filter(
      // One still to be sent counts by when it was made, so that a sender can find what it has just sent.
      (each) =>
        is("To", each.to) && is("From", each.from) && matchesDate(query, "DateSent", each.sentAt ?? each.createdAt),
    )
    .reverse();
  return json(
    200,
    page(url, "messages", found, (message) => messageJson(account, message)),
  );
}
