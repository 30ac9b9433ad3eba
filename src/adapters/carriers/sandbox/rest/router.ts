import { chance } from "../../../../domain/kernel/random.ts";
import { isAuthorized } from "./auth.ts";
import { callOperations } from "./calls.ts";
import { conferenceOperations } from "./conferences.ts";
import { Form } from "./form.ts";
import { messageOperations } from "./messages.ts";
import { numberOperations } from "./numbers.ts";
import type { Office, Operation } from "./operation.ts";
import { notFound, problem, RestProblem } from "./problems.ts";
import { recordingOperations } from "./recordings.ts";

/** Every operation that the sandbox carrier speaks. */
export const OPERATIONS: readonly Operation[] = [
  ...callOperations,
  ...conferenceOperations,
  ...recordingOperations,
  ...messageOperations,
  ...numberOperations,
];

/** A request that "times out" is answered only after any sensible client has given up. */
const SILENCE_REAL_MS = 20_000;
/** No request of Twilio's is larger. */
const BODY_BYTES_MAX = 128 * 1024;

const routes = OPERATIONS.map((operation) => ({
  operation,
  pattern: new RegExp(`^/2010-04-01/Accounts/AC\\w{32}/${pathPattern(operation.path)}$`, "i"),
}));

/** Answers one REST request, after letting the faults asked for have their way with it. */
export async function answerRest(request: Request, office: Office): Promise<Response> {
  const { account, faults } = office.exchange;
  if (!isAuthorized(request, account)) return problem(401, 20003, "Authenticate");
  if (chance(office.random, faults.http429)) {
    return problem(429, 20429, "Too Many Requests", { "Retry-After": "1" });
  }
  const broken = chance(office.random, faults.http500);
  const silent = chance(office.random, faults.timeout);
  if (broken && chance(office.random, 0.5)) return serverError();
  const answer = await answered(request, office);
  if (broken) return serverError();
  if (!silent) return answer;
  await new Promise((resolve) => setTimeout(resolve, SILENCE_REAL_MS));
  return problem(504, 20504, "Gateway Timeout");
}

function serverError(): Response {
  return problem(500, 20500, "Internal Server Error");
}

async function answered(request: Request, office: Office): Promise<Response> {
  try {
    return await act(request, office);
  } catch (error) {
    if (error instanceof RestProblem) return problem(error.status, error.code, error.message);
    throw error;
  }
}

async function act(request: Request, office: Office): Promise<Response> {
  const url = new URL(request.url);
  const { account } = office.exchange;
  const body = request.method === "POST" ? await request.text() : "";
  if (body.length > BODY_BYTES_MAX) throw new RestProblem(413, 20413, "Payload Too Large");
  for (const { operation, pattern } of routes) {
    if (operation.method !== request.method) continue;
    const found = pattern.exec(url.pathname);
    if (found === null || account === null) continue;
    const form = new Form(request.method === "POST" ? new URLSearchParams(body) : url.searchParams, operation.honours);
    return operation.answer({ ...office, account, url, path: found.slice(1).map((part) => decoded(part, url)), form });
  }
  throw notFound(url.pathname);
}

function pathPattern(path: string): string {
  return path.replaceAll(".", "\\.").replace(/\{\w+\}/g, "([^/]+?)");
}

function decoded(part: string, url: URL): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw notFound(url.pathname);
  }
}
