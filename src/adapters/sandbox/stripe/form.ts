import { invalidParam, StripeProblem } from "./problems.ts";

/** What Stripe's forms hold: text, lists and things with names, nested by brackets. */
export type FormValue = string | FormValue[] | { [name: string]: FormValue };
export type Form = { [name: string]: FormValue };

/** Deeper nesting than any parameter that is honoured. */
const DEPTH_MAX = 5;

/** `lines[0][amount]=5&expand[]=total` as a tree. Numbered names become lists, in their order. */
export function parseForm(text: string): Form {
  const tree: Form = {};
  for (const [name, value] of new URLSearchParams(text)) put(tree, partsOf(name), value);
  return asLists(tree) as Form;
}

function partsOf(name: string): string[] {
  const match = /^([^[\]]+)((?:\[[^[\]]*\])*)$/.exec(name);
  if (match?.[1] === undefined) throw invalidParam(name, `Invalid parameter name: ${name}`);
  const inner = [...(match[2] ?? "").matchAll(/\[([^[\]]*)\]/g)].map((part) => part[1] ?? "");
  if (inner.length > DEPTH_MAX) throw invalidParam(name, `Invalid parameter name: ${name}`);
  return [match[1], ...inner];
}

function put(tree: Form, parts: readonly string[], value: string): void {
  let at = tree;
  for (const [depth, part] of parts.entries()) {
    const key = part === "" ? String(Object.keys(at).length) : part;
    if (depth === parts.length - 1) {
      at[key] = value;
      return;
    }
    const next = at[key] ?? {};
    if (typeof next === "string" || Array.isArray(next)) {
      throw new StripeProblem(400, "invalid_request_error", null, `Invalid hash: ${parts[0]}`);
    }
    at[key] = next;
    at = next;
  }
}

function asLists(value: FormValue): FormValue {
  if (typeof value === "string" || Array.isArray(value)) return value;
  const entries = Object.entries(value);
  if (entries.length > 0 && entries.every(([key], at) => key === String(at)))
    return entries.map(([, one]) => asLists(one));
  return Object.fromEntries(entries.map(([key, one]) => [key, asLists(one)]));
}

/** Reads the parameters of one operation. What it does not honour is refused, so nothing can come to rely on it. */
export class Params {
  readonly #form: Form;
  readonly #within: string;

  constructor(form: Form, honours: readonly string[], within = "") {
    this.#form = form;
    this.#within = within;
    for (const name of Object.keys(form)) {
      if (!honours.includes(name)) {
        const param = this.#name(name);
        throw invalidParam(param, `Received unknown parameter: ${param}`, "parameter_unknown");
      }
    }
  }

  text(name: string): string | null {
    const value = this.#form[name];
    if (value === undefined || value === "") return null;
    if (typeof value !== "string") throw invalidParam(this.#name(name), `Invalid string: ${this.#name(name)}`);
    return value;
  }

  needed(name: string): string {
    const value = this.text(name);
    if (value !== null) return value;
    const param = this.#name(name);
    throw invalidParam(param, `Missing required param: ${param}.`, "parameter_missing");
  }

  whole(name: string): number | null {
    const text = this.text(name);
    if (text === null) return null;
    if (!/^-?\d{1,15}$/.test(text)) {
      throw invalidParam(this.#name(name), `Invalid integer: ${text}`, "parameter_invalid_integer");
    }
    return Number(text);
  }

  flag(name: string): boolean | null {
    const text = this.text(name);
    if (text === null) return null;
    if (text !== "true" && text !== "false") throw invalidParam(this.#name(name), `Invalid boolean: ${text}`);
    return text === "true";
  }

  /** Metadata: names and values of text, as many and as long as Stripe allows. */
  metadata(): { [name: string]: string } {
    const value = this.#form.metadata;
    if (value === undefined || value === "") return {};
    const entries = typeof value === "object" && !Array.isArray(value) ? Object.entries(value) : null;
    const sound = entries?.every(([key, one]) => typeof one === "string" && one.length <= 500 && key.length <= 40);
    if (entries === null || sound !== true || entries.length > 50) throw invalidParam("metadata", "Invalid metadata");
    return Object.fromEntries(entries) as { [name: string]: string };
  }

  list(name: string): FormValue[] {
    const value = this.#form[name];
    if (value === undefined) return [];
    if (!Array.isArray(value)) throw invalidParam(this.#name(name), "Invalid array");
    return value;
  }

  inner(name: string, honours: readonly string[]): Params | null {
    const value = this.#form[name];
    if (value === undefined) return null;
    if (typeof value === "string" || Array.isArray(value)) throw invalidParam(this.#name(name), "Invalid hash");
    return new Params(value, honours, this.#name(name));
  }

  #name(name: string): string {
    return this.#within === "" ? name : `${this.#within}[${name}]`;
  }
}
