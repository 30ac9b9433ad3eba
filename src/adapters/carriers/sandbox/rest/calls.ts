import { type Call, isOver, type OnAnswer } from "../exchange/state.ts";
import { parseTwiml, TwimlError } from "../exchange/twiml.ts";
import { type Asked, dates, json, type Operation, PAGING } from "./operation.ts";
import { matchesDate, page } from "./paging.ts";
import { notFound, RestProblem } from "./problems.ts";
import { callJson } from "./resources.ts";

/** Twilio's numbers: who is called or calling is not valid, no instructions, and a call that is no longer live. */
const TO_MISSING = 21_201;
const TO_INVALID = 21_211;
const FROM_MISSING = 21_213;
const FROM_NOT_OURS = 21_210;
const URL_MISSING = 21_205;
const NOT_IN_PROGRESS = 21_220;
const CALL_TIMEOUT_MAX_S = 600;

export const callOperations: readonly Operation[] = [
  {
    method: "POST",
    path: "Calls.json",
    honours: [
      "To",
      "From",
      "Url",
      "Method",
      "FallbackUrl",
      "FallbackMethod",
      "Twiml",
      "Timeout",
      "StatusCallback",
      "StatusCallbackMethod",
      "StatusCallbackEvent",
    ],
    answer: createCall,
  },
  {
    method: "GET",
    path: "Calls.json",
    honours: ["To", "From", "Status", "ParentCallSid", ...dates("StartTime"), ...dates("EndTime"), ...PAGING],
    answer: listCalls,
  },
  {
    method: "GET",
    path: "Calls/{Sid}.json",
    honours: [],
    answer: (asked) => json(200, callJson(asked.account, callOf(asked))),
  },
  {
    method: "POST",
    path: "Calls/{Sid}.json",
    honours: ["Url", "Method", "Twiml", "Status", "FallbackUrl", "FallbackMethod"],
    answer: updateCall,
  },
];

export function callOf(asked: Asked): Call {
  const call = asked.exchange.calls.get(asked.path[0] ?? "");
  if (call === undefined) throw notFound(asked.url.pathname);
  return call;
}

export function numbersOf(asked: Asked): { readonly from: string; readonly to: string } {
  const to = asked.form.required("To", TO_MISSING);
  const from = asked.form.required("From", FROM_MISSING);
  if (!/^(\+?[0-9]{3,15}|client:.{1,200})$/.test(to))
    throw new RestProblem(400, TO_INVALID, `${to} is not a valid number`);
  const ours = from.startsWith("client:") || asked.account.numbers.some((number) => number.e164 === from);
  // Into a softphone any number may be shown; to the public network only one that the account has.
  if (!ours && !to.startsWith("client:"))
    throw new RestProblem(400, FROM_NOT_OURS, `${from} is not a number of this account`);
  return { from, to };
}

function createCall(asked: Asked): Response {
  const { form, newSid, apply, exchange } = asked;
  const onAnswer = instructionsOf(asked, null);
  if (onAnswer === null) throw new RestProblem(400, URL_MISSING, "Url, or Twiml, is required");
  const sid = newSid("CA");
  apply({
    kind: "call_created",
    sid,
    parentSid: null,
    direction: "outbound-api",
    ...numbersOf(asked),
    timeoutS: form.seconds("Timeout", 60, CALL_TIMEOUT_MAX_S),
    callback: form.callback("StatusCallback", ["completed"]),
    onAnswer,
  });
  const call = exchange.calls.get(sid);
  if (call === undefined) throw notFound(asked.url.pathname);
  return json(201, callJson(asked.account, call));
}

function updateCall(asked: Asked): Response {
  const call = callOf(asked);
  const status = asked.form.oneOf("Status", ["completed", "canceled"]);
  const next = instructionsOf(asked, call);
  if (isOver(call)) throw notInProgress();
  if (status === "canceled" && call.answeredAt !== null) throw notInProgress();
  if (status !== undefined) asked.apply({ kind: "call_over", callSid: call.sid, status: "canceled" });
  else if (next !== null && call.direction !== "inbound" && call.answeredAt === null) throw notInProgress();
  else if (next !== null) asked.apply({ kind: "call_redirected", callSid: call.sid, next });
  return json(200, callJson(asked.account, call));
}

function notInProgress(): RestProblem {
  return new RestProblem(400, NOT_IN_PROGRESS, "Call is not in-progress. Cannot redirect.");
}

function instructionsOf({ form }: Asked, call: Call | null): Extract<OnAnswer, { do: "fetch" | "run" }> | null {
  const twiml = form.text("Twiml");
  if (twiml !== undefined) return { do: "run", verbs: verbsOf(twiml) };
  const url = form.text("Url");
  if (url === undefined || url === "") return null;
  const fallbackUrl = form.text("FallbackUrl") ?? call?.document?.source.fallbackUrl ?? null;
  return { do: "fetch", source: { url, method: form.method("Method"), fallbackUrl } };
}

function verbsOf(twiml: string): ReturnType<typeof parseTwiml> {
  try {
    return parseTwiml(twiml);
  } catch (error) {
    if (error instanceof TwimlError) throw new RestProblem(400, error.code, error.message);
    throw error;
  }
}

function listCalls({ exchange, account, url }: Asked): Response {
  const query = url.searchParams;
  const is = (name: string, value: string | null) => !query.has(name) || query.get(name) === value;
  const found = [...exchange.calls.values()]
    .filter(
      (call) =>
        is("To", call.to) &&
        is("From", call.from) &&
        is("Status", call.status) &&
        is("ParentCallSid", call.parentSid) &&
        matchesDate(query, "StartTime", call.createdAt) &&
        matchesDate(query, "EndTime", call.endedAt),
    )
    .reverse();
  return json(
    200,
    page(url, "calls", found, (call) => callJson(account, call)),
  );
}
