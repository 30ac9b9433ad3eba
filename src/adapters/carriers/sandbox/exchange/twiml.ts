import { XMLParser, XMLValidator } from "fast-xml-parser";

/** TwiML as data. Only the verbs that the sandbox carrier speaks; anything else is an error, as a wrong document is. */
export type Verb =
  | Prompt
  | {
      readonly verb: "Gather";
      readonly prompts: readonly Prompt[];
      readonly digits: boolean;
      readonly speech: boolean;
      readonly numDigits: number | null;
      readonly finishOnKey: string;
      readonly timeoutS: number;
      readonly action: Target;
      readonly actionOnEmptyResult: boolean;
    }
  | { readonly verb: "Redirect"; readonly target: Target }
  | {
      readonly verb: "Dial";
      readonly noun: DialNoun;
      readonly action: Target | null;
      readonly timeoutS: number;
      readonly callerId: string | null;
    }
  | {
      readonly verb: "Record";
      readonly action: Target;
      readonly maxS: number;
      readonly timeoutS: number;
      readonly finishOnKey: string;
      readonly playBeep: boolean;
      readonly callback: CallbackAttribute | null;
    }
  | { readonly verb: "Hangup" }
  | { readonly verb: "Reject"; readonly reason: "rejected" | "busy" }
  | {
      readonly verb: "Message";
      readonly to: string | null;
      readonly from: string | null;
      readonly body: string;
      readonly statusCallback: string | null;
      readonly action: Target | null;
    };

export type Prompt =
  | { readonly verb: "Say"; readonly text: string; readonly language: string; readonly loop: number }
  | { readonly verb: "Play"; readonly url: string; readonly digits: string; readonly loop: number }
  | { readonly verb: "Pause"; readonly lengthS: number };

/** An empty url means "this document again". */
export type Target = { readonly url: string; readonly method: "GET" | "POST" };

export type CallbackAttribute = { readonly url: string; readonly events: readonly string[] };

export type DialNoun =
  | {
      readonly noun: "Conference";
      readonly name: string;
      readonly muted: boolean;
      readonly startOnEnter: boolean;
      readonly endOnExit: boolean;
      readonly waitUrl: string | null;
      readonly coach: string | null;
      readonly label: string | null;
      readonly record: boolean;
      readonly callback: CallbackAttribute | null;
      readonly recordingCallback: CallbackAttribute | null;
    }
  | { readonly noun: "Client" | "Number"; readonly targets: readonly DialTarget[] };

export type DialTarget = { readonly to: string; readonly callback: CallbackAttribute | null };

/** Twilio's own error numbers: 12100 the document cannot be parsed, 12200 it breaks the schema. */
export class TwimlError extends Error {
  readonly code: 12100 | 12200;
  constructor(code: 12100 | 12200, message: string) {
    super(message);
    this.code = code;
  }
}

/** A document longer than this is refused, as Twilio refuses one above 64 kB. */
const DOCUMENT_BYTES_MAX = 64 * 1024;

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: "",
  trimValues: false,
  parseTagValue: false,
  parseAttributeValue: false,
  htmlEntities: true,
});

export function parseTwiml(text: string): readonly Verb[] {
  if (text.length > DOCUMENT_BYTES_MAX) throw new TwimlError(12100, "document above 64 kB");
  const valid = XMLValidator.validate(text);
  if (valid !== true) throw new TwimlError(12100, valid.err.msg);
  const root = elements(parser.parse(text)).find((element) => element.name !== "?xml");
  if (root?.name !== "Response") throw new TwimlError(12100, "the root element is not Response");
  return root.children.map(parseVerb);
}

type Element = {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly text: string;
  readonly children: readonly Element[];
};

/** Turns the parser's ordered output into plain elements; comments and white space between elements fall away. */
function elements(nodes: unknown): Element[] {
  if (!Array.isArray(nodes)) return [];
  return nodes.flatMap((node: unknown) => {
    if (typeof node !== "object" || node === null) return [];
    const entries = Object.entries(node);
    const found = entries.find(([key]) => key !== ":@" && key !== "#text");
    if (found === undefined) return [];
    const attributes = new Map<string, string>();
    const raw: unknown = entries.find(([key]) => key === ":@")?.[1];
    if (typeof raw === "object" && raw !== null) {
      for (const [key, value] of Object.entries(raw)) attributes.set(key, String(value));
    }
    return [{ name: found[0], attributes, text: textOf(found[1]), children: elements(found[1]) }];
  });
}

function textOf(nodes: unknown): string {
  if (!Array.isArray(nodes)) return "";
  return nodes
    .map((node: unknown) => {
      if (typeof node !== "object" || node === null) return "";
      return Object.entries(node)
        .map(([key, value]) => (key === "#text" ? String(value) : key === ":@" ? "" : textOf(value)))
        .join(" ");
    })
    .join("")
    .trim();
}

function parseVerb(element: Element): Verb {
  const at = (name: string) => element.attributes.get(name);
  switch (element.name) {
    case "Say":
    case "Play":
    case "Pause":
      return parsePrompt(element);
    case "Gather":
      return parseGather(element);
    case "Redirect":
      return { verb: "Redirect", target: { url: element.text, method: methodOf(at("method")) } };
    case "Dial":
      return parseDial(element);
    case "Record":
      return {
        verb: "Record",
        action: targetOf(element),
        maxS: numberOf(at("maxLength"), 3_600),
        timeoutS: numberOf(at("timeout"), 5),
        finishOnKey: at("finishOnKey") ?? "1234567890*#",
        playBeep: booleanOf(at("playBeep"), true),
        callback: callbackOf(element, "recordingStatusCallback", ["completed"]),
      };
    case "Hangup":
      return { verb: "Hangup" };
    case "Reject":
      return { verb: "Reject", reason: oneOf(at("reason"), ["rejected", "busy"], "rejected") };
    case "Sms":
    case "Message":
      return {
        verb: "Message",
        to: at("to") ?? null,
        from: at("from") ?? null,
        body: element.children.find((child) => child.name === "Body")?.text ?? element.text,
        statusCallback: at("statusCallback") ?? null,
        action: at("action") === undefined ? null : targetOf(element),
      };
    default:
      throw new TwimlError(12200, `the sandbox carrier speaks no <${element.name}>`);
  }
}

function parsePrompt(element: Element): Prompt {
  const at = (name: string) => element.attributes.get(name);
  switch (element.name) {
    case "Say":
      return { verb: "Say", text: element.text, language: at("language") ?? "en-US", loop: numberOf(at("loop"), 1) };
    case "Play":
      return { verb: "Play", url: element.text, digits: at("digits") ?? "", loop: numberOf(at("loop"), 1) };
    case "Pause":
      return { verb: "Pause", lengthS: numberOf(at("length"), 1) };
    default:
      throw new TwimlError(12200, `<${element.name}> cannot stand inside <Gather>`);
  }
}

function parseGather(element: Element): Verb {
  const at = (name: string) => element.attributes.get(name);
  const input = (at("input") ?? "dtmf").split(/\s+/);
  return {
    verb: "Gather",
    prompts: element.children.map(parsePrompt),
    digits: input.includes("dtmf"),
    speech: input.includes("speech"),
    numDigits: at("numDigits") === undefined ? null : numberOf(at("numDigits"), 1),
    finishOnKey: at("finishOnKey") ?? "#",
    timeoutS: at("timeout") === "auto" ? 5 : numberOf(at("timeout"), 5),
    action: targetOf(element),
    actionOnEmptyResult: booleanOf(at("actionOnEmptyResult"), false),
  };
}

function parseDial(element: Element): Verb {
  const at = (name: string) => element.attributes.get(name);
  return {
    verb: "Dial",
    noun: parseNoun(element),
    action: at("action") === undefined ? null : targetOf(element),
    timeoutS: numberOf(at("timeout"), 30),
    callerId: at("callerId") ?? null,
  };
}

function parseNoun(dial: Element): DialNoun {
  const first = dial.children[0];
  if (first === undefined) {
    if (dial.text === "") throw new TwimlError(12200, "<Dial> names nobody");
    return { noun: "Number", targets: [{ to: dial.text, callback: null }] };
  }
  switch (first.name) {
    case "Conference":
      return parseConference(first);
    case "Client":
    case "Number":
      return { noun: first.name, targets: dial.children.map(parseTarget) };
    default:
      throw new TwimlError(12200, `the sandbox carrier dials no <${first.name}>`);
  }
}

function parseTarget(element: Element): DialTarget {
  const callback = callbackOf(element, "statusCallback", ["completed"]);
  if (element.name === "Number") return { to: element.text, callback };
  if (element.name !== "Client") throw new TwimlError(12200, `<${element.name}> cannot stand beside <Client>`);
  const identity = element.children.find((child) => child.name === "Identity")?.text ?? element.text;
  const params = new URLSearchParams();
  for (const child of element.children) {
    if (child.name === "Parameter") params.set(child.attributes.get("name") ?? "", child.attributes.get("value") ?? "");
  }
  return { to: `client:${identity}${params.size > 0 ? `?${params}` : ""}`, callback };
}

function parseConference(element: Element): DialNoun {
  const at = (name: string) => element.attributes.get(name);
  if (element.text === "") throw new TwimlError(12200, "<Conference> has no name");
  return {
    noun: "Conference",
    name: element.text,
    muted: booleanOf(at("muted"), false),
    startOnEnter: booleanOf(at("startConferenceOnEnter"), true),
    endOnExit: booleanOf(at("endConferenceOnExit"), false),
    waitUrl: at("waitUrl") ?? null,
    coach: at("coach") ?? null,
    label: at("participantLabel") ?? null,
    record: (at("record") ?? "do-not-record") !== "do-not-record",
    callback: callbackOf(element, "statusCallback", ["start", "end"]),
    recordingCallback: callbackOf(element, "recordingStatusCallback", ["completed"]),
  };
}

function callbackOf(element: Element, name: string, defaults: readonly string[]): CallbackAttribute | null {
  const url = element.attributes.get(name);
  if (url === undefined || url === "") return null;
  const events = element.attributes.get(`${name}Event`);
  return { url, events: events === undefined ? defaults : events.split(/\s+/).filter((event) => event !== "") };
}

function targetOf(element: Element): Target {
  return { url: element.attributes.get("action") ?? "", method: methodOf(element.attributes.get("method")) };
}

function methodOf(value: string | undefined): "GET" | "POST" {
  return value?.toUpperCase() === "GET" ? "GET" : "POST";
}

function oneOf<T extends string>(value: string | undefined, allowed: readonly T[], fallback: T): T {
  return allowed.find((each) => each === value) ?? fallback;
}

function booleanOf(value: string | undefined, fallback: boolean): boolean {
  return value === undefined ? fallback : value === "true";
}

function numberOf(value: string | undefined, fallback: number): number {
  if (value === undefined) return fallback;
  const number = Number(value);
  if (!Number.isFinite(number) || number < 0) throw new TwimlError(12200, `${value} is not a number of use here`);
  return number;
}
