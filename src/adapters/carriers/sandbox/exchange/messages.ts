import type { MessageCreated } from "./events.ts";
import { API_VERSION } from "./params.ts";
import type { Message } from "./state.ts";
import { accountOf, notify, setTimer, type World } from "./world.ts";

/** What a message passes through, and how long after the state before. Each but the first is called back. */
const MOVES = { queued: { to: "sent", afterMs: 500 }, sent: { to: "delivered", afterMs: 1_500 } } as const;

/** Characters of one segment: those of GSM 7-bit text, or of UCS-2 as soon as one lies outside. */
const SEGMENT_GSM = 160;
const SEGMENT_UCS2 = 70;

export function createMessage(world: World, create: MessageCreated): void {
  const { kind: _kind, ...fields } = create;
  const message: Message = { ...fields, createdAt: world.now, updatedAt: world.now, sentAt: null, status: "queued" };
  world.exchange.messages.set(message.sid, message);
  wait(world, message, MOVES.queued.afterMs);
}

export function moveMessage(world: World, message: Message): void {
  if (message.status !== "queued" && message.status !== "sent") return;
  const move = MOVES[message.status];
  message.status = move.to;
  message.updatedAt = world.now;
  if (move.to === "sent") {
    message.sentAt = world.now;
    book(world, message);
  }
  notifyMessage(world, message);
  if (move.to === "sent") wait(world, message, MOVES.sent.afterMs);
  else world.touched.add(`message/${message.sid}`);
}

export function segments(body: string): number {
  const wide = [...body].some((character) => character > "\u00ff");
  return Math.max(1, Math.ceil(body.length / (wide ? SEGMENT_UCS2 : SEGMENT_GSM)));
}

function wait(world: World, message: Message, afterMs: number): void {
  world.touched.add(`message/${message.sid}`);
  setTimer(world, `${message.sid}/moves`, world.now + afterMs, { kind: "message_moves", messageSid: message.sid });
}

function notifyMessage(world: World, message: Message): void {
  if (message.callback === null) return;
  notify(world, {
    id: `${message.sid}.${message.status}`,
    orderKey: message.sid,
    url: message.callback,
    params: {
      AccountSid: accountOf(world).sid,
      ApiVersion: API_VERSION,
      From: message.from,
      MessageSid: message.sid,
      MessageStatus: message.status,
      SmsSid: message.sid,
      SmsStatus: message.status,
      To: message.to,
    },
  });
}

function book(world: World, message: Message): void {
  world.effects.push({
    do: "book",
    line: {
      kind: "message",
      sid: message.sid,
      accountSid: accountOf(world).sid,
      from: message.from,
      to: message.to,
      status: message.status,
      startedAt: message.createdAt,
      endedAt: world.now,
      segments: segments(message.body),
    },
  });
}
