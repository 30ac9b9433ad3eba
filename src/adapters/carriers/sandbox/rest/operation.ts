import type { Random } from "../../../../domain/kernel/random.ts";
import type { ExchangeEvent } from "../exchange/events.ts";
import type { Account, Exchange } from "../exchange/state.ts";
import type { Form } from "./form.ts";

/** What the REST interface works on: the exchange to read, and the one way to change it. */
export type Office = {
  readonly exchange: Exchange;
  readonly apply: (event: ExchangeEvent) => void;
  readonly random: Random;
  readonly newSid: (prefix: "CA" | "CF" | "RE" | "SM") => string;
  readonly base: string;
};

export type Asked = Office & {
  readonly account: Account;
  readonly url: URL;
  /** Values of the path's parts in braces, in order. */
  readonly path: readonly string[];
  readonly form: Form;
};

/** One operation of Twilio's interface: its path below the account, and the parameters that are honoured. */
export type Operation = {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly honours: readonly string[];
  readonly answer: (asked: Asked) => Response;
};

export const PAGING = ["PageSize", "Page", "PageToken"] as const;

export function dates(name: string): string[] {
  return [name, `${name}<`, `${name}>`];
}

/** The three parameters by which a callback is asked for. */
export function callbackOf(name: string): string[] {
  return [name, `${name}Method`, `${name}Event`];
}

export function json(status: number, body: unknown): Response {
  return Response.json(body, { status });
}

export function noContent(): Response {
  return new Response(null, { status: 204 });
}
