import fc from "fast-check";
import VoiceResponse from "twilio/lib/twiml/VoiceResponse.js";
import { expect, test } from "vitest";
import type { CallInstruction } from "../../../ports/carrier.ts";
import { renderTwiml } from "./twiml.ts";

const awkward = fc.constantFrom("", "&", "<", ">", '"', "'", "]]>", "\t", "\n", "\r", "&amp;", "我😀", "a b");
const text = fc
  .array(fc.oneof(awkward, fc.string({ unit: "grapheme-ascii" })), { maxLength: 6 })
  .map((all) => all.join(""));
const url = fc.tuple(fc.webUrl({ withQueryParameters: true }), awkward).map((both) => both.join(""));
const language = fc.constantFrom("zh-CN", "en-US", "en-GB");
const seconds = fc.nat(900);

const spoken = fc.oneof(
  fc.record({ do: fc.constant("say"), text, language }),
  fc.record({ do: fc.constant("play"), url, loop: fc.nat(9) }),
  fc.record({ do: fc.constant("pause"), seconds }),
);
const instruction = fc.oneof(
  spoken,
  fc.record({
    do: fc.constant("gather"),
    prompts: fc.array(spoken, { maxLength: 3 }),
    numDigits: fc.option(fc.nat(20)),
    finishOnKey: fc.constantFrom("", "#", "*"),
    timeoutS: seconds,
    speech: fc.boolean(),
    language,
    action: url,
  }),
  fc.record({ do: fc.constant("redirect"), url }),
  fc.record({
    do: fc.constant("join_conference"),
    name: text,
    startOnEnter: fc.boolean(),
    endOnExit: fc.boolean(),
    muted: fc.boolean(),
    waitUrl: fc.option(url),
    record: fc.boolean(),
    statusCallback: url,
    recordingCallback: url,
  }),
  fc.record({
    do: fc.constant("record"),
    maxS: seconds,
    finishOnKey: fc.constantFrom("", "#"),
    action: url,
    recordingCallback: url,
  }),
  fc.record({ do: fc.constant("reject"), reason: fc.constantFrom("busy", "rejected") }),
  fc.record({ do: fc.constant("hang_up") }),
) as fc.Arbitrary<CallInstruction>;

test("NUM-4 every answer is, byte for byte, what Twilio's own library writes", () => {
  fc.assert(
    fc.property(fc.array(instruction, { maxLength: 5 }), (instructions) => {
      expect(renderTwiml(instructions)).toBe(asTwilioWrites(instructions));
    }),
    { numRuns: 500 },
  );
});

function asTwilioWrites(instructions: readonly CallInstruction[]): string {
  const response = new VoiceResponse();
  for (const each of instructions) add(response, each);
  return response.toString();
}

function add(to: VoiceResponse, each: CallInstruction): void {
  switch (each.do) {
    case "say":
      to.say({ language: each.language }, each.text.replace(CONTROLS, ""));
      return;
    case "play":
      to.play({ loop: each.loop }, each.url);
      return;
    case "pause":
      to.pause({ length: Math.min(each.seconds, 600) });
      return;
    case "gather": {
      const { numDigits, finishOnKey, action } = each;
      const gather = to.gather({
        input: each.speech ? ["dtmf", "speech"] : ["dtmf"],
        ...(numDigits === null ? {} : { numDigits }),
        finishOnKey,
        timeout: each.timeoutS,
        language: each.language === "zh-CN" ? "cmn-Hans-CN" : each.language,
        action,
        method: "POST",
        actionOnEmptyResult: false,
      });
      for (const prompt of each.prompts) add(gather as unknown as VoiceResponse, prompt);
      return;
    }
    case "redirect":
      to.redirect({ method: "POST" }, each.url);
      return;
    case "join_conference":
      to.dial().conference(
        {
          startConferenceOnEnter: each.startOnEnter,
          endConferenceOnExit: each.endOnExit,
          muted: each.muted,
          beep: "false",
          ...(each.waitUrl === null ? {} : { waitUrl: each.waitUrl, waitMethod: "POST" }),
          ...(each.record ? { record: "record-from-start" as const, ...recorded(each.recordingCallback) } : {}),
          statusCallback: each.statusCallback,
          statusCallbackMethod: "POST",
          statusCallbackEvent: ["start", "end", "join", "leave", "mute", "hold"],
        },
        each.name,
      );
      return;
    case "record": {
      const { maxS: maxLength, finishOnKey, action } = each;
      const more = recorded(each.recordingCallback);
      to.record({ maxLength, finishOnKey, action, method: "POST", playBeep: true, ...more });
      return;
    }
    case "reject":
      to.reject({ reason: each.reason });
      return;
    case "hang_up":
      to.hangup();
  }
}

/** What XML cannot hold is left out before it is spoken. */
const CONTROLS = /[^\P{Cc}\t\n\r]/gu;

function recorded(url: string) {
  return {
    recordingStatusCallback: url,
    recordingStatusCallbackMethod: "POST",
    recordingStatusCallbackEvent: ["completed" as const],
  };
}
