export type FieldFault = {
  readonly path: string;
  /** In English, for who has no words for the rule. */
  readonly message: string;
  readonly rule?: { readonly is: string; readonly limit?: number | string };
};

/** What the house said was wrong: an RFC 9457 problem document, or our own words when no answer came at all. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string | null;
  readonly detail: string | null;
  readonly requestId: string | null;
  /** Fields that were not as described, where the house named them. */
  readonly fields: readonly FieldFault[];
  constructor(
    status: number,
    title: string,
    code: string | null,
    detail: string | null,
    requestId: string | null,
    fields: readonly FieldFault[] = [],
  ) {
    super(title);
    this.name = "ApiProblem";
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.requestId = requestId;
    this.fields = fields;
  }
}

const REQUEST_DEADLINE_MS = 15_000;

export async function read<Answer>(path: string, signal?: AbortSignal): Promise<Answer> {
  return request<Answer>(path, { method: "GET", ...(signal === undefined ? {} : { signal }) });
}

export async function send<Answer>(
  method: "POST" | "PUT" | "PATCH" | "DELETE",
  path: string,
  body?: unknown,
): Promise<Answer> {
  return request<Answer>(path, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
  });
}

async function request<Answer>(path: string, init: RequestInit): Promise<Answer> {
  const deadline = AbortSignal.timeout(REQUEST_DEADLINE_MS);
  const signal = init.signal ? AbortSignal.any([init.signal, deadline]) : deadline;
  let response: Response;
  try {
    response = await fetch(path, { ...init, signal, credentials: "same-origin" });
  } catch (cause) {
    if (init.signal?.aborted) throw cause;
    throw new ApiProblem(0, "unreachable", "unreachable", null, null);
  }
  const text = await response.text();
  const body: unknown = text === "" ? null : parse(text);
  if (!response.ok) throw problemOf(response, body);
  return body as Answer;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function problemOf(response: Response, body: unknown): ApiProblem {
  const problem = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  const text = (name: string): string | null => (typeof problem[name] === "string" ? problem[name] : null);
  return new ApiProblem(
    response.status,
    text("title") ?? String(response.status),
    text("code"),
    text("detail"),
    text("requestId") ?? response.headers.get("x-request-id"),
    Array.isArray(problem.errors) ? problem.errors.filter(isFieldFault) : [],
  );
}

function isFieldFault(value: unknown): value is FieldFault {
  return typeof value === "object" && value !== null && "path" in value && "message" in value;
}
