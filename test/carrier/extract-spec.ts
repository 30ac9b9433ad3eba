/**
 * Cuts the operations we use out of Twilio's published description of its interface and writes them beside their licence:
 * `node test/carrier/extract-spec.ts path/to/twilio_api_v2010.json`. Descriptions and examples are left out.
 */
import { readFileSync, writeFileSync } from "node:fs";

const ACCOUNT = "/2010-04-01/Accounts/{AccountSid}";
const OPERATIONS: readonly (readonly [path: string, ...methods: string[]])[] = [
  [`${ACCOUNT}/Calls.json`, "get", "post"],
  [`${ACCOUNT}/Calls/{Sid}.json`, "get", "post"],
  [`${ACCOUNT}/Calls/{CallSid}/Recordings.json`, "get", "post"],
  [`${ACCOUNT}/Calls/{CallSid}/Recordings/{Sid}.json`, "get", "post"],
  [`${ACCOUNT}/Conferences.json`, "get"],
  [`${ACCOUNT}/Conferences/{Sid}.json`, "get", "post"],
  [`${ACCOUNT}/Conferences/{ConferenceSid}/Participants.json`, "get", "post"],
  [`${ACCOUNT}/Conferences/{ConferenceSid}/Participants/{CallSid}.json`, "get", "post", "delete"],
  [`${ACCOUNT}/Conferences/{ConferenceSid}/Recordings.json`, "get"],
  [`${ACCOUNT}/Conferences/{ConferenceSid}/Recordings/{Sid}.json`, "get", "post"],
  [`${ACCOUNT}/Messages.json`, "get", "post"],
  [`${ACCOUNT}/Messages/{Sid}.json`, "get"],
  [`${ACCOUNT}/Recordings.json`, "get"],
  [`${ACCOUNT}/Recordings/{Sid}.json`, "get", "delete"],
  [`${ACCOUNT}/IncomingPhoneNumbers.json`, "get", "post"],
  [`${ACCOUNT}/IncomingPhoneNumbers/{Sid}.json`, "get", "post"],
];

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
type Node = { [name: string]: Json };

const source = process.argv[2];
if (source === undefined) throw new Error("usage: extract-spec.ts <twilio_api_v2010.json>");
const spec = JSON.parse(readFileSync(source, "utf8")) as {
  openapi: string;
  info: Node;
  paths: { [path: string]: { [method: string]: Json } };
  components: { schemas: { [name: string]: Json } };
};

const paths: { [path: string]: Node } = {};
for (const [path, ...methods] of OPERATIONS) {
  const entry: Node = {};
  for (const method of methods) entry[method] = bare(spec.paths[path]?.[method] ?? null);
  paths[path] = entry;
}
const schemas: Node = {};
collect(paths);
const cut = {
  openapi: spec.openapi,
  info: { title: spec.info.title, version: spec.info.version },
  paths,
  components: { schemas },
};
writeFileSync(`${import.meta.dirname}/spec/twilio-api-v2010.json`, `${JSON.stringify(cut, null, 1)}\n`);

/** Drops what no validator reads; `properties` may hold a field called `description`, so those names are kept. */
function bare(node: Json, insideProperties = false): Json {
  if (Array.isArray(node)) return node.map((each) => bare(each));
  if (node === null || typeof node !== "object") return node;
  const kept: Node = {};
  for (const [name, value] of Object.entries(node)) {
    if (
      !insideProperties &&
      ["description", "examples", "example", "x-twilio", "x-maturity", "tags", "security"].includes(name)
    )
      continue;
    kept[name] = bare(value, name === "properties" && !insideProperties);
  }
  return kept;
}

function collect(node: Json): void {
  if (Array.isArray(node)) {
    for (const each of node) collect(each);
    return;
  }
  if (node === null || typeof node !== "object") return;
  for (const [name, value] of Object.entries(node)) {
    const target = name === "$ref" && typeof value === "string" ? value.replace("#/components/schemas/", "") : null;
    if (target === null) collect(value);
    else if (!(target in schemas)) {
      schemas[target] = bare(spec.components.schemas[target] ?? null);
      collect(schemas[target] ?? null);
    }
  }
}
