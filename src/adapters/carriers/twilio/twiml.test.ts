import { expect, test } from "vitest";
import type { CallInstruction } from "../../../ports/carrier.ts";
import { renderTwiml } from "./twiml.ts";

const say: CallInstruction = { do: "say", text: "欢迎 & <welcome>", language: "zh-CN" };

test.each<[string, readonly CallInstruction[], string]>([
  ["nothing", [], ""],
  ["speech, escaped", [say], '<Say language="zh-CN">欢迎 &amp; &lt;welcome&gt;</Say>'],
  ["what XML cannot hold", [{ ...say, text: "a\u0000b\u001fc\ud800" }], '<Say language="zh-CN">abc\ufffd</Say>'],
  [
    "a recording",
    [{ do: "play", url: "https://x/a.mp3?a=1&b=2", loop: 0 }],
    '<Play loop="0">https://x/a.mp3?a=1&amp;b=2</Play>',
  ],
  ["a pause", [{ do: "pause", seconds: 3 }], '<Pause length="3"/>'],
  [
    "digits and speech with a prompt",
    [
      {
        do: "gather",
        prompts: [say, { do: "pause", seconds: 1 }],
        numDigits: 1,
        finishOnKey: "",
        timeoutS: 5,
        speech: true,
        language: "zh-CN",
        action: "https://x/next/menu",
      },
    ],
    '<Gather input="dtmf speech" numDigits="1" finishOnKey="" timeout="5" language="cmn-Hans-CN" action="https://x/next/menu" method="POST" actionOnEmptyResult="false"><Say language="zh-CN">欢迎 &amp; &lt;welcome&gt;</Say><Pause length="1"/></Gather>',
  ],
  ["a redirect", [{ do: "redirect", url: "https://x/next/q" }], '<Redirect method="POST">https://x/next/q</Redirect>'],
  [
    "a conference",
    [
      {
        do: "join_conference",
        name: "contact-1",
        startOnEnter: true,
        endOnExit: true,
        muted: false,
        waitUrl: null,
        record: true,
        statusCallback: "https://x/conference",
        recordingCallback: "https://x/recording",
      },
    ],
    '<Dial><Conference startConferenceOnEnter="true" endConferenceOnExit="true" muted="false" beep="false" record="record-from-start" recordingStatusCallback="https://x/recording" recordingStatusCallbackMethod="POST" recordingStatusCallbackEvent="completed" statusCallback="https://x/conference" statusCallbackMethod="POST" statusCallbackEvent="start end join leave mute hold">contact-1</Conference></Dial>',
  ],
  [
    "voicemail",
    [
      {
        do: "record",
        maxS: 120,
        finishOnKey: "#",
        action: "https://x/next/v",
        recordingCallback: "https://x/recording",
      },
    ],
    '<Record maxLength="120" finishOnKey="#" action="https://x/next/v" method="POST" playBeep="true" recordingStatusCallback="https://x/recording" recordingStatusCallbackMethod="POST" recordingStatusCallbackEvent="completed"/>',
  ],
  ["a refusal and an end", [{ do: "reject", reason: "busy" }, { do: "hang_up" }], '<Reject reason="busy"/><Hangup/>'],
])("NUM-4 renders %s", (_case, instructions, inside) => {
  const body = inside === "" ? "<Response/>" : `<Response>${inside}</Response>`;
  expect(renderTwiml(instructions)).toBe(`<?xml version="1.0" encoding="UTF-8"?>${body}`);
});

test("an overlong text is cut at the carrier's limit", () => {
  expect(renderTwiml([{ ...say, text: "长".repeat(5_000) }])).toContain(`>${"长".repeat(4_096)}<`);
});
