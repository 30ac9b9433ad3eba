import WebSocket from "ws";

/** Where a running Callhouse and its sandbox carrier answer, and the keys that open their control doors. */
export type Host = {
  readonly appUrl: string;
  readonly sandboxUrl: string;
  readonly sandboxKey: string;
  /** House clock now; waits are given in house time and shortened by `speed`. */
  readonly now: () => number;
  readonly speed: number;
};

/** A signed-in person, as a browser would be: one cookie, same origin. */
export type Session = {
  readonly get: <T>(path: string) => Promise<T>;
  readonly post: <T>(path: string, body: unknown) => Promise<T>;
  readonly open: (path: string) => WebSocket;
};

const REQUEST_DEADLINE_MS = 20_000;

/** A request that was answered with a problem document; `status` and `problem` say what the house objected to. */
export class HouseProblem extends Error {
  readonly status: number;
  readonly problem: unknown;
  constructor(what: string, status: number, problem: unknown) {
    super(`${what}: ${status} ${JSON.stringify(problem)}`);
    this.status = status;
    this.problem = problem;
  }
}

async function request<T>(what: string, url: string, init: RequestInit): Promise<{ body: T; cookie: string | null }> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(REQUEST_DEADLINE_MS) });
  const text = await response.text();
  const body: unknown = text === "" ? null : parseJson(text);
  if (!response.ok) throw new HouseProblem(`${init.method ?? "GET"} ${what}`, response.status, body);
  return { body: body as T, cookie: response.headers.get("set-cookie")?.split(";")[0] ?? null };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text.slice(0, 200);
  }
}

/** Signs in with e-mail and password. Throws `HouseProblem` when refused. */
export async function signIn(host: Host, email: string, password: string): Promise<Session> {
  const origin = new URL(host.appUrl).origin;
  const json = { "content-type": "application/json", origin };
  const { cookie } = await request("/api/session", `${host.appUrl}/api/session`, {
    method: "POST",
    headers: json,
    body: JSON.stringify({ email, password }),
  });
  if (cookie === null) throw new HouseProblem("POST /api/session", 200, "no cookie came back");
  const headers = { cookie, origin };
  return {
    get: async <T>(path: string) => (await request<T>(path, `${host.appUrl}${path}`, { headers })).body,
    post: async <T>(path: string, body: unknown) =>
      (
        await request<T>(path, `${host.appUrl}${path}`, {
          method: "POST",
          headers: { ...headers, ...json },
          body: JSON.stringify(body),
        })
      ).body,
    open: (path) => new WebSocket(`${host.appUrl.replace("http", "ws")}${path}`, { headers }),
  };
}

/** The sandbox carrier's control door. */
export async function carrier<T>(host: Host, method: string, path: string, body?: unknown): Promise<T> {
  return (await request<T>(path, `${host.sandboxUrl}${path}`, control(host.sandboxKey, method, body))).body;
}

function control(key: string, method: string, body: unknown): RequestInit {
  const headers: Record<string, string> = { authorization: `Bearer ${key}` };
  if (body === undefined) return { method, headers };
  headers["content-type"] = "application/json";
  return { method, headers, body: JSON.stringify(body) };
}
