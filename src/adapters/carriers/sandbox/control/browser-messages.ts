import { z } from "zod";
import type { ClientMessage, PhoneMessage } from "../browser-protocol.ts";

/** The browser protocol as it is parsed at the socket. */
const callSid = z.string().regex(/^CA[0-9a-f]{32}$/i);
const keys = z.string().regex(/^[0-9*#]{1,32}$/);

/** A session description may be long; more than this is no description. */
const SDP_MAX = 64 * 1024;

const signal = z.union([
  z.object({ sdp: z.object({ type: z.enum(["offer", "answer"]), sdp: z.string().max(SDP_MAX) }) }),
  z.object({
    candidate: z
      .object({
        candidate: z.string().max(4_096),
        sdpMid: z
          .string()
          .nullish()
          .transform((value) => value ?? null),
        sdpMLineIndex: z
          .number()
          .nullish()
          .transform((value) => value ?? null),
        usernameFragment: z
          .string()
          .nullish()
          .transform((value) => value ?? null),
      })
      .nullable(),
  }),
]);

export const PhoneMessageSchema: z.ZodType<PhoneMessage> = z.discriminatedUnion("type", [
  z.object({ type: z.literal("dial"), to: z.string().min(3).max(20), from: z.string().min(3).max(20).exactOptional() }),
  z.object({ type: z.literal("digits"), digits: keys }),
  z.object({ type: z.literal("speech"), text: z.string().min(1).max(1_000) }),
  z.object({ type: z.literal("mute"), on: z.boolean() }),
  z.object({ type: z.literal("hang_up") }),
  z.object({ type: z.literal("webrtc"), peer: callSid, signal }),
]);

/** Client companies that one agent serves at once. */
const TOKENS_MAX = 50;

export const ClientMessageSchema: z.ZodType<ClientMessage> = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("register"),
    tokens: z.array(z.string().max(4_096)).min(1).max(TOKENS_MAX),
    autoAnswer: z.boolean().exactOptional(),
  }),
  z.object({ type: z.literal("accept"), callSid }),
  z.object({ type: z.literal("reject"), callSid }),
  z.object({ type: z.literal("hang_up"), callSid }),
  z.object({ type: z.literal("mute"), callSid, on: z.boolean() }),
  z.object({ type: z.literal("digits"), callSid, digits: keys }),
  z.object({ type: z.literal("webrtc"), callSid, peer: callSid, signal }),
]);
