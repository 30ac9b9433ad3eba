import { readFileSync } from "node:fs";
import { Ajv, type ValidateFunction } from "ajv";

/**
 * Twilio's published description of its interface, asked two questions: may this request be sent, and may this be the
 * answer. Both give a list of what is wrong, empty when all is well. Names that the description does not know are wrong on
 * either side, so that neither our adapter nor the sandbox carrier can rely on something Twilio does not have.
 */
export type Wrong = string;

type Schema = { readonly [keyword: string]: unknown } & {
  readonly type?: string;
  readonly properties?: { readonly [name: string]: Schema };
};
type Operation = {
  readonly operationId: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: "path" | "query";
    readonly schema: Schema;
    readonly required?: boolean;
  }[];
  readonly requestBody?: {
    readonly content: { readonly "application/x-www-form-urlencoded"?: { readonly schema: Schema } };
  };
  readonly responses: {
    readonly [status: string]: { readonly content?: { readonly "application/json"?: { readonly schema: Schema } } };
  };
};
type Spec = {
  readonly paths: { readonly [path: string]: { readonly [method: string]: Operation } };
  readonly components: { readonly schemas: { readonly [name: string]: Schema } };
};

const spec: Spec = JSON.parse(readFileSync(`${import.meta.dirname}/spec/twilio-api-v2010.json`, "utf8"));

const FORMATS: { readonly [name: string]: RegExp | true } = {
  // The carrier's own addresses inside answers are relative.
  uri: /^(https?:\/\/\S+|\/\S*)$/,
  "date-time-rfc-2822": /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} (\+0000|GMT)$/,
  date: /^\d{4}-\d{2}-\d{2}$/,
  "date-time": /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}/,
  "phone-number": /^\+?[0-9]{2,15}$/,
  "http-method": true,
  twiml: true,
  endpoint: true,
  currency: true,
  "uri-map": true,
  "phone-number-capabilities": true,
  int64: true,
};

const ajv = new Ajv({ strict: false, allErrors: true, formats: { ...FORMATS } });
const closed = closeObjects(spec) as Spec;
ajv.addSchema({ $id: "twilio", components: closed.components });
const compiled = new Map<Schema, ValidateFunction>();

/** The operation that a request is for; `null` when the description has none such. */
export function operationOf(
  method: string,
  path: string,
): { readonly operation: Operation; readonly pathValues: Map<string, string> } | null {
  for (const [template, methods] of Object.entries(closed.paths)) {
    const names = [...template.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "");
    const pattern = new RegExp(`^${template.replaceAll(".", "\\.").replace(/\{\w+\}/g, "([^/]+?)")}$`);
    const found = pattern.exec(path);
    const operation = methods[method.toLowerCase()];
    if (found === null || operation === undefined) continue;
    return { operation, pathValues: new Map(names.map((name, at) => [name, decodeURIComponent(found[at + 1] ?? "")])) };
  }
  return null;
}

export function wrongInRequest(method: string, url: string, body: string): Wrong[] {
  const { pathname, searchParams } = new URL(url);
  const found = operationOf(method, pathname);
  if (found === null) return [`no operation ${method} ${pathname}`];
  const { operation, pathValues } = found;
  const inPath = (operation.parameters ?? []).filter((each) => each.in === "path");
  const inQuery = (operation.parameters ?? []).filter((each) => each.in === "query");
  const formSchema = operation.requestBody?.content["application/x-www-form-urlencoded"]?.schema;
  const wrong: Wrong[] = [];
  for (const { name, schema } of inPath) wrong.push(...check(schema, pathValues.get(name), `path ${name}`));
  const querySchema = {
    type: "object",
    properties: Object.fromEntries(inQuery.map((each) => [each.name, each.schema])),
  };
  wrong.push(...wrongInForm(querySchema, searchParams, "query"));
  if (formSchema !== undefined) wrong.push(...wrongInForm(formSchema, new URLSearchParams(body), "form"));
  else if (body !== "") wrong.push(`${operation.operationId} takes no body`);
  return wrong.map((each) => `${operation.operationId}: ${each}`);
}

export function wrongInAnswer(method: string, url: string, status: number, body: string): Wrong[] {
  const { pathname } = new URL(url);
  const found = operationOf(method, pathname);
  if (found === null) return [`no operation ${method} ${pathname}`];
  const { operation } = found;
  if (status >= 400) return wrongInError(status, body).map((each) => `${operation.operationId}: ${each}`);
  const response = operation.responses[String(status)];
  if (response === undefined) return [`${operation.operationId}: never answers ${status}`];
  const schema = response.content?.["application/json"]?.schema;
  if (schema === undefined) return body === "" ? [] : [`${operation.operationId}: ${status} has no body`];
  return check(schema, JSON.parse(body), "answer").map((each) => `${operation.operationId}: ${each}`);
}

/** Errors are not in the description; Twilio's own clients read these fields of them. */
function wrongInError(status: number, body: string): Wrong[] {
  const schema: Schema = {
    type: "object",
    required: ["code", "message", "status"],
    properties: {
      code: { type: "integer", nullable: true },
      message: { type: "string" },
      more_info: { type: "string" },
      status: { const: status },
    },
  };
  return check(errorSchemas.get(status) ?? remember(status, schema), JSON.parse(body), "error");
}
const errorSchemas = new Map<number, Schema>();
function remember(status: number, schema: Schema): Schema {
  errorSchemas.set(status, schema);
  return schema;
}

/** Form fields are text: each is read as the type its name has, then checked with all the others. */
function wrongInForm(schema: Schema, fields: URLSearchParams, where: string): Wrong[] {
  const wrong: Wrong[] = [];
  const values: { [name: string]: unknown } = {};
  for (const name of new Set(fields.keys())) {
    const property = schema.properties?.[name];
    if (property === undefined) {
      wrong.push(`${where} has no field ${name}`);
      continue;
    }
    const given = fields.getAll(name);
    if (property.type !== "array" && given.length > 1) wrong.push(`${where} ${name} is given more than once`);
    values[name] = property.type === "array" ? given : typed(property.type, given[0] ?? "");
  }
  return [...wrong, ...check({ ...schema, additionalProperties: false }, values, where)];
}

function typed(type: string | undefined, text: string): unknown {
  if (type === "integer" || type === "number") return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
  if (type === "boolean") return text === "true" ? true : text === "false" ? false : text;
  return text;
}

function check(schema: Schema, value: unknown, where: string): Wrong[] {
  let validate = compiled.get(schema);
  if (validate === undefined) {
    validate = ajv.compile(schema);
    compiled.set(schema, validate);
  }
  if (validate(value)) return [];
  return (validate.errors ?? []).map((error) => {
    const name = error.params.additionalProperty ?? error.params.missingProperty;
    const allowed = error.params.allowedValues ?? error.params.pattern ?? error.params.format;
    return `${where}${error.instancePath} ${error.message}${name === undefined ? "" : ` (${name})`}${allowed === undefined ? "" : ` [${allowed}]`}`;
  });
}

/** Makes every object with named properties refuse others, and every reference point into the registered description. */
function closeObjects(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(closeObjects);
  if (node === null || typeof node !== "object") return node;
  const copy: { [name: string]: unknown } = {};
  for (const [name, value] of Object.entries(node)) {
    copy[name] = name === "$ref" && typeof value === "string" ? `twilio${value}` : closeObjects(value);
  }
  // Twilio calls some fields nullable that have no type, which may be anything already.
  if (copy.type === undefined) delete copy.nullable;
  if (copy.type === "object" && typeof copy.properties === "object") copy.additionalProperties ??= false;
  return copy;
}
