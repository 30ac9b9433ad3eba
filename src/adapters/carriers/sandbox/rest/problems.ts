/** Twilio's error body. The number says what is wrong; clients decide by it. */
export function problem(status: number, code: number, message: string, headers: Record<string, string> = {}): Response {
  const body = { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status };
  return Response.json(body, { status, headers });
}

/** Thrown anywhere below the router, answered by it. */
export class RestProblem extends Error {
  readonly status: number;
  readonly code: number;
  constructor(status: number, code: number, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export function notFound(path: string): RestProblem {
  return new RestProblem(404, 20404, `The requested resource ${path} was not found`);
}

export function invalid(message: string): RestProblem {
  return new RestProblem(400, 20001, message);
}
