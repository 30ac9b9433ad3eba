import { request } from "node:http";

/** One operation of the served OpenAPI document, with what the matrix needs of it. */
export type Operation = {
  readonly operationId: string;
  readonly method: string;
  readonly path: string;
  readonly roles: readonly string[];
  readonly pathParameters: readonly string[];
  readonly queryIds: readonly string[];
  readonly queryNames: readonly string[];
  readonly bodyRequired: boolean;
  readonly isSocket: boolean;
  /** A body that the schema accepts, so that the answer is about who asks and not about what was written. */
  readonly body: unknown;
  /** Every field that the body may have. */
  readonly bodyFields: readonly string[];
  /** For each free text below the body's own fields: the body with a text there that may not be kept. */
  readonly deepTexts: readonly DeepText[];
};

type Schema = {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly pattern?: string;
  readonly enum?: readonly unknown[];
  readonly properties?: { readonly [name: string]: Schema };
  readonly required?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly items?: Schema;
  readonly minItems?: number;
  readonly minLength?: number;
  readonly minimum?: number;
};
type Described = {
  readonly operationId: string;
  readonly "x-roles"?: readonly string[];
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[];
  readonly requestBody?: {
    readonly required?: boolean;
    readonly content: { readonly "application/json"?: { readonly schema: Schema } };
  };
  readonly responses: { readonly [status: string]: unknown };
};
export type Document = {
  readonly paths: { readonly [path: string]: { readonly [method: string]: Described } };
  readonly components?: { readonly schemas?: { readonly [name: string]: Schema } };
};

export function operationsOf(document: Document): Operation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => ({
      operationId: described.operationId,
      method: method.toUpperCase(),
      path,
      roles: described["x-roles"] ?? [],
      pathParameters: [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? ""),
      queryIds: (described.parameters ?? [])
        .filter((each) => each.in === "query" && each.schema.format === "uuid")
        .map((each) => each.name),
      queryNames: (described.parameters ?? []).filter((each) => each.in === "query").map((each) => each.name),
      bodyRequired: described.requestBody?.required === true,
      isSocket: "101" in described.responses,
      body: sample(document, described.requestBody?.content["application/json"]?.schema),
      bodyFields: Object.keys(
        resolved(document, described.requestBody?.content["application/json"]?.schema)?.properties ?? {},
      ),
      deepTexts: deepTextsOf(document, described.requestBody?.content["application/json"]?.schema),
    })),
  );
}

function resolved(document: Document, schema: Schema | undefined): Schema | undefined {
  if (schema?.$ref === undefined) return schema;
  return resolved(document, document.components?.schemas?.[schema.$ref.replace("#/components/schemas/", "")]);
}

/** One for each place: where several forms have it, the first. */
function deepTextsOf(document: Document, schema: Schema | undefined): DeepText[] {
  const deep = unstorable(document, schema).filter(({ path }) => path.length > 1);
  return [...new Map(deep.toReversed().map((one) => [one.path.join("."), one])).values()];
}

export type DeepText = { readonly path: readonly string[]; readonly value: unknown };

/** What a schema accepts but for one text, at this path, that the database cannot keep; one for each text it may hold. */
function unstorable(document: Document, given: Schema | undefined): DeepText[] {
  const schema = resolved(document, given);
  const either = schema?.anyOf ?? schema?.oneOf;
  if (either !== undefined) return either.flatMap((one) => unstorable(document, one));
  const type = typeof schema?.type === "string" ? schema.type : schema?.type?.[0];
  if (schema === undefined || schema.enum !== undefined) return [];
  if (type === "string") return schema.format === undefined ? [{ path: [], value: "a\u0000b" }] : [];
  if (type === "array") {
    return unstorable(document, schema.items).map(({ path, value }) => ({ path: ["0", ...path], value: [value] }));
  }
  return Object.entries(schema.properties ?? {}).flatMap(([field, each]) =>
    unstorable(document, each).map(({ path, value }) => ({
      path: [field, ...path],
      value: { ...(sample(document, schema) as object), [field]: value },
    })),
  );
}

/** Text of a form that only a pattern says. */
const FORMED: { readonly [name: string]: string } = {
  period: "2026-10",
  phone: "+442079460123",
  outputHash: "0".repeat(64),
  requestKey: "a-key-of-the-matrix",
  currency: "CNY",
  number: "12345678",
  issuedOn: "2026-12-01",
  boughtOn: "2026-12-01",
};

/** The least that a schema accepts. */
function sample(document: Document, given: Schema | undefined, name = ""): unknown {
  const schema = resolved(document, given);
  if (schema === undefined) return undefined;
  const either = schema.anyOf ?? schema.oneOf;
  if (either !== undefined) return sample(document, either[0], name);
  if (schema.enum !== undefined) return schema.enum[0];
  const type = typeof schema.type === "string" ? schema.type : schema.type?.[0];
  if (type === "object") {
    const required = schema.required ?? [];
    // A change needs at least one field, which no JSON schema of ours says.
    const names = required.length > 0 ? required : Object.keys(schema.properties ?? {}).slice(0, 1);
    return Object.fromEntries(names.map((each) => [each, sample(document, schema.properties?.[each], each)]));
  }
  if (type === "array") return (schema.minItems ?? 0) > 0 ? [sample(document, schema.items)] : [];
  if (type === "boolean") return true;
  if (type === "number" || type === "integer") return Math.max(1, schema.minimum ?? 1);
  if (schema.format === "uuid") return "00000000-0000-4000-8000-000000000000";
  // What begins with a plus is a telephone number, whatever its name.
  const formed = FORMED[schema.pattern?.startsWith("^\\+") === true ? "phone" : name];
  if (formed !== undefined) return formed;
  return "x".repeat(Math.max(1, schema.minLength ?? 1));
}

export type Answer = { readonly status: number; readonly body: string };

export type Ask = {
  readonly origin: string;
  readonly cookie: string | null;
  readonly operation: Operation;
  readonly ids: { readonly [name: string]: string };
};

/** Asks as a browser of our own pages would. Plain node:http, because `fetch` may not ask for an upgrade. */
export function ask({ origin, cookie, operation, ids }: Ask): Promise<Answer> {
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(ids[name] ?? ""));
  const query = operation.queryIds.map((name) => `${name}=${ids[name] ?? ""}`).join("&");
  const body = operation.body === undefined ? "" : JSON.stringify(operation.body);
  const headers: Record<string, string> = { origin };
  if (cookie !== null) headers.cookie = cookie;
  if (body !== "")
    Object.assign(headers, { "content-type": "application/json", "content-length": String(Buffer.byteLength(body)) });
  if (operation.isSocket) {
    Object.assign(headers, {
      connection: "Upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
      "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    });
  }
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const sent = request(`${origin}${path}${query === "" ? "" : `?${query}`}`, { method: operation.method, headers });
  sent.on("response", (response) => {
    let text = "";
    response.setEncoding("utf8");
    response.on("data", (chunk: string) => {
      text += chunk;
    });
    response.on("end", () => resolve({ status: response.statusCode ?? 0, body: text }));
  });
  sent.on("upgrade", (response, socket, head) => firstFrame(response.statusCode ?? 0, socket, head, resolve));
  sent.on("error", reject);
  sent.end(body);
  return promise;
}

/** What a socket sends by itself in its first moments is what its holder may see. */
function firstFrame(
  status: number,
  socket: { on(event: "data", hear: (chunk: Buffer) => void): unknown; destroy(): unknown },
  head: Buffer,
  done: (answer: Answer) => void,
): void {
  let text = head.toString("utf8");
  socket.on("data", (chunk) => {
    text += chunk.toString("utf8");
  });
  setTimeout(() => {
    socket.destroy();
    done({ status, body: text });
  }, FRAME_WAIT_MS);
}
const FRAME_WAIT_MS = 300;

/** An answer less what differs in every answer. */
export function withoutRequestId({ status, body }: Answer): string {
  return `${status} ${body.replace(/"requestId":"[^"]*"/, "")}`;
}
