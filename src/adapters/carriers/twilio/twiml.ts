import VoiceResponse from "twilio/lib/twiml/VoiceResponse.js";
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

type Spoken = Pick<VoiceResponse, "say" | "play" | "pause">;

/** Renders instructions to the carrier's own language. The order of the list is the order the caller hears. */
export function renderTwiml(instructions: readonly CallInstruction[]): string {
  const response = new VoiceResponse();
  for (const instruction of instructions) addInstruction(response, instruction);
  return response.toString();
}

function addInstruction(response: VoiceResponse, instruction: CallInstruction): void {
  switch (instruction.do) {
    case "say":
    case "play":
    case "pause":
      addSpoken(response, instruction);
      return;
    case "gather":
      addGather(response, instruction);
      return;
    case "redirect":
      response.redirect({ method: "POST" }, instruction.url);
      return;
    case "join_conference":
      addConference(response, instruction);
      return;
    case "record":
      response.record({
        maxLength: instruction.maxS,
        finishOnKey: instruction.finishOnKey,
        action: instruction.action,
        method: "POST",
        playBeep: true,
        recordingStatusCallback: instruction.recordingCallback,
        recordingStatusCallbackMethod: "POST",
        recordingStatusCallbackEvent: ["completed"],
      });
      return;
    case "reject":
      response.reject({ reason: instruction.reason });
      return;
    case "hang_up":
      response.hangup();
      return;
    default:
      unreachable(instruction);
  }
}

function addSpoken(to: Spoken, instruction: Extract<CallInstruction, { do: "say" | "play" | "pause" }>): void {
  switch (instruction.do) {
    case "say":
      to.say({ language: instruction.language }, speakable(instruction.text));
      return;
    case "play":
      to.play({ loop: instruction.loop }, instruction.url);
      return;
    case "pause":
      to.pause({ length: Math.min(instruction.seconds, PAUSE_S_MAX) });
      return;
    default:
      unreachable(instruction);
  }
}

function addGather(response: VoiceResponse, gather: Extract<CallInstruction, { do: "gather" }>): void {
  const element = response.gather({
    input: gather.speech ? ["dtmf", "speech"] : ["dtmf"],
    ...(gather.numDigits === null ? {} : { numDigits: gather.numDigits }),
    finishOnKey: gather.finishOnKey,
    timeout: gather.timeoutS,
    language: GATHER_LANGUAGE[gather.language],
    action: gather.action,
    method: "POST",
    actionOnEmptyResult: false,
  });
  for (const prompt of gather.prompts) {
    if (prompt.do === "say" || prompt.do === "play" || prompt.do === "pause") addSpoken(element, prompt);
    else throw new Error(`broken promise: a prompt inside gather is say, play or pause, not ${prompt.do}`);
  }
}

function addConference(response: VoiceResponse, join: Extract<CallInstruction, { do: "join_conference" }>): void {
  response.dial().conference(
    {
      startConferenceOnEnter: join.startOnEnter,
      endConferenceOnExit: join.endOnExit,
      muted: join.muted,
      beep: "false",
      ...(join.waitUrl === null ? {} : { waitUrl: join.waitUrl, waitMethod: "POST" }),
      ...(join.record
        ? {
            record: "record-from-start" as const,
            recordingStatusCallback: join.recordingCallback,
            recordingStatusCallbackMethod: "POST",
            recordingStatusCallbackEvent: ["completed"],
          }
        : {}),
      statusCallback: join.statusCallback,
      statusCallbackMethod: "POST",
      statusCallbackEvent: ["start", "end", "join", "leave", "mute", "hold"],
    },
    join.name,
  );
}

/** XML cannot hold most control characters, and the carrier refuses an overlong text: either would end the call. */
function speakable(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\P{Cc}\t\n\r]|[\ufffe\uffff]/gu, "")
    .slice(0, SAY_CHARS_MAX);
}
