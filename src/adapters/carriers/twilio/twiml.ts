import type { Language } from "../../../domain/kernel/language.ts";
import { unreachable } from "../../../domain/kernel/step.ts";
import type { CallInstruction } from "../../../ports/carrier.ts";

/** Twilio's limits: a longer text or a longer pause is refused by the carrier in the middle of a call. */
const SAY_CHARS_MAX = 4_096;
const PAUSE_S_MAX = 600;

/** Speech recognition names Mandarin by another tag than speech synthesis does. */
const GATHER_LANGUAGE = { "zh-CN": "cmn-Hans-CN", "en-US": "en-US", "en-GB": "en-GB" } as const satisfies {
  readonly [tag in Language]: string;
};

type Spoken = Extract<CallInstruction, { do: "say" | "play" | "pause" }>;

/**
 * Renders instructions to the carrier's own language. The order of the list is the order the caller hears. Written by hand,
 * because a caller waits for it: a tree builder took longer than all the rest of an answer. The test holds it to what
 * Twilio's own library writes, byte for byte.
 */
export function renderTwiml(instructions: readonly CallInstruction[]): string {
  let inside = "";
  for (const instruction of instructions) inside += render(instruction);
  return `<?xml version="1.0" encoding="UTF-8"?>${element("Response", "", inside)}`;
}

function render(instruction: CallInstruction): string {
  switch (instruction.do) {
    case "say":
    case "play":
    case "pause":
      return renderSpoken(instruction);
    case "gather":
      return renderGather(instruction);
    case "redirect":
      return element("Redirect", ' method="POST"', text(instruction.url));
    case "join_conference":
      return renderConference(instruction);
    case "record":
      return element(
        "Record",
        attribute("maxLength", instruction.maxS) +
          attribute("finishOnKey", instruction.finishOnKey) +
          attribute("action", instruction.action) +
          ' method="POST" playBeep="true"' +
          recordingTo(instruction.recordingCallback),
      );
    case "reject":
      return element("Reject", attribute("reason", instruction.reason));
    case "hang_up":
      return "<Hangup/>";
    default:
      return unreachable(instruction);
  }
}

function renderSpoken(spoken: Spoken): string {
  switch (spoken.do) {
    case "say":
      return element("Say", attribute("language", spoken.language), text(speakable(spoken.text)));
    case "play":
      return element("Play", attribute("loop", spoken.loop), text(spoken.url));
    case "pause":
      return element("Pause", attribute("length", Math.min(spoken.seconds, PAUSE_S_MAX)));
    default:
      return unreachable(spoken);
  }
}

function renderGather(gather: Extract<CallInstruction, { do: "gather" }>): string {
  let prompts = "";
  for (const prompt of gather.prompts) {
    if (prompt.do !== "say" && prompt.do !== "play" && prompt.do !== "pause")
      throw new Error(`broken promise: a prompt inside gather is say, play or pause, not ${prompt.do}`);
    prompts += renderSpoken(prompt);
  }
  return element(
    "Gather",
    attribute("input", gather.speech ? "dtmf speech" : "dtmf") +
      (gather.numDigits === null ? "" : attribute("numDigits", gather.numDigits)) +
      attribute("finishOnKey", gather.finishOnKey) +
      attribute("timeout", gather.timeoutS) +
      attribute("language", GATHER_LANGUAGE[gather.language]) +
      attribute("action", gather.action) +
      ' method="POST" actionOnEmptyResult="false"',
    prompts,
  );
}

function renderConference(join: Extract<CallInstruction, { do: "join_conference" }>): string {
  const attributes =
    attribute("startConferenceOnEnter", join.startOnEnter) +
    attribute("endConferenceOnExit", join.endOnExit) +
    attribute("muted", join.muted) +
    ' beep="false"' +
    (join.waitUrl === null ? "" : `${attribute("waitUrl", join.waitUrl)} waitMethod="POST"`) +
    (join.record ? ` record="record-from-start"${recordingTo(join.recordingCallback)}` : "") +
    attribute("statusCallback", join.statusCallback) +
    ' statusCallbackMethod="POST" statusCallbackEvent="start end join leave mute hold"';
  return element("Dial", "", element("Conference", attributes, text(join.name)));
}

function recordingTo(url: string): string {
  return (
    attribute("recordingStatusCallback", url) +
    ' recordingStatusCallbackMethod="POST" recordingStatusCallbackEvent="completed"'
  );
}

function element(name: string, attributes: string, inside = ""): string {
  return inside === "" ? `<${name}${attributes}/>` : `<${name}${attributes}>${inside}</${name}>`;
}

const IN_TEXT: { readonly [char: string]: string } = { "&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#xD;" };
const IN_ATTRIBUTE: { readonly [char: string]: string } = {
  "&": "&amp;",
  "<": "&lt;",
  '"': "&quot;",
  "\t": "&#x9;",
  "\n": "&#xA;",
  "\r": "&#xD;",
};

function text(value: string): string {
  return /[&<>\r]/.test(value) ? value.replace(/[&<>\r]/g, (char) => IN_TEXT[char] ?? "") : value;
}

function attribute(name: string, value: string | number | boolean): string {
  const plain = String(value);
  const safe = /[&<"\t\n\r]/.test(plain) ? plain.replace(/[&<"\t\n\r]/g, (char) => IN_ATTRIBUTE[char] ?? "") : plain;
  return ` ${name}="${safe}"`;
}

/** XML cannot hold most control characters, and the carrier refuses an overlong text: either would end the call. */
function speakable(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\P{Cc}\t\n\r]|[\ufffe\uffff]/gu, "")
    .slice(0, SAY_CHARS_MAX);
}
