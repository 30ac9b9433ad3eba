import type { ClientMessage, PhoneMessage } from "../browser-protocol.ts";
import type { ExchangeEvent } from "../exchange/events.ts";
import { type Call, type Exchange, isOver } from "../exchange/state.ts";

/** What a browser's message means to the exchange. A message about a leg that is not this browser's means nothing. */
export function eventsOfHandset(
  exchange: Exchange,
  handset: string,
  message: PhoneMessage | ClientMessage,
): readonly ExchangeEvent[] {
  if (message.type === "dial" || message.type === "register") return [];
  const call = "callSid" in message ? exchange.calls.get(message.callSid) : liveCallOf(exchange, handset);
  if (call === undefined || !belongsTo(call, handset)) return [];
  const callSid = call.sid;
  switch (message.type) {
    case "digits":
      return [{ kind: "digits", callSid, digits: message.digits }];
    case "speech":
      return [{ kind: "speech", callSid, text: message.text }];
    case "mute":
      return [{ kind: "device_muted", callSid, on: message.on }];
    case "hang_up":
      return [{ kind: "call_over", callSid, status: "no-answer" }];
    case "accept":
      return [{ kind: "client_accepts", callSid, handset }];
    case "reject":
      return [{ kind: "client_rejects", callSid }];
    case "webrtc":
      return heardTogether(exchange, call, message.peer)
        ? [{ kind: "signal", callSid, peer: message.peer, signal: message.signal }]
        : [];
  }
}

function belongsTo(call: Call, handset: string): boolean {
  const { device } = call;
  if (device.kind === "phone") return device.handset === handset;
  if (device.kind !== "client") return false;
  return device.handset === null ? device.rang.includes(handset) : device.handset === handset;
}

function liveCallOf(exchange: Exchange, handset: string): Call | undefined {
  for (const call of exchange.calls.values()) if (!isOver(call) && belongsTo(call, handset)) return call;
  return undefined;
}

/** Two legs may signal each other when they share a conference, or one has dialled the other. */
function heardTogether(exchange: Exchange, call: Call, peerSid: string): boolean {
  const peer = exchange.calls.get(peerSid);
  if (peer === undefined) return false;
  if (call.conferenceSid !== null && call.conferenceSid === peer.conferenceSid) return true;
  return peer.parentSid === call.sid || call.parentSid === peer.sid;
}
