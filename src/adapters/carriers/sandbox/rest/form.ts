import type { CallbackTarget } from "../exchange/state.ts";
import { invalid, RestProblem } from "./problems.ts";

/**
 * The fields of one request. Each must be among those the operation honours, so that nothing can come to rely on a
 * parameter that the sandbox would silently ignore; a test holds those lists against Twilio's description.
 */
export class Form {
  readonly #fields: URLSearchParams;

  constructor(fields: URLSearchParams, honoured: readonly string[]) {
    for (const name of fields.keys()) {
      if (!honoured.includes(name)) throw invalid(`the sandbox carrier does not honour the parameter ${name} here`);
    }
    this.#fields = fields;
  }

  text(name: string): string | undefined {
    return this.#fields.get(name) ?? undefined;
  }

  required(name: string, code: number): string {
    const value = this.text(name);
    if (value === undefined || value === "") throw new RestProblem(400, code, `No '${name}' is specified`);
    return value;
  }

  all(name: string): readonly string[] {
    // Twilio takes a list either as repeated fields or as one field with spaces.
    return this.#fields.getAll(name).flatMap((value) => value.split(/\s+/).filter((each) => each !== ""));
  }

  boolean(name: string): boolean | undefined {
    const value = this.text(name)?.toLowerCase();
    if (value === undefined) return undefined;
    if (value !== "true" && value !== "false") throw invalid(`${name} must be true or false`);
    return value === "true";
  }

  seconds(name: string, fallback: number, max: number): number {
    const value = this.text(name);
    if (value === undefined) return fallback;
    const number = Number(value);
    if (!Number.isInteger(number) || number < 0 || number > max) throw invalid(`${name} must be 0 to ${max} seconds`);
    return number;
  }

  oneOf<T extends string>(name: string, allowed: readonly T[]): T | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const found = allowed.find((each) => each === value);
    if (found === undefined) throw invalid(`${name} must be one of ${allowed.join(", ")}`);
    return found;
  }

  callback(name: string, defaults: readonly string[]): CallbackTarget | null {
    const url = this.text(name);
    if (url === undefined || url === "") return null;
    // Callbacks are posted; asking for anything else must not go unnoticed.
    this.oneOf(`${name}Method`, ["POST"]);
    const events = this.all(`${name}Event`);
    return { url, events: events.length === 0 ? defaults : events };
  }

  method(name: string): "GET" | "POST" {
    return this.oneOf(name, ["GET", "POST"]) ?? "POST";
  }
}
