import { type CarrierAccount, CarrierOutage, CarrierRefusal } from "../../../ports/carrier.ts";

/**
 * One request to Twilio's REST interface. Direct requests on the documented operations rather than Twilio's own client:
 * the client brings every product's resources (several megabytes) and an HTTP library that expects sockets, and what we
 * need is seven operations, each of which the contract tests check against Twilio's published description.
 */
export type RestRequest = {
  readonly method: "GET" | "POST";
  /** Below `/2010-04-01/Accounts/{AccountSid}`, each part already encoded. */
  readonly path: string;
  readonly query?: FormFields;
  readonly form?: FormFields;
};
export type FormFields = { readonly [name: string]: string | number | boolean | readonly string[] };
export type Fetch = (request: Request) => Promise<Response>;

/** Longer than the carrier's slowest normal answer, shorter than any lease that waits for it. */
const DEADLINE_MS = 8_000;
/** Where the carrier is too busy but does not say for how long. */
const BUSY_RETRY_MS = 1_000;

/** Sends, and gives the answer's JSON; null for "no such thing" on a GET. */
export async function callRest(fetchIt: Fetch, account: CarrierAccount, rest: RestRequest): Promise<unknown> {
  const response = await send(fetchIt, account, rest);
  if (response.status === 404 && rest.method === "GET") {
    await response.body?.cancel();
    return null;
  }
  if (!response.ok) throw await refusalOf(response, rest);
  try {
    return await response.json();
  } catch (cause) {
    throw new CarrierOutage(`carrier answered ${rest.method} ${shape(rest.path)} with something that is not JSON`, {
      cause,
    });
  }
}

/** Sends, and gives the answer itself; throws an outage for 429 and 5xx. */
export async function send(fetchIt: Fetch, account: CarrierAccount, rest: RestRequest): Promise<Response> {
  const url = `${account.baseUrl}/2010-04-01/Accounts/${account.accountSid}${rest.path}${rest.query === undefined ? "" : `?${encode(rest.query)}`}`;
  const request = new Request(url, {
    method: rest.method,
    headers: {
      authorization: `Basic ${btoa(`${account.accountSid}:${account.authTokens[0]}`)}`,
      accept: "application/json",
      ...(rest.form === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" }),
    },
    ...(rest.form === undefined ? {} : { body: encode(rest.form) }),
    signal: AbortSignal.timeout(DEADLINE_MS),
  });
  let response: Response;
  try {
    response = await fetchIt(request);
  } catch (cause) {
    throw new CarrierOutage(`carrier did not answer ${rest.method} ${shape(rest.path)}`, { cause });
  }
  if (response.status === 429 || response.status >= 500) {
    await response.body?.cancel();
    throw new CarrierOutage(`carrier answered ${response.status} to ${rest.method} ${shape(rest.path)}`, {
      retryAfterMs:
        retryAfterMs(response.headers.get("retry-after")) ?? (response.status === 429 ? BUSY_RETRY_MS : null),
    });
  }
  return response;
}

/** Delta seconds or an HTTP date (RFC 9110 10.2.3). A date is read against the answer's own moment, so the past is 0. */
export function retryAfterMs(header: string | null, nowMs = Date.now()): number | null {
  if (header === null) return null;
  if (/^\d{1,6}$/.test(header.trim())) return Number(header.trim()) * 1_000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at - nowMs);
}

async function refusalOf(response: Response, rest: RestRequest): Promise<CarrierRefusal> {
  // The body is the carrier's own words about our mistake; it may be anything, so only the code is taken from it.
  const body = await response.text();
  const code = /"code"\s*:\s*(\d+)/.exec(body)?.[1];
  return new CarrierRefusal(
    response.status,
    code === undefined ? null : Number(code),
    `carrier refused ${rest.method} ${shape(rest.path)} with ${response.status}${code === undefined ? "" : ` (${code})`}`,
  );
}

function encode(fields: FormFields): string {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === "object") for (const one of value) form.append(name, one);
    else form.append(name, String(value));
  }
  return form.toString();
}

/** The path without ids, so that errors and logs of one operation read alike and name nobody. */
function shape(path: string): string {
  return path
    .replace(/[A-Z]{2}[0-9a-fA-F]{32}/g, "{sid}")
    .replace(/Participants\/[^/]+\.json/, "Participants/{participant}.json");
}
